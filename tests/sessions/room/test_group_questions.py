"""Questions of groups: settled by those who run the room while groups are open and after, counted in the recap."""

from __future__ import annotations

import secrets
from functools import partial
from typing import Any

import pytest

from people.erasure import erase
from server.app import PANELS
from server.clock import utc_now
from sessions.room.models import Breakout, Question
from tests.live.harness import assert_live_equals_fresh
from tests.sessions.conftest import parsed
from tests.sessions.room.conftest import Meeting
from tests.sessions.room.grouped import act, apart, url
from tests.sessions.room.recapped import ended, published
from tests.sessions.room.recapped import url as recap_url


def ask(meeting: Meeting, name: str, group: Breakout, text: str) -> int:
    data = {"text": text, "attribution": "named", "key": secrets.token_hex(8)}
    answer = meeting.browser(name).post(f"/groups/{group.id}/questions", data=data)
    assert answer.status_code == 303, answer.text[:3000]
    return max(row.id or 0 for row in meeting.house.rows(Question))


def do(meeting: Meeting, name: str, id_: int, what: str, **data: Any) -> Any:
    return meeting.browser(name).post(f"/questions/{id_}/{what}", data=data)


def to_settle(meeting: Meeting) -> list[str]:
    """The questions that Farid can settle, as they stand in the room."""
    found = parsed(meeting.page("Farid")).xpath(f"//*[@id='questions-run-{meeting.slot_id}']/article")
    return [" ".join(one.text_content().split()) for one in found]


def test_those_who_run_the_room_settle_them_while_groups_are_open(meeting: Meeting) -> None:
    first, second = apart(meeting)
    house, people = meeting.house, meeting.world.people
    assert_live_equals_fresh(
        house, people["Farid"], meeting.path, lambda: ask(meeting, "Amara", first, "Who rings them?")
    )
    own, other = ask(meeting, "Chiara", second, "Who pays?"), ask(meeting, "Amara", first, "And at night?")
    assert [one.split(" · ")[0] for one in to_settle(meeting)] == [
        *("Who rings them? Group 1", "Who pays? Group 2", "And at night? Group 1")
    ]
    for page, name in ((meeting.path, "Farid"), (url(meeting, second), "Esi"), (url(meeting, second), "Chiara")):
        for state in ("parked", "open", "answered", "hidden", "open"):
            settle = partial(do, meeting, "Farid", own, "state", state=state)
            assert_live_equals_fresh(house, people[name], page, settle)
    answer = do(meeting, "Farid", other, "answer", answer="The night watch.")
    assert answer.headers["location"] == f"{meeting.path}#question-run-{other}"
    assert "The night watch." in meeting.browser("Bram").get(url(meeting, first)).text
    for name in ("Amara", "Bram", "Chiara", "Esi"):
        assert "rings them" not in meeting.page(name), "it is asked in the group, not in the room"


def test_they_come_back_to_those_who_run_the_room_alone(meeting: Meeting) -> None:
    first, second = apart(meeting)
    mine, other = ask(meeting, "Amara", first, "Who rings them?"), ask(meeting, "Chiara", second, "Who pays?")
    act(meeting, "return")
    assert len(to_settle(meeting)) == 2
    for name in ("Amara", "Bram", "Chiara", "Esi"):
        page = meeting.page(name)
        assert "Who rings them?" not in page
        assert "Who pays?" not in page
        assert do(meeting, name, mine, "state", state="answered").status_code in (403, 404)
    for path, name in ((meeting.path, "Farid"), (url(meeting, first), "Bram")):
        for what, data in (("state", {"state": "parked"}), ("answer", {"answer": "The mayor."})):
            settle = partial(do, meeting, "Farid", mine, what, **data)
            assert_live_equals_fresh(meeting.house, meeting.world.people[name], path, settle)
    assert do(meeting, "Farid", other, "state", state="hidden").status_code == 303
    assert "Who pays?" in meeting.page("Farid")
    assert "Who pays?" not in meeting.browser("Esi").get(url(meeting, second)).text
    assert meeting.browser("Farid").get(f"/questions/{mine}/answer").status_code == 200
    assert do(meeting, "Bram", mine, "wants").status_code == 404, "nothing happens in a group that is over"


def test_recap_counts_them_by_group_and_tells_no_word(meeting: Meeting) -> None:
    first, second = apart(meeting)
    for text in ("Who rings them?", "And at night?"):
        ask(meeting, "Amara", first, text)
    hidden = ask(meeting, "Chiara", second, "An unkind word")
    ask(meeting, "Esi", second, "Who pays?")
    assert do(meeting, "Farid", hidden, "state", state="hidden").status_code == 303
    act(meeting, "return")
    published(ended(meeting))
    for name in ("Farid", "Bram"):
        recap = meeting.browser(name).get(recap_url(meeting)).text
        shown = " ".join(parsed(recap).get_element_by_id("page").text_content().split())
        assert "Asked in groups: Group 1: 2 questions Group 2: 1 question" in shown
        exported = meeting.browser(name).get(f"{recap_url(meeting)}/markdown").text
        assert "Asked in groups:\n\n- Group 1: 2\n- Group 2: 1" in exported
        for text in (recap, exported):
            assert all(words not in text for words in ("rings them", "at night", "unkind", "Who pays"))


@pytest.mark.parametrize(("name", "words"), [("Bram", True), ("Bram", False), ("Farid", True)])
def test_open_pages_follow_when_somebody_is_erased(meeting: Meeting, name: str, words: bool) -> None:
    first, _ = apart(meeting)
    ask(meeting, "Amara", first, "Who rings them?")

    def leave() -> None:
        with meeting.house.database(writing=True) as db:
            erase(db, meeting.world.people["Amara"], now=utc_now(), words=words, tell=PANELS["person erased"])

    path = url(meeting, first) if name == "Bram" else meeting.path
    assert_live_equals_fresh(meeting.house, meeting.world.people[name], path, leave)
    assert ("Who rings them?" in meeting.browser(name).get(path).text) is not words
