"""Two people in two browsers, from signing in to seeing each other's words at once; and what must not be disturbed."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.desk import Desk, eventually, live, unfolded
from tests.house import House
from tests.live.deeds import Deeds
from tests.services.smtp import Postbox
from tests.world import World

TALK = "/initiatives/{0.initiative}"


def caret(page: Page) -> list[object]:
    """What has the focus, its text and the caret in it."""
    found: list[object] = page.evaluate(
        "() => { const at = document.activeElement; return [at.id, at.value, at.selectionStart, at.selectionEnd]; }"
    )
    return found


def send(page: Page, text: str) -> None:
    page.get_by_label("Your comment").fill(text)
    page.get_by_role("button", name="Send").click()


def test_one_signs_in_by_mail_the_other_enters_and_they_talk(desk: Desk, open_house, postbox: Postbox) -> None:  # type: ignore[no-untyped-def]
    house, world = open_house(demo=True, smtp_url=f"smtp://{postbox.host}:{postbox.port}")
    amara, chiara = desk.window(house), desk.window(house)
    amara.goto("/sign-in")
    amara.get_by_label("Your email address").fill(world.emails["Amara"].upper())
    amara.get_by_role("button", name="Send me the mail").click()
    expect(amara.get_by_role("heading", name="Check your mail")).to_be_visible()
    (mail,) = postbox.wait_for(1)
    assert mail["To"] == world.emails["Amara"]
    (link,) = re.findall(r"https?://\S+/sign-in/link/\S+", mail.get_content())
    amara.goto(link)
    amara.get_by_role("button", name="Sign in").click()
    amara.goto(TALK.format(world.tide))
    chiara.goto("/")
    chiara.get_by_role("button", name="Chiara Okoro").click()
    chiara.goto(TALK.format(world.tide))
    live(amara)
    live(chiara)
    send(amara, "Shall we ring the *bells* at noon?")
    said = chiara.locator(".comment", has_text="Shall we ring the bells at noon?")
    expect(said).to_be_visible()
    expect(unfolded(said).get_by_role("link", name="Edit")).to_be_hidden()
    theirs = unfolded(amara.locator(".comment", has_text="bells at noon"))
    expect(theirs.get_by_role("link", name="Edit")).to_be_visible()
    for opened in (said, theirs):
        opened.get_by_text("More", exact=True).click()
    expect(amara.get_by_label("Your comment")).to_have_value("")
    said.get_by_role("link", name="Reply").click()
    expect(chiara.get_by_text("Your reply to Amara Okoro.")).to_be_visible()
    send(chiara, "Noon is fine.")
    expect(amara.locator(".comment-reply", has_text="Noon is fine.")).to_be_visible()
    expect(chiara.locator(".comment", has_text="Noon is fine.")).to_have_count(1)
    amara.get_by_role("button", name="Mark as resolved").click()
    expect(
        chiara.locator(".resolved-words").get_by_text("Amara Okoro marked this conversation as resolved")
    ).to_be_visible()


def test_typing_is_not_disturbed_by_what_others_say(desk: Desk, house: House, world: World) -> None:
    deeds, page = Deeds(house, world), desk.window(house, world.people["Amara"])
    page.goto(TALK.format(world.tide))
    live(page)
    box = page.get_by_label("Your comment")
    box.fill("Half a thought, not yet sent")
    box.evaluate("(field) => field.setSelectionRange(5, 9)")
    before = caret(page)
    deeds.say("Chiara", "An interruption")
    deeds.edit_comment()
    deeds.withdraw("Esi")
    deeds.resolve("Farid")
    deeds.edit_initiative("Bells for everybody")
    expect(page).to_have_title("Bells for everybody · Sweetspot")
    expect(page.locator(".comment", has_text="An interruption")).to_be_visible()
    expect(page.locator(".comment", has_text="Better words")).to_be_visible()
    assert caret(page) == before
    assert before[1:] == ["Half a thought, not yet sent", 5, 9]
    expect(box).to_be_in_viewport()
    page.keyboard.type("X")
    expect(box).to_have_value("Half Xought, not yet sent")


def test_open_details_stay_open(desk: Desk, house: House, world: World) -> None:
    page = desk.window(house, world.people["Amara"])
    page.goto(TALK.format(world.tide))
    live(page)
    page.evaluate(
        """() => {
          const notes = document.createElement("details");
          notes.innerHTML = "<summary>Notes</summary>text";
          notes.id = "notes";
          notes.open = true;
          document.querySelector("#main").append(notes);
        }"""
    )
    Deeds(house, world).say("Chiara", "More words")
    expect(page.locator(".comment", has_text="More words")).to_be_visible()
    assert page.evaluate("document.querySelector('#notes').open")


def test_new_words_are_announced_to_others_and_not_to_their_author(desk: Desk, house: House, world: World) -> None:
    page, author = desk.window(house, world.people["Amara"]), desk.window(house, world.people["Chiara"])
    for window in (page, author):
        window.goto(TALK.format(world.tide))
        live(window)
    send(author, "Listen to this")
    expect(page.locator("#announcer")).to_contain_text("New comment from Chiara Okoro")
    expect(author.locator("#announcer")).to_contain_text("Your comment is sent.")
    author.wait_for_timeout(2_500)
    assert "New comment from" not in (author.locator("#announcer").text_content() or "")


def test_double_click_sends_one_comment(desk: Desk, house: House, world: World) -> None:
    page = desk.window(house, world.people["Amara"])
    page.goto(TALK.format(world.tide))
    live(page)
    page.get_by_label("Your comment").fill("Only once")
    page.get_by_role("button", name="Send").dblclick()
    expect(page.locator(".comment", has_text="Only once")).to_have_count(1)
    page.wait_for_timeout(400)
    page.reload()
    expect(page.locator(".comment", has_text="Only once")).to_have_count(1)


def test_refused_comment_stays_in_its_box(desk: Desk, house: House, world: World) -> None:
    page = desk.window(house, world.people["Amara"])
    page.goto(TALK.format(world.tide))
    live(page)
    send(page, "x" * 10_001)
    expect(page.get_by_text("characters long")).to_be_visible()
    expect(page.get_by_label("Your comment")).to_have_value("x" * 10_001)
    expect(page.get_by_label("Your comment")).to_be_focused()


def test_times_are_in_the_zone_of_the_reader(desk: Desk, house: House, world: World) -> None:
    page = desk.window(house, world.people["Amara"])
    page.goto(TALK.format(world.tide))
    times = page.locator("time[data-local]")
    eventually(page, lambda: "(Lagos)" in (times.first.text_content() or ""), "the zone of the reader")
