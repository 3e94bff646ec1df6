"""The room in browsers: one timer on screens whose clocks are wrong, hands without a reload, a phone."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from sessions.room import rooms
from tests.browser.desk import Desk, live
from tests.browser.test_accessibility import too_wide, violations
from tests.house import House
from tests.sessions.room.conftest import Meeting, open_meeting
from tests.world import World

SKEWED = """
const real = Date.now, Real = Date;
globalThis.Date = class extends Real {
  constructor(...given) { if (given.length) super(...given); else super(real() + %d); }
  static now() { return real() + %d; }
};
"""
# Milliseconds between what the page shows now and the server's end: counted by the clock of the test's own machine.
CHANGES = """
() => new Promise((done) => {
  const timer = document.querySelector("[data-ends]"), seen = [];
  new MutationObserver(() => {
    const [minutes, seconds] = timer.textContent.split(":").map(Number);
    seen.push([performance.timeOrigin + performance.now(), minutes * 60 + seconds]);
    if (seen.length === 3) done([timer.dataset.ends, seen]);
  }).observe(timer, { childList: true, characterData: true, subtree: true });
})
"""

PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 640}}
DAY_AND_NIGHT: tuple[tuple[int, Literal["light", "dark"]], ...] = ((1280, "light"), (360, "dark"))


@pytest.fixture
def meeting(house: House, world: World) -> Meeting:
    return open_meeting(house, world)


def room(desk: Desk, meeting: Meeting, name: str, *, skew: int = 0, **options: object) -> Page:
    page = desk.window(meeting.house, meeting.world.people[name], **options)
    if skew:
        page.add_init_script(SKEWED % (skew, skew))
    page.goto(meeting.path)
    return page


def offs(page: Page) -> list[float]:
    """How many milliseconds after its true moment each second was shown, three times."""
    ends, seen = page.evaluate(CHANGES)
    at = page.evaluate("(ends) => new Date(ends).getTime()", ends)
    # At the moment at which `left` is shown, so many seconds are left, or a little less.
    return [moment - (at - left * 1000) for moment, left in seen]


def agrees(page: Page) -> None:
    """Its seconds come at their moment; on a machine that has much else to do, at one of ten looks."""
    found = [offs(page)]
    while not all(-200 <= one <= 200 for one in found[-1]):
        assert len(found) < 10, found
        found.append(offs(page))


def test_timer_agrees_on_screens_whose_clocks_are_wrong(desk: Desk, meeting: Meeting) -> None:
    meeting.send("Farid", "timer", act="start", minutes=5, version=1)
    pages = [room(desk, meeting, "Amara", skew=-93_000), room(desk, meeting, "Esi", skew=3_600_000)]
    for page in pages:
        live(page)
        agrees(page)
    meeting.send("Farid", "timer", act="pause", version=meeting.now().version)
    left = meeting.now().timer_left
    assert left is not None
    for page in pages:
        expect(page.locator(".room-timer-count")).to_have_text(f"{left // 60}:{left % 60:02}")
    meeting.send("Farid", "timer", act="extend", minutes=1, version=meeting.now().version)
    meeting.send("Farid", "timer", act="go on", version=meeting.now().version)
    for page in pages:
        expect(page.locator("[data-ends]")).to_have_text(re.compile(r"^[45]:"))
        agrees(page)


def test_end_of_the_timer_is_said_once(desk: Desk, meeting: Meeting) -> None:
    page = room(desk, meeting, "Amara")
    live(page)
    page.evaluate("""() => {
      window.said = [];
      new MutationObserver((list) => {
        for (const one of list) for (const node of one.addedNodes) said.push(node.textContent);
      }).observe(document.getElementById("announcer"), { childList: true });
    }""")
    meeting.send("Farid", "timer", act="start", minutes=1, version=1)
    with meeting.house.database(writing=True) as db:
        now = rooms.of_slot(db, meeting.slot_id)
        assert now is not None
        assert now.timer_ends_at is not None
        ends = now.timer_ends_at - timedelta(seconds=57)
        rooms.change(db, now, f"room-timer-{meeting.slot_id}", timer_ends_at=ends)
    expect(page.locator("[data-ends]")).to_have_text(re.compile(r"^\+0:0[1-9]"))
    page.wait_for_timeout(1_500)
    assert page.evaluate("said") == ["The time is up."]


def test_hand_goes_up_and_down_without_a_reload(desk: Desk, meeting: Meeting) -> None:
    mine, other = room(desk, meeting, "Amara", **PHONE), room(desk, meeting, "Farid")
    for page in (mine, other):
        live(page)
    desk.cuts_expected = True
    mine.route("**/hand", lambda route: route.fulfill(status=502, content_type="text/plain", body="no way through"))
    mine.get_by_role("button", name="Raise your hand").click()
    expect(mine.locator(".room-hands [role=alert]")).to_have_text("This could not be sent. Try again in a moment.")
    mine.unroute("**/hand")
    mine.get_by_role("button", name="Raise your hand").click()
    expect(mine.get_by_text("You are number 1 in the queue.")).to_be_visible()
    expect(mine.locator(".room-hands [role=alert]")).to_have_count(0)
    expect(other.locator(".hand")).to_contain_text("Amara Okoro")
    expect(other.get_by_text("You are number 1 in the queue.")).to_be_hidden()
    expect(other.get_by_role("button", name="Raise your hand")).to_be_visible()
    meeting.send("Bram", "hand")
    other.get_by_text("Give the word").click()
    mine.evaluate("scrollTo(0, document.body.scrollHeight)")
    other.get_by_role("button", name="Call on number 1, Amara Okoro").click()
    expect(mine.get_by_text("You have the word.")).to_be_in_viewport()
    expect(other.get_by_role("button", name="Lower the hand of Amara Okoro")).to_be_focused()
    mine.get_by_role("button", name="Lower your hand").click()
    expect(other.get_by_role("button", name="Lower the hand of Bram")).to_be_focused()
    meeting.send("Bram", "hand/lowering")
    expect(other.get_by_text("Give the word")).to_be_focused()
    expect(mine.get_by_text("No hand is up.")).to_be_visible()
    expect(other.get_by_text("No hand is up.")).to_be_visible()
    expect(mine.get_by_role("button", name="Raise your hand")).to_be_focused()


def test_focus_lands_where_the_work_goes_on(desk: Desk, meeting: Meeting) -> None:
    meeting.send("Farid", "timer", act="start", minutes=5, version=1)
    phone, page = room(desk, meeting, "Amara", **PHONE), room(desk, meeting, "Farid")
    for one in (phone, page):
        live(one)
    phone.get_by_text("Ask a question").click()
    phone.get_by_label("Your question").fill("Who pays for the light?")
    phone.get_by_role("button", name="Ask", exact=True).click()
    expect(phone.locator(".question", has_text="Who pays for the light?")).to_be_in_viewport()
    expect(phone.get_by_label("Your question")).to_have_value("")
    page.evaluate("document.querySelectorAll('.room-run').forEach((one) => { one.open = true; })")
    page.get_by_role("button", name="Stop the timer").click()
    expect(page.get_by_text("Run the session")).to_be_focused()
    page.get_by_role("button", name="Park it").click()
    expect(page.locator(".question-run").get_by_role("button", name="Open it again")).to_be_focused()
    # Where it is elsewhere it stays, whatever goes.
    elsewhere = page.get_by_role("button", name="Ask for a check-in")
    elsewhere.focus()
    meeting.send("Farid", "timer", act="start", minutes=5, version=meeting.now().version)
    expect(page.get_by_role("button", name="Stop the timer")).to_be_visible()
    expect(elsewhere).to_be_focused()
    meeting.send("Farid", "timer", act="stop", version=meeting.now().version)
    expect(page.get_by_role("button", name="Stop the timer")).to_have_count(0)
    expect(elsewhere).to_be_focused()


def test_sentence_is_asked_for_where_it_is_written(desk: Desk, meeting: Meeting) -> None:
    mine = room(desk, meeting, "Amara")
    live(mine)
    meeting.send("Farid", "moment", moment="in", version=meeting.now().version)
    mine.get_by_label("How do you arrive? Say it in one sentence.").fill("Curious")
    mine.get_by_role("button", name="Say it").click()
    expect(mine.locator(".sentence")).to_contain_text("Curious")
    expect(mine.get_by_role("button", name="Change it")).to_be_visible()
    meeting.send("Farid", "moment", moment="", version=meeting.now().version)
    expect(mine.get_by_label("How do you arrive? Say it in one sentence.")).to_have_count(0)


def test_phone_without_scripts(desk: Desk, meeting: Meeting) -> None:
    meeting.send("Farid", "timer", act="start", minutes=5, label="Write alone", version=1)
    phone = room(desk, meeting, "Amara", java_script_enabled=False, viewport={"width": 360, "height": 740})
    expect(phone.locator(".room-timer time")).to_be_visible()
    phone.get_by_role("button", name="Raise your hand").click()
    expect(phone.get_by_text("You are number 1 in the queue.")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    assert phone.locator(".room-timer").bounding_box()["y"] < 740  # type: ignore[index]


def test_no_page_of_a_room_shuts_anybody_out(desk: Desk, meeting: Meeting) -> None:
    meeting.send("Farid", "item", item=meeting.items()[0], version=1)
    meeting.send("Farid", "moment", moment="in", version=meeting.now().version)
    for name in ("Amara", "Bram"):
        meeting.send(name, "hand")
        meeting.send(name, "sentence", sentence="Curious")
    found = []
    note = f"/run-sheet/{meeting.items()[0]}"
    meeting.send("Farid", note[1:], note="Ask Bram first. " * 9, version=0)
    for name, parts in (("Amara", ("", "?light=1")), ("Farid", ("", "/run-sheet", note, "/projector", "/ending"))):
        page = room(desk, meeting, name)
        for part in parts:
            page.goto(f"{meeting.path}{part}")
            page.evaluate("document.querySelectorAll('.room-run').forEach((one) => { one.open = true; })")
            for width, scheme in DAY_AND_NIGHT:
                page.set_viewport_size({"width": width, "height": 800})
                page.emulate_media(color_scheme=scheme)
                found += [*violations(page, f"{part} {width}"), *too_wide(page, f"{part} {width}")]
    assert found == []
