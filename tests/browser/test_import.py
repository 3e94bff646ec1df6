"""A list of people, from the file on somebody's desk to their mails: live with scripts, and without any."""

from __future__ import annotations

import time

from playwright.sync_api import Page, expect

from tests.browser.desk import Desk, live
from tests.browser.test_accessibility import too_wide, violations
from tests.cohorts.lists import as_csv, as_xlsx, person, table
from tests.house import PATIENCE, House
from tests.services.smtp import Postbox
from tests.world import World


def choose(page: Page, cohort_id: int, name: str, content: bytes) -> None:
    page.goto(f"/cohorts/{cohort_id}/imports")
    page.get_by_label("The list").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Upload and look at it").click()


def test_list_becomes_mails_while_two_watch(desk: Desk, open_house, postbox: Postbox) -> None:  # type: ignore[no-untyped-def]
    house, world = open_house(smtp_url=f"smtp://{postbox.host}:{postbox.port}")
    rows = [person(number) for number in range(11)] + [person(99, email="nobody@")]
    farid = desk.window(house, world.people["Farid"])
    choose(farid, world.tide.cohort, "Our list.xlsx", as_xlsx(table(rows)))
    live(farid)
    expect(farid.get_by_role("table", name="Rows with errors")).to_contain_text("This is no email address.")
    hana = desk.window(house, world.people["Hana"], viewport={"width": 360, "height": 800})
    hana.goto(farid.url)
    live(hana)
    assert violations(hana, "preview") + too_wide(hana, "preview") == []
    farid.get_by_role("button", name="Import 11 rows and send 11 mails").click()
    for page in (farid, hana):
        expect(page.get_by_text("11 people are invited")).to_be_visible()
        expect(page.get_by_text("Team made, person invited")).to_have_count(3)
    assert violations(hana, "result") == []
    assert {mail["To"] for mail in postbox.wait_for(11)} == {row["email"] for row in rows[:11]}


def test_import_without_scripts(desk: Desk, house: House, world: World) -> None:
    page = desk.window(house, world.people["Farid"], java_script_enabled=False)
    choose(page, world.tide.cohort, "empty.csv", b"")
    follow(page, "This file is empty.")
    page.get_by_role("link", name="Choose another file").click()
    page.get_by_role("button", name="Upload and look at it").click()
    expect(page.locator("#file-error")).to_contain_text("Choose the file with your list.")
    choose(page, world.tide.cohort, "list.csv", as_csv(table([person(number) for number in range(600)])))
    follow(page, "If you import it, 600 mails are sent.")
    page.get_by_role("button", name="Import 600 rows and send 600 mails").click()
    follow(page, "600 people are invited")


def follow(page: Page, words: str) -> None:
    """Load the page again by its own link for as long as the import runs."""
    again = page.get_by_role("link", name="Load the page again to see how far it is")
    deadline = time.monotonic() + PATIENCE
    while again.count() and time.monotonic() < deadline:
        again.click()
    expect(page.get_by_text(words)).to_be_visible()
