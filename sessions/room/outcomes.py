"""Outcomes: what a room decided, and what somebody is to do until when.

They are the room's and nobody's: whoever takes part writes them down, changes them and drops them, and it is not shown
who did. What is dropped stays listed until it is taken back or the recap is made, which leaves it out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, func, select, update

from server.db import Db, ask
from sessions.room import rooms
from sessions.room.models import Outcome
from sessions.room.rooms import Elsewhen, RoomFacts

OUTCOME: Any = Outcome.__table__  # type: ignore[attr-defined]
MOST_OUTCOMES = 100
# Called with (db, room) when an outcome of it changed: what is made of them changes too.
when_changed: list[Callable[[Db, RoomFacts], None]] = []


class TooMany(Exception):
    """The room has as many outcomes as it can have."""


class Agreed(NamedTuple):
    """What was agreed: a word of OutcomeKind, in which words; who does it, in words, and until which day."""

    kind: str
    text: str
    owner: str = ""
    due: date | None = None


class OutcomeFacts(NamedTuple):
    """An outcome as it is now."""

    id: int
    slot_id: int
    said: Agreed
    dropped: bool


_ROWS = select(OUTCOME).order_by(OUTCOME.c.kind.desc(), OUTCOME.c.id)
OF_SLOT = _ROWS.where(OUTCOME.c.slot_id == bindparam("slot"))


def region(slot_id: int) -> str:
    """What shows the outcomes of a room."""
    return f"room-outcomes-{slot_id}"


def read(db: Db, *conditions: ColumnElement[bool]) -> list[OutcomeFacts]:
    """The outcomes that meet the conditions, decisions and actions each in the order they were written: one query."""
    return [_facts(row) for row in db.execute(_ROWS.where(*conditions))]


def of_slot(db: Db, slot_id: int) -> list[OutcomeFacts]:
    """The outcomes of a room, likewise."""
    return [_facts(row) for row in ask(db, OF_SLOT, slot=slot_id)]


def _facts(row: Any) -> OutcomeFacts:
    said = Agreed(row.kind, row.text, row.owner, row.due)
    return OutcomeFacts(row.id, row.slot_id, said, row.dropped_at is not None)


def of_slots(db: Db, slot_ids: Iterable[int]) -> list[OutcomeFacts]:
    """What stands of the outcomes of those slots."""
    return read(db, OUTCOME.c.slot_id.in_(sorted(slot_ids)), OUTCOME.c.dropped_at.is_(None))


def write_down(db: Db, room: RoomFacts, agreed: Agreed, *, membership_id: int, attribution: str, now: datetime) -> int:
    """One more outcome; its id. Raises TooMany."""
    here = select(func.count()).select_from(OUTCOME).where(OUTCOME.c.slot_id == room.slot_id)
    if db.execute(here).scalar_one() >= MOST_OUTCOMES:
        raise TooMany
    made = Outcome(
        slot_id=room.slot_id, membership_id=membership_id, attribution=attribution, at=now, **agreed._asdict()
    )
    db.add(made)
    db.flush()
    assert made.id is not None
    _tell(db, room)
    return made.id


def change(db: Db, room: RoomFacts, outcome: OutcomeFacts, agreed: Agreed, *, base: Agreed) -> None:
    """Say it otherwise; `base` is what the form was made from. Raises Elsewhen."""
    same = [OUTCOME.c[name] == value for name, value in base._asdict().items() if value is not None]
    same += [OUTCOME.c.due.is_(None)] if base.due is None else []
    anew = update(OUTCOME).where(_one(room, outcome.id), *same).values(**agreed._asdict())
    if not db.execute(anew).rowcount:  # type: ignore[attr-defined]
        raise Elsewhen
    _tell(db, room)


def drop(db: Db, room: RoomFacts, outcome_id: int, *, now: datetime) -> None:
    """It was not agreed after all. Harmless twice."""
    _set(db, room, OUTCOME.c.dropped_at.is_(None), outcome_id, now)


def take_back(db: Db, room: RoomFacts, outcome_id: int) -> None:
    """It was dropped by mistake. Harmless twice."""
    _set(db, room, OUTCOME.c.dropped_at.is_not(None), outcome_id, None)


def _set(db: Db, room: RoomFacts, stands: ColumnElement[bool], outcome_id: int, at: datetime | None) -> None:
    done = db.execute(update(OUTCOME).where(_one(room, outcome_id), stands).values(dropped_at=at))
    if done.rowcount:  # type: ignore[attr-defined]
        _tell(db, room)


def _one(room: RoomFacts, outcome_id: int) -> ColumnElement[bool]:
    mine: ColumnElement[bool] = (OUTCOME.c.id == outcome_id) & (OUTCOME.c.slot_id == room.slot_id)
    return mine


def _tell(db: Db, room: RoomFacts) -> None:
    rooms.tell(db, room, region(room.slot_id))
    for act in when_changed:
        act(db, room)
