"""What a team wrote about one section, as the points the other team can answer one by one. Pure text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from feedback.comments import LONGEST
from feedback.visible import shows_something
from server.forms import clean
from server.languages import N_
from server.markdown import to_html
from server.refusals import Message, Wrong

MOST_POINTS = 60
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in a section: its id and title, the words of its shared text, and the level that was chosen or 0."""

    section_id: int
    title: str
    words: str
    level: int


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that can be answered on its own. A level without words is a point too: `text` and `html` are empty."""

    section_id: int
    level: int
    text: str
    html: str


def points(parts: Sequence[Written]) -> list[Point]:
    """The points of a feedback in the order of its sections. Raises Wrong where there are none, too many, or too long
    ones."""
    found = [point for part in parts for point in _of_section(part)]
    if not found:
        raise Wrong(N_("There is nothing to sign yet. Write at least one point."))
    if len(found) > MOST_POINTS:
        raise Wrong(
            N_("These are %(count)s points; %(most)s is the most. Join some of them: a blank line begins a new one."),
            count=len(found),
            most=MOST_POINTS,
        )
    return found


def _of_section(part: Written) -> Iterator[Point]:
    shown = list(_shown(part.words))
    for text, _ in shown:
        if len(text) > LONGEST:
            told = {"section": part.title, "over": len(text) - LONGEST, "most": LONGEST}
            raise Wrong(
                N_(
                    "A point under “%(section)s” is %(over)s characters too long; %(most)s is the most. Nothing is "
                    "lost: shorten it, or make two points of it with a blank line."
                ),
                **told,
            )
    if not shown and part.level:
        yield Point(part.section_id, part.level, "", "")
    for text, html in shown:
        yield Point(part.section_id, part.level, text, html)


def _shown(words: str) -> Iterator[tuple[str, str]]:
    """The paragraphs between blank lines, as text and sanitised markup; those that show nothing are none."""
    for text in (paragraph.strip() for paragraph in _BLANK_LINES.split(clean(words))):
        if text and shows_something(html := to_html(text)):
            yield text, html


def first_problem(parts: Sequence[Written]) -> Message | None:
    """Why these cannot be signed as they are; None: they can."""
    try:
        points(parts)
    except Wrong as wrong:
        return wrong.message
    return None
