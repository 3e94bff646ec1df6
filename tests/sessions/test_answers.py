"""Who comes to which slot: answers, seats, and moving from one slot to another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest

from cohorts import memberships
from cohorts.models import Membership, Role
from people import persons
from people.models import Person
from server.clock import utc_now
from server.db import Database, Db
from server.live.log import write_touched
from sessions import answers, slots
from sessions.answers import Elsewhere, Over, Who
from sessions.models import Rsvp, SlotAnswer
from sessions.sessions import SESSION, SessionFacts
from sessions.slots import SLOT
from tests.house import PATIENCE, House
from tests.scheduled import DAY, offered, session_now, slot_now
from tests.sessions.conftest import Browse, parsed
from tests.world import World, of


def facts_of(db: Db, world: World) -> SessionFacts:
    return session_now(db, world.sessions[world.tide.cohort])


def who(world: World, name: str, *, runs: bool = False) -> Who:
    return Who(world.people[name], world.memberships[name], runs)


def say(db: Db, world: World, name: str, slot_id: int, answer: str = Rsvp.YES, instead: int | None = None) -> bool:
    person = who(world, name, runs=name == "Farid")
    return answers.say(db, facts_of(db, world), slot_id, person, answer, instead=instead, now=utc_now())


def coming(db: Db, slot_id: int) -> set[int]:
    return {one.person_id for one in answers.of_slot(db, slot_id) if one.is_coming}


def test_yes_takes_a_seat_and_twice_is_once(database: Database, world: World) -> None:
    first, _ = world.slots[world.tide.cohort]
    with database.transaction(writing=True) as db:
        assert say(db, world, "Amara", first) is False
        at = db.get_one(SlotAnswer, (first, world.people["Amara"])).seated_at
    with database.transaction(writing=True) as db:
        say(db, world, "Amara", first)
        assert db.get_one(SlotAnswer, (first, world.people["Amara"])).seated_at == at
        assert coming(db, first) == {world.people["Amara"]}
        assert slots.seated_in(db, first) == 1


def test_yes_to_another_slot_is_asked_about_and_moves(database: Database, world: World) -> None:
    first, second = world.slots[world.tide.cohort]
    with database.transaction(writing=True) as db:
        say(db, world, "Amara", first)
        with pytest.raises(Elsewhere) as asked:
            say(db, world, "Amara", second)
        assert asked.value.slot_id == first
        say(db, world, "Amara", second, instead=first)
        say(db, world, "Amara", second, instead=first)
        assert coming(db, first) == set()
        assert coming(db, second) == {world.people["Amara"]}


def test_perhaps_and_no_take_no_seat_and_can_stand_at_both(database: Database, world: World) -> None:
    first, second = world.slots[world.tide.cohort]
    with database.transaction(writing=True) as db:
        say(db, world, "Amara", first, Rsvp.IF_NEED_BE)
        say(db, world, "Amara", second, Rsvp.IF_NEED_BE)
        say(db, world, "Bram", first, Rsvp.NO)
        assert slots.seated_in(db, first) == 0
        assert [one.answer for one in answers.of_slot(db, second)] == [Rsvp.IF_NEED_BE]


def test_who_runs_the_session_takes_no_seat(database: Database, world: World) -> None:
    first, _ = world.slots[world.tide.cohort]
    with database.transaction(writing=True) as db:
        for name in ("Amara", "Bram", "Farid"):
            assert say(db, world, name, first) is False
        assert coming(db, first) == {world.people[name] for name in ("Amara", "Bram", "Farid")}
        assert slots.seated_in(db, first) == 2


def test_a_slot_that_is_over_or_off_takes_no_answer(database: Database, world: World) -> None:
    first, second = world.slots[world.tide.cohort]
    with database.transaction(writing=True) as db:
        db.execute(SLOT.update().where(SLOT.c.id == first).values(starts_at=utc_now() - DAY))
        slots.cancel(db, facts_of(db, world), slot_now(db, second), why="Wet", now=utc_now())
        for slot_id in (first, second):
            with pytest.raises(Over):
                say(db, world, "Amara", slot_id)


def test_yes_to_a_slot_that_is_over_moves_nobody(database: Database, world: World) -> None:
    first, second = world.slots[world.tide.cohort]
    with database.transaction(writing=True) as db:
        say(db, world, "Amara", first)
        db.execute(SLOT.update().where(SLOT.c.id == first).values(starts_at=utc_now() - DAY))
        say(db, world, "Amara", second)
        assert len(answers.given(db, facts_of(db, world).id, world.people["Amara"])) == 2


def many_members(db: Db, world: World, count: int) -> list[Who]:
    """So many more people in team Tide."""
    like = db.get_one(Person, world.people["Amara"])
    found = []
    for at in range(count):
        person = persons.add(
            db,
            name=f"Guest {at}",
            email=f"guest{at}@example.org",
            organisation_id=like.organisation_id,
            time_zone="Europe/Paris",
            language="en",
            sample=False,
        )
        held: Membership = memberships.join(db, person=person, role=Role.MEMBER, team_id=world.tide.team, now=utc_now())
        found.append(Who(of(person.id), of(held.id), False))
    return found


@pytest.fixture(params=["on sqlite", "on postgresql"])
def wide(request: pytest.FixtureRequest, databases: Any) -> Iterator[tuple[Database, World]]:
    """The world on either database, always on both, with room for many at once."""
    kind = request.param.removeprefix("on ")
    with databases.copy(kind) as (url, world), closing(Database(url, connections=12)) as database:
        database.before_commit.append(write_touched)
        yield database, world


def test_fifty_at_once_for_one_seat_give_one_seat(wide: tuple[Database, World]) -> None:
    database, world = wide
    with database.transaction(writing=True) as db:
        slot = offered(db, facts_of(db, world), 6 * DAY, utc_now(), capacity=1)
        guests = many_members(db, world, 50)
    together = threading.Barrier(10)

    def ask(guest: Who) -> bool:
        together.wait(PATIENCE)
        with database.transaction(writing=True) as db:
            return answers.say(db, facts_of(db, world), slot.id, guest, Rsvp.YES, now=utc_now())

    with ThreadPoolExecutor(10) as crowd:
        waits = list(crowd.map(ask, guests))
    assert waits.count(False) == 1
    with database.transaction(writing=False) as db:
        said = answers.of_slot(db, slot.id)
        assert len(said) == 50
        assert sum(one.seated_at is not None for one in said) == 1


def test_two_yes_at_once_of_one_person_are_one(wide: tuple[Database, World]) -> None:
    database, world = wide
    both = world.slots[world.tide.cohort]
    together = threading.Barrier(2)

    def ask(slot_id: int) -> bool:
        together.wait(PATIENCE)
        try:
            with database.transaction(writing=True) as db:
                say(db, world, "Amara", slot_id)
        except Elsewhere:
            return False
        return True

    with ThreadPoolExecutor(2) as crowd:
        assert sorted(crowd.map(ask, both)) == [False, True]


def test_answer_page_and_moving_without_javascript(world: World, browse: Browse) -> None:
    first, second = world.slots[world.tide.cohort]
    amara, session = browse("Amara"), world.sessions[world.tide.cohort]
    assert amara.post(f"/slots/{first}/answers", data={"answer": "yes"}).headers["location"] == (
        f"/sessions/{session}?done=slot-yes#answers-{first}"
    )
    asked = amara.post(f"/slots/{second}/answers", data={"answer": "yes"})
    assert asked.status_code == 422
    form = parsed(asked.text).xpath("//form[input[@name='instead']]")[0]
    given = {one.get("name"): one.get("value") for one in form.xpath(".//input")}
    assert given == {"answer": "yes", "instead": str(first)}
    for _ in range(2):
        assert amara.post(form.get("action"), data=given).status_code == 303
    page = amara.get(f"/sessions/{session}").text
    assert f"#answer-{second}-yes .mine" in page
    assert f"#answer-{first}-yes .mine" not in page


@pytest.mark.parametrize("sent", [{}, {"answer": "maybe"}, {"answer": "yes", "instead": "x"}, {"answer": ""}])
def test_wrong_answers_are_told(world: World, browse: Browse, sent: dict[str, str]) -> None:
    first, _ = world.slots[world.tide.cohort]
    assert browse("Amara").post(f"/slots/{first}/answers", data=sent).status_code == 422


def test_instead_of_a_slot_of_somebody_else_moves_nothing(world: World, browse: Browse, house: House) -> None:
    """`instead` is a number that anybody can type: it names only one's own yes in the same session."""
    first, second = world.slots[world.tide.cohort]
    foreign = world.slots[world.foreign.cohort][0]
    browse("Jun").post(f"/slots/{foreign}/answers", data={"answer": "yes"})
    browse("Bram").post(f"/slots/{first}/answers", data={"answer": "yes"})
    for other in (foreign, first):
        sent = {"answer": "yes", "instead": str(other)}
        assert browse("Amara").post(f"/slots/{second}/answers", data=sent).status_code == 303
    with house.database() as db:
        assert coming(db, foreign) == {world.people["Jun"]}
        assert coming(db, first) == {world.people["Bram"]}


def off(house: House, world: World, act: Callable[[Db, SessionFacts], object]) -> None:
    with house.database(writing=True) as db:
        act(db, facts_of(db, world))


def test_no_answer_where_it_is_over_off_a_draft_or_not_theirs(world: World, browse: Browse, house: House) -> None:
    first, second = world.slots[world.tide.cohort]
    foreign = world.slots[world.foreign.cohort][0]
    yes = {"answer": "yes"}
    assert browse("Amara").post(f"/slots/{foreign}/answers", data=yes).status_code == 404
    assert browse("Amara").post("/slots/999999/answers", data=yes).status_code == 404
    over = SLOT.update().where(SLOT.c.id == first).values(starts_at=utc_now() - timedelta(hours=9))
    off(house, world, lambda db, facts: db.execute(over))
    assert browse("Amara").post(f"/slots/{first}/answers", data=yes).status_code == 403
    off(house, world, lambda db, facts: slots.cancel(db, facts, slot_now(db, second), why="Wet", now=utc_now()))
    assert browse("Amara").post(f"/slots/{second}/answers", data=yes).status_code == 403
    with house.database() as db:
        assert not coming(db, first) | coming(db, second)


def test_sponsors_and_owners_are_told_nothing(world: World, browse: Browse, house: House) -> None:
    first, _ = world.slots[world.tide.cohort]
    session = world.sessions[world.tide.cohort]
    browse("Amara").post(f"/slots/{first}/answers", data={"answer": "yes"})
    assert "slot-answers" in browse("Bram").get(f"/sessions/{session}").text
    with house.database(writing=True) as db:
        db.execute(SESSION.update().where(SESSION.c.id == session).values(open_to="programme"))
    sponsor = browse("Greta").get(f"/sessions/{session}")
    assert sponsor.status_code == 200
    assert "slot-answers" not in sponsor.text
    assert browse("Greta").post(f"/slots/{first}/answers", data={"answer": "yes"}).status_code == 403
    assert browse("Hana").get(f"/slots/{first}/answers").status_code == 404
