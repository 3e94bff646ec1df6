"""When access ends: the open page goes away by itself, says why, and keeps nothing that could still be read."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import Desk, eventually, live
from tests.browser.proxy import refusing_sockets
from tests.conftest import Databases
from tests.house import House, bound, free_port, met, running
from tests.live.deeds import Deeds
from tests.world import World

TALK = "/initiatives/{0.initiative}"
# Words of team Tide's initiative and of the talk on it.
CANARIES = ("church bells", "nine languages", "Sirens and leaflets")
ENDED = "You no longer have access to this page"
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
# Complains when the page's words are shown, be it for a moment.
WATCH_SHOWN = """() => new MutationObserver(() => {
  const { dataset } = document.documentElement;
  if (!("away" in dataset) && document.body.textContent.includes("church bells")) console.error("it was shown");
}).observe(document, { attributes: true, childList: true, subtree: true })"""
KEPT = "() => JSON.stringify({ ...sessionStorage }) + JSON.stringify({ ...localStorage })"


def everything_kept(page: Page) -> str:
    """What the page, its title and its storage hold."""
    return page.content() + page.title() + str(page.evaluate(KEPT))


def assert_nothing_stays(page: Page) -> None:
    kept = everything_kept(page)
    assert [words for words in (*CANARIES, "Half a thought") if words in kept] == []


@pytest.mark.parametrize("path", [TALK, TALK + "/edit", "/teams/{0.team}", "/cohorts/{0.cohort}"])
def test_open_page_of_a_removed_member_is_replaced_within_two_seconds(
    desk: Desk, house: House, world: World, path: str
) -> None:
    members, facilitator = iter(("Bram", "Amara")), desk.window(house, world.people["Farid"])

    def removed() -> float:
        """Seconds until one more member sees that, beyond those in which this browser opens a page."""
        name = next(members)
        member = desk.window(house, world.people[name])
        began = time.monotonic()
        member.goto(path.format(world.tide))
        live(member)
        opened = time.monotonic() - began
        assert "Tide" in everything_kept(member)
        facilitator.goto(f"/teams/{world.tide.team}")
        facilitator.get_by_role("link", name=f"Remove {name} Okoro").click()
        began = time.monotonic()
        facilitator.get_by_role("button", name="Remove").click()
        expect(member.get_by_role("heading", name=ENDED)).to_be_visible()
        took = time.monotonic() - began - opened
        expect(member.get_by_text("ask the facilitators of Borders and beyond")).to_be_visible()
        assert_nothing_stays(member)
        assert "Tide" not in everything_kept(member)
        assert "Status" not in (member.locator("main").text_content() or "")
        return took

    assert met(2.0, removed, tries=2)


def test_nothing_typed_and_nothing_behind_the_back_button_stays(desk: Desk, house: House, world: World) -> None:
    page = desk.window(house, world.people["Bram"])
    page.goto("/profile")
    page.goto(TALK.format(world.tide))
    live(page)
    page.get_by_label("Your comment").fill("Half a thought, not yet sent")
    assert all(words in everything_kept(page) for words in ("church bells", "Half a thought"))
    Deeds(house, world).remove_member("Bram")
    expect(page.get_by_role("heading", name=ENDED)).to_be_visible()
    assert_nothing_stays(page)
    page.go_back()
    expect(page.get_by_role("heading", name="Your profile")).to_be_visible()
    page.go_forward()
    expect(page.get_by_role("heading", name=ENDED)).to_be_visible()
    assert_nothing_stays(page)
    page.reload()
    expect(page.get_by_role("heading", name=ENDED)).to_be_visible()


def test_page_in_a_hidden_tab_is_replaced_when_it_is_looked_at(desk: Desk, house: House, world: World) -> None:
    """Its socket was closed while nobody looked; what was shown before must not come back."""
    page = desk.window(house, world.people["Bram"])
    page.goto(TALK.format(world.tide) + "/edit")
    live(page)
    page.evaluate(HIDE, True)
    eventually(page, lambda: not house.inside.hub.sockets, "the hidden page's socket is closed")
    Deeds(house, world).remove_member("Bram")
    page.wait_for_timeout(300)
    assert "Sirens and leaflets" in page.content()
    page.evaluate(HIDE, False)
    expect(page.get_by_role("heading", name=ENDED)).to_be_visible()
    assert_nothing_stays(page)


def test_page_is_replaced_where_sockets_are_refused(desk: Desk, databases: Databases) -> None:
    desk.cuts_expected = True
    listening = bound(0)
    outside = int(listening.getsockname()[1])
    with (
        databases.copy("sqlite") as (url, world),
        running(url, port=free_port(), url=f"http://127.0.0.1:{outside}") as house,
        refusing_sockets(listening, house.settings.port),
    ):
        page = desk.window(house, world.people["Bram"])
        page.goto(TALK.format(world.tide))
        expect(page.locator(".comment", has_text="church bells")).to_be_visible()
        Deeds(house, world).remove_member("Bram")
        expect(page.get_by_role("heading", name=ENDED)).to_be_visible()
        assert_nothing_stays(page)
        desk.close()


def cached(page: Page, event: str) -> None:
    """The page goes into the browser's back/forward cache, or comes back from it."""
    page.evaluate(f"() => dispatchEvent(new PageTransitionEvent('{event}', {{ persisted: true }}))")


def test_page_from_the_back_forward_cache_is_shown_only_when_allowed(desk: Desk, house: House, world: World) -> None:
    page = desk.window(house, world.people["Bram"])
    page.goto(TALK.format(world.tide))
    live(page)
    cached(page, "pagehide")
    expect(page.get_by_text("church bells")).to_be_hidden()
    cached(page, "pageshow")
    expect(page.get_by_text("church bells")).to_be_visible()
    live(page)
    cached(page, "pagehide")
    for one in list(house.inside.hub.sockets):
        house.inside.hub._loop.call_soon_threadsafe(one.close, 1012)
    eventually(page, lambda: not house.inside.hub.sockets, "the page has no socket")
    Deeds(house, world).remove_member("Bram")
    page.evaluate(WATCH_SHOWN)
    cached(page, "pageshow")
    expect(page.get_by_role("heading", name=ENDED)).to_be_visible()
    assert_nothing_stays(page)


def test_who_was_moved_sees_the_page_as_the_other_team_does(desk: Desk, house: House, world: World) -> None:
    page, facilitator = desk.window(house, world.people["Bram"]), desk.window(house, world.people["Farid"])
    page.goto(TALK.format(world.tide))
    live(page)
    expect(page.locator("main").get_by_role("link", name="Edit").first).to_be_visible()
    facilitator.goto(f"/teams/{world.tide.team}")
    facilitator.get_by_role("link", name="Move Bram Okoro", exact=True).click()
    facilitator.get_by_label("The other team").select_option(label="Reed (Port City)")
    facilitator.get_by_role("button", name="Move").click()
    expect(facilitator.get_by_text("They are in this team now.")).to_be_visible()
    expect(page.locator(".initiative").get_by_role("link", name="Edit")).to_have_count(0)
    expect(page.get_by_text("church bells")).to_be_visible()
    live(page)
    Deeds(house, world).say("Chiara", "Welcome to our side")
    expect(page.get_by_text("Welcome to our side")).to_be_visible()


def test_ended_logins_close_their_pages(desk: Desk, open_house) -> None:  # type: ignore[no-untyped-def]
    house, world = open_house(demo=True)
    here, there = desk.window(house), desk.window(house)
    for window in (here, there):
        window.goto("/")
        window.get_by_role("button", name="Bram Okoro").click()
    there.goto(TALK.format(world.tide))
    live(there)
    there.get_by_label("Your comment").fill("Half a thought, not yet sent")
    here.goto("/profile/logins")
    live(here)
    expect(here.get_by_text("Chrome on Linux")).to_have_count(2)
    here.get_by_role("button", name="End all others").click()
    expect(here.get_by_text("All other browsers are signed out.")).to_be_visible()
    expect(there.get_by_label("Your email address")).to_be_visible()
    assert_nothing_stays(there)
    here.reload()
    expect(here.get_by_text("Chrome on Linux")).to_have_count(1)
    expect(here.get_by_text("You are signed in nowhere else.")).to_be_visible()
