"""Hands: who wants to speak, in the order in which they were raised, and who has the word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, select, update

from cohorts.identity import Author
from feedback.threads import AUTHOR, with_author
from server.db import Db, ask
from sessions.room import rooms
from sessions.room.models import Hand
from sessions.room.rooms import ROOM, RoomFacts

HAND: Any = Hand.__table__  # type: ignore[attr-defined]


QUEUE = (
    select(HAND.c.id, HAND.c.person_id, HAND.c.called_at, HAND.c.attribution, *AUTHOR)
    .select_from(with_author(HAND, HAND.c.membership_id))
    .where(HAND.c.slot_id == bindparam("slot"), HAND.c.lowered_at.is_(None))
    .order_by(HAND.c.id)
)


class Raised(NamedTuple):
    """A hand that is up. `called`: its owner has the word; `attribution`: in whose name it is shown at most."""

    id: int
    person_id: int
    called: bool
    attribution: str
    author: Author


def regions(slot_id: int) -> tuple[str, str]:
    """What shows the queue: to everybody, and to those who run the room."""
    return f"room-hands-{slot_id}", f"room-queue-{slot_id}"


def queue(db: Db, slot_id: int) -> list[Raised]:
    """The hands that are up: who has the word, then the others in their order. One query."""
    found = [
        Raised(
            row.id,
            row.person_id,
            row.called_at is not None,
            row.attribution,
            Author(row.name, row.organisation, row.country, row.role, row.team or "", row.sample),
        )
        for row in ask(db, QUEUE, slot=slot_id)
    ]
    return sorted(found, key=lambda one: not one.called)


def mine(db: Db, slot_id: int, person_id: int) -> int | None:
    """The id of somebody's hand that is up."""
    found = db.execute(select(HAND.c.id).where(*_up(slot_id), HAND.c.person_id == person_id)).scalar()
    return int(found) if found is not None else None


def _up(slot_id: int) -> tuple[ColumnElement[bool], ...]:
    return HAND.c.slot_id == slot_id, HAND.c.lowered_at.is_(None)


def raise_hand(db: Db, room: RoomFacts, *, person_id: int, membership_id: int, attribution: str, now: datetime) -> None:
    """Ask for the word. A hand that is up stays where it is in the queue."""
    # Two windows of one person may raise it at the same moment.
    db.execute(select(ROOM.c.slot_id).where(ROOM.c.slot_id == room.slot_id).with_for_update())
    if mine(db, room.slot_id, person_id) is not None:
        return
    said = {"person_id": person_id, "membership_id": membership_id, "attribution": attribution}
    db.execute(HAND.insert().values(slot_id=room.slot_id, at=now, **said))
    _tell(db, room)


def lower_own(db: Db, room: RoomFacts, *, person_id: int, now: datetime) -> None:
    """Take one's own hand down. Harmless twice."""
    _lower(db, room, HAND.c.person_id == person_id, by_id=person_id, now=now)


def lower(db: Db, room: RoomFacts, hand_id: int | None, *, by_id: int, now: datetime) -> None:
    """Take that hand down, or, None, every one. Harmless twice."""
    which = [HAND.c.id == hand_id] if hand_id is not None else []
    _lower(db, room, *which, by_id=by_id, now=now)


def lower_of(db: Db, room: RoomFacts, person_ids: Sequence[int], *, now: datetime) -> None:
    """Take down the hands of those people, who are gone. Harmless twice."""
    _lower(db, room, HAND.c.person_id.in_(person_ids), by_id=None, now=now)


def _lower(db: Db, room: RoomFacts, *which: ColumnElement[bool], by_id: int | None, now: datetime) -> None:
    down = update(HAND).where(*_up(room.slot_id), *which).values(lowered_at=now, lowered_by_id=by_id)
    if db.execute(down).rowcount:  # type: ignore[attr-defined]
        _tell(db, room)


def call_on(db: Db, room: RoomFacts, hand_id: int, *, by_id: int, now: datetime) -> None:
    """Give the word to that hand; whoever had it has spoken. Of two who call the same one at once, one does nothing."""
    wanted = (*_up(room.slot_id), HAND.c.id == hand_id, HAND.c.called_at.is_(None))
    if not db.execute(update(HAND).where(*wanted).values(called_at=now)).rowcount:  # type: ignore[attr-defined]
        return
    before = (*_up(room.slot_id), HAND.c.id != hand_id, HAND.c.called_at.is_not(None))
    db.execute(update(HAND).where(*before).values(lowered_at=now, lowered_by_id=by_id))
    _tell(db, room)


def _tell(db: Db, room: RoomFacts) -> None:
    everybody, run = regions(room.slot_id)
    rooms.tell(db, room, everybody)
    rooms.tell_run(db, room, run)
