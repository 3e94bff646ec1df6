"""The times of a session: offered, moved, called off; clocks that change, and what else is then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from feedback.models import Notice
from server.clock import utc_now
from server.db import Database
from sessions import clashes, slots, telling
from sessions.models import SlotAnswer
from sessions.slots import SLOT, Overlaps, SlotFacts, Time
from sessions.web.times import CLOCK, INSTANT, nearest, ways
from tests.house import House
from tests.scheduled import DAY, HOUR, drafted, offered, session_now, session_plan, slot_now
from tests.sessions.conftest import Browse, parsed
from tests.world import World

# In 2027 the clocks of Paris are put forward on 28 March and back on 31 October.
SUMMER = "2027-06-01T14:00"


def form(**changed: str) -> dict[str, str]:
    return {"at": SUMMER, "time_zone": "Europe/Paris", "minutes": "90"} | changed


def of_world(house: House, world: World) -> list[SlotFacts]:
    with house.database() as db:
        return slots.read(db, SLOT.c.session_id == world.sessions[world.tide.cohort])


def offer(browse: Browse, world: World, **changed: str) -> tuple[int, str]:
    answer = browse("Farid").post(f"/sessions/{world.sessions[world.tide.cohort]}/slots", data=form(**changed))
    return answer.status_code, answer.text


def move(browse: Browse, slot_id: int, **changed: str) -> tuple[int, str]:
    answer = browse("Farid").post(f"/slots/{slot_id}/times", data=form(**changed))
    return answer.status_code, answer.text


def stood(browse: Browse, house: House, world: World) -> int:
    """A slot on 1 June at 14:00 in Paris; its id."""
    assert offer(browse, world)[0] == 303
    return of_world(house, world)[-1].id


def test_offered_time_is_an_instant_with_its_zone(house: House, world: World, browse: Browse) -> None:
    assert offer(browse, world, capacity="12", video_url="https://meet.example.org/own", key="k")[0] == 303
    assert offer(browse, world, capacity="12", key="k")[0] == 303
    *_, slot = of_world(house, world)
    assert len(of_world(house, world)) == 3, "twice is once"
    assert (slot.starts_at, slot.time_zone) == (datetime(2027, 6, 1, 12, tzinfo=UTC), "Europe/Paris")
    assert (slot.minutes, slot.capacity, slot.video_url) == (90, 12, "https://meet.example.org/own")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"at": ""}, "Give a day and an hour"),
        ({"at": "2020-01-01T10:00"}, "in the past"),
        ({"at": "9999-12-31T23:59"}, "more than two years away"),
        ({"at": "0001-01-01T00:00"}, "more than two years away"),
        ({"time_zone": "Mars/Base"}, "Choose a time zone"),
        ({"minutes": "60"}, "The agenda takes 10 minutes longer"),
        ({"minutes": "9999"}, "Give a number from 5 to 480"),
        ({"capacity": "0"}, "Give a number from 1 to 5000"),
        ({"video_url": "meet"}, "Give a whole address"),
    ],
)
def test_wrong_time_comes_back_filled_in(world: World, browse: Browse, changed: dict[str, str], words: str) -> None:
    status, text = offer(browse, world, **changed)
    assert status == 422
    assert words in text
    for name, value in changed.items():
        if value and name != "time_zone":
            assert parsed(text).xpath(f"//input[@name='{name}']/@value") == [value]


def test_hour_that_does_not_exist_names_the_nearest(world: World, browse: Browse) -> None:
    status, text = offer(browse, world, at="2027-03-28T02:30")
    assert status == 422
    assert "does not exist. The nearest are 01:59 and 03:00." in text


def test_hour_that_comes_twice_is_asked_for(house: House, world: World, browse: Browse) -> None:
    status, text = offer(browse, world, at="2027-10-31T02:30")
    assert status == 422
    labels = [one.text_content() for one in parsed(text).xpath("//fieldset[@id='which']//label")]
    assert [one.endswith(f"UTC{offset}") for one, offset in zip(labels, ("+02:00", "+01:00"), strict=True)] == [
        True,
        True,
    ]
    assert offer(browse, world, at="2027-10-31T02:30", which="2")[0] == 303
    assert of_world(house, world)[-1].starts_at == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


def test_other_zone_asks_for_clock_or_instant(house: House, world: World, browse: Browse) -> None:
    slot_id = stood(browse, house, world)
    status, text = move(browse, slot_id, time_zone="Africa/Lagos")
    assert status == 422
    options = [one.text_content() for one in parsed(text).xpath("//fieldset[@id='meaning']//label")]
    assert "14:00 (Lagos)" in options[0]
    assert "15:00 (Paris)" in options[0]
    assert "14:00 (Paris)" in options[1]
    assert "13:00 (Lagos)" in options[1]
    assert move(browse, slot_id, time_zone="Africa/Lagos", meaning="instant")[0] == 303
    (kept,) = (one for one in of_world(house, world) if one.id == slot_id)
    assert (kept.starts_at.hour, kept.time_zone) == (12, "Africa/Lagos")
    assert move(browse, slot_id, at="2027-06-01T13:00", meaning="clock")[0] == 303
    (moved,) = (one for one in of_world(house, world) if one.id == slot_id)
    assert (moved.starts_at.hour, moved.time_zone) == (11, "Europe/Paris")


def test_other_side_of_a_clock_change_asks_too(house: House, world: World, browse: Browse) -> None:
    slot_id = stood(browse, house, world)
    assert move(browse, slot_id, at="2027-06-02T15:00")[0] == 303, "one meaning alone"
    status, text = move(browse, slot_id, at="2027-11-10T14:00")
    assert status == 422
    options = [one.text_content() for one in parsed(text).xpath("//fieldset[@id='meaning']//label")]
    assert "14:00 (Paris)" in options[0]
    assert "13:00 (Paris)" in options[1]
    assert move(browse, slot_id, at="2027-11-10T14:00", meaning="instant")[0] == 303
    (kept,) = (one for one in of_world(house, world) if one.id == slot_id)
    assert kept.starts_at == datetime(2027, 11, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("local", "zone", "before", "after"),
    [
        ("2027-03-28T02:00", "Europe/Paris", "01:59", "03:00"),
        ("2027-10-03T02:15", "Australia/Lord_Howe", "01:59", "02:30"),
        ("2027-09-05T00:30", "America/Santiago", "23:59", "01:00"),
    ],
)
def test_nearest_times(local: str, zone: str, before: str, after: str) -> None:
    assert [at.strftime("%H:%M") for at in nearest(datetime.fromisoformat(local), zone)] == [before, after]


def test_ways_of_a_time(database: Database, world: World) -> None:
    with database.transaction(writing=False) as db:
        slot = slot_now(db, world.slots[world.tide.cohort][0])
    local = datetime(2027, 7, 1, 9)
    assert set(ways(local, "Europe/Berlin", slot)) == {CLOCK}, "the same clock by another name"
    assert set(ways(local, "Asia/Kathmandu", slot)) == {CLOCK, INSTANT}
    assert set(ways(local, "Asia/Kathmandu", None)) == {CLOCK}


def test_slots_of_one_session_do_not_overlap(world: World, database: Database, browse: Browse, house: House) -> None:
    stood(browse, house, world)
    status, text = offer(browse, world, at="2027-06-01T15:00")
    assert status == 422
    assert "offered at that time already" in text
    assert offer(browse, world, at="2027-06-01T15:30")[0] == 303, "one begins as the other ends"
    with database.transaction(writing=True) as db:
        facts = session_now(db, world.sessions[world.tide.cohort])
        first = slots.read(db, SLOT.c.session_id == facts.id)[0]
        with pytest.raises(Overlaps):
            slots.offer(db, facts, Time(first.starts_at + HOUR, 60, "UTC"), now=utc_now())


def test_what_else_is_then_is_a_warning_that_can_be_confirmed(house: House, world: World, browse: Browse) -> None:
    farid = world.people["Farid"]
    with house.database(writing=True) as db:
        other = drafted(db, world.lantern.cohort, farid, session_plan(farid, theme="Elsewhere"), utc_now())
        same = drafted(db, world.tide.cohort, farid, session_plan(farid, theme="Here", leaders=()), utc_now())
        for facts in (other, same):
            slots.offer(db, facts, Time(datetime(2027, 6, 1, 13, tzinfo=UTC), 90, "UTC"), now=utc_now())
    status, text = offer(browse, world)
    assert status == 422
    for words in ("Elsewhere", "led by the same people, in Care at home", "Here", "in the same cohort"):
        assert words in text, words
    (then,) = parsed(text).xpath("//input[@name='anyway']/@value")
    assert offer(browse, world, at="2027-06-01T14:15", anyway=then)[0] == 422, "it was said of another time"
    assert offer(browse, world, anyway=then)[0] == 303


def test_clashes_stay_in_their_programme(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        kofi = world.people["Kofi"]
        ours = drafted(db, world.tide.cohort, world.people["Farid"], session_plan(kofi), utc_now())
        theirs = slot_now(db, world.slots[world.foreign.cohort][0])
        found = clashes.at(db, ours, theirs.starts_at, 60)
        assert {one.cohort for one in found} == {"Flood warnings"}


def test_only_so_many_times(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        facts = session_now(db, world.sessions[world.tide.cohort])
        for day in range(10, 10 + slots.MOST_SLOTS - 2):
            offered(db, facts, day * DAY, utc_now())
        with pytest.raises(slots.TooMany):
            offered(db, facts, 30 * DAY, utc_now())


def answered(house: House, world: World, name: str, slot_id: int) -> None:
    with house.database(writing=True) as db:
        who: dict[str, Any] = {"person_id": world.people[name], "membership_id": world.memberships[name]}
        db.add(SlotAnswer(slot_id=slot_id, **who, answer="yes", at=utc_now(), seated_at=utc_now()))


def test_seats_cannot_be_fewer_than_are_taken(house: House, world: World, browse: Browse) -> None:
    slot_id = world.slots[world.tide.cohort][0]
    for name in ("Amara", "Chiara"):
        answered(house, world, name, slot_id)
    refused = browse("Farid").post(f"/slots/{slot_id}/seats", data={"capacity": "1"})
    assert refused.status_code == 422
    assert "a seat already: 2." in refused.text
    heard: list[int] = []
    slots.when_seats_change.append(lambda db, facts, slot, now: heard.append(slot))
    try:
        for capacity, expected in (("2", 0), ("3", 1), ("2", 1), ("", 2)):
            done = browse("Farid").post(f"/slots/{slot_id}/seats", data={"capacity": capacity})
            assert done.status_code == 303
            assert len(heard) == expected, capacity
    finally:
        slots.when_seats_change.pop()
    assert of_world(house, world)[0].sequence == 0, "calendars need not follow"


def test_moved_and_called_off_are_told_to_those_who_answered(house: House, world: World, browse: Browse) -> None:
    first, second = world.slots[world.tide.cohort]
    answered(house, world, "Amara", first)
    answered(house, world, "Chiara", second)
    assert move(browse, first, meaning="clock")[0] == 303
    done = browse("Farid").post(f"/slots/{second}/cancellation", data={"why": "Too few"})
    assert done.status_code == 303
    kinds = {(one.kind, one.person_id) for one in house.rows(Notice)}
    assert (telling.MOVED, world.people["Amara"]) in kinds
    assert (telling.SLOT_OFF, world.people["Chiara"]) in kinds
    assert (telling.MOVED, world.people["Chiara"]) not in kinds
    assert {one.id: one.sequence for one in of_world(house, world)} == {first: 1, second: 1}
    assert "Too few" in browse("Amara").get(f"/sessions/{world.sessions[world.tide.cohort]}").text
    assert browse("Farid").get(f"/slots/{second}/times").status_code == 403


def test_same_time_again_moves_nothing(house: House, world: World, browse: Browse) -> None:
    first = of_world(house, world)[0]
    answered(house, world, "Amara", first.id)
    page = parsed(browse("Farid").get(f"/slots/{first.id}/times").text)
    (at,) = page.xpath("//input[@name='at']/@value")
    assert move(browse, first.id, at=at)[0] == 303
    assert of_world(house, world)[0].starts_at == first.starts_at
    assert [one for one in house.rows(Notice) if one.kind == telling.MOVED] == []


def test_what_is_over_is_not_moved(house: House, world: World, browse: Browse) -> None:
    first = world.slots[world.tide.cohort][0]
    with house.database(writing=True) as db:
        db.execute(SLOT.update().where(SLOT.c.id == first).values(starts_at=utc_now() - timedelta(hours=3)))
    assert browse("Farid").get(f"/slots/{first}/times").status_code == 403
    assert move(browse, first)[0] == 403
