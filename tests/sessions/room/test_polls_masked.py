"""Under the Chatham House rule neither a poll nor a question tells who: on no page, in no frame, to nobody."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from cohorts.models import Attribution
from people.models import Person
from tests.house import House
from tests.live.harness import following
from tests.sessions.room.conftest import Meeting, open_meeting
from tests.sessions.room.polled import opened
from tests.world import World

CANARY = "Zqname"
READERS = ("Bram", "Chiara", "Esi", "Farid")


def renamed(house: House, world: World) -> None:
    """Amara has a name that occurs nowhere else."""
    with house.database(writing=True) as db:
        db.get_one(Person, world.people["Amara"]).name = CANARY


def overheard(take: Callable[[dict[str, Any]], None], heard: list[str], frame: dict[str, Any]) -> None:
    heard.append(str(frame))
    take(frame)


def everything(meeting: Meeting, rule: str) -> dict[str, str]:
    """What each reader is told of a named poll and of a question of Amara's: pages, and every frame."""
    told: dict[str, str] = {}
    poll = opened(meeting, "several", named="yes")
    words = opened(meeting, "words", named="yes")
    for name in READERS:
        with following(meeting.house, meeting.world.people[name], meeting.path) as reader:
            heard: list[str] = []
            reader.receive = partial(overheard, reader.receive, heard)  # type: ignore[method-assign]
            poll.vote("Amara", 1)
            words.say("Amara", "patience")
            for one in (poll, words):
                one.turn("conceal")
                one.turn("reveal")
            asked = {"text": "Who pays?", "key": secrets.token_hex(8), "attribution": rule}
            assert meeting.send("Amara", "questions", **asked).status_code == 303
            reader.settle()
            assert any("patience" in frame for frame in heard)
            told[name] = "\n".join(heard)
        pages = (meeting.path, f"/polls/{poll.id}", f"/polls/{words.id}")
        told[name] += "".join(meeting.browser(name).get(path).text for path in pages)
    return told


def test_canary_is_told_where_people_are_named(house: House, world: World) -> None:
    renamed(house, world)
    for name, told in everything(open_meeting(house, world), Attribution.NAMED).items():
        assert CANARY in told, name


@pytest.mark.parametrize("rule", [Attribution.ROLE, Attribution.NONE])
def test_nobody_is_told_under_the_rule(house: House, world: World, rule: str) -> None:
    renamed(house, world)
    for name, told in everything(open_meeting(house, world, rule), rule).items():
        assert CANARY not in told, f"{name}: {told[max(0, told.find(CANARY) - 300) : told.find(CANARY) + 100]}"


def test_form_does_not_offer_names_under_the_rule(house: House, world: World) -> None:
    meeting = open_meeting(house, world, Attribution.ROLE)
    assert 'name="named"' not in meeting.page("Farid")
    poll = opened(meeting, named="yes")
    assert poll.now.secret, "a form that was made up names nobody either"
