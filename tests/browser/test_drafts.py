"""Nothing that was typed is lost: a reload, a crash, another device, a server that is away; and previews in place."""

from __future__ import annotations

import time

from playwright.sync_api import BrowserContext, Page, expect

from feedback.models import Draft
from tests.browser.desk import Desk, eventually, live
from tests.browser.test_accessibility import violations
from tests.house import House
from tests.world import World

TALK = "/initiatives/{0.initiative}"
SAVED = "Draft saved"


def box(page: Page):  # type: ignore[no-untyped-def]
    return page.get_by_label("Your comment", exact=True)


def write(page: Page, world: World, text: str) -> None:
    page.goto(TALK.format(world.tide))
    box(page).fill(text)


def kept(house: House) -> list[str]:
    return [row.text for row in house.rows(Draft)]


def on_hidden(page: Page, hidden: bool) -> None:
    """The tab goes to the background, or comes back."""
    page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def unload(context: BrowserContext) -> None:
    """A crash: the window is gone and nothing of it is asked any more."""
    context.close()


def test_draft_survives_a_crash_on_another_device(desk: Desk, house: House, world: World) -> None:
    page = desk.window(house, world.people["Amara"])
    write(page, world, "Half a thought")
    expect(page.locator(".draft-words")).to_contain_text(SAVED)
    expect(page.get_by_role("button", name="Save draft")).to_be_hidden()
    desk.contexts.remove(page.context)
    unload(page.context)
    phone = desk.window(house, world.people["Amara"], viewport={"width": 360, "height": 700})
    phone.goto(TALK.format(world.tide))
    expect(box(phone)).to_have_value("Half a thought")
    expect(phone.locator(".draft-words")).to_contain_text("Your draft from")
    phone.get_by_role("button", name="Send").click()
    expect(phone.locator(".comment", has_text="Half a thought")).to_be_visible()
    expect(box(phone)).to_have_value("")
    phone.wait_for_timeout(2_000)
    assert kept(house) == []


def test_reload_before_the_first_save_loses_nothing(desk: Desk, house: House, world: World) -> None:
    page = desk.window(house, world.people["Amara"])
    page.route("**/drafts", lambda route: route.abort())
    desk.cuts_expected = True
    write(page, world, "Never saved")
    page.reload()
    expect(box(page)).to_have_value("Never saved")
    page.wait_for_timeout(2_000)
    expect(page.locator(".draft-words")).to_contain_text("kept in this window only")
    page.unroute("**/drafts")
    expect(page.locator(".draft-words")).to_contain_text(SAVED)
    assert kept(house) == ['{"attribution": "named", "text": "Never saved"}']
    page.reload()
    expect(box(page)).to_have_value("Never saved")


def both_in(drafts: list[Draft]) -> bool:
    return any("at the desk" in draft.text and "on the phone" in draft.text for draft in drafts)


def test_two_devices_that_both_go_on_are_shown_both(desk: Desk, house: House, world: World) -> None:
    laptop, phone = (desk.window(house, world.people["Amara"]) for _ in range(2))
    write(laptop, world, "Ring the bells at noon")
    expect(laptop.locator(".draft-words")).to_contain_text(SAVED)
    write(phone, world, "Ring the bells at noon, on the phone")
    expect(phone.locator(".draft-words")).to_contain_text(SAVED)
    box(laptop).fill("Ring the bells at noon, at the desk")
    conflict = laptop.locator(".draft-conflict")
    expect(conflict.get_by_role("heading", name="You went on writing on another device")).to_be_visible()
    expect(conflict.locator("ins").last).to_contain_text("phone")
    expect(conflict.locator("del").first).to_contain_text("at")
    assert violations(laptop, "two devices") == []
    laptop.get_by_role("button", name="Keep both, one after the other").click()
    both = "Ring the bells at noon, at the desk\n\nRing the bells at noon, on the phone"
    expect(box(laptop)).to_have_value(both)
    expect(conflict).to_have_count(0)
    # The line still says that the text before was saved: what is kept tells when this one is.
    eventually(laptop, lambda: both_in(house.rows(Draft)), "both texts are kept")
    on_hidden(phone, True)
    on_hidden(phone, False)
    expect(box(phone)).to_have_value(both)


def test_unsent_keys_of_this_window_win_over_the_server_only_by_choice(desk: Desk, house: House, world: World) -> None:
    laptop, phone = (desk.window(house, world.people["Amara"]) for _ in range(2))
    laptop.route("**/drafts", lambda route: route.abort())
    desk.cuts_expected = True
    write(laptop, world, "Typed while the network was away")
    write(phone, world, "Saved from the phone")
    expect(phone.locator(".draft-words")).to_contain_text(SAVED)
    laptop.unroute("**/drafts")
    laptop.reload()
    expect(box(laptop)).to_have_value("Typed while the network was away")
    expect(laptop.locator(".draft-conflict")).to_be_visible()
    laptop.get_by_role("button", name="Take the other text").click()
    expect(box(laptop)).to_have_value("Saved from the phone")
    laptop.reload()
    expect(laptop.locator(".draft-words")).to_contain_text("Your draft from")
    expect(box(laptop)).to_have_value("Saved from the phone")
    expect(laptop.locator(".draft-conflict")).to_have_count(0)


def test_a_window_left_open_takes_what_was_sent_elsewhere(desk: Desk, house: House, world: World) -> None:
    laptop, phone = (desk.window(house, world.people["Amara"]) for _ in range(2))
    write(laptop, world, "Begun at the desk")
    expect(laptop.locator(".draft-words")).to_contain_text(SAVED)
    phone.goto(TALK.format(world.tide))
    phone.get_by_role("button", name="Send").click()
    expect(phone.locator(".comment", has_text="Begun at the desk")).to_be_visible()
    on_hidden(laptop, True)
    on_hidden(laptop, False)
    expect(box(laptop)).to_have_value("")
    assert kept(house) == []


def test_discard_and_put_back(desk: Desk, house: House, world: World) -> None:
    page = desk.window(house, world.people["Amara"])
    write(page, world, "Better not")
    page.get_by_role("button", name="Discard draft").click()
    expect(box(page)).to_have_value("")
    page.get_by_role("button", name="Put it back").click()
    expect(box(page)).to_have_value("Better not")
    expect(page.locator(".draft-words")).to_contain_text("Your draft from")


def test_page_that_is_left_at_once_keeps_the_last_words(desk: Desk, house: House, world: World) -> None:
    page = desk.window(house, world.people["Amara"])
    write(page, world, "Gone in a second")
    page.goto("/profile")
    eventually(
        page,
        lambda: kept(house) == ['{"attribution": "named", "text": "Gone in a second"}'],
        "the draft of a page that was left",
    )


def test_sending_a_plain_form_brings_no_draft_back(desk: Desk, house: House, world: World) -> None:
    page = desk.window(house, world.people["Amara"])
    page.goto(f"{TALK.format(world.tide)}/edit")
    page.get_by_label("What we tried").fill("Sirens and drums, quickly saved")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The initiative is saved.")).to_be_visible()
    page.wait_for_timeout(2_000)
    assert kept(house) == []


def test_initiative_draft_on_another_device(desk: Desk, house: House, world: World) -> None:
    page = desk.window(house, world.people["Amara"])
    page.goto(f"{TALK.format(world.tide)}/edit")
    page.get_by_label("Title").fill("A better title")
    expect(page.locator(".draft-words")).to_contain_text(SAVED)
    phone = desk.window(house, world.people["Amara"])
    phone.goto(f"{TALK.format(world.tide)}/edit")
    expect(phone.get_by_label("Title")).to_have_value("A better title")
    expect(phone.get_by_text("Nobody else sees it until you save it.")).to_be_visible()


def test_typing_saves_at_most_every_second_and_a_half(desk: Desk, house: House, world: World) -> None:
    page, saves = desk.window(house, world.people["Amara"]), []
    page.on("request", lambda request: saves.append(request.url) if request.url.endswith("/drafts") else None)
    page.goto(TALK.format(world.tide))
    box(page).focus()
    began = time.monotonic()
    for _ in range(30):
        page.keyboard.type("word ")
        page.wait_for_timeout(100)
    whole = ['{"attribution": "named", "text": "' + "word " * 30 + '"}']
    eventually(page, lambda: kept(house) == whole, "the last words are kept")
    # One at once, one at the end; on a slow machine the typing between takes longer.
    assert 1 <= len(saves) <= 2 + (time.monotonic() - began) / 1.5, saves


def test_preview_in_place_moves_nothing(desk: Desk, house: House, world: World) -> None:
    page = desk.window(house, world.people["Amara"])
    page.goto(TALK.format(world.tide))
    live(page)
    box(page).fill("Ring **loud**")
    page.get_by_role("button", name="Preview").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Preview")).to_be_visible()
    expect(page.locator(".preview strong")).to_have_text("loud")
    expect(page.locator("#announcer")).to_contain_text("The preview is shown")
    expect(box(page)).to_have_value("Ring **loud**")
    expect(page.get_by_role("button", name="Preview")).to_be_focused()
    assert violations(page, "preview") == []
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".comment", has_text="Ring loud")).to_be_visible()
    expect(page.locator(".preview")).to_have_count(0)


def test_drafts_and_previews_without_scripts(desk: Desk, house: House, world: World) -> None:
    page = desk.window(house, world.people["Amara"], java_script_enabled=False)
    write(page, world, "By **hand**")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview strong")).to_have_text("hand")
    expect(box(page)).to_have_value("By **hand**")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator(".draft-words")).to_contain_text("Your draft from")
    page.goto(TALK.format(world.tide))
    expect(box(page)).to_have_value("By **hand**")
    page.get_by_role("button", name="Discard draft").click()
    expect(box(page)).to_have_value("")
    page.get_by_role("button", name="Put it back").click()
    expect(box(page)).to_have_value("By **hand**")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".comment", has_text="By hand")).to_be_visible()
