"""The themes of a cohort: in the order of the programme, and with the plain truth about their dates."""

from __future__ import annotations

from cohorts.models import Cohort
from server.clock import utc_now
from sessions import sessions
from tests.house import House
from tests.world import World

PLANNED = ("Open experimentation", "Cultural transformation", "Citizen involvement")


def test_themes_stand_on_the_page_of_their_cohort_in_order(house: House, world: World) -> None:
    amara, dmitri = (house.visit(world.people[name]) for name in ("Amara", "Dmitri"))
    assert "Open experimentation" not in amara.get(f"/cohorts/{world.tide.cohort}").text
    with house.database(writing=True) as db:
        sessions.announce(db, db.get_one(Cohort, world.tide.cohort), PLANNED, by_id=None, now=utc_now())
    page = amara.get(f"/cohorts/{world.tide.cohort}").text
    assert sorted(PLANNED, key=page.index) == list(PLANNED)
    assert page.count("No date yet") == len(PLANNED)
    assert "Open experimentation" not in dmitri.get(f"/cohorts/{world.lantern.cohort}").text
