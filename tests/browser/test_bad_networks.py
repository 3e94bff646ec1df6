"""Cuts, restarts and networks that refuse websockets: the page comes right by itself."""

from __future__ import annotations

import itertools
import time

from playwright.sync_api import expect

from tests.browser.desk import Desk, live
from tests.browser.proxy import refusing_sockets
from tests.conftest import Databases
from tests.house import House, bound, free_port, met, running
from tests.live.deeds import Deeds
from tests.world import World

TALK = "/initiatives/{0.initiative}"


def test_page_catches_up_after_a_restart(desk: Desk, house: House, world: World) -> None:
    desk.cuts_expected = True
    deeds, page = Deeds(house, world), desk.window(house, world.people["Amara"])
    page.goto(TALK.format(world.tide))
    live(page)
    page.get_by_label("Your comment").fill("Still typing")
    house.stop()
    page.wait_for_timeout(500)
    house.start()
    deeds.say("Chiara", "Said while you were away")
    expect(page.locator(".comment", has_text="Said while you were away")).to_be_visible()
    live(page)
    expect(page.get_by_label("Your comment")).to_have_value("Still typing")
    deeds.say("Esi", "And live again")
    expect(page.locator(".comment", has_text="And live again")).to_be_visible()


def test_page_catches_up_after_being_offline(desk: Desk, house: House, world: World) -> None:
    desk.cuts_expected = True
    deeds, page = Deeds(house, world), desk.window(house, world.people["Amara"])
    page.goto(TALK.format(world.tide))
    live(page)
    page.context.set_offline(True)
    for one in list(house.inside.hub.sockets):
        house.inside.hub._loop.call_soon_threadsafe(one.close, 1012)
    deeds.say("Chiara", "Said while offline")
    page.wait_for_timeout(1_500)
    expect(page.locator(".comment", has_text="Said while offline")).to_have_count(0)
    page.context.set_offline(False)
    expect(page.locator(".comment", has_text="Said while offline")).to_be_visible()


def test_page_is_right_within_ten_seconds_where_sockets_are_refused(desk: Desk, databases: Databases) -> None:
    desk.cuts_expected = True
    listening = bound(0)
    outside = int(listening.getsockname()[1])
    with (
        databases.copy("sqlite") as (url, world),
        running(url, port=free_port(), url=f"http://127.0.0.1:{outside}") as house,
        refusing_sockets(listening, house.settings.port) as proxy,
    ):
        page = desk.window(house, world.people["Amara"])
        page.goto(TALK.format(world.tide))
        page.wait_for_timeout(2_000)
        deeds, numbers = Deeds(house, world), itertools.count()

        def asked() -> float:
            """Seconds until the page has found what was said."""
            words = f"By another way {next(numbers)}"
            began = time.monotonic()
            say_through(house, outside, deeds, words)
            expect(page.locator(".comment", has_text=words)).to_be_visible()
            return time.monotonic() - began

        assert met(12, asked)
        assert proxy.refused > 0
        expect(page.locator("#live-state")).to_contain_text("a little late")


def say_through(house: House, outside: int, deeds: Deeds, words: str) -> None:
    """Somebody says something; the server answers only to its outer name."""
    client = house.visit(deeds.world.people["Chiara"])
    sent = client.post(
        f"/threads/{deeds.world.tide.thread}/comments",
        data={"text": words},
        headers={"host": f"127.0.0.1:{outside}"},
    )
    assert sent.status_code == 303
