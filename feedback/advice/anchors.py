"""Anchors: a passage somebody wrote about, found again in a text that has been edited since.

An anchor is kept on the text as it is shown, not on its Markdown: that is what people select, copy and quote, and a
star more or less in the source changes nothing for them. It is a quote with what stood around it and where it began,
and it is always looked for from what was selected, never from where it was found last: so a passage that was cut and
put back is found again, and nothing drifts away edit by edit.

Everything here is pure. A text is the shown text of a chapter: its words with one space between any two.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

# Characters kept from before and after a passage, and the most a passage may have.
AROUND = 60
LONGEST = 1_000
# A changed passage is found again while this share of its words stands, in their order; a very short one, never: too
# little would be left to tell it by.
ALIKE = 0.6
FEWEST_WORDS = 4
# A text that repeats itself more than anybody writes: places compared, stretches compared in order, and pairs of equal
# words in one of those. Measured: the worst that was found within these bounds takes 15 ms.
MOST_PLACES, MOST_STRETCHES, MOST_PAIRS = 200, 4, 10_000

_TAG = re.compile(r'<(/?)([a-z]+[0-9]?)(?:[^>"]|"[^"]*")*>')
_PIECE = re.compile(r'<(?:[^>"]|"[^"]*")*>|&(?:#?[0-9A-Za-z]+);|\s+|[^<&\s]|[<&]')
_INLINE = frozenset({"a", "em", "strong", "code"})
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Anchor:
    """A passage: its words, what stood `before` and `after` it, and where it began (`place`)."""

    quote: str
    before: str
    after: str
    place: int


class Found(NamedTuple):
    """Where a passage stands now, from `begin` to `end`; `how`: "exact" (as it was), "moved" (elsewhere, or something
    else around it) or "changed" (other words among it)."""

    begin: int
    end: int
    how: str


class Mark(NamedTuple):
    """A passage to be marked: from `begin` to `end`, with the number of its prompt and the prompt's id."""

    begin: int
    end: int
    number: int
    id: int


class _Shown(NamedTuple):
    """A text, and for each of its characters where it stands in the HTML, and where that ends."""

    text: str
    begins: tuple[int, ...]
    ends: tuple[int, ...]


def normal(text: str) -> str:
    """`text` with one space where there was any kind of gap."""
    return " ".join(text.split())


@lru_cache(maxsize=512)
def _shown(markup: str) -> _Shown:
    letters: list[str] = []
    begins: list[int] = []
    ends: list[int] = []
    for piece in _PIECE.finditer(markup):
        word = piece[0]
        tag = _TAG.fullmatch(word)
        if tag and tag[2] in _INLINE:
            continue
        for letter in " " if tag or word.isspace() else html.unescape(word):
            gap = letter.isspace()
            if gap and (not letters or letters[-1] == " "):
                continue
            letters.append(" " if gap else letter)
            begins.append(piece.start())
            ends.append(piece.start() if tag else piece.end())
    if letters and letters[-1] == " ":
        letters.pop()
    return _Shown("".join(letters), tuple(begins), tuple(ends))


def shown_text(markup: str) -> str:
    """What somebody reads of sanitised markup: words with one space between any two."""
    return _shown(markup).text


def anchor(text: str, quote: str, near: int | None = None) -> Anchor | None:
    """An anchor on `quote` in `text`, at the place nearest to `near` where it stands more than once; None: it does not
    stand there."""
    words = normal(quote)[:LONGEST].strip()
    places = _places(text, words) if words else []
    if not places:
        return None
    place = min(places, key=lambda one: (abs(one - near), one)) if near is not None else places[0]
    end = place + len(words)
    return Anchor(words, text[max(0, place - AROUND) : place], text[end : end + AROUND], place)


def _places(text: str, words: str) -> list[int]:
    found, at = [], text.find(words)
    while at >= 0:
        found.append(at)
        at = text.find(words, at + 1)
    return found


@lru_cache(maxsize=4096)
def find(text: str, wanted: Anchor) -> Found | None:
    """Where that passage stands in `text` now; None: it is an orphan."""
    words = wanted.quote
    places = _places(text, words) if words else []
    if places:
        if len(places) > MOST_PLACES:
            places = sorted(places, key=lambda one: abs(one - wanted.place))[:MOST_PLACES]
        at = max(places, key=lambda one: (_fits(text, one, wanted), -abs(one - wanted.place), -one))
        same = at == wanted.place and _fits(text, at, wanted) == len(wanted.before) + len(wanted.after)
        return Found(at, at + len(words), "exact" if same else "moved")
    return _changed(text, wanted)


def _fits(text: str, place: int, wanted: Anchor) -> int:
    """How many characters around that place are those that stood around the passage."""
    before, end = text[max(0, place - AROUND) : place], place + len(wanted.quote)
    return _common(before[::-1], wanted.before[::-1]) + _common(text[end : end + AROUND], wanted.after)


def _common(one: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _changed(text: str, wanted: Anchor) -> Found | None:
    """The stretch of `text` that holds enough of the passage's words in their order, and little else.

    A window somewhat wider than the passage slides over the text and counts what both have; only the best few are
    compared in order. So the cost grows with the text and not with its square.
    """
    quote = [_bare(word) for word in wanted.quote.split(" ")]
    found = list(_WORD.finditer(text))
    if len(quote) < FEWEST_WORDS or not found:
        return None
    words = [_bare(one[0]) for one in found]
    rated = []
    for begin in _windows(words, quote):
        share, first, last = _overlap(quote, words[begin : begin + _width(quote)])
        if share >= ALIKE:
            here = Found(found[begin + first].start(), found[begin + last].end(), "changed")
            rated.append((share, -abs(here.begin - wanted.place), here))
    return max(rated)[2] if rated else None


def _overlap(quote: Sequence[str], stretch: Sequence[str]) -> tuple[float, int, int]:
    """How much of both is the same, of 1, counted on the part of the stretch that is needed: from its first word of the
    quote to its last, which are given as well."""
    there = Counter(stretch)
    if sum(times * there[word] for word, times in Counter(quote).items()) > MOST_PAIRS:
        return 0.0, 0, 0
    blocks = [one for one in SequenceMatcher(None, quote, stretch, False).get_matching_blocks() if one.size]
    kept = sum(one.size for one in blocks)
    if kept < ALIKE * len(quote):
        return 0.0, 0, 0
    first, last = blocks[0].b, blocks[-1].b + blocks[-1].size - 1
    return 2 * kept / (len(quote) + last - first + 1), first, last


def _bare(word: str) -> str:
    """A word without its case and the marks around it; marks alone stay what they are."""
    return re.sub(r"^\W+|\W+$", "", word).casefold() or word


def _width(quote: Sequence[str]) -> int:
    return len(quote) + len(quote) // 2 + 1


def _windows(words: Sequence[str], quote: Sequence[str]) -> list[int]:
    """Where the windows begin that share most words with the quote."""
    wanted, width = Counter(quote), _width(quote)
    held: Counter[str] = Counter()
    shared, rated = 0, []
    for at, word in enumerate(words):
        held[word] += 1
        shared += held[word] <= wanted[word]
        if at >= width:
            gone = words[at - width]
            shared -= held[gone] <= wanted[gone]
            held[gone] -= 1
        rated.append((shared, max(0, at - width + 1)))
    enough = [one for one in rated if one[0] >= ALIKE * len(quote)]
    return list(dict.fromkeys(begin for _, begin in sorted(enough, key=lambda one: (-one[0], one[1]))))[:MOST_STRETCHES]


def marked(markup: str, marks: Iterable[Mark]) -> str:
    """The markup with those passages marked, each ended by a link to its prompt. Only `<mark>` around text and links of
    our own making are put in, never anything of a quote, so what was well-formed and harmless stays so."""
    shown = _shown(markup)
    wanted = sorted(mark for mark in marks if 0 <= mark.begin < mark.end <= len(shown.text))
    if not wanted:
        return markup
    spans = sorted((shown.begins[mark.begin], shown.ends[mark.end - 1]) for mark in wanted)
    ending: dict[int, list[Mark]] = {}
    for mark in wanted:
        ending.setdefault(shown.ends[mark.end - 1], []).append(mark)
    return "".join(_pieces(markup, _merged(spans), ending))


def _merged(spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans that overlap or touch as one: where two people speak of one word it is marked once, and linked twice."""
    found: list[tuple[int, int]] = []
    for begin, end in spans:
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def _pieces(markup: str, spans: Sequence[tuple[int, int]], ending: dict[int, list[Mark]]) -> Iterator[str]:
    begins, ends = [span[0] for span in spans], [span[1] for span in spans]
    waiting: list[Mark] = []
    is_open, in_link = False, False
    for piece in _PIECE.finditer(markup):
        tag = _TAG.fullmatch(piece[0])
        # How many have begun and not ended: no two touch, so it is none or one.
        inside = not tag and bisect_right(begins, piece.start()) > bisect_right(ends, piece.start())
        if is_open and not inside:
            yield "</mark>"
        # A gap begins no mark: between the items of a list nothing but items may stand.
        begun = inside and not is_open and not piece[0].isspace()
        if begun:
            yield "<mark>"
        is_open = begun or (is_open and inside)
        if tag and tag[2] == "a":
            in_link = not tag[1]
        yield piece[0]
        waiting += () if tag else ending.get(piece.end(), ())
        if waiting and not in_link:
            # The number belongs to the passage and is no part of it, unless another one goes on.
            if is_open and bisect_right(begins, piece.end()) == bisect_right(ends, piece.end()):
                yield "</mark>"
                is_open = False
            yield from (_link(mark) for mark in waiting)
            waiting = []
    if is_open:
        yield "</mark>"


def _link(mark: Mark) -> str:
    return (
        f'<sup class="passage"><a id="passage-{mark.id}" href="#prompt-{mark.id}" role="doc-noteref">'
        f"{mark.number}</a></sup>"
    )
