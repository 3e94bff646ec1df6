"""Whom and what a shared text refuses: outsiders, other origins, whatever is no update, and what comes too early."""

from __future__ import annotations

import random
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import pytest
from pycrdt import Doc, Map, Text

from cohorts import memberships
from cohorts.models import Membership
from people.models import Person
from server.clock import utc_now
from server.live.log import touch
from server.live.texts import SharedTextUpdate
from server.live.texts_taking import Verdict
from tests.house import House
from tests.live.writers import Writer, begin, code_of, known_kind, now, open_socket, same_everywhere
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


def end_membership(house: House, world: World, name: str) -> None:
    with house.database(writing=True) as db:
        membership = db.get_one(Membership, world.memberships[name])
        memberships.remove(db, membership, by=world.people["Farid"], now=utc_now())


def test_adviser_reads_and_does_not_write(house: House, world: World, text: int) -> None:
    esi, amara = writer(house, world, "Esi", text), writer(house, world, "Amara", text)
    assert not esi.may_write
    esi.type(0, "Not mine to write")
    esi.send()
    while esi.sent:
        esi.hear(1)
    assert esi.verdicts == [Verdict.NOT_ALLOWED]
    amara.type(0, "x")
    amara.settle()
    assert now(house, text).words == "xBegun 😀"


@pytest.mark.parametrize("name", ["Jun", "Ivo", "Chiara", "Dmitri", "Greta", None])
def test_no_text_for_others(house: House, world: World, text: int, name: str | None) -> None:
    person = world.people[name] if name else None
    assert code_of(open_socket(house, person, text, 0, now(house, text).epoch)) == (NOT_FOUND if name else FORBIDDEN)
    browser = house.visit(person)
    epoch = now(house, text).epoch
    for path in (f"/texts/{text}", f"/texts/{text}/changes?after=0&epoch={epoch}"):
        assert browser.get(path).status_code == (404 if name else 303)
    for path in (f"/texts/{text}/updates", f"/texts/{text}/paragraphs"):
        assert browser.post(path, data={"update": "", "paragraph": "x"}).status_code == (404 if name else 303)
    assert now(house, text).words == "Begun 😀"


@pytest.mark.parametrize("origin", ["http://elsewhere.example", None, "null"])
def test_other_origins_are_refused(house: House, world: World, text: int, origin: str | None) -> None:
    amara, epoch = world.people["Amara"], now(house, text).epoch
    assert code_of(open_socket(house, amara, text, 0, epoch)) is None
    assert code_of(open_socket(house, amara, text, 0, epoch, origin)) == FORBIDDEN


@pytest.mark.parametrize("asked", ["after=-1", "after=x", "after=99999999999999999999", "", "after=0&epoch=other"])
def test_strange_questions_are_refused(house: House, world: World, text: int, asked: str) -> None:
    browser, epoch = house.visit(world.people["Amara"]), now(house, text).epoch
    assert browser.get(f"/texts/{text}/changes?after=0&epoch={epoch}").status_code == 200
    assert browser.get(f"/texts/{text}/changes?epoch={epoch}&{asked}").status_code == 404
    assert code_of(open_socket(house, world.people["Amara"], 2**40, 0, epoch)) == NOT_FOUND


def test_removed_member_is_sent_away(house: House, world: World, text: int) -> None:
    bram, amara = writer(house, world, "Bram", text), writer(house, world, "Amara", text)
    end_membership(house, world, "Bram")
    # Nothing they send after the commit is taken, also while their socket still stands.
    bram.type(0, "After the end ")
    bram.send()
    bram.until(lambda: bram.socket is None)
    assert Verdict.KEPT not in bram.verdicts
    assert not bram.connect()
    assert bram.code == NOT_FOUND
    amara.type(0, "Not for Bram ")
    amara.settle()
    assert now(house, text).words == "Not for Bram Begun 😀"


def test_other_news_of_a_person_leaves_their_socket(house: House, world: World, text: int) -> None:
    amara = writer(house, world, "Amara", text)
    with house.database(writing=True) as db:
        touch(db, db.get_one(Person, world.people["Amara"]).stream_id, "access")
    amara.type(0, "Still here ")
    amara.settle()
    assert amara.socket
    assert now(house, text).words == "Still here Begun 😀"


def malformed(text: Writer) -> dict[str, bytes]:
    """Updates that no text can hold, by what is wrong with them."""
    nested: Doc[Any] = Doc()
    other: Doc[Any] = Doc()
    unknown: Doc[Any] = Doc()
    nested.get("text", type=Map)["key"] = "value"
    other.get("elsewhere", type=Text).insert(0, "hidden")
    unknown.get("text", type=Text).insert(0, "a\x00b")
    good = text.doc.get_update()
    return {
        "nothing": b"",
        "cut": good[:-3],
        "more": good + b"\x00",
        "noise": random.Random(1).randbytes(3_000),
        "huge count": b"\x01\xff\xff\xff\xff\x0f\x05\x00",
        "huge text": b"\x01\x01\x05\x00\x04\x01\x04text\xff\xff\xff\xff\x0fabc\x00",
        "not a text": nested.get_update(),
        "hidden elsewhere": other.get_update(),
        "a character no page shows": unknown.get_update(),
    }


def test_malformed_updates_change_nothing(house: House, world: World, text: int) -> None:
    amara, bram = writer(house, world, "Amara", text), writer(house, world, "Bram", text)
    for what, update in malformed(amara).items():
        bram.verdicts.clear()
        bram.say(update)
        while not bram.verdicts:
            assert bram.hear(2), what
        assert bram.verdicts == [Verdict.UNREADABLE], what
        posted = house.visit(world.people["Bram"]).post(
            f"/texts/{text}/updates", data={"update": b64encode(update).decode()}
        )
        assert posted.content[-1] == Verdict.UNREADABLE, what
    bram.type(0, "Well: ")
    bram.settle()
    assert same_everywhere(house, text, [amara, bram]) == "Well: Begun 😀"


def test_damaged_updates_never_break_a_text(house: House, world: World, text: int) -> None:
    """Bytes of real updates, changed at random: some are still updates. The text stays one that can be read."""
    seed = random.SystemRandom().randrange(1_000_000)
    chance = random.Random(seed)
    amara, bram = writer(house, world, "Amara", text), writer(house, world, "Bram", text)
    for number in range(150):
        amara.type(chance.randint(0, len(amara.words)), f"{number}")
        update = bytearray(amara.unsent[-1])
        for _ in range(chance.randint(1, 4)):
            update[chance.randrange(len(update))] = chance.choice([0, 1, 127, 128, 255, chance.randrange(256)])
        if bram.socket is None:
            assert bram.connect(), f"seed {seed}"
        bram.say(bytes(update))
        bram.hear(0.01)
    amara.settle()
    chiara = Writer(house, world.people["Amara"], text)
    assert chiara.connect()
    assert chiara.words == now(house, text).words, f"seed {seed}"


def test_what_builds_on_something_missing_is_asked_for(house: House, world: World, text: int) -> None:
    amara = writer(house, world, "Amara", text)
    amara.type(0, "first ")
    first, amara.unsent = amara.unsent, []
    amara.type(len("first "), "second ")
    amara.say(amara.unsent[0], 1)
    amara.hear(2)
    assert amara.verdicts == [Verdict.MISSING]
    amara.say(first[0], 2)
    amara.say(amara.unsent[0], 3)
    amara.say(first[0], 4)
    while len(amara.verdicts) < 4:
        assert amara.hear(2)
    assert amara.verdicts[1:] == [Verdict.KEPT] * 3
    assert now(house, text).words == "first second Begun 😀"
    assert len(house.rows(SharedTextUpdate)) == 2


def test_frames_that_are_too_large_or_not_ours(house: House, world: World, text: int) -> None:
    for said, code in (
        (b"\x01" + bytes(70_000), TOO_LARGE),
        (b"\x09", MALFORMED),
        ("words", MALFORMED),
        (b"", MALFORMED),
    ):
        amara = writer(house, world, "Amara", text)
        assert amara.socket is not None
        amara.socket.send(said)
        while amara.code is None:
            amara.hear(2)
        assert amara.code == code
    assert now(house, text).words == "Begun 😀"
