"""The notes of a room: one shared text, and what its groups wrote, merged under headings when they came back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from cohorts.identity import stricter
from cohorts.models import Attribution, Cohort
from people.models import Person
from server.db import Db
from server.live.texts import texts_now
from sessions.room import groups
from sessions.room.groups import GROUP, GroupFacts, RoundFacts
from sessions.room.rooms import RoomFacts
from sessions.sessions import SESSION
from sessions.slots import SLOT

_COHORT: Any = Cohort.__table__  # type: ignore[attr-defined]
_PERSON: Any = Person.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class GroupNotes:
    """What one group wrote."""

    group: GroupFacts
    words: str


@dataclass(frozen=True, slots=True)
class RoundNotes:
    """What came out of one time in groups. A group that wrote nothing is left out."""

    around: RoundFacts
    groups: tuple[GroupNotes, ...]


def attribution_in(db: Db, slot_id: int) -> Attribution:
    """In whose name something said in the room of that slot is shown at most."""
    around = SLOT.join(SESSION, SESSION.c.id == SLOT.c.session_id).join(_COHORT, _COHORT.c.id == SESSION.c.cohort_id)
    rules = select(SESSION.c.attribution, _COHORT.c.attribution.label("cohorts")).select_from(around)
    row = db.execute(rules.where(SLOT.c.id == slot_id)).one()
    return stricter(row.attribution, row.cohorts)


def writers_in(db: Db, slot_id: int, people: Sequence[int]) -> Mapping[int, str]:
    """The names of those who are writing in the notes of a room, by person, where everybody in it is named."""
    if attribution_in(db, slot_id) != Attribution.NAMED:
        return {}
    return {
        row.id: row.name for row in db.execute(select(_PERSON.c.id, _PERSON.c.name).where(_PERSON.c.id.in_(people)))
    }


def writers_in_group(db: Db, group_id: int, people: Sequence[int]) -> Mapping[int, str]:
    """The same in the notes of a group."""
    slot_id = groups.slot_of(db, GROUP.c.id == group_id)
    return writers_in(db, slot_id, people) if slot_id is not None else {}


def of_room(db: Db, room: RoomFacts) -> str:
    """What is in the notes of the room itself."""
    return texts_now(db, [room.notes_id])[room.notes_id].words


def of_groups(db: Db, slot_id: int) -> list[RoundNotes]:
    """What the groups wrote that came back, one time in groups after the other."""
    return of_rounds(db, groups.returned(db, slot_id))


def of_rounds(db: Db, rounds: Sequence[RoundFacts]) -> list[RoundNotes]:
    """The same of those times."""
    if not rounds:
        return []
    found = groups.read(db, GROUP.c.round_id.in_([one.id for one in rounds]))
    texts = texts_now(db, [one.notes_id for one in found])
    wrote = [GroupNotes(one, words) for one in found if (words := texts[one.notes_id].words.strip())]
    merged = [RoundNotes(one, tuple(each for each in wrote if each.group.round_id == one.id)) for one in rounds]
    return [one for one in merged if one.groups]
