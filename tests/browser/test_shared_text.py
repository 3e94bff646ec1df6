"""A shared text in real browsers: two people in one text, carets, composition, cuts, a killed server, no scripts."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from cohorts import memberships
from cohorts.models import Membership
from server.clock import utc_now
from server.live.texts import append, close, reopen
from tests.browser.desk import Desk, eventually
from tests.browser.proxy import refusing_sockets
from tests.conftest import Databases
from tests.faults.installation import Installation
from tests.house import House, bound, free_port, running
from tests.live.writers import begin, known_kind, now
from tests.world import World

AREA = ".shared-text-words"
CARET = f"document.querySelector('{AREA}').selectionStart"


@pytest.fixture(autouse=True)
def _kind() -> Iterator[None]:
    with known_kind():
        yield


@pytest.fixture
def text(_kind: None, house: House, world: World) -> int:
    """A text of team Tide."""
    return begin(house, world.tide.team, "One 😀 two three")


def opened(desk: Desk, house: House, world: World, name: str, text: int) -> Page:
    """The page with that text, once it can be written in."""
    page = desk.window(house, world.people[name])
    page.goto(f"/texts/{text}")
    page.wait_for_selector(f"{AREA}:not([readonly])")
    return page


def words(page: Page) -> str:
    return page.locator(AREA).input_value()


def put_caret(page: Page, at: int, to: int | None = None) -> None:
    page.locator(AREA).focus()
    page.locator(AREA).evaluate("(area, [at, to]) => area.setSelectionRange(at, to)", [at, at if to is None else to])


def saved(page: Page) -> None:
    page.wait_for_selector("shared-text[data-state=saved]")


def test_two_write_at_once_and_carets_stay(desk: Desk, house: House, world: World, text: int) -> None:
    amara, bram = (opened(desk, house, world, name, text) for name in ("Amara", "Bram"))
    put_caret(amara, len("One 😀 two".encode("utf-16-le")) // 2)
    put_caret(bram, 0)
    bram.keyboard.type("Zero ")
    expect(amara.locator(AREA)).to_have_value("Zero One 😀 two three")
    amara.keyboard.type(" and a half")
    expect(bram.locator(AREA)).to_have_value("Zero One 😀 two and a half three")
    assert bram.evaluate(CARET) == len("Zero ")
    expect(amara.locator(".shared-text-people")).to_have_text("Writing now: Bram Okoro")
    # Both at the same time, letter by letter.
    for one, other in zip("abcdefgh", "12345678", strict=True):
        amara.keyboard.type(one)
        bram.keyboard.type(other)
    both = "Zero 12345678One 😀 two and a halfabcdefgh three"
    for page in (amara, bram):
        expect(page.locator(AREA)).to_have_value(both)
        saved(page)
    assert now(house, text).words == both
    # What is selected stays selected, whatever is put in before it and inside it.
    put_caret(amara, 0, 4)
    bram.keyboard.type("!")
    expect(amara.locator(AREA)).to_have_value(both.replace("8One", "8!One"))
    assert amara.evaluate(f"[{CARET}, {CARET.replace('Start', 'End')}]") == [0, 4]
    amara.keyboard.press("Backspace")
    expect(bram.locator(AREA)).to_have_value(both.replace("8One", "8!One")[4:])


def test_undo_takes_back_only_what_was_typed_here(desk: Desk, house: House, world: World, text: int) -> None:
    amara, bram = (opened(desk, house, world, name, text) for name in ("Amara", "Bram"))
    put_caret(amara, 0)
    amara.keyboard.type("Mine ")
    expect(bram.locator(AREA)).to_have_value("Mine One 😀 two three")
    put_caret(bram, 0)
    bram.keyboard.type("Yours ")
    expect(amara.locator(AREA)).to_have_value("Yours Mine One 😀 two three")
    amara.keyboard.press("Control+z")
    for page in (amara, bram):
        expect(page.locator(AREA)).to_have_value("Yours One 😀 two three")
    amara.keyboard.press("Control+Shift+z")
    expect(bram.locator(AREA)).to_have_value("Yours Mine One 😀 two three")


def test_too_much_pasted_is_told_and_can_be_shortened(desk: Desk, house: House, world: World, text: int) -> None:
    amara, bram = (opened(desk, house, world, name, text) for name in ("Amara", "Bram"))
    put_caret(amara, 0)
    amara.keyboard.insert_text("x" * 100_000)
    expect(amara.locator(".shared-text-state")).to_contain_text("This text is full. Your last words are not saved")
    assert words(amara) == "x" * 100_000 + "One 😀 two three"
    assert words(bram) == "One 😀 two three"
    put_caret(amara, 5, 100_000)
    amara.keyboard.press("Backspace")
    expect(bram.locator(AREA)).to_have_value("xxxxxOne 😀 two three")
    saved(amara)


def test_composition_is_not_disturbed(desk: Desk, house: House, world: World, text: int) -> None:
    amara, bram = (opened(desk, house, world, name, text) for name in ("Amara", "Bram"))
    put_caret(amara, 3)
    keyboard = amara.context.new_cdp_session(amara)
    keyboard.send("Input.imeSetComposition", {"text": "に", "selectionStart": 1, "selectionEnd": 1})
    put_caret(bram, 0)
    bram.keyboard.type("Before ")
    for _ in range(7):
        # Whoever goes on composing is not disturbed, however slow the machine.
        for letters in ("に", "にほ"):
            keyboard.send("Input.imeSetComposition", {"text": letters, "selectionStart": 1, "selectionEnd": 1})
        amara.wait_for_timeout(100)
    assert words(amara) == "Oneにほ 😀 two three", "something was put in around a letter that was being composed"
    keyboard.send("Input.insertText", {"text": "日本"})
    for page in (amara, bram):
        expect(page.locator(AREA)).to_have_value("Before One日本 😀 two three")
    amara.keyboard.type("!")
    expect(bram.locator(AREA)).to_have_value("Before One日本! 😀 two three")


def test_composition_that_rests_does_not_hold_others_back(desk: Desk, house: House, world: World, text: int) -> None:
    """As on phones, where a word counts as being composed for as long as the caret is in it."""
    amara, bram = (opened(desk, house, world, name, text) for name in ("Amara", "Bram"))
    put_caret(amara, 3)
    keyboard = amara.context.new_cdp_session(amara)
    keyboard.send("Input.imeSetComposition", {"text": "xy", "selectionStart": 2, "selectionEnd": 2})
    put_caret(bram, 0)
    bram.keyboard.type("Before ")
    expect(amara.locator(AREA)).to_have_value("Before Onexy 😀 two three")


def test_words_outlive_an_outage_and_a_reload(desk: Desk, house: House, world: World, text: int) -> None:
    desk.cuts_expected = True
    page = opened(desk, house, world, "Amara", text)
    put_caret(page, 0)
    page.keyboard.type("Kept. ")
    saved(page)
    house.stop()
    page.keyboard.type("Not sent yet. ")
    expect(page.locator(".shared-text-state")).to_contain_text("not saved yet")
    page.on("dialog", lambda dialog: dialog.accept())
    house.start()
    with house.database(writing=True) as db:
        append(db, text, "Said meanwhile", None)
    # The same words again, from what this window kept.
    page.reload()
    page.wait_for_selector(f"{AREA}:not([readonly])")
    expect(page.locator(AREA)).to_have_value("Kept. Not sent yet. One 😀 two three\n\nSaid meanwhile")
    saved(page)
    assert now(house, text).words == words(page)
    expect(page.locator(".shared-text-state")).to_be_empty()


def test_server_is_killed_while_two_type(desk: Desk, databases: Databases) -> None:
    desk.cuts_expected = True
    with databases.copy("sqlite") as (url, world):
        house = Installation(url)
        house.command = [sys.executable, "-m", "tests.live.writers"]
        try:
            house.start()
            text = begin(house, world.tide.team)
            amara, bram = (opened(desk, house, world, name, text) for name in ("Amara", "Bram"))
            put_caret(amara, 0)
            put_caret(bram, 0)
            for number in range(60):
                amara.keyboard.type(f"a{number} ")
                bram.keyboard.type(f"b{number} ")
                if number in (15, 40):
                    house.kill()
                if number in (25, 50):
                    house.start()
            for page in (amara, bram):
                saved(page)
            eventually(amara, lambda: words(amara) == words(bram) == now(house, text).words, "one text for all")
            assert sorted(words(amara).split()) == sorted(f"{one}{number}" for number in range(60) for one in "ab")
        finally:
            house.close()


def test_where_sockets_are_refused(desk: Desk, databases: Databases) -> None:
    desk.cuts_expected = True
    listening = bound(0)
    outside = int(listening.getsockname()[1])
    with (
        databases.copy("sqlite") as (url, world),
        running(url, port=free_port(), url=f"http://127.0.0.1:{outside}") as house,
        refusing_sockets(listening, house.settings.port),
    ):
        text = begin(house, world.tide.team, "Begun")
        page = opened(desk, house, world, "Amara", text)
        page.locator(AREA).press_sequentially(" here")
        eventually(page, lambda: "here" in now(house, text).words, "it is sent")
        with house.database(writing=True) as db:
            append(db, text, "Said elsewhere", None)
        expect(page.locator(AREA)).to_have_value(now(house, text).words)
        saved(page)


def test_closed_text_is_read_only_at_once(desk: Desk, house: House, world: World, text: int) -> None:
    page = opened(desk, house, world, "Amara", text)
    with house.database(writing=True) as db:
        close(db, text)
    page.wait_for_selector(f"{AREA}[readonly]")
    expect(page.locator(".shared-text-state")).to_contain_text("This text is closed")
    with house.database(writing=True) as db:
        reopen(db, text)
    page.wait_for_selector(f"{AREA}:not([readonly])")
    put_caret(page, 0)
    page.keyboard.type("Again. ")
    saved(page)
    assert now(house, text).words == "Again. One 😀 two three"


def test_nothing_stays_with_somebody_who_was_removed(desk: Desk, house: House, world: World, text: int) -> None:
    desk.cuts_expected = True
    page = opened(desk, house, world, "Bram", text)
    page.evaluate("window.fetch = () => new Promise(() => {}); WebSocket.prototype.send = () => {}")
    put_caret(page, 0)
    page.keyboard.type("Never sent ")
    eventually(page, lambda: "unsent text" in page.evaluate("Object.keys(sessionStorage).join()"), "it is kept here")
    page.evaluate("location.reload()")
    page.wait_for_selector(f"{AREA}:not([readonly])")
    saved(page)
    assert now(house, text).words == "Never sent One 😀 two three"
    with house.database(writing=True) as db:
        membership = db.get_one(Membership, world.memberships["Bram"])
        memberships.remove(db, membership, by=world.people["Farid"], now=utc_now())
    page.wait_for_url("**/access-ended")
    assert page.evaluate("Object.keys(sessionStorage).filter((name) => name.startsWith('unsent'))") == []


def test_long_paste_is_posted(desk: Desk, house: House, world: World, text: int) -> None:
    amara, bram = (opened(desk, house, world, name, text) for name in ("Amara", "Bram"))
    long = "Über sieben Brücken. " * 4_000
    amara.locator(AREA).fill(long)
    expect(bram.locator(AREA)).to_have_value(long)
    saved(amara)
    assert now(house, text).words == long


def test_without_scripts(desk: Desk, house: House, world: World, text: int) -> None:
    page = desk.window(house, world.people["Bram"], java_script_enabled=False)
    page.goto(f"/texts/{text}")
    expect(page.locator(AREA)).to_have_value("One 😀 two three")
    expect(page.locator(AREA)).to_have_attribute("readonly", "")
    page.get_by_label("Add a paragraph").fill("Four")
    page.get_by_role("button", name="Add at the end").click()
    page.wait_for_url(f"**/teams/{world.tide.team}*")
    assert now(house, text).words == "One 😀 two three\n\nFour"


def test_other_pages_do_not_load_it(desk: Desk, house: House, world: World, text: int) -> None:
    asked: list[str] = []
    page = desk.window(house, world.people["Amara"])
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/initiatives/{world.tide.initiative}")
    page.wait_for_load_state("networkidle")
    assert any("/js/live.js" in url for url in asked)
    mine = ("yjs", "texts.js", "exchange.js", "carets.js", "wire.js")
    assert not [url for url in asked if any(name in url for name in mine)]
    page.goto(f"/texts/{text}")
    page.wait_for_selector(f"{AREA}:not([readonly])")
    assert all(any(name in url for url in asked) for name in mine)
