"""The start page of an empty installation says what comes next, one step after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import httpx
import pytest

from cohorts import memberships
from cohorts.models import Role
from people import organisations, persons
from people.models import Person
from server.clock import utc_now
from server.db import Database
from server.migrate import migrate
from tests.conftest import Databases
from tests.house import House, running
from tests.world import World

TEAM = {"name": "Mole", "part": "learns", "organisation": "new", "organisation_name": "Town Hall"}
TEAM |= {"country": "PT", "sector": "public", "time_zone": "Europe/Lisbon"}
NEXT = re.compile(r'aria-current="step".*?<h2[^>]*>([^<]*)</h2>.*?href="([^"]*)"', re.DOTALL)


@dataclass
class Empty:
    """An installation with nobody in it but its first owner."""

    house: House
    owner: int
    client: httpx.Client

    def step(self) -> tuple[str, str]:
        found = NEXT.search(self.client.get("/").text)
        assert found, "no step is next"
        return found[1].strip(), found[2]

    def send(self, path: str, **fields: str) -> None:
        assert self.client.post(path, data=fields).status_code == 303


@pytest.fixture
def empty(databases: Databases, database_kind: str) -> Iterator[Empty]:
    url = databases.empty(database_kind)
    with closing(Database(url)) as database:
        migrate(database)
    with running(url) as house:
        with house.database(writing=True) as db:
            home = organisations.add(db, name="The Agency", country="FR")
            assert home.id is not None
            person = persons.add(db, name="Hana", email="hana@example.org", organisation_id=home.id)
            memberships.join(db, person=person, role=Role.OWNER, now=utc_now())
            assert person.id is not None
        yield Empty(house, person.id, house.visit(person.id))


def test_each_step_leads_to_the_next(empty: Empty) -> None:
    assert empty.step() == ("Make the programme", "/programmes/new")
    empty.send("/programmes", name="First", time_zone="UTC")
    assert empty.step() == ("Make the first cohort", "/programmes/1/cohorts/new")
    empty.send("/programmes/1/cohorts", name="Rivers")
    assert empty.step() == ("Add the teams", "/cohorts/1/teams/new")
    empty.send("/cohorts/1/teams", **TEAM)
    title, url = empty.step()
    assert title == "Invite the people"
    assert url.startswith("/cohorts/1/")
    assert empty.client.get(url).status_code == 200
    with empty.house.database(writing=True) as db:
        memberships.join(db, person=db.get_one(Person, empty.owner), role=Role.MEMBER, team_id=1, now=utc_now())
    assert NEXT.search(empty.client.get("/programmes/1").text) is None


def test_steps_are_only_for_those_who_take_them(house: House, world: World) -> None:
    for name in ("Hana", "Farid", "Greta", "Esi"):
        assert 'class="steps"' not in house.visit(world.people[name]).get("/").text, name


def test_who_was_never_in_a_programme_is_told_how_it_happens(house: House, world: World) -> None:
    with house.database(writing=True) as db:
        home = organisations.add(db, name="The Agency", country="FR")
        assert home.id is not None
        person = persons.add(db, name="Lia", email="lia@example.org", organisation_id=home.id)
        assert person.id is not None
        lia = person.id
    shown = house.visit(lia).get("/").text
    assert "You are not in a programme now" in shown
    assert "The people who run your programme add you" in shown
    assert "has ended" not in shown
