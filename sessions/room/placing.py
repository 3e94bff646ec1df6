"""Who goes into which group: prepared by a rule, put there by hand, or come late."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import case, select, update

from cohorts.models import Role
from feedback.threads import AUTHOR, PERSON, with_author
from server.db import Db
from server.live.log import new_stream, touch
from server.live.texts import new_text
from sessions import leaders, sessions
from sessions.room import groups, mixing, rooms
from sessions.room.groups import PLACE, ROUND, GroupFacts, Placed, RoundFacts, author_of
from sessions.room.models import Breakout, BreakoutPlace, BreakoutRound
from sessions.room.rooms import CAME, ROOM, Elsewhen, RoomFacts
from sessions.sessions import SESSION, SessionFacts
from sessions.slots import SLOT

MOST = 50


class How(StrEnum):
    """How people come into groups."""

    HAND = "by hand"
    RANDOM = "at random"
    COUNTRIES = "mixing countries"
    BEFORE = "same as last time"


class TooFew(Exception):
    """There are more groups than people to be placed; how many of these."""

    def __init__(self, people: int) -> None:
        super().__init__(people)
        self.people = people


class NothingBefore(Exception):
    """There was no time in groups before, or nobody of it is here."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be prepared. `names`: of the first groups, where they have one."""

    how: How
    count: int
    task: str = ""
    names: tuple[str, ...] = ()


def to_place(db: Db, room: RoomFacts, session_id: int, *, person_id: int | None = None) -> list[Placed]:
    """Who came and goes into a group: everybody but those who run the room, and who has left the cohort since.
    `person_id`: of these that person alone."""
    runs = sorted(sessions.parts_of(db, session_id))
    cohort = select(SESSION.c.cohort_id).where(SESSION.c.id == session_id).scalar_subquery()
    stays = CAME.c.person_id.in_(leaders.taking_part(cohort))
    found = select(CAME.c.person_id, *AUTHOR).select_from(with_author(CAME, CAME.c.membership_id))
    found = found.where(CAME.c.slot_id == room.slot_id, stays, CAME.c.person_id.not_in(runs))
    if person_id is not None:
        found = found.where(CAME.c.person_id == person_id)
    there = [Placed(row.person_id, author_of(row)) for row in db.execute(found.order_by(CAME.c.person_id))]
    return [one for one in there if one.author.role != Role.FACILITATOR]


def prepare(
    db: Db, room: RoomFacts, facts: SessionFacts, wanted: Wanted, *, by_id: int, now: datetime, seed: int | None = None
) -> int:
    """Lay out groups that those who run the room alone know of; their id. `seed` replays what chance makes. Raises
    Elsewhen (there are groups already), TooFew or NothingBefore."""
    # Of two who prepare groups at once the second finds the first one's.
    db.execute(select(ROOM.c.slot_id).where(ROOM.c.slot_id == room.slot_id).with_for_update())
    if groups.current(db, room.slot_id) is not None:
        raise Elsewhen
    people = {one.person_id: one.author.country for one in to_place(db, room, facts.id)}
    lots, names = _lots(db, facts, wanted, people, secrets.randbits(32) if seed is None else seed)
    made = BreakoutRound(slot_id=room.slot_id, task=wanted.task, how=wanted.how, by_id=by_id, at=now)
    db.add(made)
    db.flush()
    assert made.id is not None
    for number, lot in enumerate(lots, 1):
        name = names[number - 1] if number <= len(names) else ""
        group = Breakout(round_id=made.id, number=number, name=name, stream_id=new_stream(db, groups.STREAM))
        db.add(group)
        db.flush()
        assert group.id is not None
        group.notes_id = new_text(db, groups.NOTES, group.id)
        db.add_all([BreakoutPlace(group_id=group.id, person_id=person_id, at=now) for person_id in lot])
    db.flush()
    rooms.tell_run(db, room, f"room-groups-run-{room.slot_id}")
    return made.id


def _lots(
    db: Db, facts: SessionFacts, wanted: Wanted, people: Mapping[int, str], seed: int
) -> tuple[mixing.Groups, Sequence[str]]:
    if wanted.how == How.BEFORE:
        before, names = _last_time(db, facts)
        kept = [(lot, name) for lot, name in zip(before, names, strict=True) if set(lot) & set(people)]
        if not kept:
            raise NothingBefore
        return mixing.as_before([lot for lot, _ in kept], people, seed), [name for _, name in kept]
    if wanted.how == How.HAND:
        return [[] for _ in range(wanted.count)], wanted.names
    if wanted.count > max(len(people), 1):
        raise TooFew(len(people))
    if wanted.how == How.COUNTRIES:
        return mixing.mixed(people, wanted.count, seed), wanted.names
    return mixing.at_random(people, wanted.count, seed), wanted.names


def _last_time(db: Db, facts: SessionFacts) -> tuple[list[list[int]], list[str]]:
    """The groups of the last time in this session, else in one of its cohort, and their names."""
    around = ROUND.join(SLOT, SLOT.c.id == ROUND.c.slot_id).join(SESSION, SESSION.c.id == SLOT.c.session_id)
    own_first = case((SESSION.c.id == facts.id, 0), else_=1)
    there = (SESSION.c.cohort_id == facts.cohort_id) & ROUND.c.opened_at.is_not(None)
    rows = select(ROUND.c.id).select_from(around).where(there)
    last = db.execute(rows.order_by(own_first, ROUND.c.opened_at.desc()).limit(1)).scalar()
    found = groups.of_round(db, last) if last is not None else []
    places = select(PLACE.c.group_id, PLACE.c.person_id).where(PLACE.c.group_id.in_([one.id for one in found]))
    lots: dict[int, list[int]] = {}
    for row in db.execute(places):
        lots.setdefault(row.group_id, []).append(row.person_id)
    return [lots.get(one.id, []) for one in found], [one.name for one in found]


def put(db: Db, room: RoomFacts, around: RoundFacts, group_id: int | None, person_id: int, *, now: datetime) -> int:
    """Somebody goes into that group, and out of the one they were in; None: where fewest are, unless they have one.
    The group's id. Raises Elsewhen where there is no such group any more."""
    # Two who move the same person wait for each other here.
    db.execute(update(ROUND).where(ROUND.c.id == around.id).values(how=ROUND.c.how))
    found = groups.of_round(db, around.id)
    before = groups.group_of(db, around.id, person_id)
    if group_id is None and before is None:
        group_id = _where_fewest(db, room, around, found, person_id)
    wanted = before if group_id is None else group_id
    if wanted is None or wanted not in {one.id for one in found}:
        raise Elsewhen
    if wanted != before:
        db.execute(PLACE.delete().where(PLACE.c.group_id == before, PLACE.c.person_id == person_id))
        db.execute(PLACE.insert().values(group_id=wanted, person_id=person_id, at=now))
        # The open pages of the group they were in ask again for their right to be there.
        moved = select(PERSON.c.stream_id).where(PERSON.c.id == person_id)
        touch(db, db.execute(moved).scalar_one(), "access")
        groups.tell(db, room, [one for one in found if one.id in (before, wanted)], "group", shown=around.is_open)
    return wanted


def take_out(db: Db, room: RoomFacts, person_ids: Sequence[int]) -> None:
    """Those people are gone: out of their group, or of those who wait for one. Harmless twice."""
    around = groups.current(db, room.slot_id)
    if around is None:
        return
    found = groups.of_round(db, around.id)
    theirs = PLACE.c.group_id.in_([one.id for one in found]) & PLACE.c.person_id.in_(person_ids)
    left = set(db.execute(PLACE.delete().where(theirs).returning(PLACE.c.group_id)).scalars())
    shown = around.is_open and bool(left)
    groups.tell(db, room, [one for one in found if one.id in left], "group", shown=shown)


def _where_fewest(db: Db, room: RoomFacts, around: RoundFacts, found: Sequence[GroupFacts], person_id: int) -> int:
    there = groups.people_of(db, room.slot_id, around.id)
    inside = [there.get(one.id, []) for one in found]
    if around.how != How.COUNTRIES:
        return found[mixing.smallest([len(each) for each in inside])].id
    homes = [[one.author.country for one in each] for each in inside]
    return found[mixing.least_alike(homes, _country(db, room, person_id))].id


def _country(db: Db, room: RoomFacts, person_id: int) -> str:
    mine = (CAME.c.slot_id == room.slot_id) & (CAME.c.person_id == person_id)
    row = db.execute(select(*AUTHOR).select_from(with_author(CAME, CAME.c.membership_id)).where(mine)).one()
    return author_of(row).country


def _somebody_came(db: Db, room: RoomFacts, person_id: int, now: datetime) -> None:
    """Whoever comes late has a place at once; where people are put by hand, those who run the room see them wait."""
    around = groups.current(db, room.slot_id)
    if around is None:
        return
    session_id = db.execute(select(SLOT.c.session_id).where(SLOT.c.id == room.slot_id)).scalar_one()
    if around.how != How.HAND and to_place(db, room, session_id, person_id=person_id):
        put(db, room, around, None, person_id, now=now)
    else:
        groups.tell(db, room, (), shown=False)


rooms.when_somebody_comes.append(_somebody_came)
