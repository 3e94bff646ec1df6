"""Who has which role where: read for those who give and take roles, and how somebody moves to another team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from cohorts import memberships
from cohorts.models import Cohort, Membership, Programme, Removal, Role, Team
from people.models import Organisation, Person
from server.audit import note
from server.db import Db

_HELD: Any = Membership.__table__  # type: ignore[attr-defined]
_GONE: Any = Removal.__table__  # type: ignore[attr-defined]
_PERSON: Any = Person.__table__  # type: ignore[attr-defined]
_HOME: Any = Organisation.__table__  # type: ignore[attr-defined]
_PROGRAMME: Any = Programme.__table__  # type: ignore[attr-defined]
_COHORT: Any = Cohort.__table__  # type: ignore[attr-defined]
_TEAM: Any = Team.__table__  # type: ignore[attr-defined]


class NotThere(Exception):
    """The team is no place to move to: another programme's, or the one they are in."""


@dataclass(frozen=True, slots=True)
class RoleFacts:
    """Somebody's role and what it covers; names and ids are None where it covers no such thing."""

    id: int
    role: str
    person_id: int
    name: str
    email: str
    sample: bool
    organisation: str
    country: str
    began_at: datetime
    programme_id: int | None
    programme: str | None
    cohort_id: int | None
    cohort: str | None
    team_id: int | None
    team: str | None

    @property
    def place(self) -> str:
        """The narrowest thing the role covers, by name; empty for owners."""
        return self.team or self.cohort or self.programme or ""


_ALL = (
    select(
        _HELD.c.id,
        _HELD.c.role,
        _PERSON.c.id,
        _PERSON.c.name,
        _PERSON.c.email,
        _PERSON.c.sample,
        _HOME.c.name,
        _HOME.c.country,
        _HELD.c.began_at,
        _HELD.c.programme_id,
        _PROGRAMME.c.name,
        _HELD.c.cohort_id,
        _COHORT.c.name,
        _HELD.c.team_id,
        _TEAM.c.name,
    )
    .select_from(_HELD)
    .join(_PERSON, _PERSON.c.id == _HELD.c.person_id)
    .join(_HOME, _HOME.c.id == _PERSON.c.organisation_id)
    .outerjoin(_PROGRAMME, _PROGRAMME.c.id == _HELD.c.programme_id)
    .outerjoin(_COHORT, _COHORT.c.id == _HELD.c.cohort_id)
    .outerjoin(_TEAM, _TEAM.c.id == _HELD.c.team_id)
    .outerjoin(_GONE, _GONE.c.membership_id == _HELD.c.id)
    .order_by(_HELD.c.id)
)


def read(db: Db, *conditions: ColumnElement[bool], ended: bool = False) -> list[RoleFacts]:
    """The roles that meet the conditions on Membership, oldest first: one query. `ended`: those that are over too."""
    wanted = _ALL.where(*conditions) if ended else _ALL.where(*conditions, _GONE.c.membership_id.is_(None))
    return [RoleFacts(*row) for row in db.execute(wanted)]


def one(db: Db, membership_id: int) -> RoleFacts | None:
    """That membership, ended or not."""
    found = read(db, _HELD.c.id == membership_id, ended=True)
    return found[0] if found else None


def in_programme(db: Db, programme_id: int, *, role: str = "", after: int = 0, most: int) -> list[RoleFacts]:
    """Those with a role in that programme or in a part of it, beyond the membership `after`."""
    wanted = _ALL.where(_HELD.c.programme_id == programme_id, _HELD.c.id > after, _GONE.c.membership_id.is_(None))
    wanted = wanted.where(_HELD.c.role == role) if role else wanted
    return [RoleFacts(*row) for row in db.execute(wanted.limit(most))]


def owners(db: Db) -> list[RoleFacts]:
    """Those who run the installation."""
    return read(db, _HELD.c.role == Role.OWNER)


def move(db: Db, membership: Membership, team_id: int, *, by: int | None, now: datetime) -> Membership:
    """End a membership in a team and begin one in another team of the same programme. Raises NotThere.

    Whatever was written stays with the membership that ended, and so under the team it was written for. Somebody who
    is in the other team already has one membership there afterwards, not two; a membership that has ended moves nobody.
    """
    to = read_team(db, team_id)
    if to is None or to[1] != membership.programme_id or team_id == membership.team_id:
        raise NotThere
    ended = db.get(Removal, membership.id) is not None
    memberships.remove(db, membership, by=by, now=now)
    there = (_HELD.c.person_id == membership.person_id) & (_HELD.c.team_id == team_id)
    if present := read(db, there, _HELD.c.role == membership.role):
        return db.get_one(Membership, present[0].id)
    if ended:
        raise NotThere
    person = db.get_one(Person, membership.person_id)
    begun = memberships.join(db, person=person, role=membership.role, team_id=team_id, now=now)
    words = f"{person.name}: {to[0]}"
    note(db, "moved", by_id=by, now=now, person_id=person.id, programme_id=begun.programme_id, words=words)
    return begun


def read_team(db: Db, team_id: int) -> tuple[str, int] | None:
    """The name and the programme of that team."""
    found = select(_TEAM.c.name, _COHORT.c.programme_id).join_from(_TEAM, _COHORT, _COHORT.c.id == _TEAM.c.cohort_id)
    row = db.execute(found.where(_TEAM.c.id == team_id)).first()
    return (row[0], row[1]) if row else None


def last_left(db: Db, person_id: int) -> str | None:
    """The name of the programme in which that person's latest membership to end was; None: there is none to name."""
    ended = select(_PROGRAMME.c.name).select_from(
        _GONE.join(_HELD, _HELD.c.id == _GONE.c.membership_id).outerjoin(
            _PROGRAMME, _PROGRAMME.c.id == _HELD.c.programme_id
        )
    )
    newest = ended.where(_HELD.c.person_id == person_id).order_by(_GONE.c.at.desc(), _HELD.c.id.desc()).limit(1)
    name: str | None = db.execute(newest).scalar()
    return name
