"""The way into a room and out of it: who may come, when it is open, how it ends, and who is turned away."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from server.clock import utc_now
from server.jobs import JOB
from server.live.log import positions
from sessions import sessions, slots
from sessions.agenda import Item
from sessions.models import Attendance, SessionPart
from sessions.room import ending, rooms
from sessions.room.models import Hand, ItemRun, Room
from sessions.slots import SLOT
from tests.house import House
from tests.live.follower import Follower
from tests.live.harness import assert_live_equals_fresh
from tests.live.test_sockets import FORBIDDEN, NOT_FOUND, refused
from tests.scheduled import drafted, offered, session_now, session_plan, slot_now
from tests.sessions.room.conftest import Meeting, open_meeting
from tests.world import World

FORMS = (
    *("entry", "hand", "hand/lowering", "hands/word", "hands/lowering", "item", "item/undoing", "timer"),
    *("moment", "sentence", "ending", "resumption", "lightness"),
)


def a_slot(house: House, world: World, starts: timedelta, *, published: bool = True) -> Meeting:
    """A slot nobody has been in yet."""
    now, farid = utc_now(), world.people["Farid"]
    with house.database(writing=True) as db:
        facts = drafted(db, world.tide.cohort, farid, session_plan(farid), now)
        slot = offered(db, facts, starts, now)
        if published:
            sessions.publish(db, facts, by_id=farid, now=now)
    return Meeting(house, world, facts.id, slot.id)


def starts_at(meeting: Meeting, at: datetime) -> None:
    with meeting.house.database(writing=True) as db:
        db.execute(SLOT.update().where(SLOT.c.id == meeting.slot_id).values(starts_at=at))


def closes(meeting: Meeting) -> None:
    """What the clock's work does now."""
    with meeting.house.database(writing=True) as db:
        ending.close_late(db, meeting.slot_id, now=utc_now())


def test_fifty_who_come_make_one_room(house: House, world: World) -> None:
    meeting = a_slot(house, world, timedelta(minutes=5))
    assert "Go in" in meeting.page("Amara")
    for name in ("Amara", "Bram", "Amara", "Farid"):
        assert meeting.send(name, "entry").status_code == 303
    assert len(house.rows(Room)) == 1
    assert sorted(row.person_id for row in house.rows(Attendance)) == sorted(
        world.people[name] for name in ("Amara", "Bram", "Farid")
    )
    assert "Raise your hand" in meeting.page("Amara")
    assert "Go in" in meeting.page("Chiara")


@pytest.mark.parametrize(("minutes", "member", "farid"), [(60, 403, 303), (14, 303, 303), (2000, 403, 403)])
def test_room_opens_before_its_time_and_earlier_for_those_who_run_it(
    house: House, world: World, minutes: int, member: int, farid: int
) -> None:
    meeting = a_slot(house, world, timedelta(minutes=minutes))
    assert meeting.send("Amara", "entry").status_code == member
    assert meeting.send("Farid", "entry").status_code == farid
    if member == 403:
        assert "The room opens 15 minutes before" in meeting.page("Amara")


def test_draft_and_called_off_slot_have_no_room(house: House, world: World) -> None:
    draft = a_slot(house, world, timedelta(minutes=5), published=False)
    assert draft.browser("Amara").get(draft.path).status_code == 404
    assert draft.send("Amara", "entry").status_code == 404
    assert draft.send("Farid", "entry").status_code == 403
    off = a_slot(house, world, timedelta(minutes=5))
    with house.database(writing=True) as db:
        slots.cancel(db, session_now(db, off.session_id), slot_now(db, off.slot_id), why="Wet", now=utc_now())
    assert "This time was called off." in off.page("Amara")
    for name in ("Amara", "Farid"):
        assert off.send(name, "entry").status_code == 403
    assert house.rows(Room) == []


def test_called_off_while_people_are_in_it(meeting: Meeting) -> None:
    def off() -> None:
        with meeting.house.database(writing=True) as db:
            facts, slot = session_now(db, meeting.session_id), slot_now(db, meeting.slot_id)
            slots.cancel(db, facts, slot, why="Fire", now=utc_now())

    assert_live_equals_fresh(meeting.house, meeting.world.people["Amara"], meeting.path, off, reloads=True)
    assert meeting.send("Amara", "hand").status_code == 403
    assert meeting.send("Farid", "timer", act="start", minutes=5, version=1).status_code == 403


def test_agenda_said_anew_while_people_are_in_it(meeting: Meeting) -> None:
    def anew() -> None:
        with meeting.house.database(writing=True) as db:
            facts = session_now(db, meeting.session_id)
            plan = session_plan(meeting.world.people["Farid"], mark="New ")
            sessions.change(db, facts, plan, base=facts.version, now=utc_now())

    def longer() -> None:
        with meeting.house.database(writing=True) as db:
            facts = session_now(db, meeting.session_id)
            plan = replace(sessions.plan_of(db, facts), agenda=(Item("Longer", 30), Item("Shorter", 10)))
            sessions.change(db, facts, plan, base=facts.version, now=utc_now())

    amara = meeting.world.people["Amara"]
    assert_live_equals_fresh(meeting.house, amara, meeting.path, anew, reloads=True)
    assert "New Two stories" in meeting.page("Amara")
    assert_live_equals_fresh(meeting.house, amara, meeting.path, longer)


@pytest.mark.parametrize("who", ["Amara", "Esi", "Farid"])
def test_end_and_its_undoing(meeting: Meeting, who: str) -> None:
    first = meeting.items()[0]
    meeting.send("Farid", "item", item=first, version=1)
    ends = meeting.now().timer_ends_at
    person = meeting.world.people[who]
    end = lambda: meeting.send("Farid", "ending")  # noqa: E731
    assert_live_equals_fresh(meeting.house, person, meeting.path, end, reloads=True)
    page = meeting.page(who)
    assert "This session is over." in page
    assert "Raise your hand" not in page
    assert [row.ended_at is None for row in meeting.house.rows(ItemRun)] == [False]
    undo = lambda: meeting.send("Farid", "resumption")  # noqa: E731
    assert_live_equals_fresh(meeting.house, person, meeting.path, undo, reloads=True)
    now = meeting.now()
    assert (now.ended_at, now.item_id, now.timer_ends_at) == (None, first, ends)
    assert len(meeting.house.rows(ItemRun)) == 1


def test_nothing_happens_in_a_room_that_is_over(meeting: Meeting) -> None:
    meeting.send("Farid", "ending")
    before = meeting.now()
    for name, what, data in (
        ("Amara", "hand", {}),
        ("Farid", "item", {"item": meeting.items()[0], "version": before.version}),
        ("Farid", "timer", {"act": "start", "minutes": 5, "version": before.version}),
        ("Farid", "moment", {"moment": "in", "version": before.version}),
    ):
        assert meeting.send(name, what, **data).status_code == 403, what
    assert meeting.now() == before
    assert meeting.house.rows(Hand) == []


def test_room_nobody_ended_closes_by_the_clock(meeting: Meeting) -> None:
    closes(meeting)
    assert meeting.now().ended_at is None
    starts_at(meeting, utc_now() - timedelta(minutes=151))
    assert meeting.send("Amara", "hand").status_code == 403, "also before the clock's work has come to it"
    assert_live_equals_fresh(
        meeting.house, meeting.world.people["Bram"], meeting.path, lambda: closes(meeting), reloads=True
    )
    assert "Nobody ended it, so the room closed by itself." in meeting.page("Amara")
    ended = meeting.now().ended_at
    closes(meeting)
    assert meeting.now().ended_at == ended
    assert meeting.send("Farid", "resumption").status_code == 403
    assert "Open the room again" not in meeting.page("Farid")


def test_undoing_of_an_item_that_was_finished(meeting: Meeting) -> None:
    first = meeting.items()[0]
    meeting.send("Farid", "item", item=first, version=1)
    meeting.send("Farid", "timer", act="extend", minutes=7, version=meeting.now().version)
    ends = meeting.now().timer_ends_at
    meeting.send("Farid", "item", item=0, version=meeting.now().version)
    assert meeting.now().item_id is None
    assert "Undo: the last item goes on" in meeting.page("Farid")
    assert meeting.send("Amara", "item/undoing", version=meeting.now().version).status_code == 403
    undo = lambda: meeting.send("Farid", "item/undoing", version=meeting.now().version)  # noqa: E731
    assert_live_equals_fresh(meeting.house, meeting.world.people["Amara"], meeting.path, undo)
    assert (meeting.now().item_id, meeting.now().timer_ends_at) == (first, ends)
    assert [row.ended_at for row in meeting.house.rows(ItemRun)] == [None]


@pytest.mark.parametrize("name", ["Jun", "Ivo", "Dmitri", "Greta", "Hana"])
def test_strangers_are_turned_away(meeting: Meeting, name: str) -> None:
    assert meeting.browser(name).get(meeting.path).status_code == 404
    for what in ("projector", "run-sheet", "sentence", "ending"):
        assert meeting.browser(name).get(f"{meeting.path}/{what}").status_code == 404, what
    for what in FORMS:
        assert meeting.send(name, what).status_code == 404, what
    assert meeting.house.rows(Hand) == []


def test_guessed_ids_are_nothing(meeting: Meeting) -> None:
    browser = meeting.browser("Amara")
    for slot in (987_654, 0):
        assert browser.get(f"/slots/{slot}/room").status_code == 404
        assert browser.post(f"/slots/{slot}/room/hand").status_code == 404
    farid = meeting.browser("Farid")
    assert farid.post(f"{meeting.path}/hands/word", data={"hand": "987654"}).status_code == 303
    assert farid.post(f"{meeting.path}/hands/word", data={"hand": "one"}).status_code == 422
    assert meeting.house.rows(Hand) == []


def test_streams_have_their_audiences(meeting: Meeting) -> None:
    room = meeting.now()
    with meeting.house.database() as db:
        shared, run = positions(db, [room.stream_id]), positions(db, [room.run_stream_id])
    for name in ("Amara", "Esi"):
        assert refused(meeting.house, meeting.world.people[name], str(shared[0])) in (None, 0), name
        assert refused(meeting.house, meeting.world.people[name], str(run[0])) in (FORBIDDEN, NOT_FOUND), name
    assert refused(meeting.house, meeting.world.people["Farid"], str(run[0])) in (None, 0)


def helping(meeting: Meeting, *helpers: str) -> None:
    with meeting.house.database(writing=True) as db:
        facts = session_now(db, meeting.session_id)
        people = tuple(meeting.world.people[one] for one in helpers)
        plan = session_plan(meeting.world.people["Farid"], helpers=people)
        sessions.change(db, facts, plan, base=facts.version, now=utc_now())


def test_helper_runs_the_room_until_the_part_is_taken_away(meeting: Meeting) -> None:
    assert "Run the session" not in meeting.page("Amara")
    amara, help_ = meeting.world.people["Amara"], lambda: helping(meeting, "Amara")
    assert_live_equals_fresh(meeting.house, amara, meeting.path, help_, reloads=True)
    assert "Run the session" in meeting.page("Amara")
    with meeting.house.database() as db:
        assert sessions.parts_of(db, meeting.session_id)[meeting.world.people["Amara"]] == SessionPart.HELPS
    assert meeting.send("Amara", "item", item=meeting.items()[0], version=1).status_code == 303
    page = Follower(meeting.house, meeting.world.people["Amara"], meeting.path)
    page.connect()
    helping(meeting)
    assert page.closed_with() in (FORBIDDEN, NOT_FOUND)
    assert "Run the session" not in meeting.page("Amara")
    assert meeting.send("Amara", "timer", act="stop", version=meeting.now().version).status_code == 403
    run = meeting.now().run_stream_id
    with meeting.house.database() as db:
        at = str(positions(db, [run])[0])
    assert refused(meeting.house, meeting.world.people["Amara"], at) in (FORBIDDEN, NOT_FOUND)


def test_removed_in_the_middle(meeting: Meeting) -> None:
    page = Follower(meeting.house, meeting.world.people["Bram"], meeting.path)
    page.connect()
    membership = meeting.world.memberships["Bram"]
    answer = meeting.browser("Farid").post(f"/memberships/{membership}/removal")
    assert answer.status_code == 303, answer.text[:300]
    assert page.closed_with() in (FORBIDDEN, NOT_FOUND)
    assert meeting.send("Bram", "hand").status_code in (403, 404)
    assert meeting.house.rows(Hand) == []


def test_light_room_fetches_its_icon_alone_and_does_everything(meeting: Meeting) -> None:
    once = meeting.browser("Amara").get(f"{meeting.path}?light=1").text
    for word in ("<script", "<img", "<svg", "stylesheet", "woff2", "preload"):
        assert word not in once, word
    assert re.findall(r"/static/[^?\"]+", once) == ["/static/img/favicon.svg"]
    assert "Load this page again" in once
    assert meeting.send("Amara", "lightness", light="1").status_code == 303
    page = meeting.page("Amara")
    assert "<script" not in page
    assert meeting.send("Amara", "hand").status_code == 303
    assert "You are number 1 in the queue." in meeting.page("Amara")
    assert f"#hand-{meeting.slot_id}-own .mine" in meeting.page("Amara")
    assert len(page.encode()) < 15_000
    meeting.send("Amara", "lightness")
    assert "<script" in meeting.page("Amara")


def test_opened_room_is_closed_by_a_job_at_its_time(house: House, world: World) -> None:
    meeting = open_meeting(house, world)
    with house.database() as db:
        slot = slot_now(db, meeting.slot_id)
        due = db.execute(JOB.select().where(JOB.c.kind == rooms.CLOSES)).all()
    assert [row.at for row in due] == [slot.ends_at + timedelta(hours=1)]


def test_renamed_in_the_middle(meeting: Meeting) -> None:
    meeting.send("Amara", "hand")
    meeting.send("Farid", "moment", moment="in", version=meeting.now().version)
    meeting.send("Amara", "sentence", sentence="Curious")
    anew = {"name": "Amara Renamed", "time_zone": "Europe/Paris", "language": "en"}
    act = lambda: meeting.browser("Amara").post("/profile/preferences", data=anew)  # noqa: E731
    for who in ("Bram", "Farid"):
        assert_live_equals_fresh(meeting.house, meeting.world.people[who], meeting.path, act)
        assert meeting.page(who).count("Amara Renamed") >= 2
        anew["name"] += " again"
