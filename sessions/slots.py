"""Slots: the times at which a session is offered. Offered, moved, called off; and what calendars need to follow."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, column, func, select, table

from server.clock import Instant
from server.db import Db, ask
from server.jobs import enqueue
from server.live.log import new_stream, touch
from sessions import sessions
from sessions.models import Slot, SlotAnswer, ThematicSession
from sessions.sessions import SessionFacts

SLOT: Any = Slot.__table__  # type: ignore[attr-defined]
_ANSWER: Any = SlotAnswer.__table__  # type: ignore[attr-defined]
# Rooms stand above slots: what is asked of them here is whether one was ended.
_ROOM: Any = table("room", column("slot_id"), column("ended_at", Instant))
# The work that turns open pages over when a slot begins and when it is over (turning.py).
TURNS = "slot turns"
# The work that reminds people of a slot (reminders.py), and how many minutes before it begins a session may want that.
REMINDS = "slot reminders"
REMINDED = (7 * 24 * 60, 24 * 60, 60, 15)
MOST_SLOTS = 6
LONGEST = 8 * 60


# Called with (db, session, id of the slot, now) when a slot has another number of seats, and by that perhaps free ones.
when_seats_change: list[Callable[[Db, SessionFacts, int, datetime], None]] = []
# Called with (db, id of the slot) when it has another place to meet.
when_link_changes: list[Callable[[Db, int], None]] = []


class TooMany(Exception):
    """The session is offered at as many times as it can be."""


class Overlaps(Exception):
    """Another slot of the same session is at that time; its id."""

    def __init__(self, slot_id: int) -> None:
        super().__init__(slot_id)
        self.slot_id = slot_id


class Full(Exception):
    """More people have a seat than the new capacity; how many."""

    def __init__(self, seated: int) -> None:
        super().__init__(seated)
        self.seated = seated


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """A slot as it is now; the columns are explained in models.py. `over_at`: when its room was ended, if it was."""

    id: int
    session_id: int
    number: int
    starts_at: datetime
    minutes: int
    time_zone: str
    capacity: int | None
    video_url: str
    uid: str
    sequence: int
    changed_at: datetime
    cancelled_at: datetime | None
    cancelled_why: str
    stream_id: int
    over_at: datetime | None

    @property
    def ends_at(self) -> datetime:
        """When it is over by plan."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def span(self) -> tuple[datetime, datetime]:
        """From when to when, by plan."""
        return self.starts_at, self.ends_at

    @property
    def stops_at(self) -> datetime:
        """When it is over: by plan, or when its room was ended before that."""
        return self.ends_at if self.over_at is None else min(self.ends_at, self.over_at)

    @property
    def lasts(self) -> tuple[datetime, datetime]:
        """From when to when it is on."""
        return self.starts_at, self.stops_at


@dataclass(frozen=True, slots=True)
class Time:
    """When a slot is: `starts_at` aware, `time_zone` the IANA zone it was written in."""

    starts_at: datetime
    minutes: int
    time_zone: str


_OVER = select(_ROOM.c.ended_at).where(_ROOM.c.slot_id == SLOT.c.id).correlate(SLOT).scalar_subquery()
_COLUMNS = (*(SLOT.c[field.name] for field in fields(SlotFacts) if field.name != "over_at"), _OVER.label("over_at"))
_ZONE = select(SLOT.c.time_zone).where(SLOT.c.id == bindparam("slot"))
# Sessions and their slots, the earliest first: a row a slot, and one for a session without.
WITH_SESSION = (
    select(*sessions.COLUMNS, *_COLUMNS)
    .join_from(sessions.SESSION, SLOT, SLOT.c.session_id == sessions.SESSION.c.id, isouter=True)
    .order_by(SLOT.c.starts_at, SLOT.c.id)
)


def read(db: Db, *conditions: ColumnElement[bool]) -> list[SlotFacts]:
    """The slots that meet the conditions, the earliest first: one query."""
    rows = db.execute(select(*_COLUMNS).where(*conditions).order_by(SLOT.c.starts_at, SLOT.c.id))
    return [SlotFacts(*row) for row in rows]


def zone_of(db: Db, slot_id: int) -> str:
    """The zone in which that slot was planned."""
    return str(ask(db, _ZONE, slot=slot_id).scalar_one())


def with_session(rows: Iterable[Any]) -> tuple[SessionFacts, tuple[SlotFacts, ...]] | None:
    """What rows of WITH_SESSION say of one session; None: there are none."""
    found, after = list(rows), len(sessions.COLUMNS)
    if not found:
        return None
    return SessionFacts(*found[0][:after]), tuple(SlotFacts(*row[after:]) for row in found if row[after] is not None)


def of_sessions(db: Db, session_ids: Iterable[int]) -> dict[int, list[SlotFacts]]:
    """The slots of those sessions, the earliest first, by session; those that were called off among them."""
    found: dict[int, list[SlotFacts]] = {}
    for slot in read(db, SLOT.c.session_id.in_(sorted(session_ids))):
        found.setdefault(slot.session_id, []).append(slot)
    return found


def standing(slots: Iterable[SlotFacts]) -> list[SlotFacts]:
    """Those that were not called off."""
    return [slot for slot in slots if slot.cancelled_at is None]


def offer(
    db: Db, facts: SessionFacts, time: Time, *, now: datetime, capacity: int | None = None, video_url: str = ""
) -> Slot:
    """One more time for a session. Raises Overlaps or TooMany."""
    _free(db, facts.id, time, None)
    if len(standing(read(db, SLOT.c.session_id == facts.id))) >= MOST_SLOTS:
        raise TooMany
    last = db.execute(select(func.max(SLOT.c.number)).where(SLOT.c.session_id == facts.id)).scalar() or 0
    made = Slot(
        session_id=facts.id,
        number=last + 1,
        starts_at=time.starts_at,
        minutes=time.minutes,
        time_zone=time.time_zone,
        capacity=capacity,
        video_url=video_url,
        changed_at=now,
        stream_id=new_stream(db, "slot"),
    )
    db.add(made)
    db.flush()
    _set_clocks(db, made, now)
    sessions.tell(db, facts, f"session-{facts.id}", f"agenda-{facts.id}", f"slots-{facts.id}")
    return made


def move(db: Db, facts: SessionFacts, slot: SlotFacts, time: Time, *, now: datetime) -> None:
    """Another time for a slot; whoever has a seat keeps it. Calendars see a newer event. Raises Overlaps."""
    _free(db, facts.id, time, slot.id)
    before = [one.id for one in read(db, SLOT.c.session_id == facts.id)]
    row = db.get_one(Slot, slot.id, with_for_update=True)
    row.starts_at, row.minutes, row.time_zone = time.starts_at, time.minutes, time.time_zone
    _set_clocks(db, row, now)
    _changed(db, facts, row, now)
    if before != [one.id for one in read(db, SLOT.c.session_id == facts.id)]:
        touch(db, facts.stream_id, f"slots-{facts.id}")


def seat(db: Db, facts: SessionFacts, slot: SlotFacts, *, capacity: int | None, video_url: str, now: datetime) -> None:
    """Another number of seats, None without a limit, or another place to meet. Raises Full."""
    row = db.get_one(Slot, slot.id, with_for_update=True)
    seated = seated_in(db, slot.id)
    if capacity is not None and capacity < seated:
        raise Full(seated)
    more = row.capacity is not None and (capacity is None or capacity > row.capacity)
    row.capacity = capacity
    moved = row.video_url != video_url
    if moved:
        row.video_url = video_url
        row.sequence, row.changed_at = row.sequence + 1, now
    db.flush()
    touch(db, row.stream_id, f"slot-{row.id}")
    for act in when_seats_change if more else ():
        act(db, facts, slot.id, now)
    for tell_place in when_link_changes if moved else ():
        tell_place(db, slot.id)


def seated_in(db: Db, slot_id: int) -> int:
    """How many people have a seat in a slot."""
    here = (_ANSWER.c.slot_id == slot_id) & _ANSWER.c.seated_at.is_not(None)
    return int(db.execute(select(func.count()).select_from(_ANSWER).where(here)).scalar_one())


def follow(db: Db, session_id: int, *, now: datetime) -> None:
    """The session is another one, and with it each of its slots that stands: calendars see newer events."""
    mine = (SLOT.c.session_id == session_id) & SLOT.c.cancelled_at.is_(None)
    db.execute(SLOT.update().where(mine).values(sequence=SLOT.c.sequence + 1, changed_at=now))
    tell(db, session_id)


def tell(db: Db, session_id: int) -> None:
    """What is shown of each slot of a session changed."""
    rows = db.execute(select(SLOT.c.id, SLOT.c.stream_id).where(SLOT.c.session_id == session_id))
    for row in rows.all():
        touch(db, row.stream_id, f"slot-{row.id}")


def cancel(db: Db, facts: SessionFacts, slot: SlotFacts, *, why: str, now: datetime) -> None:
    """Call one slot off. Harmless twice: the first reason stays."""
    row = db.get_one(Slot, slot.id, with_for_update=True)
    if row.cancelled_at is None:
        row.cancelled_at, row.cancelled_why = now, why
        _changed(db, facts, row, now)


def _changed(db: Db, facts: SessionFacts, row: Slot, now: datetime) -> None:
    row.sequence, row.changed_at = row.sequence + 1, now
    db.flush()
    sessions.tell(db, facts)
    touch(db, row.stream_id, f"slot-{row.id}")


def _set_clocks(db: Db, row: Slot, now: datetime) -> None:
    for at in (row.starts_at, row.starts_at + timedelta(minutes=row.minutes)):
        if at > now:
            enqueue(db, TURNS, now=now, at=at, key=f"slot-{row.id}-{at.isoformat()}", slot=row.id)
    starts = row.starts_at.isoformat()
    for minutes in REMINDED:
        if (at := row.starts_at - timedelta(minutes=minutes)) > now:
            key = f"remind-{row.id}-{minutes}-{starts}"
            enqueue(db, REMINDS, now=now, at=at, key=key, slot=row.id, minutes=minutes, starts=starts)


def _free(db: Db, session_id: int, time: Time, but: int | None) -> None:
    # Two who offer times at once wait for each other here.
    db.get_one(ThematicSession, session_id, with_for_update=True)
    ends_at = time.starts_at + timedelta(minutes=time.minutes)
    for other in standing(read(db, SLOT.c.session_id == session_id)):
        if other.id != but and other.starts_at < ends_at and time.starts_at < other.ends_at:
            raise Overlaps(other.id)
