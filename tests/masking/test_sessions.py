"""A session under the Chatham House rule: nothing of those who spoke, voted or were there is on any surface
of its room, its recap or its files."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from cohorts.models import Attribution
from tests.house import House
from tests.masking.crawl import LISTED_STREAMS, Collected, listening, replayed, unpacked
from tests.masking.ground import SPEAKERS, Canary, Masked, lay
from tests.masking.test_canary import found_in
from tests.sessions.room.conftest import Meeting, open_meeting
from tests.sessions.room.polled import opened
from tests.sessions.room.recapped import agree, another_slot, ended, published, sent, url
from tests.world import World

READERS = ("Bram", "Chiara", "Farid")
# Who runs the session chooses who leads it, and says of everybody whether they came.
LISTING = ("/edit", "/attendance")


def surfaces(meeting: Meeting) -> list[str]:
    """Every address of the session that shows something."""
    room, recap = meeting.path, url(meeting)
    return [
        *(f"/sessions/{meeting.session_id}", f"/slots/{meeting.slot_id}/answers"),
        *(room, f"{room}/projector", f"{room}/run-sheet", f"{room}/notes.md", f"/slots/{meeting.slot_id}/impression"),
        *(recap, f"{recap}/edit", f"{recap}/markdown", f"{recap}/csv", f"{recap}/pdf"),
    ]


def shown(meeting: Meeting, masked: Masked) -> Iterator[Collected]:
    for name in READERS:
        client = masked.house.visit(masked.people[name])
        for path in surfaces(meeting):
            answer = client.get(path)
            text = unpacked(answer.content) if answer.content.startswith(b"%PDF") else answer.text
            headers = "\n".join(f"{key}: {value}" for key, value in answer.headers.items())
            yield Collected(path, f"GET {path} as {name}", answer.status_code, f"{headers}\n\n{text}")


def speak(meeting: Meeting, who: str) -> None:
    """Everything somebody can do in a room."""
    sent(meeting.send(who, "hand"))
    sent(meeting.send(who, "questions", text="Who pays?", key=secrets.token_hex(8)))
    sent(meeting.send(who, "sentence", sentence="Start small"))
    sent(agree(meeting, who, "We share the sirens"))


def held(meeting: Meeting) -> None:
    sent(meeting.send("Farid", "moment", moment="out", version=meeting.now().version))
    choosing, naming = opened(meeting, named="yes"), opened(meeting, "words", options="", named="yes")
    for who in SPEAKERS:
        speak(meeting, who)
        assert choosing.vote(who, 1) == 303
        assert naming.say(who, "sirens") == 303
    for poll in (choosing, naming):
        assert poll.turn("close") == 303
        assert poll.turn("reveal") == 303


def check(collected: Iterator[Collected], canaries: list[Canary]) -> int:
    count = 0
    for one in collected:
        if one.where.startswith(LISTED_STREAMS) or any(word in one.where for word in LISTING):
            continue
        assert not found_in(one.text, canaries), f"{one.where}: {found_in(one.text, canaries)}"
        assert one.status < 500, one.where
        count += one.status == 200
    return count


def test_where_people_are_named_the_recap_and_its_files_name_them(house: House, world: World) -> None:
    masked = lay(house, world)
    meeting = open_meeting(house, world)
    held(meeting)
    published(ended(meeting))
    text = "\n".join(one.text for one in shown(meeting, masked) if "/recap" in one.where)
    names = [one for one in masked.canaries() if one.kind == "name"]
    assert sorted(found_in(text, names)) == sorted(f"name of {who}" for who in SPEAKERS)


@pytest.mark.parametrize("rule", [Attribution.ROLE, Attribution.NONE])
def test_masked_session_tells_nothing_of_those_in_it(house: House, world: World, rule: Attribution) -> None:
    masked = lay(house, world)
    canaries = [one for one in masked.canaries() if one.kind != "team"]
    meeting = open_meeting(house, world, rule)
    with listening(masked, READERS) as told:
        held(meeting)
        count = check(shown(meeting, masked), canaries)
        ended(meeting)
        for who, level in (("Amara", 5), ("Esi", 2), ("Bram", 4)):
            form = {"level": str(level), "impression": f"Words of {level}"}
            sent(meeting.browser(who).post(f"/slots/{meeting.slot_id}/impression", data=form))
        published(meeting)
        count += check(iter(told()), canaries)
    count += check(shown(meeting, masked), canaries)
    for name in READERS:
        count += check(replayed(masked, name), canaries)
    assert count > 40
    recap = masked.house.visit(masked.people["Bram"]).get(url(meeting)).text
    for words in ("Who pays?", "Start small", "We share the sirens", "Words of 2"):
        assert words in recap, words


def test_two_slots_of_a_masked_session(house: House, world: World) -> None:
    masked = lay(house, world)
    canaries = [one for one in masked.canaries() if one.kind != "team"]
    first = open_meeting(house, world, Attribution.ROLE)
    held(first)
    second = another_slot(ended(first))
    sent(second.send("Amara", "questions", text="And then?", key=secrets.token_hex(8)))
    published(ended(second))
    assert check(shown(second, masked), canaries) > 15
