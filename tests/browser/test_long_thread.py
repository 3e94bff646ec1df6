"""A long thread in a browser: words given in place, an old window of it, and what is new on the next visit."""

from __future__ import annotations

from feedback.models import Comment, Reaction, Visit
from tests.browser.desk import Desk, eventually, live, unfolded
from tests.browser.test_accessibility import LOOKS, RULES, too_wide, violations
from tests.house import House
from tests.live.test_windows import Talk
from tests.world import World


def test_words_are_given_and_taken_back_in_place(desk: Desk, house: House, world: World) -> None:
    comment = world.tide.comments["Chiara"]
    first, second = (desk.window(house, world.people["Amara"]) for _ in range(2))
    for page in (first, second):
        page.goto(f"/initiatives/{world.tide.initiative}")
        live(page)
    place = f"#reaction-{comment}-helpful"
    first.locator(f"#reactions-{comment} summary").focus()
    first.keyboard.press("Enter")
    first.keyboard.press("Tab")
    assert first.evaluate("document.activeElement.closest('[id]').id") == place[1:]
    first.keyboard.press("Enter")
    for page in (first, second):
        page.locator(f"{place} .mine button").wait_for(state="visible")
        assert page.locator(f"{place} .others").is_hidden()
    assert first.evaluate("document.activeElement.closest('.mine') !== null"), "the keyboard lost its place"
    assert [row.kind for row in house.rows(Reaction)] == ["helpful"]
    second.locator(f"{place} .mine button").click()
    for page in (first, second):
        page.locator(f"{place} .mine").wait_for(state="hidden")
        page.locator(f"{place}.unsaid").wait_for(state="attached")
    # In sight where "React" is open, and folded away in the other window.
    assert [page.locator(f"{place} .others button").is_visible() for page in (first, second)] == [True, False]
    assert house.rows(Reaction) == []
    own = first.locator(f"#reactions-{world.tide.comments['Amara']} button")
    assert own.count() == 6
    assert not any(button.is_visible() for button in own.all()), "one's own comment asks for one's own word"


def test_who_speaks_in_an_old_window_is_led_to_the_newest(desk: Desk, house: House, world: World) -> None:
    talk = Talk(house, world)
    page = desk.window(house, world.people["Amara"])
    page.goto(f"{talk.page}?from=1")
    live(page)
    page.locator("#composer").fill("Said from the beginning")
    page.get_by_role("button", name="Send").click()
    page.wait_for_url(f"**{talk.page}#comment-*")
    page.get_by_text("Said from the beginning").wait_for()
    page.goto(f"{talk.page}?from=1")
    live(page)
    page.locator(f"#comment-{talk.ids[3]}").get_by_role("link", name="Reply").click()
    page.locator("#answering input").wait_for(state="attached")
    page.locator("#composer").fill("An answer to the old")
    page.get_by_role("button", name="Send").click()
    page.locator(f"#replies-{talk.ids[3]}").get_by_text("An answer to the old").wait_for()
    assert page.url.endswith("?from=1")


def test_a_visit_is_noted_and_the_next_one_shows_what_is_new(desk: Desk, house: House, world: World) -> None:
    talk = Talk(house, world)
    page = desk.window(house, world.people["Amara"])
    page.goto(talk.page)
    live(page)
    last = max(talk.ids.values())
    eventually(page, lambda: [row.comment_id for row in house.rows(Visit)] == [last], "the visit was not noted")
    page.goto("/profile")
    talk.say("Chiara", "After the visit")
    page.goto(talk.page)
    assert page.locator("#since").get_by_text("1 new comment since").is_visible()
    new = house.rows(Comment)[-1].id
    marked = page.evaluate(
        f"getComputedStyle(document.querySelector('#comment-{new} .comment-when'), '::after').content"
    )
    assert marked == '"New"'
    unfolded(page.locator(f"#comment-{talk.ids[240]}")).get_by_role("button", name="Mark unread").click()
    page.wait_for_url("**/cohorts/*?done=unread")
    page.goto(talk.page)
    assert page.locator("#since").get_by_text("10 new comments since").is_visible()


def test_long_thread_shuts_nobody_out(desk: Desk, house: House, world: World) -> None:
    talk = Talk(house, world)
    talk.send("Amara", f"{talk.about(120)}/reactions/helpful")
    talk.send("Amara", f"/threads/{world.reed.thread}/visit", upto=str(talk.ids[240]))
    for width, rules in ((320, RULES), (1280, LOOKS)):
        page = desk.window(house, world.people["Amara"], viewport={"width": width, "height": 900})
        for path in (f"{talk.page}?from=101", talk.page):
            page.goto(path)
            live(page)
            assert violations(page, path, rules) + too_wide(page, path) == []
