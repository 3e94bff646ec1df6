"""Programmes: one edition each, run by facilitators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from cohorts.cohorts import tell_heads
from cohorts.models import Cohort, Membership, Programme, Role, Team
from server.db import Db


@dataclass(frozen=True, slots=True)
class ProgrammeShown:
    """A programme as its own page and its form have it."""

    id: int
    name: str
    edition: str
    purpose: str
    host: str
    time_zone: str
    facilitators_see_authors: bool


COLUMNS = ("id", "name", "edition", "purpose", "host", "time_zone", "facilitators_see_authors")


def create(
    db: Db,
    *,
    name: str,
    edition: str = "",
    purpose: str = "",
    host: str = "",
    time_zone: str = "UTC",
    facilitators_see_authors: bool = False,
) -> Programme:
    """A programme; `time_zone` is an IANA name, shown where no reader's zone is known."""
    programme = Programme(name=name, edition=edition, purpose=purpose, host=host, time_zone=time_zone)
    programme.facilitators_see_authors = facilitators_see_authors
    db.add(programme)
    db.flush()
    return programme


def read(db: Db, *conditions: ColumnElement[bool]) -> list[ProgrammeShown]:
    """The programmes that meet the conditions, in the order in which they were made: one query."""
    table: Any = Programme.__table__  # type: ignore[attr-defined]
    rows = db.execute(select(*(table.c[name] for name in COLUMNS)).where(*conditions).order_by(table.c.id))
    return [ProgrammeShown(*row) for row in rows]


def describe(db: Db, programme_id: int, **given: object) -> None:
    """Give a programme another name, edition, purpose, host and time zone."""
    programme = db.get_one(Programme, programme_id)
    for name, value in given.items():
        setattr(programme, name, value)
    cohort: Any = Cohort.__table__  # type: ignore[attr-defined]
    tell_heads(db, cohort.c.programme_id == programme_id)


@dataclass(frozen=True, slots=True)
class Arrived:
    """How much of an installation is there already."""

    programmes: int
    cohorts: int
    teams: int
    people: int

    @property
    def empty(self) -> bool:
        """Whether something is missing before anybody could learn from anybody."""
        return not (self.programmes and self.cohorts and self.teams and self.people)


def arrived(db: Db, programme_ids: ColumnElement[bool]) -> Arrived:
    """What there is in the programmes that meet the condition: one query. `people`: memberships in teams."""
    programme, cohort = Programme.__table__, Cohort.__table__  # type: ignore[attr-defined]
    team, held = Team.__table__, Membership.__table__  # type: ignore[attr-defined]
    seen = select(programme.c.id).where(programme_ids)
    cohorts = select(cohort.c.id).where(cohort.c.programme_id.in_(seen))
    member = (held.c.role == Role.MEMBER) & held.c.programme_id.in_(seen)
    counts = (
        select(func.count()).select_from(programme).where(programme_ids),
        select(func.count()).select_from(cohort).where(cohort.c.programme_id.in_(seen)),
        select(func.count()).select_from(team).where(team.c.cohort_id.in_(cohorts)),
        select(func.count()).select_from(held).where(member),
    )
    return Arrived(*db.execute(select(*(one.scalar_subquery() for one in counts))).one())
