"""Naming somebody with the keyboard and with the mouse, and the bell that rings in another window."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.desk import Desk, live
from tests.browser.test_accessibility import violations
from tests.house import House
from tests.world import World

TALK = "/initiatives/{0.initiative}"


def box(page: Page):  # type: ignore[no-untyped-def]
    return page.get_by_label("Your comment", exact=True)


def open_talk(desk: Desk, house: House, world: World, name: str, **options: object) -> Page:
    page = desk.window(house, world.people[name], **options)
    page.goto(TALK.format(world.tide))
    live(page)
    return page


def test_somebody_is_named_with_the_keyboard_alone(desk: Desk, house: House, world: World) -> None:
    page, other = open_talk(desk, house, world, "Amara"), open_talk(desk, house, world, "Chiara")
    listed, words = page.locator("#composer-naming"), page.locator("#composer-naming-state")
    box(page).focus()
    page.keyboard.type("Dear @o", delay=20)
    expect(listed.locator("[role=option]").first).to_be_visible()
    assert listed.locator("[role=option]").count() > 3
    expect(box(page)).to_have_attribute("aria-activedescendant", "naming-1")
    page.keyboard.press("ArrowDown")
    expect(box(page)).to_have_attribute("aria-activedescendant", "naming-2")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(listed.locator("[aria-selected=true]")).to_have_count(1)
    assert violations(page, "the list to choose from") == []
    page.keyboard.press("Escape")
    expect(listed).to_be_hidden()
    page.keyboard.press("Backspace")
    page.keyboard.type("Chi", delay=20)
    expect(listed.locator("[role=option]")).to_have_text(["Chiara Okoro Reed"])
    expect(words).to_contain_text("1 to choose from")
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value("Dear @Chiara Okoro ")
    expect(listed).to_be_hidden()
    page.keyboard.type("and @Dmitri", delay=20)
    expect(words).to_have_text("Nobody who reads this is called that.")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".comment bdi.mention")).to_have_text("@Chiara Okoro")
    expect(other.locator("#bell")).to_contain_text("1")


def test_somebody_is_named_with_the_mouse(desk: Desk, house: House, world: World) -> None:
    page = open_talk(desk, house, world, "Amara", viewport={"width": 360, "height": 700})
    box(page).press_sequentially("@Bra", delay=20)
    page.locator("#composer-naming [role=option]", has_text="Bram").click()
    expect(box(page)).to_have_value("@Bram Okoro ")
    expect(box(page)).to_be_focused()


def test_bell_is_right_after_the_page_was_away(desk: Desk, house: House, world: World) -> None:
    page = open_talk(desk, house, world, "Chiara")
    expect(page.locator("#bell b")).to_have_count(0)
    page.goto("/notices")
    live(page)
    house.visit(world.people["Esi"]).post(f"/threads/{world.tide.thread}/comments", data={"text": "Dear @Chiara"})
    expect(page.locator("#bell b")).to_contain_text("1")
    expect(page.locator("#told")).to_contain_text("Esi Okoro mentioned you")
    page.get_by_role("link", name="Esi Okoro mentioned you").click()
    live(page)
    # Read once its newest words were shown for a moment.
    expect(page.locator("#bell b")).to_have_count(0)
