"""The agenda and the timer of a room: one for all, moved by those who run it, and by one of two who act at once."""

from __future__ import annotations

from datetime import timedelta

from server.clock import utc_now
from sessions.room.models import ItemRun
from tests.live.harness import assert_live_equals_fresh
from tests.sessions.room.conftest import Meeting


def test_everybody_sees_the_item_that_is_on(meeting: Meeting) -> None:
    first = meeting.items()[0]
    for name in ("Amara", "Esi", "Farid"):
        before = meeting.now().version
        assert_live_equals_fresh(
            meeting.house,
            meeting.world.people[name],
            meeting.path,
            lambda: meeting.send("Farid", "item", item=first, version=meeting.now().version),
        )
        assert meeting.now().version == before + 1
    page = meeting.page("Amara")
    assert 'aria-current="step"' in page
    assert "room/item" not in page, "who attends has no buttons for the agenda"
    assert "room/item" in meeting.page("Farid")


def test_who_comes_late_sees_what_the_others_see(meeting: Meeting) -> None:
    meeting.send("Farid", "item", item=meeting.items()[1], version=1)
    late = meeting.browser("Dmitri")
    assert late.get(meeting.path).status_code == 404
    assert 'aria-current="step"' in meeting.page("Chiara")


def test_only_those_who_run_the_room_move_it(meeting: Meeting) -> None:
    assert meeting.send("Amara", "item", item=meeting.items()[0], version=1).status_code == 403
    assert meeting.send("Amara", "timer", act="start", minutes=5, version=1).status_code == 403
    assert meeting.now().item_id is None
    assert meeting.now().timer_ends_at is None


def test_of_two_who_start_different_items_at_once_the_second_is_told(meeting: Meeting) -> None:
    first, second = meeting.items()[:2]
    assert meeting.send("Farid", "item", item=first, version=1).status_code == 303
    answer = meeting.send("Farid", "item", item=second, version=1)
    assert answer.status_code == 422
    assert "Somebody else did something here first" in answer.text
    assert meeting.now().item_id == first


def test_the_agenda_is_kept_as_it_ran(meeting: Meeting) -> None:
    first, second = meeting.items()[:2]
    for item in (first, second, first, 0):
        meeting.send("Farid", "item", item=item, version=meeting.now().version)
    rows = meeting.house.rows(ItemRun)
    assert [row.item_id for row in rows] == [first, second, first]
    assert all(row.ended_at for row in rows)


def test_timer_is_an_instant_that_all_screens_share(meeting: Meeting) -> None:
    begun = utc_now()
    meeting.send("Farid", "timer", act="start", minutes=5, label="Write alone", version=1)
    ends = meeting.now().timer_ends_at
    assert ends is not None
    assert abs(ends - begun - timedelta(minutes=5)) < timedelta(seconds=5)
    assert f'data-ends="{ends.isoformat()}"' in meeting.page("Amara")
    assert f'data-ends="{ends.isoformat()}"' in meeting.page("Esi")


def test_timer_stands_goes_on_and_gets_more_time(meeting: Meeting) -> None:
    def turn(act: str, minutes: int | str = "") -> int:
        version = meeting.now().version
        return int(meeting.send("Farid", "timer", act=act, minutes=minutes, version=version).status_code)

    assert turn("start", 5) == 303
    assert turn("pause") == 303
    left = meeting.now().timer_left
    assert left is not None
    assert 290 <= left <= 300
    assert turn("extend", 2) == 303
    assert meeting.now().timer_left == left + 120
    assert turn("go on") == 303
    ends = meeting.now().timer_ends_at
    assert ends is not None
    assert timedelta(seconds=left + 110) < ends - utc_now() <= timedelta(seconds=left + 120)
    assert turn("stop") == 303
    assert (meeting.now().timer_ends_at, meeting.now().timer_left) == (None, None)


def test_wrong_minutes_come_back(meeting: Meeting) -> None:
    for minutes in ("", "0", "-1", "1e3", "99999", "five"):
        answer = meeting.send("Farid", "timer", act="start", minutes=minutes, version=1)
        assert answer.status_code == 422, minutes
        assert "Give a number of minutes" in answer.text, minutes
    assert meeting.now().timer_ends_at is None


def test_clock_tells_the_time_in_milliseconds(meeting: Meeting) -> None:
    answer = meeting.house.visit(None).get("/clock")
    assert abs(int(answer.text) - utc_now().timestamp() * 1000) < 5_000
    assert answer.headers["cache-control"] == "no-store"
