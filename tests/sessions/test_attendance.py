"""Who came to a slot: noted, corrected, and shown under the rule of its session."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from cohorts.models import Programme
from server.audit import AuditEntry
from server.clock import utc_now
from server.db import Db
from sessions import attendance, slots
from sessions.models import Attendance
from sessions.room import rooms
from sessions.sessions import SESSION
from tests.house import House
from tests.live.harness import assert_live_equals_fresh
from tests.scheduled import session_now
from tests.sessions.conftest import Browse
from tests.world import World


@pytest.fixture
def begun(house: House, world: World) -> int:
    """The first slot, which began a while ago."""
    slot_id = world.slots[world.tide.cohort][0]
    with house.database(writing=True) as db:
        at = utc_now() - timedelta(minutes=30)
        db.execute(slots.SLOT.update().where(slots.SLOT.c.id == slot_id).values(starts_at=at))
    return slot_id


def here(world: World) -> str:
    return f"/sessions/{world.sessions[world.tide.cohort]}"


def note(browse: Browse, world: World, slot_id: int, came: tuple[str, ...], was: tuple[str, ...] = ()) -> int:
    sent = {f"came_{world.people[name]}": "on" for name in came} | {f"was_{world.people[name]}": "on" for name in was}
    return browse("Farid").post(f"/slots/{slot_id}/attendance", data=sent).status_code


def came(db: Db, slot_id: int) -> set[str]:
    return {one.author.name.split()[0] for one in attendance.of_slot(db, slot_id)}


def test_correcting_is_written_down(house: House, world: World, browse: Browse, begun: int) -> None:
    assert note(browse, world, begun, ("Amara", "Bram")) == 303
    assert note(browse, world, begun, ("Amara", "Bram"), ("Amara", "Bram")) == 303
    assert note(browse, world, begun, ("Amara",), ("Amara", "Bram")) == 303
    with house.database() as db:
        assert came(db, begun) == {"Amara"}
        rows = db.execute(select(AuditEntry)).scalars().all()
        found = [(one.what, one.by_id, one.person_id) for one in rows if one.what.startswith("attendance")]
    amara, bram, farid = (world.people[name] for name in ("Amara", "Bram", "Farid"))
    noted, back = "attendance noted", "attendance taken back"
    assert found == [(noted, farid, amara), (noted, farid, bram), (back, farid, bram)]
    assert "Noted that somebody did not come" in browse("Farid").get("/audit").text


def test_what_the_room_noted_meanwhile_stays(house: House, world: World, browse: Browse, begun: int) -> None:
    with house.database(writing=True) as db:
        row = {"slot_id": begun, "person_id": world.people["Bram"], "membership_id": world.memberships["Bram"]}
        db.add(Attendance(**row, came_at=utc_now()))
    assert note(browse, world, begun, ("Amara",)) == 303
    with house.database() as db:
        assert came(db, begun) == {"Amara", "Bram"}


def test_strangers_cannot_be_noted(house: House, world: World, browse: Browse, begun: int) -> None:
    assert note(browse, world, begun, ("Jun", "Dmitri", "Greta", "Hana")) == 303
    with house.database() as db:
        assert came(db, begun) == set()


def test_only_those_who_run_it_and_once_it_began(house: House, world: World, browse: Browse, begun: int) -> None:
    for name, status in (("Amara", 403), ("Esi", 403), ("Greta", 404), ("Hana", 404), ("Jun", 404), ("Farid", 200)):
        assert browse(name).get(f"/slots/{begun}/attendance").status_code == status, name
    second = world.slots[world.tide.cohort][1]
    assert browse("Farid").get(f"/slots/{second}/attendance").status_code == 403
    assert note(browse, world, second, ("Amara",)) == 403


def masked(house: House, world: World) -> None:
    with house.database(writing=True) as db:
        mine = SESSION.c.id == world.sessions[world.tide.cohort]
        db.execute(SESSION.update().where(mine).values(attribution="role"))


def test_under_the_rule_nobody_is_named_to_anybody(house: House, world: World, browse: Browse, begun: int) -> None:
    note(browse, world, begun, ("Amara", "Bram"))
    assert "Bram Okoro" in browse("Chiara").get(here(world)).text
    masked(house, world)
    for name in ("Chiara", "Esi", "Farid"):
        page = browse(name).get(here(world)).text
        assert "2 people came" in page
        assert "Bram Okoro" not in page
    assert browse("Farid").get(f"/slots/{begun}/attendance").status_code == 403


def test_where_facilitators_see_authors_they_correct_and_the_log_names_nobody(
    house: House, world: World, browse: Browse, begun: int
) -> None:
    masked(house, world)
    with house.database(writing=True) as db:
        db.get_one(Programme, world.tide.programme).facilitators_see_authors = True
    assert note(browse, world, begun, ("Amara",)) == 303
    assert "Amara Okoro" not in browse("Chiara").get(here(world)).text
    with house.database() as db:
        entry = db.execute(select(AuditEntry).where(AuditEntry.what == "attendance noted")).scalar_one()  # type: ignore[arg-type]
        assert (entry.person_id, entry.words) == (None, "Learning from what fails")


@pytest.mark.parametrize("who", ["Chiara", "Esi", "Farid"])
def test_live_while_it_is_corrected(house: House, world: World, browse: Browse, begun: int, who: str) -> None:
    person = world.people[who]
    assert_live_equals_fresh(house, person, here(world), lambda: note(browse, world, begun, ("Amara", "Bram")))
    less = lambda: note(browse, world, begun, ("Amara",), ("Amara", "Bram"))  # noqa: E731
    assert_live_equals_fresh(house, person, here(world), less)


def test_live_while_somebody_comes_into_the_room(house: House, world: World, browse: Browse, begun: int) -> None:
    def comes() -> None:
        with house.database(writing=True) as db:
            facts = session_now(db, world.sessions[world.tide.cohort])
            slot = next(iter(slots.read(db, slots.SLOT.c.id == begun)))
            rooms.open_for(db, facts, slot, by_id=world.people["Bram"], now=utc_now())
            who = {"person_id": world.people["Bram"], "membership_id": world.memberships["Bram"]}
            rooms.came(db, begun, **who, now=utc_now())

    assert_live_equals_fresh(house, world.people["Chiara"], here(world), comes)
    assert "Bram Okoro" in browse("Chiara").get(here(world)).text
