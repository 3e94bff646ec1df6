"""Rooms: opened by whoever comes in first, ended by those who run them or by the clock.

Everything of a room that everybody in it sees is a region of its one stream, so a vote and a hand share a frame. What
those who run it see beyond that is on the run stream.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from cohorts.memberships import let_everybody_ask
from cohorts.models import Cohort
from people.models import Person
from server.db import Db, ask
from server.jobs import enqueue
from server.live.log import new_stream, touch
from server.live.texts import close, new_text, reopen
from sessions import sessions, slots
from sessions.models import Attendance
from sessions.room.models import ItemRun, Room
from sessions.room.policies import LATE
from sessions.sessions import LEADERS, SESSION, SessionFacts
from sessions.slots import SLOT, SlotFacts

ROOM: Any = Room.__table__  # type: ignore[attr-defined]
_COHORT: Any = Cohort.__table__  # type: ignore[attr-defined]
_PERSON: Any = Person.__table__  # type: ignore[attr-defined]
CAME: Any = Attendance.__table__  # type: ignore[attr-defined]
RUN: Any = ItemRun.__table__  # type: ignore[attr-defined]
NOTES = "room notes"
# The work that closes a room which nobody ended (ending.py).
CLOSES = "room closes"
# Called with (db, session, room, now) when a room is over, by those who run it or by the clock, and with (db, room,
# person, now) when somebody comes in for the first time: what is kept of a room beside its own row follows.
when_over: list[Callable[[Db, SessionFacts, RoomFacts, datetime], None]] = []
when_somebody_comes: list[Callable[[Db, RoomFacts, int, datetime], None]] = []
# Called with (db, session) when one is open again that was ended by mistake.
when_resumed: list[Callable[[Db, SessionFacts], None]] = []


class Elsewhen(Exception):
    """Another facilitator did something else first: the version the form was made from is not the newest."""


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """A room as it is now; the columns are explained in models.py."""

    slot_id: int
    opened_at: datetime
    ended_at: datetime | None
    item_id: int | None
    item_at: datetime | None
    timer_label: str
    timer_ends_at: datetime | None
    timer_left: int | None
    moment: str
    version: int
    notes_id: int
    stream_id: int
    run_stream_id: int


_COLUMNS = tuple(ROOM.c[field.name] for field in fields(RoomFacts))


class There(NamedTuple):
    """What there is for one person in a slot: the stream of its cohort and its session, its room once somebody opened
    it, their part in its session (a word of SessionPart), and whether they have been in."""

    around: int
    session_id: int
    room: RoomFacts | None
    part: str | None
    has_come: bool


_LEADS = (LEADERS.c.session_id == SLOT.c.session_id) & (LEADERS.c.person_id == bindparam("person"))
_CAME = (CAME.c.slot_id == SLOT.c.id) & (CAME.c.person_id == bindparam("person"))
_PLACE = SLOT.join(SESSION, SESSION.c.id == SLOT.c.session_id).join(_COHORT, _COHORT.c.id == SESSION.c.cohort_id)
_THERE = (
    select(_COHORT.c.stream_id, SESSION.c.id, LEADERS.c.part, CAME.c.person_id, *_COLUMNS)
    .select_from(_PLACE.outerjoin(ROOM, ROOM.c.slot_id == SLOT.c.id).outerjoin(LEADERS, _LEADS).outerjoin(CAME, _CAME))
    .where(SLOT.c.id == bindparam("slot"))
)
_OF_SLOT = select(*_COLUMNS).where(ROOM.c.slot_id == bindparam("slot"))


def there(db: Db, slot_id: int, person_id: int) -> There | None:
    """What there is for that person, in one query; None: no such slot."""
    row = ask(db, _THERE, slot=slot_id, person=person_id).first()
    if row is None:
        return None
    around, session_id, part, came_id, *room = row
    return There(around, session_id, RoomFacts(*room) if room[0] is not None else None, part, came_id is not None)


def read(db: Db, *conditions: ColumnElement[bool]) -> list[RoomFacts]:
    """The rooms that meet the conditions: one query."""
    return [RoomFacts(*row) for row in db.execute(select(*_COLUMNS).where(*conditions))]


def of_slot(db: Db, slot_id: int) -> RoomFacts | None:
    """The room of a slot, once somebody opened it."""
    row = ask(db, _OF_SLOT, slot=slot_id).first()
    return RoomFacts(*row) if row is not None else None


def open_for(db: Db, facts: SessionFacts, slot: SlotFacts, *, by_id: int, now: datetime) -> RoomFacts:
    """The room of a slot, made now if it is not there. Fifty who come at once make one."""
    if (before := of_slot(db, slot.id)) is not None:
        return before
    streams = {"stream_id": new_stream(db, "room"), "run_stream_id": new_stream(db, "room run")}
    row: Any = Room.model_validate({"slot_id": slot.id, "opened_at": now, "opened_by_id": by_id, **streams})
    insert_new: Any = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {column.name: getattr(row, column.name) for column in ROOM.columns}
    made = db.execute(insert_new(ROOM).values(**values).on_conflict_do_nothing().returning(ROOM.c.slot_id)).scalar()
    if made is not None:
        close_at(db, slot, now=now)
        notes = new_text(db, NOTES, slot.id)
        db.execute(ROOM.update().where(ROOM.c.slot_id == slot.id).values(notes_id=notes))
        sessions.tell(db, facts)
        touch(db, slot.stream_id, f"slot-{slot.id}")
    found = of_slot(db, slot.id)
    assert found is not None
    return found


def close_at(db: Db, slot: SlotFacts, *, now: datetime) -> None:
    """The clock closes the room so long after its slot."""
    at = slot.ends_at + LATE
    enqueue(db, CLOSES, now=now, at=at, key=f"room-{slot.id}-{at.isoformat()}", slot=slot.id)


def came(db: Db, slot_id: int, *, person_id: int, membership_id: int, now: datetime) -> None:
    """Somebody is in the room: noted once, at the first time."""
    insert_new: Any = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = {"slot_id": slot_id, "person_id": person_id, "membership_id": membership_id, "came_at": now, "by_id": None}
    noted = insert_new(CAME).values(**row).on_conflict_do_nothing().returning(CAME.c.slot_id)
    room = of_slot(db, slot_id) if db.execute(noted).scalar() is not None else None
    if room is not None:
        for act in when_somebody_comes:
            act(db, room, person_id, now)


def names_of(db: Db, person_ids: Iterable[int]) -> tuple[str, ...]:
    """The names of those people, in the order of the alphabet."""
    ids = list(person_ids)
    found = db.execute(select(_PERSON.c.name).where(_PERSON.c.id.in_(ids))).scalars() if ids else ()
    return tuple(sorted(found, key=str.casefold))


def change(db: Db, room: RoomFacts, *regions: str, base: int | None = None, **values: Any) -> None:
    """What those who run a room did: `values` of its row, and the regions that show them. With the version `base` of
    the form it fails when somebody was quicker. Raises Elsewhen."""
    mine = ROOM.c.slot_id == room.slot_id
    if base is not None:
        mine &= ROOM.c.version == base
    done = db.execute(ROOM.update().where(mine).values(version=ROOM.c.version + 1, **values))
    if done.rowcount != 1:  # type: ignore[attr-defined]
        raise Elsewhen
    tell(db, room, *regions)
    # The version stands in the buttons of those who run it.
    tell_run(db, room, f"room-controls-{room.slot_id}", f"room-sheet-{room.slot_id}")


def end(db: Db, facts: SessionFacts, room: RoomFacts, *, now: datetime) -> None:
    """The room is over: nothing happens in it any more, its notes are closed. Harmless twice."""
    if room.ended_at is None:
        still: dict[str, Any] = {"item_id": None, "item_at": None, "timer_ends_at": None, "timer_left": None}
        change(db, room, f"room-{room.slot_id}", ended_at=now, moment="", **still)
        finish_item(db, room, now)
        close(db, room.notes_id)
        _tell_session(db, facts)
        for act in when_over:
            act(db, facts, room, now)


def _tell_session(db: Db, facts: SessionFacts) -> None:
    """The slot is over, or it is on again, whatever its time: the state of its session may be another one."""
    sessions.tell(db, facts)
    slots.tell(db, facts.id)


def finish_item(db: Db, room: RoomFacts, now: datetime) -> None:
    """The item it is at ran until now. How the timer stood is kept for those who take that back."""
    stood = {"timer_ends_at": room.timer_ends_at, "timer_left": room.timer_left}
    going = (RUN.c.slot_id == room.slot_id) & RUN.c.ended_at.is_(None)
    db.execute(update(RUN).where(going).values(ended_at=now, **stood))


def begin_again(db: Db, room: RoomFacts, ended_at: datetime) -> dict[str, Any]:
    """The item that was finished then runs on: the room's columns for it as they were. Empty where there is none."""
    mine = (RUN.c.slot_id == room.slot_id) & (RUN.c.ended_at == ended_at)
    last = db.execute(select(RUN).where(mine).order_by(RUN.c.id.desc())).first()
    if last is None:
        return {}
    db.execute(update(RUN).where(RUN.c.id == last.id).values(ended_at=None, timer_ends_at=None, timer_left=None))
    was = {"item_id": last.item_id, "item_at": last.began_at, "timer_label": last.title}
    return {**was, "timer_ends_at": last.timer_ends_at, "timer_left": last.timer_left}


def resume(db: Db, facts: SessionFacts, room: RoomFacts) -> None:
    """It was ended by mistake: its agenda and its timer are as they were."""
    if room.ended_at is not None:
        change(db, room, f"room-{room.slot_id}", ended_at=None, **begin_again(db, room, room.ended_at))
        reopen(db, room.notes_id)
        _tell_session(db, facts)
        # Whoever was never in it reads what is left of it, and not what happens in it.
        let_everybody_ask(db, facts.cohort_id)
        for act in when_resumed:
            act(db, facts)


def _session_changed(db: Db, facts: SessionFacts) -> None:
    """The agenda of a session may be another one, or it was called off, and its rooms are over with it."""
    called_off = SLOT.c.cancelled_at.is_not(None) | SESSION.c.cancelled_at.is_not(None)
    # Beside the live parts of the page; `facts` is how it was.
    said_anew = or_(*(SESSION.c[name] != getattr(facts, name) for name in ("theme", "video_url", "attribution")))
    here = SLOT.join(SESSION, SESSION.c.id == SLOT.c.session_id).join(ROOM, ROOM.c.slot_id == SLOT.c.id)
    rows = select(*_COLUMNS, (called_off | said_anew).label("anew")).select_from(here)
    for *columns, anew in db.execute(rows.where(SESSION.c.id == facts.id, ROOM.c.ended_at.is_(None))).all():
        room = RoomFacts(*columns)
        tell(db, room, f"room-agenda-{room.slot_id}", *([f"room-{room.slot_id}"] if anew else []))
        tell_run(db, room, f"room-controls-{room.slot_id}", f"room-sheet-{room.slot_id}")


sessions.when_told.append(_session_changed)


def _link_changed(db: Db, slot_id: int) -> None:
    """The link to the video call stands beside the live parts of its page."""
    for room in read(db, ROOM.c.slot_id == slot_id, ROOM.c.ended_at.is_(None)):
        tell(db, room, f"room-{slot_id}")


slots.when_link_changes.append(_link_changed)


def person_renamed(db: Db, person_id: int) -> None:
    """The rooms somebody was in show their new name: who is there, the hands, and what was said in one sentence."""
    here = ROOM.join(CAME, CAME.c.slot_id == ROOM.c.slot_id)
    rows = select(*_COLUMNS).select_from(here).where(CAME.c.person_id == person_id)
    for room in [RoomFacts(*row) for row in db.execute(rows)]:
        tell(db, room, *(f"{name}-{room.slot_id}" for name in ("room-hands", "room-sentences", "presence-room")))
        tell_run(db, room, f"room-queue-{room.slot_id}")


def tell(db: Db, room: RoomFacts, *regions: str) -> None:
    """What everybody in the room sees changed there; those who run it see it too."""
    touch(db, room.stream_id, *regions)


def tell_run(db: Db, room: RoomFacts, *regions: str) -> None:
    """What those who run the room see beyond the others changed."""
    touch(db, room.run_stream_id, *regions)
