"""Attendance: who came to a slot. The room notes it by itself, and whoever runs the session corrects it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from cohorts.identity import Author
from cohorts.models import Cohort, Membership, Removal, Role
from server.audit import note
from server.db import Db
from server.live.log import touch
from sessions import answers
from sessions.answers import AUTHOR, with_author
from sessions.models import Attendance
from sessions.sessions import SessionFacts
from sessions.slots import SLOT, SlotFacts

CAME: Any = Attendance.__table__  # type: ignore[attr-defined]
# Called with (db, id of the slot) when somebody noted who came: what is made of it changes too.
when_corrected: list[Callable[[Db, int], None]] = []
_HELD: Any = Membership.__table__  # type: ignore[attr-defined]
_GONE: Any = Removal.__table__  # type: ignore[attr-defined]
_COHORT: Any = Cohort.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Came:
    """Somebody who came to a slot, or might have. `by_hand`: a person noted it, not the room."""

    person_id: int
    membership_id: int
    author: Author
    came: bool
    by_hand: bool = False


def of_slots(db: Db, slot_ids: Iterable[int]) -> dict[int, list[Came]]:
    """Who came to those slots, by slot, in the order of their names: one query."""
    columns = (CAME.c.slot_id, CAME.c.person_id, CAME.c.membership_id, CAME.c.by_id)
    rows = select(*columns, *AUTHOR).select_from(with_author(CAME)).where(CAME.c.slot_id.in_(sorted(slot_ids)))
    found: dict[int, list[Came]] = {}
    for row in db.execute(rows):
        one = Came(row.person_id, row.membership_id, Author(*row[4:]), True, row.by_id is not None)
        found.setdefault(row.slot_id, []).append(one)
    for people in found.values():
        people.sort(key=_by_name)
    return found


def of_slot(db: Db, slot_id: int) -> list[Came]:
    """Who came to one slot, likewise."""
    return of_slots(db, [slot_id]).get(slot_id, [])


def _by_name(one: Came) -> tuple[str, int]:
    return one.author.name.casefold(), one.person_id


def choices(db: Db, facts: SessionFacts, slot_id: int) -> list[Came]:
    """Of whom can be said that they came: who did, who answered to the slot, and who takes part in the cohort now."""
    known = {one.person_id: one for one in of_slot(db, slot_id)}
    held = _held(db, facts.cohort_id, {one.person_id for one in answers.of_slot(db, slot_id)})
    for person_id, (membership_id, author) in held.items():
        known.setdefault(person_id, Came(person_id, membership_id, author, False))
    return sorted(known.values(), key=_by_name)


def _held(db: Db, cohort_id: int, also: Collection[int]) -> dict[int, tuple[int, Author]]:
    """The membership with which somebody takes part in a cohort: a member's before an adviser's and a facilitator's,
    one that has not ended before one that has. `also`: people of whom one that has ended counts."""
    programme = select(_COHORT.c.programme_id).where(_COHORT.c.id == cohort_id).scalar_subquery()
    runs = (_HELD.c.role == Role.FACILITATOR) & (_HELD.c.programme_id == programme)
    here = runs | ((_HELD.c.cohort_id == cohort_id) & _HELD.c.role.in_([Role.MEMBER, Role.ADVISER]))
    gone = select(_GONE.c.membership_id)
    counts = _HELD.c.id.not_in(gone) | _HELD.c.person_id.in_(sorted(also))
    around = with_author(_HELD_AS).outerjoin(_GONE, _GONE.c.membership_id == _HELD.c.id)
    rows = select(_HELD.c.person_id, _HELD.c.id, *AUTHOR).select_from(around).where(here, counts)
    rank = _GONE.c.membership_id.is_not(None)
    order = {Role.MEMBER: 0, Role.ADVISER: 1, Role.FACILITATOR: 2}
    found: dict[int, tuple[int, Author]] = {}
    for row in sorted(db.execute(rows.add_columns(rank)).all(), key=lambda row: (row[-1], order[row.role], row.id)):
        found.setdefault(row.person_id, (row.id, Author(*row[2:8])))
    return found


# A membership names itself where other tables name one.
_HELD_AS: Any = select(_HELD.c.person_id, _HELD.c.id.label("membership_id")).subquery("held_as")


def correct(
    db: Db,
    facts: SessionFacts,
    slot: SlotFacts,
    known: Mapping[int, Came],
    came: Collection[int],
    stayed_away: Collection[int],
    *,
    by_id: int,
    named: bool,
    now: datetime,
) -> None:
    """Note that these people came and those did not; of others nothing changes. `known`: of whom it can be said
    (`choices`). `named`: the audit log names them, unless the rule of the session masks who was there."""
    programme_id = db.execute(select(_COHORT.c.programme_id).where(_COHORT.c.id == facts.cohort_id)).scalar_one()
    insert_new: Any = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    done: list[tuple[str, int]] = []
    for person_id in sorted(came):
        row = {"slot_id": slot.id, "person_id": person_id, "membership_id": known[person_id].membership_id}
        made = insert_new(CAME).values(**row, came_at=slot.starts_at, by_id=by_id).on_conflict_do_nothing()
        done += [("attendance noted", person_id)] if db.execute(made.returning(CAME.c.slot_id)).first() else []
    for person_id in sorted(stayed_away):
        gone = delete(CAME).where(CAME.c.slot_id == slot.id, CAME.c.person_id == person_id)
        if db.execute(gone).rowcount:  # type: ignore[attr-defined]
            done.append(("attendance taken back", person_id))
    for what, person_id in done:
        who = {"person_id": person_id if named else None}
        words = f"{known[person_id].author.name}: {facts.theme}" if named else facts.theme
        note(db, what, by_id=by_id, now=now, programme_id=programme_id, words=words, **who)
    if done:
        answers.tell(db, slot.id, slot.stream_id)
        for act in when_corrected:
            act(db, slot.id)


def somebody_came(db: Db, room: Any, person_id: int, now: datetime) -> None:
    """The room of a slot noted that somebody is there."""
    for row in db.execute(select(SLOT.c.id, SLOT.c.stream_id).where(SLOT.c.id == room.slot_id)).all():
        answers.tell(db, row.id, row.stream_id)


def person_renamed(db: Db, person_id: int) -> None:
    """The slots to which somebody came show their new name."""
    rows = select(SLOT.c.id, SLOT.c.stream_id).join_from(CAME, SLOT, SLOT.c.id == CAME.c.slot_id)
    for row in db.execute(rows.where(CAME.c.person_id == person_id)).all():
        touch(db, row.stream_id, f"answers-{row.id}")
