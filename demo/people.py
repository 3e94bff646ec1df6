"""The invented people: their organisations, what they are in the programme, and the work of their teams."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from cohorts import initiatives, memberships, teams
from cohorts.models import Cohort, Part, Programme, Role
from demo.samples import SampleOrganisation, SamplePerson, board
from demo.samples import teams as sample_teams
from feedback import threads
from people import organisations, persons
from people.models import Organisation, Person, Sector
from server.clock import zone
from server.db import Db


def add_organisation(db: Db, sample: SampleOrganisation) -> Organisation:
    return organisations.add(
        db,
        name=sample.name,
        country=sample.country,
        sector=Sector(sample.sector),
        languages=sample.languages,
        time_zone=sample.time_zone,
        sample=True,
    )


def add_person(db: Db, sample: SamplePerson, organisation: Organisation) -> Person:
    assert organisation.id is not None
    return persons.add(
        db,
        name=sample.name,
        email=sample.email,
        organisation_id=organisation.id,
        time_zone=organisation.time_zone,
        sample=True,
    )


def add_board(db: Db, programme: Programme, places: Mapping[str, Cohort], began: datetime) -> dict[str, Person]:
    """Owner, facilitators, advisers and sponsor, each where they belong; by handle."""
    known: dict[str, Organisation] = {}
    added = {}
    for sample in board():
        name = sample.organisation.name
        known[name] = known.get(name) or add_organisation(db, sample.organisation)
        person = added[sample.handle] = add_person(db, sample, known[name])
        if sample.role == Role.OWNER:
            memberships.join(db, person=person, role=sample.role, now=began)
        elif sample.role == Role.FACILITATOR:
            memberships.join(db, person=person, role=sample.role, programme_id=programme.id, now=began)
        for place in sample.cohorts:
            memberships.join(db, person=person, role=sample.role, cohort_id=places[place].id, now=began)
    return added


def add_teams(db: Db, cohort: Cohort, began: datetime) -> dict[str, Person]:
    """The sample teams with their members and initiatives; the members by handle."""
    added = {}
    for number, sample in enumerate(sample_teams()):
        organisation = add_organisation(db, sample.organisation)
        team = teams.create(db, cohort, organisation, name=sample.name, part=Part.LEARNS, sample=True)
        for member in sample.members:
            person = added[member.handle] = add_person(db, member, organisation)
            memberships.join(db, person=person, role=member.role, team_id=team.id, now=began)
        writer = added[sample.members[0].handle]
        written = by_day(began.date() + timedelta(days=1 + number % 9), number, organisation.time_zone)
        initiative = initiatives.start(db, team, **sample.initiative, by_id=writer.id, now=written)
        threads.open_for_new(db, [initiative])
    return added


def by_day(day: date, number: int, zone_name: str) -> datetime:
    """Some moment between 9 and 17 o'clock where the team works: they did not all write on the same morning."""
    return datetime.combine(day, time(9 + number % 8, number * 7 % 60), zone(zone_name))
