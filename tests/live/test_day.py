"""What time it is for everybody: an open page of a cohort knows the places of the teams that came since."""

from __future__ import annotations

from typing import Any

import pytest

from cohorts import teams
from cohorts.models import Cohort
from people import organisations
from people.models import Person
from tests.house import House
from tests.live.harness import assert_live_equals_fresh, assert_same, following
from tests.world import World


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def come(house: House, world: World, time_zone: str = "Pacific/Auckland") -> None:
    """A team from the other side of the world."""
    with house.database(writing=True) as db:
        home = organisations.add(db, name="Far House", country="nz", time_zone=time_zone)
        teams.create(db, db.get_one(Cohort, world.tide.cohort), home, name="Kiwi")


def places(page: Any, world: World) -> list[str]:
    """The places that the ribbon of a page names. The harness leaves it out, because its clock goes on."""
    (ribbon,) = page.xpath(f"//*[@id='day-{world.tide.cohort}']")
    return [" ".join(cell.text_content().split()) for cell in ribbon.xpath(".//tbody//th")]


@pytest.mark.parametrize("name", ["Amara", "Esi", "Farid", "Greta", "Hana"])
def test_place_of_a_new_team_is_there_at_once(house: House, world: World, name: str) -> None:
    path = f"/cohorts/{world.tide.cohort}"
    page = assert_live_equals_fresh(house, world.people[name], path, lambda: come(house, world))
    assert "Auckland" in "".join(places(page.page, world))
    assert places(page.page, world) == places(page.load(), world)


def test_zone_of_the_programme_stands_in_for_that_of_a_reader_who_has_none(house: House, world: World) -> None:
    with house.database(writing=True) as db:
        person = db.get_one(Person, world.people["Amara"])
        person.time_zone = ""
    sent = {"name": "Beyond borders", "edition": "2026", "host": "The Agency", "time_zone": "Asia/Tokyo"}

    def move() -> None:
        answer = house.visit(world.people["Farid"]).post(f"/programmes/{world.tide.programme}/details", data=sent)
        assert answer.status_code == 303, answer.text

    with following(house, world.people["Amara"], f"/cohorts/{world.tide.cohort}") as page:
        assert "Tokyo" not in "".join(places(page.page, world))
        move()
        # Every other time on the page is put into the zone of the browser by its script.
        page.until(lambda: "Tokyo" in "".join(places(page.page, world)))
        assert page.resyncs == 0
        assert places(page.page, world) == places(page.load(), world)


def test_other_pages_of_the_cohort_pass_it_over(house: House, world: World) -> None:
    path = f"/teams/{world.tide.team}"
    with following(house, world.people["Amara"], path) as page:
        come(house, world)
        assert_same(*page.settle(), path)
        assert page.resyncs == 0
