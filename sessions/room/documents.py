"""Documents to take away: one tree of blocks, written as Markdown or as a tagged PDF (PDF/UA-1, ISO 14289-1).

Nothing that people wrote is ever source: the PDF's program is one file of ours, and their words are data it reads. It
is made without a date and without an author, so that its properties tell no more than its pages.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any, NamedTuple

from server.markdown import to_html
from server.pages import TEMPLATES

log = logging.getLogger("sweetspot.documents")
PROGRAM = TEMPLATES / "room" / "recap.typ"
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~])")
_BEGINS = re.compile(r"^(\s*)([-+=>]|\d+[.)])", re.MULTILINE)


class Heading(NamedTuple):
    """`level` from 1; none is left out on the way down."""

    level: int
    text: str


class Paragraph(NamedTuple):
    """Plain words."""

    text: str


class Listed(NamedTuple):
    """Plain words one below the other."""

    items: tuple[str, ...]


class Table(NamedTuple):
    """Rows below the names of their columns. `chart`: what a chart of the second column is about; empty: none."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    chart: str = ""


class Written(NamedTuple):
    """Markdown as somebody wrote it."""

    words: str


Block = Heading | Paragraph | Listed | Table | Written


class Document(NamedTuple):
    """A document in one language, a BCP 47 tag."""

    title: str
    language: str
    blocks: tuple[Block, ...]


def plain(text: str) -> str:
    """`text` as it reads in Markdown too."""
    return _BEGINS.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", text))


def as_markdown(document: Document) -> bytes:
    """The document as a Markdown file."""
    blocks = [f"# {plain(document.title)}", *(_markdown(block) for block in document.blocks)]
    return ("\n\n".join(blocks) + "\n").encode()


def _markdown(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * (level + 1)} {plain(' '.join(text.split()))}"
        case Paragraph(text):
            return plain(text)
        case Listed(items):
            return "\n".join(f"- {plain(' '.join(item.split()))}" for item in items)
        case Table(columns, rows, _):
            return "\n".join(_row(cells) for cells in (columns, ("---",) * len(columns), *rows))
        case Written(words):
            return words


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell if cell == '---' else plain(' '.join(cell.split())) for cell in cells)} |"


def as_pdf(document: Document) -> bytes:
    """The document as a tagged PDF. It is PDF/UA-1: signs that no font here has, such as emoji, are spelled out. Where
    a whole script has none, the same file is made without that promise."""
    tag, _, region = document.language.partition("-")
    data = {
        "title": document.title,
        "lang": tag,
        "region": region or None,
        "blocks": [one for block in document.blocks for one in _typeset(block)],
    }
    words = json.dumps(data, ensure_ascii=False)
    for tried in (words, spelled(words)):
        # The diagnostic holds what people wrote: it is kept out of the logs.
        with contextlib.suppress(RuntimeError):
            return _compiled(tried, ["ua-1"])
    log.warning("a document in a script without a font is no PDF/UA")
    return _compiled(words, [])


def spelled(text: str) -> str:
    """`text` with the names of signs in place of those."""
    signs = ((one, unicodedata.name(one, "")) for one in set(text) if unicodedata.category(one) == "So")
    return text.translate({ord(one): f"[{name.lower()}]" for one, name in signs if name} | {0xFE0F: ""})


def _compiled(words: str, standards: list[Any]) -> bytes:
    # Thirty megabytes, for whoever takes a recap along: a start does not wait for them.
    import typst

    given = {"document": words}
    made = typst.compile(_program(), font_paths=_fonts(), sys_inputs=given, format="pdf", pdf_standards=standards)
    assert isinstance(made, bytes)
    return made


@lru_cache(maxsize=1)
def _program() -> bytes:
    return PROGRAM.read_bytes()


@lru_cache(maxsize=1)
def _fonts() -> Any:
    import typst

    # Those of the system serve the scripts that typst's own do not have.
    return typst.Fonts(include_system_fonts=True, include_embedded_fonts=True)


def _typeset(block: Block) -> Iterator[dict[str, Any]]:
    match block:
        case Heading(level, text):
            yield {"kind": "heading", "level": level, "text": text}
        case Paragraph(text):
            yield {"kind": "paragraph", "runs": [{"text": text}]}
        case Listed(items):
            yield {"kind": "list", "items": [[{"text": item}] for item in items]}
        case Table(columns, rows, chart):
            bars = [[row[0], int(row[1])] for row in rows] if chart else []
            yield {"kind": "table", "columns": columns, "rows": rows, "chart": chart, "bars": bars}
        case Written(words):
            yield from blocks_of(to_html(words))


_MARKS = {"em": "emph", "strong": "strong", "code": "code"}


class _Reader(HTMLParser):
    """Our own sanitised HTML as blocks of runs; lists within lists become one list."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[dict[str, Any]] = []
        self.runs: list[dict[str, Any]] = []
        self.marks: list[str] = []
        self.around: list[str] = []
        self.link = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _MARKS:
            self.marks.append(_MARKS[tag])
        elif tag == "a":
            self.link = dict(attrs).get("href") or ""
        elif tag == "br":
            self.runs.append({"text": "\n"})
        elif tag in ("p", "li", "blockquote", "pre", "ul", "ol"):
            self.flush()
            self.around.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _MARKS and self.marks:
            self.marks.pop()
        elif tag == "a":
            self.link = ""
        elif tag in self.around:
            self.flush()
            while self.around.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if data.strip() or self.runs:
            link = {"link": self.link} if self.link.startswith(("https://", "http://", "mailto:")) else {}
            self.runs.append({"text": data, **dict.fromkeys(self.marks, True), **link})

    def flush(self) -> None:
        """What was read so far is one block."""
        runs, self.runs = self.runs, []
        if not "".join(run["text"] for run in runs).strip():
            return
        if "li" in self.around:
            if self.blocks and self.blocks[-1]["kind"] == "list":
                self.blocks[-1]["items"].append(runs)
            else:
                self.blocks.append({"kind": "list", "items": [runs]})
        else:
            kind = "code" if "pre" in self.around else "quote" if "blockquote" in self.around else "paragraph"
            self.blocks.append({"kind": kind, "runs": runs})


def blocks_of(html: str) -> list[dict[str, Any]]:
    """What `to_html` made, as blocks that the PDF's program sets."""
    reader = _Reader()
    reader.feed(html)
    reader.flush()
    return reader.blocks
