"""Markdown to safe HTML, once, when it is written."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, blockquote, list_block

# A list adds two levels and its words one: what begins here stays within the limit of the reader.
_DEEPEST = 8
# Headings would break the outline of the page they land in; images would let a stranger see who reads. Nesting is
# limited because a text of ten thousand ">" would otherwise cost more than it says.
_READER = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": False, "maxNesting": 12}).disable(
    ["image", "heading", "lheading", "html_block", "html_inline"]
)
_TAGS = {"p", "br", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr"}


def _shallow(rule: Callable[[StateBlock, int, int, bool], bool]) -> Callable[[StateBlock, int, int, bool], bool]:
    """That rule where it is not deep. Deeper, the reader would drop what it finds, and after a list all that follows:
    one line would silence everybody who wrote below it in a shared text. Now its marks are words there."""
    return lambda state, start, end, silent: state.level <= _DEEPEST and rule(state, start, end, silent)


_READER.block.ruler.at("list", _shallow(list_block), {"alt": ["paragraph", "reference", "blockquote"]})
_READER.block.ruler.at("blockquote", _shallow(blockquote), {"alt": ["paragraph", "reference", "blockquote", "list"]})


# Around what stands for a name in HTML. No form lets control characters in, so nobody can write a mark.
BEGIN, END = "\x02", "\x03"


class Names:
    """Names that stand for something after an @: from each name, in any letter case, to the mark in its place.

    A name in `careful` is not read where another capitalised word follows: "@Anna Berg" is not "@Anna".
    """

    def __init__(self, marks: Mapping[str, str], careful: Iterable[str] = ()) -> None:
        self._marks, self._careful = dict(marks), {name.casefold() for name in careful}
        self._by_first: dict[str, list[tuple[int, str, str, bool]]] = {}
        for name, mark in sorted(marks.items(), key=lambda one: -len(one[0])):
            entry = (len(name), name.casefold(), mark, name.casefold() in self._careful)
            self._by_first.setdefault(name[:1].casefold(), []).append(entry)

    def also(self, marks: Mapping[str, str]) -> Names:
        """These names and those, which are read first where both are the same."""
        return Names(self._marks | dict(marks), self._careful)

    def at(self, text: str, place: int) -> tuple[str, str] | None:
        """The longest name that begins there, as it is written, and its mark."""
        for length, name, mark, careful in self._by_first.get(text[place : place + 1].casefold(), ()):
            written, rest = text[place : place + length], text[place + length : place + length + 2]
            if written.casefold() != name or rest[:1].isalnum() or rest[:1] == "_":
                continue
            if not (careful and rest[:1] == " " and rest[1:].isupper()):
                return written, mark
        return None


@dataclass(slots=True)
class Marked:
    """HTML in which names are marks; what was found, as written by mark; and what follows an @ and is no name."""

    html: str = ""
    found: dict[str, str] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)


# Of more than that nobody is told: they stay words.
MOST_NAMES = 50


def _name_after_at(state: Any, silent: bool) -> bool:
    """The rule for an @ that begins a name. Code has no rules, and a link is somebody else's words already."""
    names, marked = state.env.get("names"), state.env.get("marked")
    place = state.pos
    if names is None or state.src[place] != "@" or state.linkLevel or (place and state.src[place - 1].isalnum()):
        return False
    here = names.at(state.src, place + 1)
    if here is None or (here[1] not in marked.found and len(marked.found) == MOST_NAMES):
        word = state.src[place + 1 :].split(maxsplit=1)[:1]
        if not silent and word and word[0][:1].isalpha() and word[0] not in marked.missed:
            marked.missed.append(word[0])
        return False
    written, mark = here
    if not silent:
        marked.found.setdefault(mark, written)
        state.pending += f"{BEGIN}{mark}{END}"
    state.pos += len(written) + 1
    return True


# What may stand in an address. Longer than that is none, and would take long to look at.
_LONGEST_ADDRESS = 500
_REST = re.compile(rf"://[^\s<>\[\]\"`\\|^{{}}\x00-\x1f]{{1,{_LONGEST_ADDRESS + 1}}}")
_SCHEME = re.compile(r"(?:^|[^A-Za-z0-9])(https?)$", re.IGNORECASE)


def _address(state: Any, silent: bool) -> bool:
    """The rule for an address that stands in a text as it is. It begins before the colon, where nothing stops the
    reader, so what was read last is looked at."""
    if state.linkLevel or not state.src.startswith("://", state.pos):
        return False
    scheme = _SCHEME.search(state.pending[-6:])
    found = _REST.match(state.src, state.pos) if scheme else None
    rest = _without_end(found[0]) if found and len(found[0]) <= _LONGEST_ADDRESS else ""
    if scheme is None or not rest[3:4].isalnum():
        return False
    written = scheme[1] + rest
    href = state.md.normalizeLink(written)
    if not state.md.validateLink(href):
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme[1])]
        state.push("link_open", "a", 1).attrs = {"href": href}
        state.push("text", "", 0).content = written
        state.push("link_close", "a", -1)
    state.pos += len(rest)
    return True


def _without_end(text: str) -> str:
    """An address without the signs at its end that belong to the sentence; a bracket, where it was opened before."""
    while text[-1] == "~" or (unicodedata.category(text[-1])[0] == "P" and text[-1] not in "/-#%&@"):
        if text[-1] == ")" and text.count(")") <= text.count("("):
            break
        text = text[:-1]
        if not text:
            break
    return text


_READER.inline.ruler.push("name", _name_after_at)
_READER.inline.ruler.push("address", _address)


def to_marked_html(text: str, names: Names) -> Marked:
    """Like `to_html`, with the names that follow an @ replaced by marks, but in code and in links."""
    marked = Marked()
    marked.html = _clean(_READER.render(text, {"names": names, "marked": marked}))
    return marked


# A text is read twice: when the form is checked and when it is kept.
@lru_cache(maxsize=16)
def to_html(text: str) -> str:
    """The sanitised HTML of `text`: paragraphs, emphasis, lists, quotes, code and links to http, https and mail."""
    return _clean(_READER.render(text))


def _clean(written: str) -> str:
    return nh3.clean(
        written,
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


def first_words(written: str, most: int = 110) -> str:
    """How sanitised markup begins, as plain text of at most `most` characters and the sign that there is more."""
    inline = re.sub(r"</?(?:em|strong|code|a|bdi)\b[^>]*>", "", written)
    text = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", inline)).split())
    if len(text) <= most:
        return text
    return text[:most].rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"
