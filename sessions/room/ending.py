"""What the clock does to a room that nobody ended: it closes so long after its slot (policies.LATE)."""

from __future__ import annotations

from datetime import datetime

from server.clock import utc_now
from server.db import Db
from server.jobs import Running, Work
from sessions import sessions, slots
from sessions.room import rooms
from sessions.room.policies import LATE
from sessions.room.rooms import CLOSES
from sessions.sessions import SESSION
from sessions.slots import SLOT


def _close(running: Running) -> None:
    with running.step() as db:
        close_late(db, running.given["slot"], now=utc_now())


def close_late(db: Db, slot_id: int, *, now: datetime) -> None:
    """The room of that slot is over, if its time is. A slot that was moved meanwhile is looked at again later."""
    room = rooms.of_slot(db, slot_id)
    if room is None or room.ended_at is not None:
        return
    for slot in slots.read(db, SLOT.c.id == slot_id):
        closes = slot.ends_at + LATE
        if now < closes:
            rooms.close_at(db, slot, now=now)
            return
        for facts in sessions.read(db, SESSION.c.id == slot.session_id):
            rooms.end(db, facts, room, now=closes)


def closed_by_itself(ended_at: datetime | None, ends_at: datetime) -> bool:
    """Whether nobody ended a room whose slot was over then."""
    return ended_at is None or ended_at >= ends_at + LATE


# Beside the mails: in the slow lane an import would keep a room open for as long as it lasts.
works = [Work(CLOSES, _close, lane="mail", first=True)]
