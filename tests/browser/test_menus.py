"""What is folded under "React" and "More": one click away, for fingers and keyboards, while others go on writing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.desk import Desk, live, unfolded
from tests.browser.test_accessibility import too_wide, violations
from tests.house import House
from tests.live.deeds import Deeds
from tests.world import World

PHONE = ViewportSize(width=320, height=800)


def talk_of(desk: Desk, house: House, world: World, name: str = "Esi", **options: object) -> Page:
    page = desk.window(house, world.people[name], **options)
    page.goto(f"/initiatives/{world.tide.initiative}")
    return page


def test_menu_stays_open_while_others_write(desk: Desk, house: House, world: World) -> None:
    page, chiara = talk_of(desk, house, world), world.tide.comments["Chiara"]
    live(page)
    said = unfolded(page.locator(f"#comment-{chiara}"))
    report = said.get_by_role("link", name="Report")
    report.focus()
    deeds = Deeds(house, world)
    deeds.send("Amara", f"/comments/{chiara}/reactions/helpful")
    expect(page.locator(f"#reaction-{chiara}-helpful .others b")).to_have_text("1")
    deeds.send("Chiara", f"/comments/{chiara}/versions", text="Said in other words", version="1")
    expect(said).to_contain_text("Said in other words")
    expect(report).to_be_visible()
    assert report.evaluate("(link) => document.activeElement === link")


def test_one_menu_is_open_and_a_click_beside_closes_it(desk: Desk, house: House, world: World) -> None:
    page = talk_of(desk, house, world)
    said = page.locator(f"#comment-{world.tide.comments['Chiara']}")
    said.get_by_text("React", exact=True).click()
    expect(said.get_by_role("button", name="Thank you")).to_be_visible()
    unfolded(said)
    expect(page.locator(".menu[open]")).to_have_text(re.compile("More"))
    expect(said.get_by_role("button", name="Thank you")).to_be_hidden()
    page.mouse.click(5, 5)
    expect(page.locator(".menu[open]")).to_have_count(0)


@pytest.mark.parametrize("name", ["Esi", "Farid", "Amara"])
def test_every_menu_fits_a_phone_and_a_finger(desk: Desk, house: House, world: World, name: str) -> None:
    Deeds(house, world).send("Chiara", f"/comments/{world.tide.comments['Amara']}/reactions/helpful")
    page, found = talk_of(desk, house, world, name, viewport=PHONE), []
    menus = page.locator(".comment .menu summary:visible")
    assert menus.count() > 4
    for at in range(menus.count()):
        menus.nth(at).press("Enter")
        items = page.locator(":is(.menu[open] .menu-items, .menu[open] ~ .unsaid) :is(a, button):visible")
        boxes: list[Any] = [item.bounding_box() or {} for item in (menus.nth(at), *items.all())]
        assert len(boxes) > 1, f"menu {at} is empty"
        found += [f"{at}: {box}" for box in boxes if box["height"] < 44 or box["x"] < 0]
        found += too_wide(page, f"menu {at}")
    assert found + violations(page, "menus") == []
