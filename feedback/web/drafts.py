"""Drafts: saved by hand or by static/js/drafts.js, discarded and put back; and two devices that wrote over one another.

A save is a statement or two and opens no door: it stores what its writer sent and answers with the time. Whatever
shows a kept text opens the door of its form first, so nobody reads a draft for a place that is closed to them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator

from cohorts.differences import Part, differences
from cohorts.web.doors import edit_initiative
from cohorts.web.initiative import LABELS, form_page
from feedback import drafts
from feedback.drafts import MOST, Full, Newer
from feedback.web.comments import thread_page
from feedback.web.doors import open_thread
from feedback.web.drafting import BESIDE, TEXTS, DraftShown, as_typed, clock, kept, number_in, of_kind
from feedback.web.forms import NOT_OURS
from feedback.web.revisions import edit_page, open_to_edit
from server.calls import Call, Door, Reply
from server.forms import Form, number, words
from server.languages import N_
from server.pages import Page, Piece
from server.refusals import Message, NotYours, Rejected, Wrong
from server.routes import page, verb
from server.settings import LARGEST_ID

NEWER = N_("You went on writing on another device.")
FULL = N_("You have %(most)s drafts, and more cannot be kept. Send or discard one of them.")
LONGEST = 10_000
_too_long = words(LONGEST).func


@dataclass(frozen=True, slots=True)
class Kind:
    """What a place names: its number's name in addresses, its door, the page that holds its form and where that is."""

    names: str
    opens: Callable[[Call], Any]
    shows: Callable[[Call, Any], Page]
    url: Callable[[Any], str]


KINDS: dict[str, Kind] = {
    "thread": Kind("thread", open_thread, thread_page, lambda thread: f"{thread.now.page}#composer"),
    "edit": Kind("comment", open_to_edit, edit_page, lambda comment: f"/comments/{comment.now.id}/edit"),
    "initiative": Kind("initiative", edit_initiative, form_page, lambda one: f"/initiatives/{one.id}/edit"),
}


# What fields of other kinds are called, by kind: msgids.
CALLED: dict[str, Mapping[str, str]] = {}


def keep_also(
    name: str, kind: Kind, texts: tuple[str, ...], beside: tuple[str, ...], called: Mapping[str, str] | None = None
) -> None:
    """Keep drafts of another kind of form: `texts` are its fields for words, `beside` what else is kept of it;
    `called`: what those fields are called (msgids), where one is not a comment."""
    KINDS[name], TEXTS[name], BESIDE[name], CALLED[name] = kind, texts, beside, called or {}


@dataclass(frozen=True, slots=True)
class OpenPlace:
    """A form this person may use: `name` as drafts know it, and what its door let through."""

    name: str
    kind: Kind
    opened: Any


@dataclass(frozen=True, slots=True)
class Side:
    """One field that reads differently on two devices; `label` is a msgid."""

    name: str
    label: str
    mine: str
    theirs: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Conflict(Piece):
    """The part of a form that shows two drafts."""

    status: int = 409


def a_place(text: str) -> str:
    """A kind of form and a number."""
    kind, _, id_ = text.partition("-")
    if kind not in KINDS or not id_.isdecimal() or str(int(id_[:19])) != id_ or int(id_) > LARGEST_ID:
        raise Wrong(NOT_OURS)
    return text


class PlaceForm(Form):
    """Which form it is, the version it was written over (0: none) and the key it was shown with."""

    place: Annotated[str, AfterValidator(a_place)]
    draft: Annotated[int, number(NOT_OURS)] = 0
    key: str = ""


def open_desk(call: Call) -> int:
    """Whose drafts: those of whoever is signed in."""
    person_id: int = call.signed_in.person_id
    return person_id


def open_place(call: Call) -> OpenPlace:
    """The form that the path or the fields name."""
    assert call.signed_in
    name = str(call.given.get("place") or as_typed(call).get("place", ""))
    try:
        kind = KINDS[a_place(name).partition("-")[0]]
    except Wrong:
        raise NotYours from None
    call.given = {**call.given, kind.names: int(name.partition("-")[2])}
    return OpenPlace(name, kind, kind.opens(call))


DeskDoor = Annotated[int, Door(open_desk)]
PlaceDoor = Annotated[OpenPlace, Door(open_place)]


@page("/drafts/{place:str}")
def show(call: Call, place: PlaceDoor) -> Reply:
    """The permanent address of a draft leads to its form."""
    return Reply(place.kind.url(place.opened))


def state(call: Call, desk: int) -> Piece:
    """The line that says what is kept; where two devices disagree, both texts."""
    name = as_typed(call).get("place", "")
    errors = call.rejected.errors if call.rejected else {}
    if "draft" in errors:
        return Conflict("feedback/draft_conflict.html", _conflict(call, desk))
    shown = DraftShown(name, "", number_in(as_typed(call), "draft")) if errors else kept(call, name)
    at = call.now if shown.fields else None
    saved = DraftShown(name, "", shown.version, shown.fields, at, clock(call, call.now) if at else "", saved=True)
    return Piece("feedback/draft_state.html", {"draft": saved, "error": next(iter(errors.values()), None)})


def conflict_page(call: Call, desk: int) -> Page:
    """Both texts and a choice, for browsers without scripts; other errors lead back to the form they belong to."""
    assert call.rejected
    if "draft" in call.rejected.errors:
        return Page("feedback/draft_conflict_page.html", _conflict(call, desk), status=409)
    place = open_place(call)
    return place.kind.shows(call, place.opened)


@verb("/drafts", again=conflict_page, form=state)
def save(call: Call, desk: DeskDoor, form: PlaceForm) -> Reply:
    """Keep what the form holds. An empty comment is no draft."""
    fields = _checked(form.place, as_typed(call))
    try:
        if any(fields.get(name, "").strip() for name in TEXTS[form.place.partition("-")[0]]):
            drafts.save(call.db, desk, form.place, fields, version=form.draft, key=form.key[:64], now=call.now)
        else:
            drafts.sent(call.db, desk, form.place, fields, version=form.draft, key=form.key[:64])
    except Newer:
        raise Rejected({"draft": Message(NEWER)}) from None
    except Full:
        raise Rejected({"text": Message(FULL, {"most": MOST})}) from None
    return Reply(f"/drafts/{form.place}")


@verb("/drafts/removal", again=conflict_page, form=state)
def discard(call: Call, desk: DeskDoor, form: PlaceForm) -> Reply:
    """Put a draft out of the way."""
    try:
        drafts.discard(call.db, desk, form.place, version=form.draft, key=form.key[:64], now=call.now)
    except Newer:
        raise Rejected({"draft": Message(NEWER)}) from None
    return Reply(f"/drafts/{form.place}")


@verb("/drafts/restoration", form=state)
def put_back(call: Call, desk: DeskDoor, form: PlaceForm) -> Reply:
    """Undo a discard, within the hour."""
    drafts.put_back(call.db, desk, form.place, now=call.now)
    return Reply(f"/drafts/{form.place}")


def _checked(place: str, values: dict[str, str]) -> dict[str, str]:
    """What is to be kept; after a conflict each field says which of two texts it is. Raises Rejected."""
    chosen = {name: _chosen(name, values) for name in values}
    fields = of_kind(place, chosen)
    for name in fields:
        try:
            _too_long(fields[name])
        except Wrong as wrong:
            raise Rejected({name: wrong.message}) from None
    return fields


def _chosen(name: str, values: dict[str, str]) -> str:
    choice = values.get(f"{name}_choice")
    return values.get(f"{name}_{choice}", values[name]) if choice in ("mine", "theirs") else values[name]


def _conflict(call: Call, desk: int) -> dict[str, Any]:
    """Both drafts, for somebody who may use that form."""
    place = open_place(call)
    kind = place.name.partition("-")[0]
    found = drafts.read(call.db, desk, place.name, call.now)
    if found is None:
        raise NotYours
    mine = of_kind(place.name, {name: _chosen(name, as_typed(call)) for name in as_typed(call)})
    called = {**LABELS, **CALLED.get(kind, {})}
    both = [(name, mine.get(name, ""), found.fields.get(name, "")) for name in TEXTS[kind]]
    sides = [
        Side(name, called.get(name, N_("Your comment")), one, other, differences(one, other))
        for name, one, other in both
        if one != other
    ]
    same = {name: one for name, one, other in both if one == other}
    context = {"place": place.name, "version": found.version, "key": as_typed(call).get("key", "")}
    return context | {
        "sides": sides,
        "same": same,
        "beside": {name: _beside(name, mine, found.fields) for name in BESIDE[kind] if name in mine},
        "at": found.at,
        "when": clock(call, found.at),
        "longest": LONGEST,
        "url": place.kind.url(place.opened),
    }


def _beside(name: str, mine: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    """What a text was written over: the older of two versions, so that a change of somebody else's shows as one."""
    if name not in ("version", "base"):
        return mine[name]
    return str(min(number_in(mine, name), number_in(theirs, name) or LARGEST_ID))


routes = [show, save, discard, put_back]
