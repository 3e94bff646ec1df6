"""The private page of those who run a room: the agenda against the clock, and what the teams still owe an answer to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from litestar.handlers import HTTPRouteHandler

from cohorts.policies import Vantage
from cohorts.web.doors import standing
from server.calls import Call
from server.db import Db
from server.live.kinds import Placed
from server.live.log import positions
from server.pages import Fragment, Page
from server.routes import page
from sessions import slots
from sessions.room import sheets
from sessions.room.rooms import RoomFacts
from sessions.room.sheets import Row
from sessions.room.web import running
from sessions.room.web.doors import RunRoomDoor
from sessions.room.web.parts import RoomPart
from sessions.slots import SLOT


class SheetShown(NamedTuple):
    """The agenda on the run sheet; times in that zone where the reader's is not known."""

    rows: tuple[Row, ...]
    zone: str


def sheet_shown(db: Db, slot_id: int) -> Fragment:
    """Planned against real time."""
    slot = slots.read(db, SLOT.c.id == slot_id)[0]
    shown = SheetShown(tuple(sheets.rows(db, slot)), slot.time_zone)
    return Fragment("room/_sheet.html", shown, f"room-sheet-{slot_id}")


def _placed_run(db: Db, vantage: Vantage, room: RoomFacts, regions: Sequence[str], now: datetime) -> list[Placed]:
    shown = sheet_shown(db, room.slot_id)
    return [Placed(shown.dom_id, shown, elsewhere=True)]


@page("/slots/{slot:int}/room/run-sheet")
def show(call: Call, room: RunRoomDoor) -> Page:
    """For those who run the room alone."""
    session = room.slot.session
    context = {
        "room": room,
        "session": session,
        "sheet": sheet_shown(call.db, room.id),
        "timer": running.timer_shown(call.db, room.now),
        "controls": running.controls_shown(call.db, room.now),
        "owed": sheets.owed_in(call.db, session.cohort.id, standing(call), call.language.tag, call.now),
    }
    return Page("room/run_sheet.html", context, positions(call.db, (room.now.stream_id, room.now.run_stream_id)))


# Nothing of it stands on the page of the room.
sheet_part = RoomPart("run sheet", ("room-sheet-",), lambda call, room: None, placed_run=_placed_run)
routes: list[HTTPRouteHandler] = [show]
