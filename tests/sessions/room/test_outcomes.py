"""Decisions and actions: one list of the room's, written at by whoever takes part."""

from __future__ import annotations

from datetime import date

import pytest

from sessions.room.models import Outcome
from tests.house import House
from tests.live.harness import assert_live_equals_fresh
from tests.sessions.room.conftest import Meeting, open_meeting
from tests.sessions.room.recapped import agree, ended, sent, url
from tests.world import World


def only(meeting: Meeting) -> Outcome:
    found = meeting.house.rows(Outcome)
    assert len(found) == 1
    return found[0]


def changed(meeting: Meeting, name: str, **fields: str) -> object:
    one = only(meeting)
    was = {"was_kind": one.kind, "was_outcome": one.text, "was_owner": one.owner}
    was["was_due"] = one.due.isoformat() if one.due else ""
    given = {"outcome_kind": one.kind, "outcome": one.text, **was, **fields}
    return meeting.send(name, f"outcomes/{one.id}", **given)


@pytest.mark.parametrize("name", ["Amara", "Esi", "Farid"])
def test_list_is_the_same_for_all_and_live(meeting: Meeting, name: str) -> None:
    def act(what: str) -> object:
        return sent(meeting.send("Chiara", f"outcomes/{only(meeting).id}{what}"))

    for deed in (
        lambda: sent(agree(meeting, "Bram", "Share the sirens", outcome_owner="Tide", outcome_due="2027-03-31")),
        lambda: sent(changed(meeting, "Chiara", outcome="Share the bells")),
        lambda: act("/dropping"),
        lambda: act("/restoring"),
    ):
        assert_live_equals_fresh(meeting.house, meeting.world.people[name], meeting.path, deed)
    one = only(meeting)
    assert (one.text, one.dropped_at) == ("Share the bells", None)


def test_it_keeps_who_and_until_when(meeting: Meeting) -> None:
    more = {"outcome_kind": "action", "outcome_owner": "Tide", "outcome_due": "2027-03-31"}
    sent(agree(meeting, "Bram", "Write\nto the mayor", **more))
    one = only(meeting)
    assert (one.kind, one.text, one.owner, one.due) == ("action", "Write\nto the mayor", "Tide", date(2027, 3, 31))
    assert "31 Mar 2027" in meeting.page("Esi")


def test_what_is_wrong_comes_back(meeting: Meeting) -> None:
    for fields, said in (
        ({"outcome": " "}, "Write what was agreed."),
        ({"outcome_kind": "wish"}, "This form is not one of ours."),
        ({"outcome_due": "31.3.2027"}, "Give the day as year"),
        ({"outcome": "x" * 1001}, "This is 1001 characters long; 1000 is the most"),
    ):
        answer = agree(meeting, "Bram", "Kept words", **fields)
        assert answer.status_code == 422, fields
        assert said in answer.text, fields
    assert meeting.house.rows(Outcome) == []


def test_of_two_who_change_it_the_second_is_told(meeting: Meeting) -> None:
    sent(agree(meeting, "Bram", "First"))
    stale = {"was_kind": "decision", "was_outcome": "First", "outcome_kind": "decision"}
    path = f"outcomes/{only(meeting).id}"
    sent(meeting.send("Amara", path, outcome="Hers", **stale))
    answer = meeting.send("Bram", path, outcome="His", **stale)
    assert answer.status_code == 422
    assert "Somebody else did something here first" in answer.text
    assert "His" in answer.text
    assert only(meeting).text == "Hers"


def test_sent_twice_is_written_once(meeting: Meeting) -> None:
    for _ in range(2):
        sent(agree(meeting, "Bram", "Once", key="the same key of a form"))
    assert only(meeting).text == "Once"


def test_outcome_of_another_room_is_not_there(house: House, world: World, meeting: Meeting) -> None:
    sent(agree(meeting, "Bram", "Ours"))
    other, id_ = open_meeting(house, world), only(meeting).id
    assert other.send("Farid", f"outcomes/{id_}/dropping").status_code == 404
    assert only(meeting).dropped_at is None


def test_when_it_is_over_those_who_run_it_look_after_it(meeting: Meeting) -> None:
    sent(agree(meeting, "Bram", "Ours"))
    ended(meeting)
    assert agree(meeting, "Bram", "Late").status_code == 403
    assert meeting.send("Bram", f"outcomes/{only(meeting).id}/dropping").status_code == 403
    assert changed(meeting, "Bram", outcome="Mine").status_code == 403  # type: ignore[attr-defined]
    sent(changed(meeting, "Farid", outcome="Corrected"))
    assert only(meeting).text == "Corrected"
    path = f"{meeting.path}/outcomes/{only(meeting).id}"
    assert path in meeting.browser("Farid").get(f"{url(meeting)}/edit").text
    assert sent(meeting.browser("Farid").post(f"{path}/dropping")).headers["location"] == path
    assert "Take it back in" in meeting.browser("Farid").get(path).text
    sent(meeting.browser("Farid").post(f"{path}/restoring"))
    assert only(meeting).dropped_at is None


def test_when_it_is_over_those_who_run_it_write_down_what_was_forgotten(meeting: Meeting) -> None:
    path = f"{meeting.path}/outcomes/new"
    assert meeting.browser("Bram").get(path).status_code == 200, "while it is open for everybody in it"
    ended(meeting)
    assert meeting.browser("Bram").get(path).status_code == 403
    farid, recap = meeting.browser("Farid"), meeting.world.people["Farid"]
    assert path in farid.get(f"{url(meeting)}/edit").text
    assert "The room is over." in farid.get(path).text
    wrong = agree(meeting, "Farid", "Forgotten", outcome_due="soon")
    assert wrong.status_code == 422
    assert "Forgotten" in wrong.text
    assert "Give the day as year" in wrong.text
    late = lambda: sent(agree(meeting, "Farid", "Forgotten"))  # noqa: E731
    assert_live_equals_fresh(meeting.house, recap, url(meeting), late)
    assert agree(meeting, "Farid", "Twice").headers["location"] == f"{url(meeting)}?done=outcome-written"
    assert {one.text for one in meeting.house.rows(Outcome)} == {"Forgotten", "Twice"}
