"""Questions: asked in the name the rule allows, wanted by others, settled by those who run the room."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from cohorts.models import Attribution
from sessions.room.models import Question, QuestionVote
from tests.house import House
from tests.live.harness import assert_live_equals_fresh, following
from tests.sessions.conftest import parsed
from tests.sessions.room.conftest import Meeting, open_meeting
from tests.world import World


def ask(meeting: Meeting, name: str, text: str, **more: str) -> int:
    answer = meeting.send(name, "questions", text=text, key=secrets.token_hex(8), **more)
    assert answer.status_code == 303, answer.text[:3000]
    return int(answer.headers["location"].rpartition("-")[2])


def do(meeting: Meeting, name: str, id_: int, what: str, **data: Any) -> Any:
    return meeting.browser(name).post(f"/questions/{id_}/{what}", data=data)


def order(meeting: Meeting, name: str = "Esi") -> list[int]:
    """The questions as they stand on that person's page."""
    listed = parsed(meeting.page(name)).xpath(f"//*[@id='questions-{meeting.slot_id}']/article")
    assert [float(one.get("data-order")) for one in listed] == sorted(float(one.get("data-order")) for one in listed)
    return [int(one.get("id").removeprefix("question-")) for one in listed]


@pytest.mark.parametrize("name", ["Amara", "Bram", "Farid"])
def test_everything_that_becomes_of_a_question_is_live(meeting: Meeting, name: str) -> None:
    first, person = ask(meeting, "Chiara", "Who pays?"), meeting.world.people[name]
    id_ = ask(meeting, "Amara", "Who cares?")
    acts = [
        lambda: ask(meeting, "Esi", "And who decides?"),
        lambda: do(meeting, "Bram", id_, "wants"),
        lambda: do(meeting, "Bram", first, "wants"),
        lambda: do(meeting, "Bram", first, "wants/removal"),
        lambda: do(meeting, "Farid", first, "state", state="parked"),
        lambda: do(meeting, "Farid", first, "answer", answer="The ministry."),
        lambda: do(meeting, "Farid", first, "state", state="open"),
        lambda: do(meeting, "Farid", first, "state", state="hidden"),
        lambda: do(meeting, "Farid", first, "state", state="open"),
        lambda: do(meeting, "Amara", id_, "withdrawal"),
        lambda: do(meeting, "Amara", id_, "restoration"),
    ]
    for act in acts:
        assert_live_equals_fresh(meeting.house, person, meeting.path, act)


def test_most_wanted_stands_first_and_equals_keep_their_order(meeting: Meeting) -> None:
    first, second, third = (ask(meeting, "Amara", f"Question {number}") for number in range(3))
    assert order(meeting) == [first, second, third]
    do(meeting, "Bram", third, "wants")
    assert order(meeting) == [third, first, second]
    do(meeting, "Bram", second, "wants")
    assert order(meeting) == [second, third, first]
    do(meeting, "Farid", second, "state", state="answered")
    assert order(meeting) == [third, first, second]


def test_wanting_twice_is_once_and_can_be_taken_back(meeting: Meeting) -> None:
    id_ = ask(meeting, "Amara", "Who pays?")
    for _ in range(2):
        assert do(meeting, "Bram", id_, "wants").status_code == 303
    assert len(meeting.house.rows(QuestionVote)) == 1
    assert f"#want-{id_}-own .mine" in meeting.page("Bram")
    assert f"#want-{id_}-own .mine" not in meeting.page("Esi")
    for _ in range(2):
        assert do(meeting, "Bram", id_, "wants/removal").status_code == 303
    assert not meeting.house.rows(QuestionVote)
    assert do(meeting, "Amara", id_, "wants").status_code == 403, "one's own"


def test_what_one_wants_is_shown_on_all_of_ones_pages(meeting: Meeting) -> None:
    one, twelve = ask(meeting, "Amara", "One?"), 0
    while twelve < one * 10:
        twelve = ask(meeting, "Amara" if twelve % 2 else "Chiara", "More?")
    for id_ in (one, twelve):
        do(meeting, "Bram", id_, "wants")
    with following(meeting.house, meeting.world.people["Bram"], meeting.path) as bram:
        do(meeting, "Bram", one, "wants/removal")
        bram.settle()
        own = bram.page.get_element_by_id("page").get("data-mine").split()
        assert own == [f"want-{twelve}-own"]


def test_own_question_is_said_better_until_others_want_it(meeting: Meeting) -> None:
    id_ = ask(meeting, "Amara", "Who pay?")
    assert do(meeting, "Bram", id_, "details", text="Mine").status_code == 403
    assert do(meeting, "Amara", id_, "details", text="Who pays?").status_code == 303
    assert "Who pays?" in meeting.page("Esi")
    do(meeting, "Bram", id_, "wants")
    refused = do(meeting, "Amara", id_, "details", text="Who pays for the lawyers?")
    assert refused.status_code == 422
    assert "Others want it answered as it stands" in refused.text
    assert "Who pays for the lawyers?" in refused.text


def test_withdrawn_question_leaves_no_word_and_comes_back(meeting: Meeting) -> None:
    id_ = ask(meeting, "Amara", "A secret word")
    assert do(meeting, "Bram", id_, "withdrawal").status_code == 403
    assert do(meeting, "Amara", id_, "withdrawal").status_code == 303
    for name in ("Amara", "Bram", "Farid"):
        assert "A secret word" not in meeting.page(name)
    assert do(meeting, "Bram", id_, "wants").status_code == 404
    assert do(meeting, "Farid", id_, "state", state="open").status_code == 404, "nobody else puts it back"
    assert do(meeting, "Amara", id_, "restoration").status_code == 303
    assert "A secret word" in meeting.page("Bram")
    do(meeting, "Amara", id_, "withdrawal")
    meeting.send("Farid", "ending")
    assert [one.text for one in meeting.house.rows(Question)] == [""]
    meeting.send("Farid", "resumption")
    assert do(meeting, "Amara", id_, "restoration").status_code == 422


def test_hidden_question_is_seen_by_those_who_run_the_room(meeting: Meeting) -> None:
    id_ = ask(meeting, "Amara", "An unkind word")
    assert do(meeting, "Farid", id_, "state", state="hidden").status_code == 303
    assert "An unkind word" in meeting.page("Farid")
    for name in ("Amara", "Bram", "Esi"):
        assert "An unkind word" not in meeting.page(name)
    assert "was hidden by those who run the room" in meeting.page("Amara")
    assert do(meeting, "Amara", id_, "restoration").status_code == 422, "its author does not bring it back"
    assert do(meeting, "Bram", id_, "wants").status_code == 404
    assert do(meeting, "Farid", id_, "state", state="open").status_code == 303
    assert "An unkind word" in meeting.page("Bram")


def test_only_those_who_run_the_room_settle(meeting: Meeting) -> None:
    id_ = ask(meeting, "Amara", "Who pays?")
    for name in ("Amara", "Bram", "Esi"):
        assert do(meeting, name, id_, "state", state="answered").status_code == 403
        assert do(meeting, name, id_, "answer", answer="Me").status_code == 403
        assert meeting.browser(name).get(f"/questions/{id_}/answer").status_code == 403
    for state in ("withdrawn", "", "gone"):
        assert do(meeting, "Farid", id_, "state", state=state).status_code == 422
    assert do(meeting, "Farid", id_, "answer", answer="").status_code == 422
    assert {one.state for one in meeting.house.rows(Question)} == {"open"}


def test_question_comes_back_and_is_asked_once(meeting: Meeting) -> None:
    for text, sentence in (("", "Write your question."), ("word " * 2_000, "characters long")):
        answer = meeting.send("Amara", "questions", text=text, key=secrets.token_hex(8))
        assert answer.status_code == 422
        assert sentence in answer.text
        assert text.strip() in answer.text
    given = {"text": "Who pays?", "key": secrets.token_hex(8)}
    assert [meeting.send("Amara", "questions", **given).status_code for _ in range(2)] == [303, 303]
    assert len(meeting.house.rows(Question)) == 1
    assert meeting.send("Amara", "questions", text="Who?", attribution="boss").status_code == 422
    for path in ("/questions/0/edit", "/questions/987654/edit"):
        assert meeting.browser("Amara").get(path).status_code == 404
    meeting.send("Farid", "ending")
    assert meeting.send("Amara", "questions", text="Too late?").status_code == 403


def test_name_is_shown_as_its_author_wishes_and_never_more_than_the_rule(house: House, world: World) -> None:
    named, amara = open_meeting(house, world), f"A question, {secrets.token_hex(4)}"
    ask(named, "Amara", amara)
    ask(named, "Amara", "Without a name", attribution="none")
    shown = {one.text: one.attribution for one in house.rows(Question)}
    assert shown == {amara: Attribution.NAMED, "Without a name": Attribution.NONE}
    listed = parsed(named.page("Chiara")).xpath(f"//*[@id='questions-{named.slot_id}']/article")
    names = [one.xpath(".//*[@class='byline-name']")[0].text_content() for one in listed]
    assert "Amara" in names[0]
    assert names[1] == "A participant"


def test_words_that_name_their_author_are_shown_to_them_first(house: House, world: World) -> None:
    masked = open_meeting(house, world, Attribution.NONE)
    first = masked.send("Amara", "questions", text="Amara here: who pays?")
    assert first.status_code == 422
    assert "it tells who wrote it" in first.text
    (mark,) = parsed(first.text).xpath("//button[@name='as_it_is']/@value")
    assert masked.send("Amara", "questions", text="Amara here: who pays?", as_it_is=mark).status_code == 303
    assert {one.attribution for one in house.rows(Question)} == {Attribution.NONE}
