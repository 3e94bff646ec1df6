"""Check-in and check-out: everybody says one sentence, changed until the round is over, read by all."""

from __future__ import annotations

import pytest

from cohorts.models import Attribution
from sessions.room.models import Sentence
from tests.house import House
from tests.live.follower import Follower
from tests.live.harness import assert_live_equals_fresh
from tests.sessions.conftest import parsed
from tests.sessions.room.conftest import Meeting, open_meeting
from tests.world import World


def ask(meeting: Meeting, moment: str, by: str = "Farid") -> int:
    return int(meeting.send(by, "moment", moment=moment, version=meeting.now().version).status_code)


def told(meeting: Meeting, name: str) -> str:
    section = parsed(meeting.page(name)).get_element_by_id(f"room-sentences-{meeting.slot_id}")
    return " ".join(str(section.text_content()).split())


def test_everybody_says_one_sentence_and_changes_it(meeting: Meeting) -> None:
    assert ask(meeting, "in") == 303
    assert "5 people have not said a sentence yet." in told(meeting, "Bram")
    assert meeting.send("Amara", "sentence", sentence="Tired but curious").status_code == 303
    meeting.send("Amara", "sentence", sentence="Curious")
    assert "Curious Amara Okoro 4 people have not said" in told(meeting, "Bram")
    assert "Tired" not in told(meeting, "Bram")
    assert 'value="Curious"' in meeting.page("Amara")
    assert 'value="Curious"' not in meeting.page("Bram")
    assert len(meeting.house.rows(Sentence)) == 1


def test_ended_round_is_read_and_takes_nothing_more(meeting: Meeting) -> None:
    assert meeting.send("Amara", "sentence", sentence="Too early").status_code == 403
    ask(meeting, "in")
    meeting.send("Amara", "sentence", sentence="Here")
    assert ask(meeting, "") == 303
    assert meeting.send("Amara", "sentence", sentence="Too late").status_code == 403
    assert "Check-in 1 sentence" in told(meeting, "Esi")
    assert 'name="sentence"' not in meeting.page("Esi")
    ask(meeting, "out")
    meeting.send("Amara", "sentence", sentence="A plan")
    assert [row.words for row in meeting.house.rows(Sentence)] == ["Here", "A plan"]


@pytest.mark.parametrize("who", ["Amara", "Esi", "Farid"])
def test_open_pages_follow_the_rounds(meeting: Meeting, who: str) -> None:
    person, house = meeting.world.people[who], meeting.house
    assert_live_equals_fresh(house, person, meeting.path, lambda: ask(meeting, "in"))
    say = lambda: meeting.send("Bram", "sentence", sentence="Awake")  # noqa: E731
    assert_live_equals_fresh(house, person, meeting.path, say)
    assert_live_equals_fresh(house, person, meeting.path, lambda: ask(meeting, ""))


def test_who_comes_late_is_waited_for(house: House, world: World) -> None:
    meeting = open_meeting(house, world, people=("Farid", "Amara"))
    ask(meeting, "in")
    amara = world.people["Amara"]
    assert_live_equals_fresh(house, amara, meeting.path, lambda: meeting.send("Bram", "entry"))
    assert "3 people have not said" in told(meeting, "Amara")


def test_only_those_who_run_the_room_ask(meeting: Meeting) -> None:
    assert ask(meeting, "in", by="Amara") == 403
    assert meeting.send("Farid", "moment", moment="tea", version=1).status_code == 422
    assert meeting.now().moment == ""


def test_empty_and_endless_sentences_come_back(meeting: Meeting) -> None:
    ask(meeting, "in")
    assert "Write one sentence." in meeting.send("Amara", "sentence", sentence="  ").text
    answer = meeting.send("Amara", "sentence", sentence="a" * 301)
    assert answer.status_code == 422
    assert "a" * 301 in answer.text
    assert meeting.house.rows(Sentence) == []


@pytest.mark.parametrize(("rule", "words"), [(Attribution.ROLE, "A team member"), (Attribution.NONE, "A participant")])
def test_masked_sentences_name_nobody(house: House, world: World, rule: str, words: str) -> None:
    meeting = open_meeting(house, world, rule)
    page = Follower(house, world.people["Bram"], meeting.path)
    page.connect()
    ask(meeting, "in")
    meeting.send("Amara", "sentence", sentence="Curious")
    page.settle()
    assert f"Curious {words}" in told(meeting, "Bram")
    assert "Amara" not in meeting.page("Bram")
    assert not any("Amara" in str(frame) for frame in page.frames)
