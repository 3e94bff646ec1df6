"""A prompt for the team alone in two browsers: said, answered, and read by its author as it happens."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.desk import Desk, live
from tests.browser.test_accessibility import DESK, LOOKS, PHONE, too_wide, violations
from tests.browser.test_advice import choose
from tests.house import House
from tests.world import World


def test_said_to_the_team_alone_and_answered_while_both_look(desk: Desk, house: House, world: World) -> None:
    tide = world.tide
    esi, amara = desk.window(house, world.people["Esi"]), desk.window(house, world.people["Amara"])
    amara.goto(f"/teams/{tide.team}")
    live(amara)
    esi.goto(f"/initiatives/{tide.initiative}/prompts/new")
    choose(esi, "Provocation")
    esi.get_by_label("Your prompt").fill("What if nobody wants it?")
    choose(esi, "the team and the facilitators")
    assert violations(esi, "the form") == []
    esi.get_by_role("button", name="Send").click()
    expect(esi.locator("article.asked")).to_contain_text("What if nobody wants it?")
    live(esi)
    expect(amara.locator("#bell b")).to_contain_text("1")
    amara.get_by_role("link", name="What if nobody wants it?").click()
    choose(amara, "We take it on")
    amara.get_by_label("In your words").fill("We will ask ten of them.")
    amara.get_by_role("button", name="Answer", exact=True).click()
    expect(esi.locator(".response")).to_contain_text("We will ask ten of them.")
    expect(esi.locator("#bell b")).to_contain_text("1")
    assert esi.locator(".thread, #conversation").count() == 0
    for page, size in ((esi, PHONE), (esi, DESK)):
        page.set_viewport_size(size)
        assert too_wide(page, "one's own prompt") == []
        assert violations(page, "one's own prompt", LOOKS) == []
    esi.goto("/notices")
    esi.get_by_role("link", name="A team answered a prompt of yours").click()
    expect(esi.locator("article.asked")).to_contain_text("Took on")
