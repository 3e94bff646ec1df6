"""The page of notices: what its reader was told of, by conversation, the newest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from cohorts.identity import Author, shown_as, stricter
from cohorts.policies import Standing
from cohorts.web.doors import standing
from feedback import notices
from feedback.notices import KINDS, UNNAMED
from people.web.doors import SelfDoor
from server.calls import Call, Reply
from server.forms import Form, number, one_line
from server.languages import N_, said_in
from server.pages import Page, Piece
from server.routes import page, verb


@dataclass(frozen=True, slots=True)
class Line:
    """One notice in words. `url`: where it leads."""

    words: str
    url: str
    at: datetime
    unread: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The notices that lead to one place: what it is about, `title` in `language`, else `words` of ours. `id`: of its
    newest notice, for nobody to see; `thread_id` None: it is no conversation. `url`: empty for one."""

    id: int
    thread_id: int | None
    url: str
    title: str
    language: str
    lines: tuple[Line, ...]

    @property
    def unread(self) -> bool:
        """Whether any of it was not read."""
        return any(line.unread for line in self.lines)


def grouped(rows: Iterable[Any], reader: Standing, language: str) -> list[Group]:
    """Rows of `notices.latest` by where they lead, the newest first, as that person may see them; `language`: a BCP 47
    tag."""
    places: dict[tuple[int | None, str], list[Any]] = {}
    for row in sorted(rows, key=lambda row: (row.at, row.id), reverse=True):
        places.setdefault((row.thread_id, "" if row.thread_id else row.url), []).append(row)
    return [_group(found, reader, language) for found in places.values()]


def _group(rows: Sequence[Any], reader: Standing, language: str) -> Group:
    newest = rows[0]
    lines = tuple(_line(row, reader, language) for row in rows)
    title = newest.title or newest.about
    language_of = newest.language or "" if newest.title else ""
    return Group(newest.id, newest.thread_id, newest.url, title or "", language_of, lines)


def _line(row: Any, reader: Standing, language: str) -> Line:
    url = row.url or f"/comments/{row.comment_id}"
    if row.comment_id is None:
        return Line(said_in(language, KINDS[row.kind]), url, row.at, row.read_at is None)
    vantage = notices.vantage_of(row, reader, language)
    by = shown_as(Author(*row[:6]), stricter(row.cohort_attribution, row.attribution), vantage)
    words = said_in(language, (UNNAMED if by.masked else KINDS)[row.kind]) % {"name": by.name}
    return Line(words, url, row.at, row.read_at is None)


@page("/notices")
def show(call: Call, viewer: SelfDoor) -> Page:
    """What somebody was told of."""
    return Page("feedback/notices.html", _told(call), () if viewer.bell is None else (viewer.bell,))


def _told(call: Call) -> dict[str, Any]:
    me = call.signed_in
    found = grouped(notices.latest(call.db, me.person_id), standing(call), call.language.tag)
    return {"groups": found, "unread": any(one.unread for one in found), "zone": me.time_zone or "UTC"}


@page("/notices/list")
def show_list(call: Call, viewer: SelfDoor) -> Piece:
    """The notices alone, for a page of them that is open."""
    return Piece("feedback/told.html", _told(call))


@verb("/notices/reading")
def read_all(call: Call, viewer: SelfDoor) -> Reply:
    """Mark everything as read."""
    notices.read_all(call.db, viewer.person_id, now=call.now)
    return Reply("/notices?done=notices-read")


class PlaceForm(Form):
    """Which notices: those of a thread, by its id, or with 0 those that lead to an address."""

    thread: Annotated[int, number(N_("There is no such conversation."))] = 0
    url: Annotated[str, one_line(200)] = ""


@verb("/notices/places/reading")
def read_place(call: Call, viewer: SelfDoor, form: PlaceForm) -> Reply:
    """Mark everything as read that leads to one place."""
    notices.read_place(call.db, viewer.person_id, form.thread or None, form.url, now=call.now)
    return Reply("/notices")


routes = [show, show_list, read_all, read_place]
words = {"notices-read": N_("Everything is marked as read.")}
