"""Answers: who says to come to which slot, who has a seat there, who waits for one, and who moves up.

A person attends one slot of a session, so a "yes" to another one moves them. Whoever runs the session takes no seat:
of them neither `asked_at` nor `seated_at` is set. A seat that becomes free goes to whoever has waited longest, under
the lock of the slot's row: fifty who ask at once for one seat get one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, insert, select, update

from cohorts.identity import Author
from cohorts.models import Cohort, Membership, Removal, Role, Team
from feedback import notices
from people.models import Organisation, Person
from server.clock import utc_now
from server.db import Db
from server.jobs import Running, Work, enqueue
from server.languages import N_
from server.live.log import touch
from sessions import letters, sessions, slots, telling
from sessions.models import Rsvp, SlotAnswer
from sessions.sessions import LEADERS, SESSION, SessionFacts
from sessions.slots import SLOT, SlotFacts

ANSWER: Any = SlotAnswer.__table__  # type: ignore[attr-defined]
_PERSON: Any = Person.__table__  # type: ignore[attr-defined]
_HOUSE: Any = Organisation.__table__  # type: ignore[attr-defined]
_HELD: Any = Membership.__table__  # type: ignore[attr-defined]
_GONE: Any = Removal.__table__  # type: ignore[attr-defined]
_TEAM: Any = Team.__table__  # type: ignore[attr-defined]
_COHORT: Any = Cohort.__table__  # type: ignore[attr-defined]
SEATED = "slot seat"
notices.KINDS[SEATED] = N_("You have a seat now: somebody made room")
# The work that gives free the seats of those who left a cohort.
LEAVES = "slot leavers"


class Elsewhere(Exception):
    """They said yes to another slot of the session, and did not say that this one is instead; its id."""

    def __init__(self, slot_id: int) -> None:
        super().__init__(slot_id)
        self.slot_id = slot_id


class Over(Exception):
    """The slot is over, or was called off."""


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who answers, in the role of one membership. `runs`: they run the session and need no seat."""

    person_id: int
    membership_id: int
    runs: bool


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody answered to a slot; the columns are explained in models.py. `is_coming`: they have a seat, or need
    none; `is_waiting`: they want one."""

    slot_id: int
    person_id: int
    answer: str
    at: datetime
    asked_at: datetime | None
    seated_at: datetime | None
    author: Author

    @property
    def is_waiting(self) -> bool:
        """Whether they want a seat and have none."""
        return self.asked_at is not None and self.seated_at is None

    @property
    def is_coming(self) -> bool:
        """Whether they said yes and can come."""
        return self.answer == Rsvp.YES and not self.is_waiting


AUTHOR = (
    *(_PERSON.c.name, _HOUSE.c.name.label("organisation"), _HOUSE.c.country, _HELD.c.role),
    *(func.coalesce(_TEAM.c.name, "").label("team"), _PERSON.c.sample),
)


def with_author(table: Any) -> Any:
    """That table, which names a person and a membership of theirs, with what AUTHOR needs."""
    return (
        table.join(_PERSON, _PERSON.c.id == table.c.person_id)
        .join(_HELD, _HELD.c.id == table.c.membership_id)
        .join(_HOUSE, _HOUSE.c.id == _PERSON.c.organisation_id)
        .outerjoin(_TEAM, _TEAM.c.id == _HELD.c.team_id)
    )


def of_slots(db: Db, slot_ids: Iterable[int]) -> dict[int, list[Said]]:
    """All answers to those slots, by slot; those who want a seat in the order in which they asked: one query."""
    columns = (ANSWER.c[name] for name in ("slot_id", "person_id", "answer", "at", "asked_at", "seated_at"))
    here = ANSWER.c.slot_id.in_(sorted(slot_ids))
    rows = select(*columns, *AUTHOR).select_from(with_author(ANSWER)).where(here)
    found: dict[int, list[Said]] = {}
    for row in db.execute(rows.order_by(ANSWER.c.asked_at, ANSWER.c.person_id)):
        said: Any = (*row[:6], Author(*row[6:]))
        found.setdefault(row.slot_id, []).append(Said(*said))
    return found


def of_slot(db: Db, slot_id: int) -> list[Said]:
    """All answers to one slot, likewise."""
    return of_slots(db, [slot_id]).get(slot_id, [])


def runs(db: Db, session_id: int, roles: frozenset[str], person_id: int) -> bool:
    """Whether somebody with those roles runs the session, and so takes no seat."""
    leads = exists().where(LEADERS.c.session_id == session_id, LEADERS.c.person_id == person_id)
    return Role.FACILITATOR in roles or bool(db.execute(select(leads)).scalar())


def given(db: Db, session_id: int, person_id: int) -> dict[int, Any]:
    """What somebody answered to the slots of a session: rows of SlotAnswer by slot."""
    mine = (SLOT.c.session_id == session_id) & (ANSWER.c.person_id == person_id)
    rows = select(ANSWER).join_from(ANSWER, SLOT, SLOT.c.id == ANSWER.c.slot_id).where(mine)
    return {row.slot_id: row for row in db.execute(rows)}


def is_open(slot: SlotFacts, now: datetime) -> bool:
    """Whether one can answer to the slot: until it is over."""
    return slot.cancelled_at is None and now < slot.stops_at


def say(
    db: Db, facts: SessionFacts, slot_id: int, who: Who, answer: str, *, instead: int | None = None, now: datetime
) -> bool:
    """Answer to a slot. A yes takes a seat, or a place in the waiting list; `instead`: the slot they said yes to before
    and leave for this one. Harmless twice: who waits keeps their place. Whether they wait. Raises Elsewhere or Over."""
    _lock(db, facts.id)
    there = {one.id: one for one in slots.read(db, SLOT.c.session_id == facts.id)}
    (facts,) = sessions.read(db, SESSION.c.id == facts.id)
    if facts.published_at is None or facts.cancelled_at is not None or not is_open(there[slot_id], now):
        raise Over
    mine = given(db, facts.id, who.person_id)
    if answer == Rsvp.YES:
        _leave_others(db, facts, [there[id_] for id_ in mine if id_ != slot_id], mine, instead, now)
    if slot_id not in mine or mine[slot_id].answer != answer:
        _note(db, there[slot_id], who, answer, now)
        fill(db, facts, slot_id, now=now, but=who.person_id)
    row = given(db, facts.id, who.person_id)[slot_id]
    return row.asked_at is not None and row.seated_at is None


def _lock(db: Db, session_id: int) -> None:
    """Who answers to any slot of a session takes turns, also with those who call it off or make it a draft again:
    somebody could say yes to two slots at once, or to what is not on any more."""
    db.execute(select(SESSION.c.id).where(SESSION.c.id == session_id).with_for_update()).all()
    db.execute(select(SLOT.c.id).where(SLOT.c.session_id == session_id).order_by(SLOT.c.id).with_for_update()).all()


def _leave_others(
    db: Db, facts: SessionFacts, others: list[SlotFacts], mine: dict[int, Any], instead: int | None, now: datetime
) -> None:
    left = [one for one in others if mine[one.id].answer == Rsvp.YES and is_open(one, now)]
    for other in left:
        if other.id != instead:
            raise Elsewhere(other.id)
    for other in left:
        _drop(db, other, mine[other.id].person_id)
        fill(db, facts, other.id, now=now)


def _drop(db: Db, slot: SlotFacts, person_id: int) -> None:
    db.execute(delete(ANSWER).where(ANSWER.c.slot_id == slot.id, ANSWER.c.person_id == person_id))
    tell(db, slot.id, slot.stream_id)


def _note(db: Db, slot: SlotFacts, who: Who, answer: str, now: datetime) -> None:
    asked_at = now if answer == Rsvp.YES and not who.runs else None
    values = {"membership_id": who.membership_id, "answer": answer, "at": now, "asked_at": asked_at, "seated_at": None}
    mine = (ANSWER.c.slot_id == slot.id) & (ANSWER.c.person_id == who.person_id)
    if db.execute(update(ANSWER).where(mine).values(**values)).rowcount == 0:  # type: ignore[attr-defined]
        db.execute(insert(ANSWER).values(slot_id=slot.id, person_id=who.person_id, **values))
    tell(db, slot.id, slot.stream_id)


def fill(db: Db, facts: SessionFacts, slot_id: int, *, now: datetime, but: int | None = None) -> None:
    """Give the free seats of a slot to those who have waited longest, and tell them; `but` sees it by themself. Whoever
    calls it holds the lock of the slot's row."""
    slot = slots.read(db, SLOT.c.id == slot_id)[0]
    if not is_open(slot, now) or facts.cancelled_at is not None:
        return
    wait = (ANSWER.c.slot_id == slot_id) & ANSWER.c.asked_at.is_not(None) & ANSWER.c.seated_at.is_(None)
    first = select(ANSWER.c.person_id).where(wait).order_by(ANSWER.c.asked_at, ANSWER.c.person_id)
    if slot.capacity is not None:
        first = first.limit(max(slot.capacity - slots.seated_in(db, slot_id), 0))
    seated = list(db.execute(first).scalars())
    if not seated:
        return
    db.execute(update(ANSWER).where(wait, ANSWER.c.person_id.in_(seated)).values(seated_at=now))
    tell(db, slot_id, slot.stream_id)
    told = [person_id for person_id in seated if person_id != but]
    if told:
        telling.tell(db, facts, told, SEATED, by_id=None, now=now)
        letters.ask(db, slot, letters.SEAT, told, now=now)


def tell(db: Db, slot_id: int, stream_id: int) -> None:
    """Who comes to a slot changed."""
    touch(db, stream_id, f"answers-{slot_id}")


def seats_changed(db: Db, facts: SessionFacts, slot_id: int, now: datetime) -> None:
    """A slot has more seats, and its row is locked."""
    fill(db, facts, slot_id, now=now)


def people_changed(db: Db, cohort_id: int, team_id: int | None = None) -> None:
    """Teams of a cohort or their people changed. Their seats follow once that is written: somebody who moves to another
    team leaves the cohort for a moment."""
    asked: set[int] = db.info.setdefault(LEAVES, set())
    # An import changes the people of a cohort hundreds of times in one transaction.
    if cohort_id in asked:
        return
    asked.add(cohort_id)
    said = ANSWER.join(SLOT, SLOT.c.id == ANSWER.c.slot_id).join(SESSION, SESSION.c.id == SLOT.c.session_id)
    if db.execute(select(SESSION.c.id).select_from(said).where(SESSION.c.cohort_id == cohort_id).limit(1)).first():
        enqueue(db, LEAVES, now=utc_now(), key=f"leavers-{cohort_id}", cohort=cohort_id)


def _run_leaves(running: Running) -> None:
    with running.step() as db:
        give_back(db, running.given["cohort"], now=utc_now())


def give_back(db: Db, cohort_id: int, *, now: datetime) -> None:
    """Whoever takes part in the cohort no more gives their seats to others. What is over stays as it was."""
    around = ANSWER.join(SLOT, SLOT.c.id == ANSWER.c.slot_id).join(SESSION, SESSION.c.id == SLOT.c.session_id)
    around = around.join(_COHORT, _COHORT.c.id == SESSION.c.cohort_id)
    runs_it = (_HELD.c.role == Role.FACILITATOR) & (_HELD.c.programme_id == _COHORT.c.programme_id)
    here = runs_it | ((_HELD.c.cohort_id == cohort_id) & _HELD.c.role.in_([Role.MEMBER, Role.ADVISER]))
    ended = exists().where(_GONE.c.membership_id == _HELD.c.id)
    stays = exists().where(_HELD.c.person_id == ANSWER.c.person_id, here, ~ended)
    rows = select(SLOT.c.session_id, ANSWER.c.slot_id, ANSWER.c.person_id).select_from(around)
    gone = db.execute(rows.where(SESSION.c.cohort_id == cohort_id, ~stays).order_by(SLOT.c.session_id)).all()
    for session_id in dict.fromkeys(row.session_id for row in gone):
        facts = sessions.read(db, SESSION.c.id == session_id)[0]
        _lock(db, session_id)
        for slot in slots.read(db, SLOT.c.session_id == session_id):
            leavers = [row.person_id for row in gone if row.slot_id == slot.id]
            if leavers and is_open(slot, now):
                for person_id in leavers:
                    _drop(db, slot, person_id)
                fill(db, facts, slot.id, now=now)


def person_renamed(db: Db, person_id: int) -> None:
    """The slots to which somebody answered show their new name."""
    rows = select(SLOT.c.id, SLOT.c.stream_id).join_from(ANSWER, SLOT, SLOT.c.id == ANSWER.c.slot_id)
    for row in db.execute(rows.where(ANSWER.c.person_id == person_id)).all():
        tell(db, row.id, row.stream_id)


slots.when_seats_change.append(seats_changed)
works = [Work(LEAVES, _run_leaves, lane="mail", first=True)]
