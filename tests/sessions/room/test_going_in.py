"""Nothing of a room that is open is seen or done from outside: who goes in is noted, and knows under which rule people
speak there."""

from __future__ import annotations

import pytest

from server.live.log import positions
from sessions.models import Attendance
from sessions.room.models import Hand, Outcome, Question, QuestionVote, Vote
from tests.house import House
from tests.live.follower import Follower
from tests.live.harness import assert_live_equals_fresh
from tests.live.test_sockets import FORBIDDEN, NOT_FOUND, refused
from tests.sessions.conftest import parsed
from tests.sessions.room import grouped, polled
from tests.sessions.room.conftest import open_meeting
from tests.sessions.room.recapped import sent
from tests.world import World


def test_nothing_is_seen_or_done_by_whoever_did_not_go_in(house: House, world: World) -> None:
    meeting = open_meeting(house, world, people=("Amara",))
    assert meeting.send("Amara", "questions", text="Who pays?", key="a" * 16).status_code == 303
    (question,) = house.rows(Question)
    poll = polled.opened(meeting)
    grouped.opened(meeting, "by hand", 1)
    apart = grouped.round_of(meeting).id
    slot, notes = meeting.slot_id, f"/texts/{meeting.now().notes_id}"
    reads = (*(f"{meeting.path}/{what}" for what in ("projector", "notes.md", "sentence")), f"/polls/{poll.id}", notes)
    forms: dict[str, dict[str, object]] = {
        **{f"{meeting.path}/{what}": {} for what in ("hand", "hand/lowering")},
        f"{meeting.path}/questions": {"text": "And me?", "key": "b" * 16},
        f"{meeting.path}/outcomes": {"outcome_kind": "decision", "outcome": "Mine", "key": "c" * 16},
        f"{meeting.path}/groups/place": {"round": apart, "group": 0},
        f"{notes}/paragraphs": {"paragraph": "Mine", "key": "d" * 16},
        f"/polls/{poll.id}/choices": {"option": 1},
        f"/questions/{question.id}/wants": {},
    }
    with house.database() as db:
        at = str(positions(db, [meeting.now().stream_id])[0])
    assert "Go in" in meeting.page("Bram")
    for path in reads:
        answer = meeting.browser("Bram").get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, meeting.path), path
    for path, data in forms.items():
        answer = meeting.browser("Bram").post(path, data=data)
        assert answer.status_code == 403, path
        assert "Go into the room first" in answer.text
        assert f'href="{meeting.path}"' in answer.text
    assert refused(house, world.people["Bram"], at) == FORBIDDEN
    assert house.rows(Hand) + house.rows(Vote) + house.rows(Outcome) + house.rows(QuestionVote) == []
    assert [row.person_id for row in house.rows(Attendance) if row.slot_id == slot] == [world.people["Amara"]]
    assert meeting.send("Bram", "entry").status_code == 303
    for path in reads:
        assert meeting.browser("Bram").get(path).status_code == 200, path
    for path, data in forms.items():
        assert meeting.browser("Bram").post(path, data=data).status_code == 303, path
    assert refused(house, world.people["Bram"], at) in (None, 0)


def test_whoever_runs_the_room_looks_after_it_from_outside(house: House, world: World) -> None:
    meeting = open_meeting(house, world, people=("Amara",))
    assert "Go in" in meeting.page("Farid")
    assert meeting.browser("Farid").get(f"{meeting.path}/projector").status_code == 200
    assert meeting.send("Farid", "timer", act="start", minutes=5, version=1).status_code == 303


def test_what_is_left_is_read_by_all_until_the_room_is_open_again(house: House, world: World) -> None:
    meeting = open_meeting(house, world, people=("Farid", "Amara"))
    assert meeting.send("Farid", "ending").status_code == 303
    assert "This session is over." in meeting.page("Bram")
    assert meeting.browser("Bram").get(f"{meeting.path}/notes.md").status_code == 200
    late = meeting.send("Bram", "entry")
    assert late.status_code == 403
    assert "nobody can go in any more" in late.text
    page = Follower(house, world.people["Bram"], meeting.path)
    page.connect()
    assert meeting.send("Farid", "resumption").status_code == 303
    assert page.closed_with() in (FORBIDDEN, NOT_FOUND)
    assert "Go in" in meeting.page("Bram")


@pytest.mark.parametrize("name", ["Amara", "Farid"])
def test_slot_whose_room_was_ended_is_over_before_its_time(house: House, world: World, name: str) -> None:
    meeting = open_meeting(house, world)
    session, person = f"/sessions/{meeting.session_id}", world.people[name]
    cohort = f"/cohorts/{world.tide.cohort}"
    end, again = (lambda what=what: sent(meeting.send("Farid", what)) for what in ("ending", "resumption"))

    def shown(path: str) -> str:
        page = meeting.browser(name).get(path).text
        return " ".join(parsed(page).get_element_by_id("page").text_content().split())

    for act, path in ((end, session), (again, f"{cohort}/sessions"), (end, f"{cohort}/sessions"), (again, cohort)):
        assert_live_equals_fresh(house, person, path, act)
    for word in ("On now", "Go to the room", "Nobody has said yet that they come"):
        assert word in shown(session), word
    assert "On now" in shown(f"{cohort}/sessions")
    end()
    for word in ("On now", "Go to the room", "Nobody has said yet that they come", "Meet by video"):
        assert word not in shown(session), word
    for word in ("Over", "Look into the room", "5 people came"):
        assert word in shown(session), word
    assert meeting.browser(name).post(f"/slots/{meeting.slot_id}/answers", data={"answer": "yes"}).status_code == 403
