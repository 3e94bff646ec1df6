"""Who belongs where: joining, leaving, and what somebody's memberships add up to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import bindparam, func, select

from cohorts.cohorts import tell_arrivals
from cohorts.identity import NAMES
from cohorts.models import Cohort, Membership, Programme, Removal, Role, Team
from cohorts.policies import PEER, Held, Standing
from people.models import Organisation, Person
from server.audit import note
from server.db import Db, ask
from server.live.log import touch

__all__ = ["Held", "LastOwner", "Standing", "join", "remove", "speaking_as", "standing_of"]

# Where fewer people than this have a role, the role names them.
FEW = 3
# With which of two memberships somebody talks about a team's work: their own team's before any other.
SPEAKS_FIRST = (Role.MEMBER, Role.ADVISER, Role.FACILITATOR, PEER)
# Called with (db, cohort) for every cohort of a programme that somebody runs now or no more; filled by server/app.py.
when_facilitators_change: list[Callable[[Db, int], None]] = []


class LastOwner(Exception):
    """Without an owner nobody could give anybody a role again."""


class InCohort(Protocol):
    """A team and where it stands."""

    @property
    def id(self) -> int: ...
    @property
    def cohort_id(self) -> int: ...
    @property
    def programme_id(self) -> int: ...


_HELD, _GONE = Membership.__table__, Removal.__table__  # type: ignore[attr-defined]
_HELD_BY = (
    select(_HELD.c.id, _HELD.c.role, _HELD.c.programme_id, _HELD.c.cohort_id, _HELD.c.team_id)
    .outerjoin(_GONE, _GONE.c.membership_id == _HELD.c.id)
    .where(_HELD.c.person_id == bindparam("person"), _GONE.c.membership_id.is_(None))
    .order_by(_HELD.c.id)
)


def standing_of(db: Db, person_id: int) -> Standing:
    """What the memberships of that person add up to now: one query."""
    rows = ask(db, _HELD_BY, person=person_id)
    return Standing(person_id, tuple(Held(*row) for row in rows))


def speaking_as(standing: Standing, team: InCohort) -> Held | None:
    """The membership with which somebody talks about that team's work; None: they have no voice there."""

    def role_here(one: Held) -> str | None:
        if one.role == Role.MEMBER and one.cohort_id == team.cohort_id:
            return Role.MEMBER if one.team_id == team.id else PEER
        if one.role == Role.ADVISER and one.cohort_id == team.cohort_id:
            return one.role
        return one.role if one.role == Role.FACILITATOR and one.programme_id == team.programme_id else None

    voices = {role: one for one in reversed(standing.held) if (role := role_here(one))}
    return next((voices[role] for role in SPEAKS_FIRST if role in voices), None)


def join(
    db: Db,
    *,
    person: Person,
    role: str,
    programme_id: int | None = None,
    cohort_id: int | None = None,
    team_id: int | None = None,
    now: datetime,
) -> Membership:
    """Give a person a role. Name the narrowest thing it covers; what lies above is filled in."""
    if team_id is not None:
        cohort_id = db.get_one(Team, team_id).cohort_id
    if cohort_id is not None:
        programme_id = db.get_one(Cohort, cohort_id).programme_id
    assert person.id is not None
    membership = Membership(
        person_id=person.id, role=role, programme_id=programme_id, cohort_id=cohort_id, team_id=team_id, began_at=now
    )
    db.add(membership)
    db.flush()
    _tell(db, membership, person)
    return membership


def remove(db: Db, membership: Membership, *, by: int | None, now: datetime) -> None:
    """End a membership; `by` is the id of the person who ends it. What was said with it stays. Harmless twice.

    Raises LastOwner.
    """
    assert membership.id is not None
    # Two who remove at the same moment take turns; of two owners who remove each other one comes too late.
    same = (_HELD.c.id == membership.id) | ((_HELD.c.role == Role.OWNER) & (membership.role == Role.OWNER))
    db.execute(select(_HELD.c.id).where(same).order_by(_HELD.c.id).with_for_update())
    if db.get(Removal, membership.id) is not None:
        return
    if membership.role == Role.OWNER and _owners(db) == 1:
        raise LastOwner
    db.add(Removal(membership_id=membership.id, by_id=by, at=now))
    person = db.get_one(Person, membership.person_id)
    words = ", ".join(word for word in (membership.role, _place(db, membership)) if word)
    note(
        db,
        "membership ended",
        by_id=by,
        now=now,
        person_id=person.id,
        programme_id=membership.programme_id,
        words=f"{person.name}: {words}",
    )
    _tell(db, membership, person)


def _owners(db: Db) -> int:
    standing = _HELD.outerjoin(_GONE, _GONE.c.membership_id == _HELD.c.id)
    owners = select(func.count()).select_from(standing).where(_HELD.c.role == Role.OWNER, _GONE.c.at.is_(None))
    return int(db.execute(owners).scalar_one())


def _place(db: Db, membership: Membership) -> str:
    """The name of the narrowest thing the membership covers."""
    if membership.team_id is not None:
        return db.get_one(Team, membership.team_id).name
    if membership.cohort_id is not None:
        return db.get_one(Cohort, membership.cohort_id).name
    return db.get_one(Programme, membership.programme_id).name if membership.programme_id is not None else ""


def _tell(db: Db, membership: Membership, person: Person) -> None:
    # The person's open pages ask again for what they may see; the team's page shows its people to everybody else.
    # Its list of members is a region of the cohort's stream, because whoever sees the cohort may read their names.
    touch(db, person.stream_id, "access")
    if membership.cohort_id is not None:
        tell_arrivals(db, membership.cohort_id, membership.team_id)
    if membership.team_id is not None and membership.cohort_id is not None:
        touch(db, db.get_one(Cohort, membership.cohort_id).stream_id, f"members-{membership.team_id}")
    if membership.role == Role.FACILITATOR:
        cohort: Any = Cohort.__table__  # type: ignore[attr-defined]
        cohorts = select(cohort.c.id).where(cohort.c.programme_id == membership.programme_id)
        for cohort_id in db.execute(cohorts).scalars().all():
            for tell in when_facilitators_change:
                tell(db, cohort_id)


def person_renamed(db: Db, person_id: int) -> None:
    """Say on every page that shows this person's name among a team's people."""
    held, cohort = Membership.__table__, Cohort.__table__  # type: ignore[attr-defined]
    rows = db.execute(
        select(cohort.c.id, cohort.c.stream_id, held.c.team_id)
        .join(held, held.c.cohort_id == cohort.c.id)
        .outerjoin(_GONE, _GONE.c.membership_id == held.c.id)
        .where(held.c.person_id == person_id, _GONE.c.membership_id.is_(None))
    )
    for row in rows.all():
        tell_arrivals(db, row.id, row.team_id)
        if row.team_id is not None:
            touch(db, row.stream_id, f"members-{row.team_id}")


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """Somebody in a team, as the tables have it."""

    id: int
    person_id: int
    name: str
    role: str
    sample: bool
    organisation: str
    country: str


def members_of(db: Db, team_id: int) -> list[MemberFacts]:
    """The people of a team, in the order in which they came: one query."""
    held, gone = Membership.__table__, Removal.__table__  # type: ignore[attr-defined]
    person, home = Person.__table__, Organisation.__table__  # type: ignore[attr-defined]
    rows = db.execute(
        select(held.c.id, person.c.id, person.c.name, held.c.role, person.c.sample, home.c.name, home.c.country)
        .join(person, person.c.id == held.c.person_id)
        .join(home, home.c.id == person.c.organisation_id)
        .outerjoin(gone, gone.c.membership_id == held.c.id)
        .where(held.c.team_id == team_id, gone.c.membership_id.is_(None))
        .order_by(held.c.id)
    )
    return [MemberFacts(*row) for row in rows]


def is_one_of_few(db: Db, membership_id: int, *, of_team: bool) -> bool:
    """Whether fewer than FEW people have the role of that membership there, so that the role alone names them."""
    return how_many_alike(db, membership_id, of_team=of_team) < FEW


def how_many_alike(db: Db, membership_id: int, *, of_team: bool) -> int:
    """How many people have the role of that membership in its cohort (a facilitator's: in its programme; `of_team` a
    member's: in its team)."""
    mine = db.get_one(Membership, membership_id)
    if mine.role == Role.FACILITATOR:
        place = _HELD.c.programme_id == mine.programme_id
    elif of_team and mine.team_id is not None:
        place = _HELD.c.team_id == mine.team_id
    else:
        place = _HELD.c.cohort_id == mine.cohort_id
    held = _HELD.outerjoin(_GONE, _GONE.c.membership_id == _HELD.c.id)
    people = select(func.count(_HELD.c.person_id.distinct())).select_from(held)
    there = people.where(place, _HELD.c.role == mine.role, _GONE.c.membership_id.is_(None))
    return int(db.execute(there).scalar_one())


def tell_everybody(db: Db, cohort_id: int) -> None:
    """In whose name everybody who talks in a cohort reads the others has changed: their open pages ask what they may
    see now, and those that it is not for, such as their notices, are loaded again."""
    for stream_id, bell in _everybody(db, cohort_id):
        touch(db, stream_id, "access")
        if bell is not None:
            touch(db, bell, NAMES)


def let_everybody_ask(db: Db, cohort_id: int) -> None:
    """Something is not for everybody in a cohort any more: their open pages ask what they may see now."""
    for stream_id, _ in _everybody(db, cohort_id):
        touch(db, stream_id, "access")


def _everybody(db: Db, cohort_id: int) -> Sequence[Any]:
    cohort = db.get_one(Cohort, cohort_id)
    person = Person.__table__  # type: ignore[attr-defined]
    run = (_HELD.c.programme_id == cohort.programme_id) & (_HELD.c.role == Role.FACILITATOR)
    held = _HELD.join(person, person.c.id == _HELD.c.person_id)
    held = held.outerjoin(_GONE, _GONE.c.membership_id == _HELD.c.id)
    streams = select(person.c.stream_id, person.c.bell_stream_id).distinct().select_from(held)
    there = streams.where((_HELD.c.cohort_id == cohort_id) | run, _GONE.c.membership_id.is_(None))
    return db.execute(there).all()


@dataclass(frozen=True, slots=True)
class Invented:
    """Somebody invented, in one of their roles; `team` is empty for those without one."""

    person_id: int
    name: str
    role: str
    team: str


def invented(db: Db) -> list[Invented]:
    """The invented people with a role now, once for each role: one query."""
    held, gone = Membership.__table__, Removal.__table__  # type: ignore[attr-defined]
    person, team = Person.__table__, Team.__table__  # type: ignore[attr-defined]
    rows = db.execute(
        select(person.c.id, person.c.name, held.c.role, func.coalesce(team.c.name, ""))
        .select_from(held)
        .join(person, person.c.id == held.c.person_id)
        .outerjoin(gone, gone.c.membership_id == held.c.id)
        .outerjoin(team, team.c.id == held.c.team_id)
        .where(person.c.sample.is_(True), gone.c.membership_id.is_(None))
        .order_by(held.c.id)
    )
    return [Invented(*row) for row in rows]
