"""Whoever takes part in a cohort no more is gone from its open rooms: out of their group and of the queue of hands. Who
is here follows from their pages, which are closed, and what they said stays as it is told.

It is done once the change is written: somebody who moves to another team leaves the cohort for a moment.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from server.clock import utc_now
from server.db import Db
from server.jobs import Running, Work, enqueue
from sessions import leaders
from sessions.room import hands, placing, rooms
from sessions.room.rooms import CAME, ROOM, RoomFacts
from sessions.sessions import SESSION
from sessions.slots import SLOT

LEAVES = "room leavers"


def people_changed(db: Db, cohort_id: int, team_id: int | None = None) -> None:
    """Teams of a cohort or their people changed."""
    asked: set[int] = db.info.setdefault(LEAVES, set())
    # An import changes the people of a cohort hundreds of times in one transaction.
    if cohort_id in asked:
        return
    asked.add(cohort_id)
    if _open_in(db, cohort_id):
        enqueue(db, LEAVES, now=utc_now(), cohort=cohort_id)


def _open_in(db: Db, cohort_id: int) -> list[RoomFacts]:
    slots = select(SLOT.c.id).join_from(SLOT, SESSION, SESSION.c.id == SLOT.c.session_id)
    here = slots.where(SESSION.c.cohort_id == cohort_id)
    return rooms.read(db, ROOM.c.ended_at.is_(None), ROOM.c.slot_id.in_(here))


def _run(running: Running) -> None:
    with running.step() as db:
        let_go(db, running.given["cohort"], now=utc_now())


def let_go(db: Db, cohort_id: int, *, now: datetime) -> None:
    """Take whoever is in the cohort no more out of its open rooms. Harmless twice."""
    for room in _open_in(db, cohort_id):
        came = select(CAME.c.person_id).where(CAME.c.slot_id == room.slot_id)
        gone = list(db.execute(came.where(CAME.c.person_id.not_in(leaders.taking_part(cohort_id)))).scalars())
        if gone:
            placing.take_out(db, room, gone)
            hands.lower_of(db, room, gone, now=now)


# Beside the mails: in the slow lane an import would keep them in their groups for as long as it lasts.
works = [Work(LEAVES, _run, lane="mail", first=True)]
