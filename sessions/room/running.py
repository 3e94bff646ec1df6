"""What runs in a room: the item the agenda is at, and one timer for all.

The timer is an instant at which it ends, or the seconds it stands at; every screen counts down to that instant by the
server's clock. Nothing ticks here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from server.db import Db, ask
from sessions.agenda import ItemFacts
from sessions.room import rooms
from sessions.room.models import ItemRun
from sessions.room.rooms import RUN, RoomFacts

LONGEST = 8 * 60


RAN = (
    select(RUN.c.item_id, RUN.c.title, RUN.c.planned, RUN.c.began_at, RUN.c.ended_at)
    .where(RUN.c.slot_id == bindparam("slot"))
    .order_by(RUN.c.id)
)


class Ran(NamedTuple):
    """An item as it ran: its title then, its minutes by plan, from when to when."""

    item_id: int
    title: str
    planned: int
    began_at: datetime
    ended_at: datetime | None


def regions(room: RoomFacts) -> tuple[str, str]:
    """The regions that show what runs."""
    return f"room-agenda-{room.slot_id}", f"room-timer-{room.slot_id}"


def start(db: Db, room: RoomFacts, item: ItemFacts, *, base: int, by_id: int, now: datetime) -> None:
    """Go to that item; the timer starts with its minutes. Raises Elsewhen."""
    ends = {"timer_label": item.title, "timer_ends_at": now + timedelta(minutes=item.minutes), "timer_left": None}
    rooms.change(db, room, *regions(room), base=base, item_id=item.id, item_at=now, **ends)
    rooms.finish_item(db, room, now)
    db.add(
        ItemRun(
            slot_id=room.slot_id,
            item_id=item.id,
            title=item.title,
            planned=item.minutes,
            began_at=now,
            by_id=by_id,
        )
    )
    db.flush()


def finish(db: Db, room: RoomFacts, *, base: int, now: datetime) -> None:
    """The item is over and no other has begun. Raises Elsewhen."""
    rooms.change(db, room, *regions(room), base=base, item_id=None, item_at=None, timer_ends_at=None, timer_left=None)
    rooms.finish_item(db, room, now)


def take_back(db: Db, room: RoomFacts, *, base: int) -> None:
    """The item that was finished last was finished by mistake: it runs on, and the timer with it. Raises Elsewhen."""
    ended_at = last_ended(db, room)
    if ended_at is not None:
        rooms.change(db, room, *regions(room), base=base, **rooms.begin_again(db, room, ended_at))


def last_ended(db: Db, room: RoomFacts) -> datetime | None:
    """When the last item was finished, where none has begun since."""
    if room.item_id is not None:
        return None
    found: datetime | None = db.execute(select(func.max(RUN.c.ended_at)).where(RUN.c.slot_id == room.slot_id)).scalar()
    return found


def ran(db: Db, slot_id: int) -> list[Ran]:
    """The items as they ran, in their order."""
    return [Ran(*row) for row in ask(db, RAN, slot=slot_id)]


def set_timer(db: Db, room: RoomFacts, label: str, minutes: int, *, now: datetime) -> None:
    """One timer for all, whatever the agenda is at and whatever it showed before."""
    ends = now + timedelta(minutes=minutes)
    rooms.change(db, room, regions(room)[1], timer_label=label, timer_ends_at=ends, timer_left=None)


def pause(db: Db, room: RoomFacts, *, base: int, now: datetime) -> None:
    """Let it stand. Raises Elsewhen."""
    if room.timer_ends_at is not None:
        left = max(0, round((room.timer_ends_at - now).total_seconds()))
        rooms.change(db, room, regions(room)[1], base=base, timer_ends_at=None, timer_left=left)


def go_on(db: Db, room: RoomFacts, *, base: int, now: datetime) -> None:
    """Let it run again. Raises Elsewhen."""
    if room.timer_left is not None:
        ends = now + timedelta(seconds=room.timer_left)
        rooms.change(db, room, regions(room)[1], base=base, timer_ends_at=ends, timer_left=None)


def extend(db: Db, room: RoomFacts, minutes: int, *, base: int, now: datetime) -> None:
    """More time; one that has run out begins again with so much. Raises Elsewhen."""
    more = timedelta(minutes=minutes)
    if room.timer_left is not None:
        rooms.change(db, room, regions(room)[1], base=base, timer_left=room.timer_left + minutes * 60)
    elif room.timer_ends_at is not None:
        rooms.change(db, room, regions(room)[1], base=base, timer_ends_at=max(room.timer_ends_at, now) + more)


def stop(db: Db, room: RoomFacts, *, base: int) -> None:
    """No timer. Raises Elsewhen."""
    rooms.change(db, room, regions(room)[1], base=base, timer_ends_at=None, timer_left=None, timer_label="")
