"""Teams: the participants of a cohort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select

from cohorts import audiences
from cohorts.cohorts import tell_arrivals, tell_initiatives
from cohorts.models import Cohort, Membership, Part, Team
from people.models import Organisation, Person
from server.db import Db
from server.live.log import touch


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    """What is shown of an organisation. `languages` are BCP 47 tags, `country` ISO 3166-1 alpha-2."""

    id: int
    name: str
    country: str
    sector: str
    languages: tuple[str, ...]
    time_zone: str
    sample: bool


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """A team, its place and its organisation."""

    id: int
    name: str
    part: str
    sample: bool
    cohort_id: int
    programme_id: int
    organisation: OrganisationFacts


TEAM = ("id", "name", "part", "sample", "cohort_id")
ORGANISATION = ("id", "name", "country", "sector", "languages", "time_zone", "sample")
WIDE = len(TEAM) + 1 + len(ORGANISATION)


def create(
    db: Db, cohort: Cohort, organisation: Organisation, *, name: str, part: str = Part.LEARNS, sample: bool = False
) -> Team:
    """A team of that organisation in that cohort, with its audiences; founding.py begins its initiative too."""
    return create_all(db, cohort, [NewTeam(organisation, name, part, sample)])[0]


@dataclass(frozen=True, slots=True)
class NewTeam:
    """A team to be made."""

    organisation: Organisation
    name: str
    part: str = Part.LEARNS
    sample: bool = False


def create_all(db: Db, cohort: Cohort, wanted: Sequence[NewTeam]) -> list[Team]:
    """Teams in that cohort with their audiences, in the same order, in as many statements as one takes."""
    assert cohort.id is not None
    made = []
    for one in wanted:
        assert one.organisation.id is not None
        home = {"cohort_id": cohort.id, "organisation_id": one.organisation.id}
        made.append(Team(**home, name=one.name, part=one.part, sample=one.sample))
    db.add_all(made)
    db.flush()
    audiences.make_for_teams(db, made)
    touch(db, cohort.stream_id, *(f"team-{team.id}" for team in made), f"day-{cohort.id}")
    for team in made:
        tell_arrivals(db, cohort.id, team.id)
    return made


def columns() -> tuple[Any, ...]:
    """The columns `facts` is made from, in its order; for queries that join team, cohort and organisation."""
    team, organisation = Team.__table__, Organisation.__table__  # type: ignore[attr-defined]
    cohort: Any = Cohort.__table__  # type: ignore[attr-defined]
    return (
        *(team.c[name] for name in TEAM),
        cohort.c.programme_id,
        *(organisation.c[name] for name in ORGANISATION),
    )


def facts(row: Any) -> TeamFacts:
    """A row of `columns()` as facts."""
    identity, name, country, sector, languages, time_zone, sample = row[6:WIDE]
    tags = tuple(tag for tag in languages.split(",") if tag)
    home = OrganisationFacts(identity, name, country, sector, tags, time_zone, sample)
    return TeamFacts(*(*row[:6], home))


def read(db: Db, *conditions: ColumnElement[bool]) -> list[TeamFacts]:
    """The teams that meet the conditions, in the order in which they came: one query."""
    team, organisation = Team.__table__, Organisation.__table__  # type: ignore[attr-defined]
    cohort: Any = Cohort.__table__  # type: ignore[attr-defined]
    rows = db.execute(
        select(*columns())
        .select_from(team)
        .join(cohort, cohort.c.id == team.c.cohort_id)
        .join(organisation, organisation.c.id == team.c.organisation_id)
        .where(*conditions)
        .order_by(team.c.id)
    )
    return [facts(row) for row in rows]


def describe(db: Db, team_id: int, *, name: str, part: str) -> None:
    """Give a team another name and part."""
    team = db.get_one(Team, team_id)
    team.name, team.part = name, part
    touch(db, db.get_one(Cohort, team.cohort_id).stream_id, f"team-{team_id}", f"named-{team_id}")
    tell_arrivals(db, team.cohort_id, team_id)
    tell_initiatives(db, Team.id == team_id)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class OrganisationChoice:
    """An organisation to choose from."""

    id: int
    name: str
    country: str


def organisations_in(db: Db, programme_id: int) -> list[OrganisationChoice]:
    """The organisations that have a team or somebody with a role in that programme, in the order of their names."""
    home, team, held = Organisation.__table__, Team.__table__, Membership.__table__  # type: ignore[attr-defined]
    cohort, person = Cohort.__table__, Person.__table__  # type: ignore[attr-defined]
    of_teams = select(team.c.organisation_id).join_from(team, cohort, cohort.c.id == team.c.cohort_id)
    of_people = select(person.c.organisation_id).join_from(person, held, held.c.person_id == person.c.id)
    here = home.c.id.in_(of_teams.where(cohort.c.programme_id == programme_id)) | home.c.id.in_(
        of_people.where(held.c.programme_id == programme_id)
    )
    rows = db.execute(select(home.c.id, home.c.name, home.c.country).where(here).order_by(home.c.name, home.c.id))
    return [OrganisationChoice(*row) for row in rows]
