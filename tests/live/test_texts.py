"""A shared text over real sockets: who may, what is kept, and that everybody ends with the same words."""

from __future__ import annotations

import random
import threading
import time
from base64 import b64encode
from collections.abc import Iterator

import pytest

from people.erasure import erase
from server.app import PANELS
from server.clock import utc_now
from server.live.texts import SharedTextUpdate, append, close, reopen
from server.live.texts_document import MOST_WORDS
from server.live.texts_taking import Verdict
from tests.house import PATIENCE, House
from tests.live.writers import Writer, begin, known_kind, now, same_everywhere, scribble
from tests.server.looping import until
from tests.world import World

FORBIDDEN, NOT_FOUND, TOO_LARGE, MALFORMED = 4403, 4404, 1009, 1007


@pytest.fixture(autouse=True)
def _kind() -> Iterator[None]:
    with known_kind():
        yield


@pytest.fixture
def text(_kind: None, house: House, world: World) -> int:
    """A text of team Tide."""
    return begin(house, world.tide.team, "Begun 😀")


def writer(house: House, world: World, name: str, text: int) -> Writer:
    one = Writer(house, world.people[name], text)
    assert one.connect(), one.code
    return one


def test_what_one_writes_the_other_reads(house: House, world: World, text: int) -> None:
    amara, bram = writer(house, world, "Amara", text), writer(house, world, "Bram", text)
    assert (amara.words, amara.may_write, amara.closed) == ("Begun 😀", True, False)
    amara.type(0, "Well ")
    amara.send()
    bram.expect("Well Begun 😀")
    bram.erase(len("Well Begun "))
    bram.type(0, "1. ")
    bram.settle()
    amara.expect("1. Well Begun ")
    assert now(house, text).words == "1. Well Begun "
    bram.hear(0.2)
    assert bram.people == {"count": 1, "names": ["Amara Okoro"]}
    (_, kept) = (None, house.rows(SharedTextUpdate))
    assert [one.person_id for one in kept] == [world.people["Amara"], world.people["Bram"]]


def test_erased_person_is_nobody(house: House, world: World, text: int) -> None:
    bram = writer(house, world, "Bram", text)
    bram.type(0, "Said. ")
    bram.settle()
    with house.database(writing=True) as db:
        erase(db, world.people["Bram"], now=utc_now(), words=False, tell=PANELS["person erased"])
    assert [one.person_id for one in house.rows(SharedTextUpdate)] == [None]
    assert now(house, text).words == "Said. Begun 😀"


def test_what_is_acknowledged_is_committed(house: House, world: World, text: int) -> None:
    amara = writer(house, world, "Amara", text)
    for number in range(20):
        amara.type(0, f"{number} ")
        amara.send()
        while amara.sent:
            amara.hear(1)
        assert amara.verdicts[-1] is Verdict.KEPT
        assert now(house, text).words == amara.words


def test_who_writes_is_told_until_they_stop(house: House, world: World, text: int) -> None:
    amara, bram = writer(house, world, "Amara", text), writer(house, world, "Bram", text)
    amara.type(0, "x")
    amara.settle()
    while not bram.people["count"]:
        assert bram.hear(2)
    assert amara.people["count"] == 0
    amara.cut()
    while bram.people["count"]:
        assert bram.hear(7)


def test_large_updates_are_posted(house: House, world: World, text: int) -> None:
    amara, bram = writer(house, world, "Amara", text), writer(house, world, "Bram", text)
    amara.type(0, "ß" * 90_000)
    answer = house.visit(world.people["Amara"]).post(
        f"/texts/{text}/updates", data={"update": b64encode(amara.unsent[0]).decode()}
    )
    assert answer.content[-1] == Verdict.KEPT
    bram.expect("ß" * 90_000 + "Begun 😀")


def test_full_text_refuses_and_takes_less(house: House, world: World, text: int) -> None:
    amara, bram = writer(house, world, "Amara", text), writer(house, world, "Bram", text)
    browser = house.visit(world.people["Amara"])
    amara.type(0, "😀" * (MOST_WORDS // 2))

    def post() -> int:
        return browser.post(
            f"/texts/{text}/updates", data={"update": b64encode(amara.doc.get_update()).decode()}
        ).content[-1]

    assert post() == Verdict.FULL
    assert now(house, text).words == "Begun 😀"
    for _ in range(4):
        amara.erase(0)
    assert post() == Verdict.KEPT
    amara.unsent.clear()
    assert now(house, text).words == amara.words
    bram.expect(amara.words)
    bram.type(0, "no")
    bram.send()
    while bram.sent:
        bram.hear(1)
    assert bram.verdicts == [Verdict.FULL]
    form = browser.post(f"/texts/{text}/paragraphs", data={"paragraph": "One more"})
    assert form.status_code == 422
    assert "This text is full" in form.text
    assert "One more" in form.text


def test_closed_text_is_closed_for_everybody(house: House, world: World, text: int) -> None:
    amara, bram = writer(house, world, "Amara", text), writer(house, world, "Bram", text)
    amara.type(0, "Last ")
    amara.settle()
    with house.database(writing=True) as db:
        assert close(db, text) == "Last Begun 😀"
    while not bram.closed:
        assert bram.hear(2)
    assert not bram.may_write
    assert bram.words == "Last Begun 😀"
    bram.type(0, "Too late ")
    bram.send()
    while bram.sent:
        bram.hear(1)
    assert bram.verdicts == [Verdict.CLOSED]
    browser = house.visit(world.people["Amara"])
    assert browser.post(f"/texts/{text}/paragraphs", data={"paragraph": "x"}).status_code == 403
    assert "textarea" in browser.get(f"/texts/{text}").text
    assert "paragraph" not in browser.get(f"/texts/{text}").text
    assert now(house, text).words == "Last Begun 😀"
    # No single change is kept of what is finished.
    assert house.rows(SharedTextUpdate) == []
    with house.database(writing=True) as db:
        reopen(db, text)
    while not amara.may_write:
        assert amara.hear(2)
    amara.type(0, "Again ")
    amara.settle()
    assert now(house, text).words == "Again Last Begun 😀"


def test_paragraphs_of_those_without_scripts(house: House, world: World, text: int) -> None:
    amara, browser = writer(house, world, "Amara", text), house.visit(world.people["Bram"])
    page = browser.get(f"/texts/{text}")
    assert "Begun 😀" in page.text
    key = page.text.partition('name="key" value="')[2].partition('"')[0]
    for _ in range(2):
        answer = browser.post(f"/texts/{text}/paragraphs", data={"paragraph": "From\r\nBram", "key": key})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/teams/{world.tide.team}#text-{text}")
    amara.expect("Begun 😀\n\nFrom\nBram")
    refused = browser.post(f"/texts/{text}/paragraphs", data={"paragraph": " "})
    assert refused.status_code == 422
    assert "Write a paragraph first." in refused.text
    reader = house.visit(world.people["Esi"])
    assert reader.get(f"/texts/{text}").status_code == 200
    assert "Add a paragraph" not in reader.get(f"/texts/{text}").text
    assert reader.post(f"/texts/{text}/paragraphs", data={"paragraph": "x"}).status_code == 403


def test_long_history_is_put_together_and_late_pages_get_it(house: House, world: World, text: int) -> None:
    late = writer(house, world, "Bram", text)
    late.cut()
    amara = writer(house, world, "Amara", text)
    for number in range(320):
        with house.database(writing=True) as db:
            append(db, text, str(number), None)
    assert len(house.rows(SharedTextUpdate)) < 220
    expected = "\n\n".join(["Begun 😀", *map(str, range(320))])
    amara.expect(expected)
    late.type(0, "Meanwhile ")
    assert same_everywhere(house, text, [amara, late]) == "Meanwhile " + expected


def test_twenty_write_with_cuts_and_a_restart(house: House, world: World, text: int) -> None:
    seed = random.SystemRandom().randrange(1_000_000)
    names = ("Amara", "Bram")
    writers = [Writer(house, world.people[names[number % 2]], text) for number in range(20)]
    put, gone = [set[str]() for _ in writers], [set[str]() for _ in writers]
    enough, began = threading.Event(), time.monotonic()

    def work(number: int) -> None:
        chance, one = random.Random(seed + number), writers[number]
        fresh = (chr(0x4E00 + number * 1000 + count) for count in range(1000))
        while not enough.is_set():
            if one.socket is None and not one.connect():
                time.sleep(0.05)
                continue
            scribble(one, chance, fresh, gone[number], put[number])
            one.send(times=chance.choice([1, 1, 1, 2]))
            if chance.random() < 0.08:
                one.cut()
            one.hear(chance.uniform(0.0, 0.15))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    time.sleep(2)
    house.restart()
    # For five seconds, and on a slow machine until there is enough to compare.
    until(lambda: time.monotonic() - began > 5 and sum(map(len, put)) > 200)
    enough.set()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    words = same_everywhere(house, text, writers)
    wanted = set("Begun 😀").union(*put) - set().union(*gone)
    assert sorted(words) == sorted(wanted), f"seed {seed}"
