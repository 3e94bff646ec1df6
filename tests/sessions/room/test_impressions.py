"""Was it worth your time: asked once of those who were there, shown together once there are three, and nobody's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from feedback.models import Notice
from server.clock import utc_now
from sessions.room.impressions import ASKED
from sessions.room.models import Impression
from sessions.room.rooms import ROOM
from tests.live.harness import assert_live_equals_fresh, following
from tests.sessions.room.conftest import IN_IT, Meeting
from tests.sessions.room.recapped import ended, published, sent, url

HEAD = "Was it worth people"


def say(meeting: Meeting, name: str, level: object, words: str = "") -> Any:
    path = f"/slots/{meeting.slot_id}/impression"
    return meeting.browser(name).post(path, data={"level": str(level), "impression": words})


def recap(meeting: Meeting, name: str = "Farid") -> str:
    return str(meeting.browser(name).get(url(meeting)).text)


def test_asked_once_of_those_who_were_there(meeting: Meeting) -> None:
    ended(meeting)
    sent(meeting.send("Farid", "resumption"))
    ended(meeting)
    told = [row.person_id for row in meeting.house.rows(Notice) if row.kind == ASKED]
    assert sorted(told) == sorted(meeting.world.people[name] for name in IN_IT)
    assert "Was it worth your time?" in meeting.page("Amara")
    assert "Was it worth your time?" in meeting.browser("Amara").get(f"/slots/{meeting.slot_id}/impression").text


def test_not_before_it_is_over_nor_by_others_nor_for_ever(meeting: Meeting) -> None:
    assert say(meeting, "Amara", 4).status_code == 403
    assert "Was it worth your time?" not in meeting.page("Amara")
    ended(meeting)
    assert say(meeting, "Dmitri", 4).status_code == 404
    sent(say(meeting, "Amara", 4))
    with meeting.house.database(writing=True) as db:
        db.execute(update(ROOM).values(ended_at=utc_now() - timedelta(days=14)))
    assert say(meeting, "Amara", 1).status_code == 403
    assert [row.level for row in meeting.house.rows(Impression)] == [4]


def test_one_each_and_changed(meeting: Meeting) -> None:
    ended(meeting)
    sent(say(meeting, "Amara", 2, "Long"))
    sent(say(meeting, "Amara", 5, "Short after all"))
    assert [(row.level, row.words) for row in meeting.house.rows(Impression)] == [(5, "Short after all")]
    assert "Short after all" in meeting.page("Amara")
    assert "Short after all" not in meeting.page("Bram")


@pytest.mark.parametrize("level", ["", "0", "6", "x", "1.5"])
def test_wrong_levels_come_back_with_the_words(meeting: Meeting, level: str) -> None:
    ended(meeting)
    answer = say(meeting, "Amara", level, "My words")
    assert answer.status_code == 422
    assert "Choose a level" in answer.text
    assert "My words" in answer.text


def test_shown_together_from_three_on_and_never_whose(meeting: Meeting) -> None:
    published(ended(meeting))
    for name, level in (("Bram", 5), ("Amara", 2)):
        sent(say(meeting, name, level, f"zz words of {level}"))
        assert HEAD not in recap(meeting)
        assert "zz words" not in recap(meeting)
    person = meeting.world.people["Chiara"]
    assert_live_equals_fresh(meeting.house, person, url(meeting), lambda: sent(say(meeting, "Esi", 5, "Aha")))
    shown = recap(meeting, "Chiara")
    assert HEAD in shown
    assert "The mean is 4.0." in shown
    # In the order of their letters: no order tells who was first.
    assert shown.index("Aha") < shown.index("zz words of 2") < shown.index("zz words of 5")
    assert '<li dir="auto">Aha</li>' in shown


def test_first_two_move_nothing(meeting: Meeting) -> None:
    published(ended(meeting))
    with following(meeting.house, meeting.world.people["Chiara"], url(meeting)) as page:
        before = len(page.frames)
        sent(say(meeting, "Bram", 5))
        sent(say(meeting, "Amara", 5))
        page.settle()
        assert not [frame for frame in page.frames[before:] if "recap-" in str(frame)]
