"""The queue of hands: one order for all, one's own place told to oneself, moved by those who run the room."""

from __future__ import annotations

from typing import Any

import pytest

from cohorts.models import Attribution
from sessions.room.models import Hand
from tests.house import House
from tests.live.follower import Follower
from tests.live.harness import assert_live_equals_fresh
from tests.sessions.conftest import parsed
from tests.sessions.room.conftest import Meeting, open_meeting
from tests.world import World


def queue(meeting: Meeting, name: str) -> list[str]:
    """Who is in the queue, as that person reads it."""
    found = parsed(meeting.page(name)).xpath("//ol[contains(@class, 'hands')]/li//*[@class='byline-name']")
    return [one.text_content().strip() for one in found]


def hand_of(meeting: Meeting, name: str) -> int:
    up = [row for row in meeting.house.rows(Hand) if row.person_id == meeting.world.people[name] and not row.lowered_at]
    assert len(up) == 1
    assert up[0].id is not None
    return int(up[0].id)


def mine(meeting: Meeting, name: str) -> list[str]:
    found: Any = parsed(meeting.page(name)).xpath("//*[@id='page']/@data-mine")
    return str(found[0]).split()


def test_queue_is_the_order_of_raising_for_everybody(meeting: Meeting) -> None:
    for name in ("Esi", "Amara", "Bram"):
        assert meeting.send(name, "hand").status_code == 303
    assert queue(meeting, "Chiara") == [f"{one} Okoro" for one in ("Esi", "Amara", "Bram")]
    assert queue(meeting, "Farid") == queue(meeting, "Amara")
    number = hand_of(meeting, "Amara")
    assert f"hand-{meeting.slot_id}-{number}" in mine(meeting, "Amara")
    assert mine(meeting, "Chiara") == []
    row = parsed(meeting.page("Amara")).get_element_by_id(f"hand-{meeting.slot_id}-{number}")
    assert "You are number 2 in the queue." in row.text_content()


def test_raising_twice_keeps_ones_place(meeting: Meeting) -> None:
    for name in ("Amara", "Bram", "Amara"):
        meeting.send(name, "hand")
    assert len(queue(meeting, "Amara")) == 2
    meeting.send("Amara", "hand/lowering")
    meeting.send("Amara", "hand/lowering")
    meeting.send("Amara", "hand")
    assert queue(meeting, "Bram")[1].startswith("Amara")


@pytest.mark.parametrize("who", ["Amara", "Chiara", "Esi", "Farid"])
def test_open_pages_follow_the_queue(meeting: Meeting, who: str) -> None:
    person, house = meeting.world.people[who], meeting.house
    meeting.send("Bram", "hand")
    assert_live_equals_fresh(house, person, meeting.path, lambda: meeting.send("Amara", "hand"))
    number = hand_of(meeting, "Bram")
    assert_live_equals_fresh(house, person, meeting.path, lambda: meeting.send("Farid", "hands/word", hand=number))
    number = hand_of(meeting, "Amara")
    assert_live_equals_fresh(house, person, meeting.path, lambda: meeting.send("Farid", "hands/word", hand=number))
    assert_live_equals_fresh(house, person, meeting.path, lambda: meeting.send("Amara", "hand/lowering"))


def test_whoever_is_called_has_the_word_until_the_next_is(meeting: Meeting) -> None:
    for name in ("Amara", "Bram", "Chiara"):
        meeting.send(name, "hand")
    first, second = hand_of(meeting, "Amara"), hand_of(meeting, "Chiara")
    meeting.send("Farid", "hands/word", hand=first)
    meeting.send("Farid", "hands/word", hand=first)
    assert len(queue(meeting, "Amara")) == 3
    assert "You have the word." in meeting.page("Amara")
    meeting.send("Farid", "hands/word", hand=second)
    assert [one.split()[0] for one in queue(meeting, "Amara")] == ["Chiara", "Bram"]
    # One that was taken down is called no more.
    meeting.send("Farid", "hands/word", hand=first)
    assert [one.split()[0] for one in queue(meeting, "Amara")] == ["Chiara", "Bram"]


def test_lowered_by_who_runs_the_room_one_or_all(meeting: Meeting) -> None:
    for name in ("Amara", "Bram", "Chiara"):
        meeting.send(name, "hand")
    meeting.send("Farid", "hands/lowering", hand=hand_of(meeting, "Bram"))
    assert [one.split()[0] for one in queue(meeting, "Bram")] == ["Amara", "Chiara"]
    meeting.send("Farid", "hands/lowering", hand=0)
    assert queue(meeting, "Bram") == []
    by = {row.lowered_by_id for row in meeting.house.rows(Hand)}
    assert by == {meeting.world.people["Farid"]}


def test_nobody_else_moves_the_queue(meeting: Meeting) -> None:
    meeting.send("Amara", "hand")
    number = hand_of(meeting, "Amara")
    for what in ("hands/word", "hands/lowering"):
        assert meeting.send("Bram", what, hand=number).status_code == 403, what
    assert len(queue(meeting, "Bram")) == 1
    assert "Give the word" not in meeting.page("Bram")


def test_hand_of_another_room_stays_up(house: House, world: World, meeting: Meeting) -> None:
    other = open_meeting(house, world)
    other.send("Amara", "hand")
    number = hand_of(other, "Amara")
    meeting.send("Farid", "hands/lowering", hand=number)
    meeting.send("Farid", "hands/word", hand=number)
    assert queue(other, "Bram") == ["Amara Okoro"]
    assert "You have the word" not in other.page("Amara")


@pytest.mark.parametrize(("rule", "words"), [(Attribution.ROLE, "A team member"), (Attribution.NONE, "A participant")])
def test_masked_queue_names_nobody(house: House, world: World, rule: str, words: str) -> None:
    meeting = open_meeting(house, world, rule)
    page = Follower(house, world.people["Bram"], meeting.path)
    page.connect()
    assert meeting.send("Amara", "hand").status_code == 303
    page.settle()
    assert queue(meeting, "Bram") == [words]
    assert "Amara" not in meeting.page("Bram")
    assert not any("Amara" in str(frame) for frame in page.frames)
    assert f"hand-{meeting.slot_id}-own" in mine(meeting, "Amara")


def test_its_owner_alone_is_told_that_it_is_theirs(meeting: Meeting) -> None:
    pages = {name: Follower(meeting.house, meeting.world.people[name], meeting.path) for name in ("Amara", "Bram")}
    for page in pages.values():
        page.connect()
    meeting.send("Amara", "hand")
    own = f"hand-{meeting.slot_id}-own"
    for page in pages.values():
        page.settle()
    assert own in pages["Amara"].here.get("data-mine", "")
    assert own not in pages["Bram"].here.get("data-mine", "")
    assert not any(frame.get("mine") for frame in pages["Bram"].frames)
