"""The private page of those who run a room: the agenda against the clock with their own notes, and what the teams still
owe an answer to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from litestar.handlers import HTTPRouteHandler

from cohorts.policies import Vantage
from cohorts.web.doors import standing
from cohorts.web.panels import Panel
from people.web.forms import errors_of, typed_in
from server.calls import Call, Door, Reply
from server.db import Db
from server.forms import Form, number, words
from server.languages import N_
from server.live.kinds import Placed
from server.live.log import placed
from server.pages import Fragment, Page
from server.refusals import Message, NotYours, Rejected
from server.routes import page, verb
from sessions import slots
from sessions.room import sheets
from sessions.room.rooms import Elsewhen, RoomFacts
from sessions.room.sheets import Note, Row
from sessions.room.web import running
from sessions.room.web.doors import OpenRoom, RunRoomDoor, run
from sessions.room.web.parts import RoomPart
from sessions.room.web.words import NOT_OURS
from sessions.slots import SLOT
from sessions.web.prompts import on_session

LONGEST_NOTE = 4_000
MEANWHILE = N_(
    "Somebody else who runs the session changed this note first. What it says now stands above yours: bring the two "
    "together, then save again."
)


class SheetShown(NamedTuple):
    """The agenda on the run sheet; times in that zone where the reader's is not known."""

    slot_id: int
    rows: tuple[Row, ...]
    zone: str


def sheet_shown(db: Db, slot_id: int) -> Fragment:
    """Planned against real time."""
    slot = slots.read(db, SLOT.c.id == slot_id)[0]
    shown = SheetShown(slot_id, tuple(sheets.rows(db, slot)), slot.time_zone)
    return Fragment("room/_sheet.html", shown, f"room-sheet-{slot_id}")


def _placed_run(db: Db, vantage: Vantage, room: RoomFacts, regions: Sequence[str], now: datetime) -> list[Placed]:
    shown = sheet_shown(db, room.slot_id)
    return [Placed(shown.dom_id, shown, elsewhere=True)]


@page("/slots/{slot:int}/room/run-sheet")
def show(call: Call, room: RunRoomDoor) -> Page:
    """For those who run the room alone."""
    left = on_session(call, room.slot.session)
    live = (room.now.stream_id, room.now.run_stream_id, *(left.live if left else ()))
    return Page("room/run_sheet.html", _context(call, room, left), placed(call.db, live))


def _context(call: Call, room: OpenRoom, left: Panel | None) -> dict[str, Any]:
    session = room.slot.session
    return {
        "room": room,
        "session": session,
        "sheet": sheet_shown(call.db, room.id),
        "timer": running.timer_shown(call.db, room.now),
        "controls": running.controls_shown(call.db, room.now),
        "left": left,
        "owed": sheets.owed_in(call.db, session.cohort.id, standing(call), call.language.tag, call.now),
    }


@dataclass(frozen=True, slots=True)
class OpenNote:
    """What is noted at an item of the agenda, for those who run the room."""

    now: Note
    room: OpenRoom

    @property
    def url(self) -> str:
        """Where it is written."""
        return f"/slots/{self.room.id}/room/run-sheet/{self.now.item_id}"


def open_note(call: Call) -> OpenNote:
    """The note at the item the path names."""
    room = run(call)
    found = sheets.note_at(call.db, room.slot.session.id, call.given["line"])
    if found is None:
        raise NotYours
    return OpenNote(found, room)


NoteDoor = Annotated[OpenNote, Door(open_note)]


class NoteForm(Form):
    """What is noted, and from which version."""

    note: Annotated[str, words(LONGEST_NOTE)] = ""
    version: Annotated[int, number(NOT_OURS)] = 0


def note_page(call: Call, note: NoteDoor) -> Page:
    """The form. It is made from the newest version, so that who was too late can save after all."""
    values, errors = typed_in(call, note=note.now.words), errors_of(call)
    context = {"note": note, "session": note.room.slot.session, "longest": LONGEST_NOTE}
    return Page("room/sheet_note.html", context | {"values": values, "errors": errors})


show_note = page("/slots/{slot:int}/room/run-sheet/{line:int}", name="room.sheet_note")(note_page)


@verb("/slots/{slot:int}/room/run-sheet/{line:int}", again=note_page)
def write(call: Call, note: NoteDoor, form: NoteForm) -> Reply:
    """Note it for those who run the session."""
    by = {"base": form.version, "by_id": call.signed_in.person_id, "now": call.now}
    try:
        sheets.write_note(call.db, note.room.slot.session.id, note.now.item_id, form.note, **by)
    except Elsewhen:
        raise Rejected({"": Message(MEANWHILE)}) from None
    return Reply(f"/slots/{note.room.id}/room/run-sheet#line-{note.now.item_id}")


# Nothing of it stands on the page of the room.
sheet_part = RoomPart("run sheet", ("room-sheet-",), lambda call, room: None, placed_run=_placed_run)
routes: list[HTTPRouteHandler] = [show, show_note, write]
