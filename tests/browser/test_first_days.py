"""The first days of a programme in a browser: lists that fill while they are open, and the zone of somebody new."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from cohorts.models import Cohort
from tests.browser.desk import Desk, live
from tests.browser.test_accessibility import violations
from tests.cohorts.test_invitation_links import invited
from tests.house import House
from tests.world import World

TEAM = {"name": "First of all", "part": "learns", "organisation": "new", "organisation_name": "Delta", "country": "NL"}
TEAM |= {"sector": "public", "time_zone": "Europe/Amsterdam"}
NONE_YET = ("No teams yet", "There are no teams yet. Add them one by one, or import a list.")


def test_what_says_that_there_is_nothing_goes_when_something_comes(desk: Desk, house: House, world: World) -> None:
    farid = house.visit(world.people["Farid"])
    made = farid.post(f"/programmes/{world.tide.programme}/cohorts", data={"name": "A new cohort"})
    cohort_id = max(one.id for one in house.rows(Cohort))
    assert f"/cohorts/{cohort_id}" in made.headers["location"]
    windows = []
    for path, words in zip(("/arrivals", ""), NONE_YET, strict=True):
        page = desk.window(house, world.people["Farid"])
        page.goto(f"/cohorts/{cohort_id}{path}")
        live(page)
        expect(page.get_by_text(words)).to_be_visible()
        windows.append((page, words))
    assert farid.post(f"/cohorts/{cohort_id}/teams", data=TEAM).status_code == 303
    for page, words in windows:
        expect(page.get_by_role("link", name="First of all", exact=True)).to_be_visible()
        expect(page.get_by_text(words)).to_be_hidden()


@pytest.mark.parametrize(("scripts", "offered"), [(True, "Asia/Tokyo"), (False, "")])
def test_somebody_new_is_offered_the_zone_of_their_browser(
    desk: Desk, house: House, world: World, scripts: bool, offered: str
) -> None:
    page = desk.window(house, timezone_id="Asia/Tokyo", java_script_enabled=scripts)
    page.goto(invited(house, world))
    page.get_by_text("My organisation is not in the list").click()
    zone = page.get_by_label("Time zone", exact=True)
    expect(zone).to_have_value(offered)
    zone.select_option("Europe/Paris")
    page.get_by_label("Your organisation", exact=True).select_option("new")
    page.get_by_role("button", name="Accept the invitation").click()
    expect(page.get_by_text("Enter your name.").first).to_be_visible()
    expect(zone).to_have_value("Europe/Paris")


@pytest.mark.parametrize("path", ["/programmes/{programme}/people", "/audit", "/owners"])
def test_nobody_scrolls_sideways_through_people_on_a_phone(desk: Desk, house: House, world: World, path: str) -> None:
    page = desk.window(house, world.people["Hana"], viewport={"width": 360, "height": 800})
    page.goto(path.format(programme=world.tide.programme))
    frame = page.locator(".table-frame")
    assert frame.evaluate("it => it.scrollWidth - it.clientWidth") <= 0
    expect(page.get_by_role("row").nth(1).get_by_role("cell").first).to_be_visible()
    assert violations(page, path) == []
