"""Groups: a time in which the people of a room work apart, each group with its own page, notes and questions.

Opened, given more time, called, brought back; who goes where is placing.py. Regions: `room-groups-SLOT` (the groups
and how many are in each), `room-groups-time-SLOT` and `room-called-SLOT` (what was said to all of them) on the room's
stream, `room-groups-run-SLOT` on its run stream; `group-ID`, `group-time-ID`, `group-called-ID` and `group-anew-ID`
on the stream of a group.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, select, update

from cohorts.identity import Author
from feedback.threads import AUTHOR, with_author
from server.db import Db, ask
from server.live.log import touch
from server.live.texts import close
from sessions.room import rooms
from sessions.room.models import Breakout, BreakoutPlace, BreakoutRound
from sessions.room.rooms import CAME, Elsewhen, RoomFacts
from sessions.sessions import SessionFacts

ROUND: Any = BreakoutRound.__table__  # type: ignore[attr-defined]
GROUP: Any = Breakout.__table__  # type: ignore[attr-defined]
PLACE: Any = BreakoutPlace.__table__  # type: ignore[attr-defined]

NOTES = "group notes"
STREAM = "breakout"
LONGEST = 8 * 60


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """A time in groups as it is now; the columns are explained in models.py."""

    id: int
    slot_id: int
    task: str
    how: str
    opened_at: datetime | None
    ends_at: datetime | None
    ended_at: datetime | None
    message: str

    @property
    def is_open(self) -> bool:
        """Whether people are in their groups now."""
        return self.opened_at is not None and self.ended_at is None


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """One group. `name` is empty where it goes by its number."""

    id: int
    round_id: int
    number: int
    name: str
    notes_id: int
    stream_id: int


class Placed(NamedTuple):
    """Somebody in a group, or with no group yet."""

    person_id: int
    author: Author


_ROUND = tuple(ROUND.c[field.name] for field in fields(RoundFacts))
OF_SLOT = select(*_ROUND).where(ROUND.c.slot_id == bindparam("slot")).order_by(ROUND.c.id)
_GROUP = tuple(GROUP.c[field.name] for field in fields(GroupFacts))


def rounds(db: Db, *conditions: ColumnElement[bool]) -> list[RoundFacts]:
    """The times in groups that meet the conditions, in their order."""
    return [RoundFacts(*row) for row in db.execute(select(*_ROUND).where(*conditions).order_by(ROUND.c.id))]


def of_slot(db: Db, slot_id: int) -> list[RoundFacts]:
    """All that were made in a room, in their order."""
    return [RoundFacts(*row) for row in ask(db, OF_SLOT, slot=slot_id)]


def current(db: Db, slot_id: int) -> RoundFacts | None:
    """The one that is prepared or open."""
    return now_of(of_slot(db, slot_id))


def now_of(known: Iterable[RoundFacts]) -> RoundFacts | None:
    """The one of these that is prepared or open."""
    return next((one for one in known if one.ended_at is None), None)


def returned(db: Db, slot_id: int) -> list[RoundFacts]:
    """Those from which everybody came back. One that was never opened is none."""
    return back_from(of_slot(db, slot_id))


def back_from(known: Iterable[RoundFacts]) -> list[RoundFacts]:
    """Those of these from which everybody came back."""
    return [one for one in known if one.ended_at is not None and one.opened_at is not None]


def read(db: Db, *conditions: ColumnElement[bool]) -> list[GroupFacts]:
    """The groups that meet the conditions, in their order."""
    rows = db.execute(select(*_GROUP).where(*conditions).order_by(GROUP.c.round_id, GROUP.c.number))
    return [GroupFacts(*row) for row in rows]


def of_round(db: Db, round_id: int) -> list[GroupFacts]:
    """The groups of one time."""
    return read(db, GROUP.c.round_id == round_id)


def known_in(db: Db, slot_id: int) -> dict[int, GroupFacts]:
    """All groups there ever were in a room, by id: one query."""
    here = select(ROUND.c.id).where(ROUND.c.slot_id == slot_id)
    return {one.id: one for one in read(db, GROUP.c.round_id.in_(here))}


def slot_of(db: Db, *condition: ColumnElement[bool]) -> int | None:
    """The slot of the group that meets the condition."""
    around = GROUP.join(ROUND, ROUND.c.id == GROUP.c.round_id)
    return db.execute(select(ROUND.c.slot_id).select_from(around).where(*condition)).scalar()


def people_of(db: Db, slot_id: int, round_id: int) -> dict[int, list[Placed]]:
    """Who is in which group, by the group's id, in the order in which they came: one query."""
    here = PLACE.join(GROUP, GROUP.c.id == PLACE.c.group_id)
    came = (CAME.c.person_id == PLACE.c.person_id) & (CAME.c.slot_id == slot_id)
    rows = with_author(here.outerjoin(CAME, came), CAME.c.membership_id)
    columns = (PLACE.c.group_id, PLACE.c.person_id, *AUTHOR)
    found: dict[int, list[Placed]] = {}
    order = (PLACE.c.at, PLACE.c.person_id)
    for row in db.execute(select(*columns).select_from(rows).where(GROUP.c.round_id == round_id).order_by(*order)):
        found.setdefault(row.group_id, []).append(Placed(row.person_id, author_of(row)))
    return found


def author_of(row: Any) -> Author:
    """Who a row with the columns AUTHOR is about."""
    return Author(row.name, row.organisation, row.country, row.role, row.team or "", row.sample)


def group_of(db: Db, round_id: int, person_id: int) -> int | None:
    """The id of somebody's group."""
    around = PLACE.join(GROUP, GROUP.c.id == PLACE.c.group_id)
    mine = (GROUP.c.round_id == round_id) & (PLACE.c.person_id == person_id)
    return db.execute(select(GROUP.c.id).select_from(around).where(mine)).scalar()


def place_of(db: Db, slot_id: int, person_id: int) -> int | None:
    """The id of the group somebody is in while groups are open."""
    around = current(db, slot_id)
    return group_of(db, around.id, person_id) if around is not None and around.is_open else None


def open_all(db: Db, room: RoomFacts, around: RoundFacts, minutes: int, *, now: datetime) -> None:
    """Everybody goes to their group, for so long. Harmless twice: the first time stays."""
    ends = {"opened_at": now, "ends_at": now + timedelta(minutes=minutes)}
    fresh = (ROUND.c.id == around.id) & ROUND.c.opened_at.is_(None) & ROUND.c.ended_at.is_(None)
    if db.execute(update(ROUND).where(fresh).values(**ends)).rowcount:  # type: ignore[attr-defined]
        rooms.tell(db, room, f"room-called-{room.slot_id}", f"room-groups-time-{room.slot_id}")
        tell(db, room, of_round(db, around.id), "group", "group-time", "group-anew")


def extend(db: Db, room: RoomFacts, around: RoundFacts, minutes: int, *, base: datetime, now: datetime) -> None:
    """More time for all; one that has run out begins again with so much. Raises Elsewhen where `base` is not the end
    any more: two who give five minutes at once give five."""
    ends_at = max(base, now) + timedelta(minutes=minutes)
    mine = (ROUND.c.id == around.id) & (ROUND.c.ends_at == base) & ROUND.c.ended_at.is_(None)
    if db.execute(update(ROUND).where(mine).values(ends_at=ends_at)).rowcount != 1:  # type: ignore[attr-defined]
        raise Elsewhen
    rooms.tell(db, room, f"room-groups-time-{room.slot_id}")
    tell(db, room, of_round(db, around.id), "group-time")


def call_all(db: Db, room: RoomFacts, around: RoundFacts, message: str, *, now: datetime) -> None:
    """Say something to every group."""
    db.execute(update(ROUND).where(ROUND.c.id == around.id).values(message=message, message_at=now))
    rooms.tell(db, room, f"room-called-{room.slot_id}")
    tell(db, room, of_round(db, around.id), "group-called")


def end(db: Db, room: RoomFacts, around: RoundFacts, *, now: datetime) -> None:
    """Everybody comes back; every word that was acknowledged stays. What was never opened is put away. Harmless
    twice."""
    going = (ROUND.c.id == around.id) & ROUND.c.ended_at.is_(None)
    if not db.execute(update(ROUND).where(going).values(ended_at=now)).rowcount:  # type: ignore[attr-defined]
        return
    found = of_round(db, around.id)
    for notes_id in sorted(one.notes_id for one in found):
        close(db, notes_id)
    if around.opened_at is not None:
        regions = ("room-notes", "room-called", "room-groups-time")
        rooms.tell(db, room, *(f"{region}-{room.slot_id}" for region in regions))
    tell(db, room, found, "group", "group-time", "group-called", "group-anew", shown=around.opened_at is not None)


def tell(db: Db, room: RoomFacts, found: Sequence[GroupFacts], *regions: str, shown: bool = True) -> None:
    """Those groups changed, in the regions that begin so. `shown`: everybody in the room knows of them."""
    rooms.tell_run(db, room, f"room-groups-run-{room.slot_id}")
    if shown:
        rooms.tell(db, room, f"room-groups-{room.slot_id}")
    for one in found:
        touch(db, one.stream_id, *(f"{region}-{one.id}" for region in regions))


def person_renamed(db: Db, room: RoomFacts, person_id: int) -> None:
    """Their group shows their new name, where people are named."""
    around = current(db, room.slot_id)
    mine = group_of(db, around.id, person_id) if around is not None else None
    if mine is not None:
        tell(db, room, read(db, GROUP.c.id == mine), "group", shown=False)
    else:
        rooms.tell_run(db, room, f"room-groups-run-{room.slot_id}")


def _over(db: Db, facts: SessionFacts, room: RoomFacts, now: datetime) -> None:
    if (around := current(db, room.slot_id)) is not None:
        end(db, room, around, now=now)


rooms.when_over.append(_over)
