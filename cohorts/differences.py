"""What changed between two texts, word by word where that says something and in time.

difflib compares paragraphs first, then the sentences of those that changed, then the words of those. Its worst case
grows with the square of what both sides repeat, so that product is bounded before it is asked: a text that repeats
itself more than anybody writes is compared more coarsely, at worst as a whole.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

SAME, GONE, NEW, GAP = "same", "gone", "new", "gap"
# Pairs of equal words or sentences difflib may have to look at. Measured: two different texts of 10,000 characters
# take 10-35 ms; the worst that was found within this bound takes 40.
MOST_PAIRS = 30_000
CONTEXT = 30
# Paragraphs, sentences, words: from coarse to fine.
_LEVELS = (
    re.compile(r".*\n|.+$"),
    re.compile(r"[^.!?]*[.!?]+\s*|[^.!?]+"),
    re.compile(r"\s*\w+(?:['’]\w+)*|\s*[^\w\s]|\s+"),
)


class Part(NamedTuple):
    """A stretch of text: kind "same" (in both), "gone" (only in the older), "new" (only in the newer) or "gap" (equal
    words that are left out)."""

    kind: str
    text: str


@lru_cache(maxsize=512)
def differences(old: str, new: str) -> tuple[Part, ...]:
    """The parts that make up both texts: without "new" they are `old`, without "gone" they are `new`."""
    return _joined(_tidy(_joined(_by(0, old, new))))


def both(mine: str, theirs: str) -> str:
    """One text of two, to make one's own of: the paragraphs that are in both once, of the others mine before theirs."""
    old, new = ([part for part in text.split("\n\n") if part] for text in (mine, theirs))
    if _pairs(old, new) > MOST_PAIRS:
        return "\n\n".join((*old, *new))
    found: list[str] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        found += old[a:b] if tag == "equal" else [*old[a:b], *new[c:d]]
    return "\n\n".join(found)


def shortened(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts with long stretches that are equal cut down to what is next to a change."""
    found: list[Part] = []
    for at, part in enumerate(parts):
        words = part.text.split(" ")
        if part.kind != SAME or len(words) <= 3 * CONTEXT or len(parts) == 1:
            found.append(part)
            continue
        if at:
            found.append(Part(SAME, " ".join(words[:CONTEXT]) + " "))
        found.append(Part(GAP, ""))
        if at < len(parts) - 1:
            found.append(Part(SAME, " " + " ".join(words[-CONTEXT:])))
    return tuple(found)


def _by(level: int, old: str, new: str) -> Iterator[Part]:
    if level == len(_LEVELS) or not old or not new:
        yield from (Part(GONE, old), Part(NEW, new))
        return
    before, after = _LEVELS[level].findall(old), _LEVELS[level].findall(new)
    head, tail = _common(before, after)
    yield Part(SAME, "".join(before[:head]))
    yield from _middle(level, before[head : len(before) - tail], after[head : len(after) - tail])
    yield Part(SAME, "".join(before[len(before) - tail :]))


def _common(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many at the beginning and at the end are equal."""
    most = min(len(old), len(new))
    head = next((at for at in range(most) if old[at] != new[at]), most)
    tail = next((at for at in range(most - head) if old[-1 - at] != new[-1 - at]), most - head)
    return head, tail


def _pairs(old: Sequence[str], new: Sequence[str]) -> int:
    counts = Counter(new)
    return sum(times * counts[one] for one, times in Counter(old).items())


def _middle(level: int, old: Sequence[str], new: Sequence[str]) -> Iterator[Part]:
    pairs = _pairs(old, new)
    if not pairs or pairs > MOST_PAIRS:
        yield from _by(level + 1, "".join(old), "".join(new))
        return
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Part(SAME, "".join(old[a:b]))
        else:
            yield from _by(level + 1, "".join(old[a:b]), "".join(new[c:d]))


def _tidy(parts: Sequence[Part]) -> Iterator[Part]:
    """What both sides of an exchange begin with, a space most of the time, is not part of what changed."""
    rest = iter((*parts, Part(SAME, "")))
    for part in rest:
        if part.kind != GONE:
            yield part
            continue
        after = next(rest)
        blank = len(part.text) - len(part.text.lstrip())
        if after.kind == NEW and after.text.startswith(part.text[:blank]):
            yield Part(SAME, part.text[:blank])
            yield from (Part(GONE, part.text[blank:]), Part(NEW, after.text[blank:]))
        else:
            yield from (part, after)


def _joined(parts: Iterable[Part]) -> tuple[Part, ...]:
    """Without empty ones; neighbours of one kind are one, and between two of them what is gone comes first."""
    found: list[Part] = []
    for kind, text in parts:
        if not text:
            continue
        if found and found[-1].kind == kind:
            found[-1] = Part(kind, found[-1].text + text)
        elif kind == GONE and found and found[-1].kind == NEW:
            new = found.pop()
            if found and found[-1].kind == GONE:
                found[-1] = Part(GONE, found[-1].text + text)
            else:
                found.append(Part(GONE, text))
            found.append(new)
        else:
            found.append(Part(kind, text))
    return tuple(found)
