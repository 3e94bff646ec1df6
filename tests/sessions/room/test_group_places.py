"""Who is in which group: put there, come late, moved, together again; and who is told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from people import organisations
from people.models import Person
from sessions.room.models import BreakoutRound
from tests.house import House
from tests.live.follower import Follower
from tests.live.harness import assert_live_equals_fresh, following
from tests.live.test_sockets import refused
from tests.live.writers import code_of, now, open_socket
from tests.sessions.conftest import parsed
from tests.sessions.room.conftest import Meeting, open_meeting
from tests.sessions.room.grouped import (
    ATTENDING,
    act,
    apart,
    group_of,
    groups,
    opened,
    prepare,
    put,
    round_of,
    url,
    who,
)
from tests.world import World


def test_everybody_is_told_alone_where_to_go(meeting: Meeting) -> None:
    first, second = apart(meeting)
    for name, own, other in (("Amara", first, second), ("Chiara", second, first)):
        with following(meeting.house, meeting.world.people[name], meeting.path) as follower:
            mine = str(follower.here.get("data-mine"))
        assert f"place-{meeting.slot_id}-{own.id}" in mine.split()
        assert f"place-{meeting.slot_id}-{other.id}" not in mine.split()
        assert meeting.browser(name).get(url(meeting, own)).status_code == 200
    page = meeting.page("Chiara")
    assert "Amara Okoro" not in page[page.index('id="groups"') : page.index('id="notes"')]


def test_whoever_is_moved_is_led_to_the_other_group(meeting: Meeting) -> None:
    first, second = apart(meeting)
    amara = meeting.world.people["Amara"]
    follower = Follower(meeting.house, amara, url(meeting, first))
    follower.connect()
    follower.settle()
    assert put(meeting, "Amara", second) == 303
    assert follower.closed_with() in (4403, 4404)
    answer = meeting.browser("Amara").get(url(meeting, first))
    assert (answer.status_code, answer.headers["location"]) == (303, url(meeting, second))
    text = now(meeting.house, first.notes_id or 0)
    assert code_of(open_socket(meeting.house, amara, text.id, 0, text.epoch)) == 4404
    assert meeting.browser("Bram").get(url(meeting, first)).status_code == 200


def test_late_comer_has_a_place_in_the_smallest_group_at_once(house: House, world: World) -> None:
    meeting = open_meeting(house, world, people=("Farid", "Amara", "Bram", "Chiara"))
    opened(meeting)
    small = min(groups(meeting), key=lambda one: (len(who(meeting, one)), one.number))
    assert_live_equals_fresh(house, world.people["Farid"], meeting.path, lambda: meeting.send("Esi", "entry"))
    assert "Esi" in who(meeting, small)
    told = meeting.browser("Esi").get(meeting.send("Esi", "entry").headers["location"]).text
    assert "you have a place in one" in told
    assert f"#place-{meeting.slot_id}-{small.id} .mine" in told
    assert "You are in this group." in told
    assert meeting.browser("Esi").get(url(meeting, small)).status_code == 200
    other = next(one for one in groups(meeting) if one.id != small.id)
    assert put(meeting, "Esi", other) == 303, "those who run the room can move them"
    assert "Esi" in who(meeting, other)
    for _ in range(2):
        own = meeting.send("Esi", "groups/place", round=round_of(meeting).id, group=0)
        assert own.headers["location"] == url(meeting, other), "a place they have is kept"
    chosen = meeting.send("Esi", "groups/place", round=round_of(meeting).id, group=small.id)
    assert chosen.headers["location"] == url(meeting, small)
    assert who(meeting, other) & who(meeting, small) == set()


def test_whoever_comes_before_the_groups_are_open_is_placed_unseen(house: House, world: World) -> None:
    meeting = open_meeting(house, world, people=("Farid", "Amara", "Bram", "Chiara"))
    prepare(meeting)
    assert "room-placed" not in meeting.send("Esi", "entry").headers["location"]
    assert "Find what fails." not in meeting.page("Esi")
    assert set.union(*(who(meeting, one) for one in groups(meeting))) == set(ATTENDING)
    assert_live_equals_fresh(
        house, world.people["Esi"], meeting.path, lambda: act(meeting, "opening", group_minutes=10)
    )
    assert meeting.browser("Esi").get(url(meeting, group_of(meeting, "Esi"))).status_code == 200


def test_late_comer_goes_where_fewest_are_from_their_country(house: House, world: World) -> None:
    with house.database(writing=True) as db:
        for name, code in (("Amara", "BT"), ("Bram", "TV"), ("Chiara", "BT"), ("Esi", "TV")):
            home = organisations.add(db, name=f"House of {name}", country=code, time_zone="Asia/Thimphu")
            db.get_one(Person, world.people[name]).organisation_id = home.id or 0
    meeting = open_meeting(house, world, people=("Farid", "Amara", "Bram"))
    opened(meeting, "mixing countries")
    meeting.send("Chiara", "entry")
    assert group_of(meeting, "Chiara").id == group_of(meeting, "Bram").id, "of two of the same size"
    meeting.send("Esi", "entry")
    assert group_of(meeting, "Esi").id == group_of(meeting, "Amara").id, "the smaller one"


def test_two_who_come_at_once_go_to_different_groups(house: House, world: World) -> None:
    meeting = open_meeting(house, world, people=("Farid", "Amara", "Bram"))
    opened(meeting)
    late = ("Chiara", "Esi")
    for name in late:
        meeting.browser(name)
    with ThreadPoolExecutor() as pool:
        assert [one.status_code for one in pool.map(lambda name: meeting.send(name, "entry"), late)] == [303, 303]
    assert [len(who(meeting, one)) for one in groups(meeting)] == [2, 2]


def test_those_who_run_the_room_are_placed_nowhere(house: House, world: World) -> None:
    meeting = open_meeting(house, world, people=("Amara", "Bram"))
    opened(meeting)
    assert meeting.send("Farid", "entry").status_code == 303
    assert all("Farid" not in who(meeting, one) for one in groups(meeting))


def test_late_comer_waits_for_a_hand_where_people_are_put_by_hand(house: House, world: World) -> None:
    meeting = open_meeting(house, world, people=("Farid", "Amara", "Bram", "Chiara"))
    first, _ = opened(meeting, "by hand")
    assert_live_equals_fresh(house, world.people["Farid"], meeting.path, lambda: meeting.send("Esi", "entry"))
    assert all("Esi" not in who(meeting, one) for one in groups(meeting))
    assert "Those who run the session will place you" in meeting.page("Esi")
    waiting = parsed(meeting.page("Farid")).xpath(f"//form[@id='put-{round_of(meeting).id}-{world.people['Esi']}']")
    assert len(waiting) == 1
    assert_live_equals_fresh(house, world.people["Esi"], meeting.path, lambda: put(meeting, "Esi", first))
    assert f"#place-{meeting.slot_id}-{first.id} .mine" in meeting.page("Esi")


def test_where_nobody_is_named_nobody_waits_for_a_hand(house: House, world: World) -> None:
    meeting = open_meeting(house, world, "none", ("Farid", "Amara", "Bram"))
    opened(meeting, "by hand")
    meeting.send("Esi", "entry")
    page = meeting.page("Esi")
    assert "will place you" not in page
    assert "Give me a place" in page


def test_same_as_last_time_keeps_who_was_together(meeting: Meeting) -> None:
    apart(meeting)
    act(meeting, "return")
    meeting.send("Farid", "groups", group_how="same as last time")
    assert {frozenset(who(meeting, one)) for one in groups(meeting)} == {
        frozenset({"Amara", "Bram"}),
        frozenset({"Chiara", "Esi"}),
    }


def test_what_cannot_be_prepared_is_told(meeting: Meeting) -> None:
    for sent, words in (
        ({"group_how": "at random", "group_count": "9"}, "more groups than people"),
        ({"group_how": "at random", "group_count": "0"}, "Give a number of groups"),
        ({"group_how": "at random", "group_count": "many"}, "Give a number of groups"),
        ({"group_how": "same as last time"}, "in groups before"),
        ({"group_how": "by magic", "group_count": "2"}, "not one of ours"),
    ):
        answer = meeting.send("Farid", "groups", group_task="My long task", **sent)
        assert answer.status_code == 422, sent
        assert words in answer.text, sent
        assert "My long task" in answer.text
    assert meeting.house.rows(BreakoutRound) == []


def test_of_two_who_prepare_at_once_the_second_is_told(meeting: Meeting) -> None:
    prepare(meeting)
    answer = meeting.send("Farid", "groups", group_how="at random", group_count=2)
    assert answer.status_code == 422
    assert "There are groups already" in answer.text
    assert len(meeting.house.rows(BreakoutRound)) == 1


def test_only_those_who_run_the_room_run_its_groups(meeting: Meeting) -> None:
    first, second = apart(meeting)
    around = round_of(meeting).id
    for what in ("groups", "groups/opening", "groups/time", "groups/message", "groups/return", "groups/places"):
        assert meeting.send("Amara", what, round=around).status_code == 403, what
    assert meeting.browser("Farid").get(url(meeting, second)).status_code == 200
    answer = meeting.browser("Amara").get(url(meeting, second))
    assert answer.headers["location"] == url(meeting, first), "another group is not hers"
    assert meeting.browser("Dmitri").get(url(meeting, second)).status_code == 404


@pytest.mark.parametrize("rule", ["role", "none"])
def test_masked_groups_name_nobody(house: House, world: World, rule: str) -> None:
    meeting = open_meeting(house, world, rule)
    first, second = prepare(meeting, "by hand")
    assert put(meeting, "Amara", first) == 403, "nobody is moved by name where nobody is named"
    assert act(meeting, "opening", group_minutes=10) == 303
    for name, group in zip(ATTENDING, (first, first, second, second), strict=True):
        answer = meeting.send(name, "groups/place", round=round_of(meeting).id, group=group.id)
        assert answer.headers["location"] == url(meeting, group)
    assert who(meeting, first) == {"Amara", "Bram"}
    pages = [meeting.browser(name).get(url(meeting, first)).text for name in ("Amara", "Farid")]
    for page in (*pages, meeting.page("Farid"), meeting.page("Esi")):
        main = page[page.index("<main") :]
        assert all(f"{name} Okoro" not in main for name in ATTENDING)
        assert 'name="person"' not in main
    assert "2 people" in pages[0]


@pytest.mark.parametrize("name", ["Chiara", "Dmitri", "Greta"])
def test_stream_of_a_group_is_for_those_inside(meeting: Meeting, name: str) -> None:
    first, _ = apart(meeting)
    follower = Follower(meeting.house, meeting.world.people["Amara"], url(meeting, first))
    own = next(one for one in follower.positions.split(",") if one.startswith(f"{first.stream_id}."))
    assert code(meeting, "Bram", own) is None
    assert code(meeting, "Farid", own) is None
    assert code(meeting, name, own) == 4404


def code(meeting: Meeting, name: str, position: str) -> int | None:
    """The code with which that person's socket for the position is closed; None: it stays open."""
    return refused(meeting.house, meeting.world.people[name], position)
