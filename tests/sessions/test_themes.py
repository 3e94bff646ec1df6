"""The themes of a cohort: in the order of the programme, and with the plain truth about their dates."""

from __future__ import annotations

from cohorts.models import Cohort
from sessions import themes
from tests.house import House
from tests.world import World

PLANNED = ("Open experimentation", "Cultural transformation", "Citizen involvement")


def test_themes_stand_on_the_page_of_their_cohort_in_order(house: House, world: World) -> None:
    amara, dmitri = (house.visit(world.people[name]) for name in ("Amara", "Dmitri"))
    assert "Thematic sessions" not in amara.get(f"/cohorts/{world.tide.cohort}").text
    with house.database(writing=True) as db:
        cohort = db.get_one(Cohort, world.tide.cohort)
        themes.plan(db, cohort, PLANNED)
    page = amara.get(f"/cohorts/{world.tide.cohort}").text
    assert sorted(PLANNED, key=page.index) == list(PLANNED)
    assert page.count("No date yet") == len(PLANNED)
    assert "Thematic sessions" not in dmitri.get(f"/cohorts/{world.lantern.cohort}").text
