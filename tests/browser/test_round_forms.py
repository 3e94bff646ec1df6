"""A document handed in and read, and the plan of a round that survives a crash, in real browsers."""

from __future__ import annotations

import pytest
from playwright.sync_api import FilePayload, Page, expect

from feedback.rounds.phases import Phase
from tests import attached
from tests.browser.desk import Desk, live
from tests.browser.test_accessibility import too_wide, violations
from tests.feedback.rounds.teams import Teams
from tests.feedback.rounds.test_documents import teams as asking
from tests.house import House
from tests.world import World

__all__ = ["asking"]

PLAN = FilePayload(name="our plan.pdf", mimeType="application/pdf", buffer=b"%PDF-1.7\n" + attached.noise(3_000))


def fine(page: Page) -> None:
    """It fits a phone, and breaks no rule of accessibility."""
    assert violations(page, page.url) == []
    before = page.viewport_size
    page.set_viewport_size({"width": 360, "height": 800})
    assert too_wide(page, page.url) == []
    assert before is not None
    page.set_viewport_size(before)


@pytest.mark.usefixtures("asking")
def test_document_is_handed_in_when_it_is_chosen_and_appears_where_it_is_read(
    desk: Desk, house: House, world: World
) -> None:
    teams = Teams(house, world)
    reader = desk.window(house, world.people["Amara"])
    reader.goto(f"/pairs/{teams.pair()}")
    live(reader)
    expect(reader.locator("#work")).to_contain_text("has not handed in a document yet")

    page = desk.window(house, world.people["Chiara"])
    page.goto(teams.gives("reed"))
    page.get_by_role("link", name="Hand in the document").click()
    fine(page)
    expect(page.get_by_role("button", name="Hand it in")).to_be_hidden()
    page.get_by_label("One file of up to 25 MB").set_input_files([PLAN])
    expect(page.locator("#attachments")).to_contain_text("Handed in: our plan.pdf")
    expect(reader.locator("#work")).to_contain_text("our plan.pdf")
    with reader.expect_download() as download:
        reader.get_by_role("link", name="our plan.pdf").click()
    assert download.value.suggested_filename == "our plan.pdf"
    fine(reader)

    page.get_by_role("link", name="Back").click()
    expect(page.get_by_role("link", name="Hand in another one in its place")).to_be_visible()
    fine(page)
    live(page)
    teams.at_phase(Phase.OPEN, turn=True)
    expect(page.get_by_text("Others read it now, so it stays as it is.")).to_be_visible()
    expect(page.get_by_role("link", name="Hand in another one in its place")).to_be_hidden()


def test_plan_of_a_round_survives_a_crash_on_another_device(desk: Desk, house: House, world: World) -> None:
    new = f"/cohorts/{world.tide.cohort}/rounds/new"
    page = desk.window(house, world.people["Farid"])
    page.goto(f"{new}?protocol=rubric")
    page.get_by_label("Title", exact=True).fill("Half a plan")
    page.get_by_text("A document that each team hands in").click()
    page.get_by_label("Documents are handed in until").fill("2031-01-15T09:00")
    page.get_by_label("Section 1").fill("Is it clear?")
    expect(page.locator(".draft-words")).to_contain_text("Draft saved")
    fine(page)
    page.context.close()

    other = desk.window(house, world.people["Farid"])
    other.goto(new)
    expect(other.get_by_label("Title", exact=True)).to_have_value("Half a plan")
    expect(other.get_by_label("Section 1")).to_have_value("Is it clear?")
    expect(other.get_by_label("A document that each team hands in")).to_be_checked()
    expect(other.get_by_label("Documents are handed in until")).to_have_value("2031-01-15T09:00")
    other.get_by_role("button", name="Discard draft").click()
    expect(other.get_by_label("Title", exact=True)).to_have_value("")
    expect(other.get_by_label("Section 1")).to_have_value("Is the challenge clear?")
