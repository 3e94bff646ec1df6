"""Everything works as plain HTML: scripts off, and style sheets off."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.desk import Desk, unfolded
from tests.house import House
from tests.services.smtp import Postbox
from tests.world import World


def plain(desk: Desk, house: House, person_id: int | None = None) -> Page:
    return desk.window(house, person_id, java_script_enabled=False)


def test_sign_in_by_code(desk: Desk, open_house, postbox: Postbox) -> None:  # type: ignore[no-untyped-def]
    house, world = open_house(smtp_url=f"smtp://{postbox.host}:{postbox.port}")
    page = plain(desk, house)
    page.goto(f"/teams/{world.tide.team}")
    page.get_by_label("Your email address").fill("not an address")
    page.get_by_role("button", name="Send me the mail").click()
    expect(page.locator("#email-error")).to_contain_text("Enter an email address")
    expect(page.get_by_label("Your email address")).to_have_value("not an address")
    page.get_by_label("Your email address").fill(world.emails["Bram"])
    page.get_by_role("button", name="Send me the mail").click()
    (mail,) = postbox.wait_for(1)
    (code,) = re.findall(r"\b\d{3} \d{3}\b", mail.get_content())
    page.get_by_label("The code from the mail").fill("000000" if code != "000 000" else "000001")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("#code-error")).to_contain_text("does not work")
    page.get_by_label("The code from the mail").fill(code)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Tide", level=1)).to_be_visible()
    page.goto("/profile")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()


def test_comment_reply_edit_withdraw_and_resolve(desk: Desk, house: House, world: World) -> None:
    page = plain(desk, house, world.people["Amara"])
    page.goto("/")
    page.get_by_role("link", name="My team").click()
    page.get_by_role("link", name="Read the initiative").click()
    page.get_by_label("Your comment").fill("")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Write something first.").first).to_be_visible()
    page.get_by_label("Your comment").fill("In *plain* HTML")
    page.get_by_role("button", name="Send").click()
    mine = page.locator(".comment", has_text="In plain HTML")
    expect(mine).to_be_visible()
    theirs = page.locator(".comment", has_text="A radio play")
    expect(unfolded(theirs).get_by_role("link", name="Edit")).to_be_hidden()
    theirs.get_by_text("More", exact=True).click()
    theirs.get_by_role("link", name="Reply").click()
    expect(page.get_by_text("Your reply to Esi Okoro.")).to_be_visible()
    page.get_by_label("Your comment").fill("Who played in it?")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".comment-reply", has_text="Who played in it?")).to_be_visible()
    unfolded(mine).get_by_role("link", name="Edit").click()
    page.get_by_label("Your comment").fill("In **better** HTML")
    page.get_by_role("button", name="Save", exact=True).click()
    better = page.locator(".comment", has_text="In better HTML")
    expect(better).to_be_visible()
    better.get_by_role("link", name="Edited once").click()
    expect(page.get_by_text("In plain HTML")).to_be_visible()
    page.go_back()
    unfolded(page.locator(".comment", has_text="In better HTML")).get_by_role("link", name="Withdraw").click()
    page.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_text("In better HTML")).to_have_count(0)
    page.get_by_role("button", name="Mark as resolved").click()
    expect(page.get_by_text("Amara Okoro marked this conversation as resolved.")).to_be_visible()
    page.get_by_role("button", name="Open it again").click()
    expect(page.get_by_role("button", name="Mark as resolved")).to_be_visible()


def test_initiative_is_edited_and_a_conflict_is_shown(desk: Desk, house: House, world: World) -> None:
    amara, bram = plain(desk, house, world.people["Amara"]), plain(desk, house, world.people["Bram"])
    for page in (amara, bram):
        page.goto(f"/initiatives/{world.tide.initiative}/edit")
    amara.get_by_label("What we tried").fill("Sirens, leaflets and bells.")
    amara.get_by_label("What we ask").fill("Amara's question")
    amara.get_by_role("button", name="Save", exact=True).click()
    expect(amara.get_by_text("The initiative is saved.")).to_be_visible()
    bram.get_by_label("What we ask").fill("Bram's question")
    bram.get_by_label("The context").fill("Bram's context")
    bram.get_by_role("button", name="Save", exact=True).click()
    shown = bram.locator("main")
    expect(shown.locator(".only").first).to_contain_text("Bram's")
    expect(shown.locator(".only").last).to_contain_text("Amara's")
    bram.get_by_role("button", name="Save", exact=True).click()
    bram.goto(f"/initiatives/{world.tide.initiative}")
    for words in ("Bram's context", "Sirens, leaflets and bells."):
        expect(bram.locator("main")).to_contain_text(words)


def test_pages_read_without_style_sheets(desk: Desk, house: House, world: World) -> None:
    page = desk.window(house, world.people["Amara"], java_script_enabled=False)
    page.route("**/*.css*", lambda route: route.abort())
    desk.cuts_expected = True
    for path in (f"/cohorts/{world.tide.cohort}", f"/teams/{world.tide.team}", f"/initiatives/{world.tide.initiative}"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("navigation", name="Places")).to_be_visible()
        box = page.locator("main").bounding_box()
        assert box is not None
        assert box["height"] > 200
    icons = page.locator("svg").all()
    assert all((icon.bounding_box() or {"width": 0})["width"] <= 400 for icon in icons[:20])
