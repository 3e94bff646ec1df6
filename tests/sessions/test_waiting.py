"""The waiting list of a slot: who moves up when, and who is told of it."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import select

from cohorts import memberships, roles
from cohorts.models import Membership
from feedback.models import Notice
from server.clock import utc_now
from server.db import Database, Db
from server.jobs import JOB
from server.mail import Mail
from sessions import answers, publishing, slots
from sessions.answers import LEAVES, SEATED, Who
from sessions.models import Rsvp
from sessions.sessions import SESSION, SessionFacts
from sessions.slots import SLOT
from tests.house import House
from tests.live.harness import assert_live_equals_fresh
from tests.scheduled import DAY, session_now, slot_now
from tests.server.looping import until
from tests.sessions.conftest import Browse
from tests.world import World

# The first slot of the world has two seats.
ORDER = ("Amara", "Bram", "Chiara", "Esi")
# A clock that stands still between two statements would leave their order open.
LATER = count(1)


def facts_of(db: Db, world: World) -> SessionFacts:
    return session_now(db, world.sessions[world.tide.cohort])


def slot_of(world: World) -> int:
    return world.slots[world.tide.cohort][0]


def ask(db: Db, world: World, *names: str, answer: str = Rsvp.YES) -> None:
    for name in names:
        who = Who(world.people[name], world.memberships[name], False)
        now = utc_now() + timedelta(microseconds=next(LATER))
        answers.say(db, facts_of(db, world), slot_of(world), who, answer, now=now)


def seated(db: Db, world: World) -> list[str]:
    names = {id_: name for name, id_ in world.people.items()}
    return [names[one.person_id] for one in answers.of_slot(db, slot_of(world)) if one.seated_at is not None]


def told(db: Db) -> set[int]:
    return set(db.execute(select(Notice.person_id).where(Notice.kind == SEATED)).scalars())  # type: ignore[call-overload]


def test_who_leaves_makes_room_for_whoever_waited_longest(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        ask(db, world, *ORDER)
        assert seated(db, world) == ["Amara", "Bram"]
        assert told(db) == set()
        ask(db, world, "Amara", answer=Rsvp.NO)
        assert seated(db, world) == ["Bram", "Chiara"]
        assert told(db) == {world.people["Chiara"]}
        # Whoever comes back begins at the end.
        ask(db, world, "Amara")
        ask(db, world, "Bram", answer=Rsvp.IF_NEED_BE)
        assert seated(db, world) == ["Chiara", "Esi"]


def test_yes_again_keeps_the_place_in_the_waiting_list(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        ask(db, world, *ORDER)
        ask(db, world, "Chiara")
        ask(db, world, "Amara", answer=Rsvp.NO)
        assert seated(db, world) == ["Bram", "Chiara"]


@pytest.mark.parametrize("capacity", [3, None])
def test_more_seats_move_people_up(database: Database, world: World, capacity: int | None) -> None:
    with database.transaction(writing=True) as db:
        ask(db, world, *ORDER)
        slot = slot_now(db, slot_of(world))
        slots.seat(db, facts_of(db, world), slot, capacity=capacity, video_url="", now=utc_now())
        assert seated(db, world) == list(ORDER[: capacity or 4])
        assert told(db) == {world.people[name] for name in ORDER[2 : capacity or 4]}


def remove(db: Db, world: World, name: str) -> None:
    held = db.get_one(Membership, world.memberships[name])
    memberships.remove(db, held, by=world.people["Farid"], now=utc_now())


def test_removed_person_gives_the_seat_back(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        ask(db, world, *ORDER)
        remove(db, world, "Bram")
        answers.people_changed(db, world.tide.cohort)
        assert db.execute(select(JOB.c.id).where(JOB.c.kind == LEAVES)).first()
        answers.give_back(db, world.tide.cohort, now=utc_now())
        assert seated(db, world) == ["Amara", "Chiara"]
        assert told(db) == {world.people["Chiara"]}


def test_facilitator_who_loses_the_role_is_not_listed_any_more(house: House, world: World) -> None:
    with house.database(writing=True) as db:
        ask(db, world, "Farid", "Amara")
    hana = house.visit(world.people["Hana"])
    assert hana.post(f"/memberships/{world.memberships['Farid']}/removal").status_code == 303

    def listed() -> list[str]:
        with house.database() as db:
            return seated(db, world)

    until(lambda: listed() == ["Amara"])


def test_who_moves_to_another_team_of_the_cohort_keeps_the_seat(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        ask(db, world, *ORDER)
        held = db.get_one(Membership, world.memberships["Amara"])
        roles.move(db, held, world.reed.team, by=None, now=utc_now())
        answers.give_back(db, world.tide.cohort, now=utc_now())
        assert seated(db, world) == ["Amara", "Bram"]


def test_nobody_moves_up_where_it_is_over_or_called_off(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        ask(db, world, *ORDER)
        slots.cancel(db, facts_of(db, world), slot_now(db, slot_of(world)), why="Wet", now=utc_now())
        remove(db, world, "Bram")
        answers.give_back(db, world.tide.cohort, now=utc_now())
        assert told(db) == set()


def test_by_itself_in_a_running_house(house: House, world: World, browse: Browse) -> None:
    """Nobody presses a button: the membership ends, and the next one has a seat, a bell and a mail with a file."""
    with house.database(writing=True) as db:
        ask(db, world, *ORDER)
    browse("Farid").post(f"/memberships/{world.memberships['Bram']}/removal")

    def written() -> bool:
        return any(mail.to == "chiara@example.org" and mail.kind == "session" for mail in house.rows(Mail))

    until(written)
    mail = next(mail for mail in house.rows(Mail) if mail.kind == "session")
    assert "you have a seat" in mail.text
    assert "METHOD:REQUEST" in mail.calendar
    assert "(Rome)" in mail.text
    with house.database() as db:
        assert seated(db, world) == ["Amara", "Chiara"]
        notice = db.execute(select(Notice).where(Notice.kind == SEATED)).scalar_one()  # type: ignore[arg-type]
        assert notice.mailed_at is not None, "the bell would be mailed once more"


def test_own_place_in_the_waiting_list(world: World, browse: Browse, house: House) -> None:
    with house.database(writing=True) as db:
        ask(db, world, *ORDER)
    session, slot = world.sessions[world.tide.cohort], slot_of(world)
    page = browse("Esi").get(f"/sessions/{session}").text
    assert f"#answer-{slot}-wait-2 .mine" in page
    assert "2 people wait for a seat" in page
    assert f"#answer-{slot}-wait-" not in browse("Amara").get(f"/sessions/{session}").text.split("</style>")[0]


@pytest.mark.parametrize("who", ["Amara", "Chiara", "Esi", "Farid"])
def test_live_while_people_answer_wait_and_move_up(house: House, world: World, browse: Browse, who: str) -> None:
    here, slot = f"/sessions/{world.sessions[world.tide.cohort]}", slot_of(world)
    person = world.people[who]

    def post(name: str, answer: str) -> None:
        assert browse(name).post(f"/slots/{slot}/answers", data={"answer": answer}).status_code == 303

    assert_live_equals_fresh(house, person, here, lambda: post("Bram", "yes"))
    assert_live_equals_fresh(house, person, here, lambda: post("Amara", "yes"))
    assert_live_equals_fresh(house, person, here, lambda: post("Chiara", "yes"))
    assert_live_equals_fresh(house, person, here, lambda: post("Esi", "yes"))
    assert_live_equals_fresh(house, person, here, lambda: post("Bram", "if need be"))
    assert_live_equals_fresh(house, person, here, lambda: post("Farid", "yes"))
    more = {"capacity": "9"}
    assert_live_equals_fresh(house, person, here, lambda: browse("Farid").post(f"/slots/{slot}/seats", data=more))


def test_live_where_nobody_is_named(house: House, world: World, browse: Browse) -> None:
    """Under the Chatham House rule numbers alone, for everybody; each still sees their own answer."""
    session, slot = world.sessions[world.tide.cohort], slot_of(world)
    with house.database(writing=True) as db:
        db.execute(SESSION.update().where(SESSION.c.id == session).values(attribution="none"))
    here = f"/sessions/{session}"
    act = lambda: browse("Bram").post(f"/slots/{slot}/answers", data={"answer": "yes"})  # noqa: E731
    assert_live_equals_fresh(house, world.people["Amara"], here, act)
    for name in ("Amara", "Esi", "Farid"):
        page = browse(name).get(here).text
        assert "One person comes" in page
        assert "Bram" not in page
        assert f"#answer-{slot}-yes .mine" not in page
    assert f"#answer-{slot}-yes .mine" in browse("Bram").get(here).text


def test_moved_and_called_off_slots_are_mailed_with_files_that_calendars_follow(house: House, world: World) -> None:
    with house.database(writing=True) as db:
        ask(db, world, "Amara", "Bram")
        ask(db, world, "Chiara", answer=Rsvp.NO)
        slot = slot_now(db, slot_of(world))
        time = slots.Time(slot.starts_at + DAY / 2, slot.minutes, slot.time_zone)
        by: dict[str, Any] = {"by_id": world.people["Farid"], "now": utc_now()}
        publishing.move_slot(db, facts_of(db, world), slot, time, **by)
    until(lambda: len([mail for mail in house.rows(Mail) if mail.kind == "session"]) == 2)
    with house.database(writing=True) as db:
        publishing.call_slot_off(db, facts_of(db, world), slot_now(db, slot_of(world)), why="Wet", **by)
    until(lambda: len([mail for mail in house.rows(Mail) if mail.kind == "session"]) == 4)
    mails = [mail for mail in house.rows(Mail) if mail.kind == "session"]
    assert sorted(mail.to for mail in mails[:2]) == ["amara@example.org", "bram@example.org"]
    for at, (method, status) in enumerate((("REQUEST", "CONFIRMED"), ("CANCEL", "CANCELLED")), 1):
        for mail in mails[2 * at - 2 : 2 * at]:
            assert f"METHOD:{method}" in mail.calendar
            assert f"STATUS:{status}" in mail.calendar
            assert f"SEQUENCE:{slot.sequence + at}" in mail.calendar
            assert f"mailto:{mail.to}" in mail.calendar
    assert "Wet" in mails[-1].text
    with house.database() as db:
        assert db.execute(select(SLOT.c.sequence).where(SLOT.c.id == slot.id)).scalar() == slot.sequence + 2


def test_whoever_only_waits_elsewhere_is_not_told_of_a_seat(house: House, world: World, browse: Browse) -> None:
    with house.database(writing=True) as db:
        ask(db, world, "Amara", "Bram", "Chiara")
    other = f"/slots/{world.slots[world.tide.cohort][1]}/answers"
    told = {name: browse(name).post(other, data={"answer": "yes"}).text for name in ("Amara", "Chiara")}
    assert "Your seat at the other time goes to somebody else." in told["Amara"]
    assert "Your seat" not in told["Chiara"]
    assert "your place there is given up" in told["Chiara"]
