"""The Chatham House rule in browsers: writing under it, being warned, and pages that turn over with it."""

from __future__ import annotations

from playwright.sync_api import expect

from cohorts.models import Attribution
from tests.browser.desk import Desk, live, unfolded
from tests.house import House
from tests.masking.ground import lay, set_rule
from tests.world import World


def test_frank_words_are_shown_without_a_name(desk: Desk, house: House, world: World) -> None:
    masked = lay(house, world)
    path = f"/initiatives/{world.tide.initiative}"
    esi, chiara = (desk.window(house, masked.people[name]) for name in ("Esi", "Chiara"))
    chiara.goto(path)
    live(chiara)
    expect(chiara.get_by_text("ZqnameEsi").first).to_be_visible()
    # The page that was open is asked for again by itself, and nobody is named in it any more.
    set_rule(masked, Attribution.ROLE)
    expect(chiara.get_by_text("Chatham House rule")).to_be_visible()
    expect(chiara.get_by_text("ZqnameEsi")).to_have_count(0)
    live(chiara)
    esi.goto(path)
    live(esi)
    expect(esi.get_by_label("Shown as")).to_have_value("role")
    esi.get_by_label("Your comment").fill("At ZqorgEsi we *failed* twice")
    esi.get_by_role("button", name="Send").click()
    expect(esi.get_by_text("it tells who wrote it: “ZqorgEsi”")).to_be_visible()
    expect(esi.get_by_label("Your comment")).to_have_value("At ZqorgEsi we *failed* twice")
    esi.get_by_role("button", name="Post as it is").click()
    said = chiara.locator(".comment", has_text="we failed twice")
    expect(said.get_by_text("An adviser")).to_be_visible()
    expect(said.get_by_text("you", exact=True)).to_be_hidden()
    expect(esi.locator(".comment", has_text="we failed twice").get_by_text("you", exact=True)).to_be_visible()
    expect(esi.get_by_label("Your comment")).to_have_value("")
    esi.get_by_label("Your comment").fill("And a third time")
    esi.get_by_label("Shown as").select_option("none")
    esi.get_by_role("button", name="Send").click()
    third = chiara.locator(".comment", has_text="And a third time")
    expect(third.get_by_text("A participant")).to_be_visible()
    unfolded(said).get_by_role("link", name="Ask to quote").click()
    chiara.get_by_label("Which passage?").fill("we failed twice")
    chiara.get_by_label("Where will you use it?").fill("A report")
    chiara.get_by_role("button", name="Ask the author").click()
    esi.goto("/quotes")
    esi.get_by_role("button", name="Yes, without my name").click()
    chiara.goto("/quotes")
    expect(chiara.get_by_text("Yes, without a name")).to_be_visible()
