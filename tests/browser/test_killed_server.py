"""The server is killed under somebody who types: the page lives again by itself, with every word still in it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.desk import Desk, live
from tests.conftest import Databases
from tests.faults.installation import installed
from tests.live.deeds import Deeds


def test_page_and_its_words_outlive_the_server(desk: Desk, databases: Databases) -> None:
    desk.cuts_expected = True
    with databases.copy("sqlite") as (url, world), installed(url) as house:
        deeds, page = Deeds(house, world), desk.window(house, world.people["Amara"])
        house.cookie(world.people["Chiara"])
        page.goto(f"/initiatives/{world.tide.initiative}")
        live(page)
        page.get_by_label("Your comment", exact=True).fill("Half a thought")
        house.kill()
        page.get_by_label("Your comment", exact=True).fill("Half a thought, and a little more")
        page.wait_for_selector("html:not([data-live=live])", state="attached")
        house.start()
        deeds.say("Chiara", "Said while you were away")
        expect(page.locator(".comment", has_text="Said while you were away")).to_be_visible()
        live(page)
        expect(page.get_by_label("Your comment", exact=True)).to_have_value("Half a thought, and a little more")
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".comment", has_text="and a little more")).to_be_visible()
        expect(page.get_by_label("Your comment", exact=True)).to_have_value("")
