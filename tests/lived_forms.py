"""What the forms of a room carry at this moment: versions and ids, as a page that was just loaded has them."""

from __future__ import annotations

from typing import Any

from server.clock import utc_now
from sessions import agenda
from sessions.room import rooms
from sessions.room.models import Breakout, BreakoutRound, Hand
from sessions.room.recaps import RECAP
from tests.house import House


def carried(house: House, slot_id: int, session_id: int) -> dict[str, object]:
    """By name: the versions of the room and of the recap, an item of the agenda, the newest hand, whose the first was,
    the newest time in groups, its end and a group of it. Where there is no room: what no form has."""
    with house.database(writing=False) as db:
        room = rooms.of_slot(db, slot_id)
        items = agenda.of_slot(db, slot_id)
        recap = db.execute(RECAP.select().where(RECAP.c.session_id == session_id)).one_or_none()
    around = next(reversed(_there(house, BreakoutRound, slot_id)), None)
    hands = _there(house, Hand, slot_id)
    ends = around.ends_at if around is not None and around.ends_at is not None else utc_now()
    return {
        "version": room.version if room is not None else 1,
        "recap": recap.version if recap is not None else 1,
        "line": items[0].id if items else 0,
        "hand": hands[-1].id if hands else 0,
        "person": hands[0].person_id if hands else 0,
        "round": around.id if around is not None else 0,
        "group": max((row.id for row in house.rows(Breakout)), default=0),
        "ends": ends.isoformat(),
    }


def _there(house: House, table: Any, slot_id: int) -> list[Any]:
    return sorted((row for row in house.rows(table) if row.slot_id == slot_id), key=lambda row: row.id)
