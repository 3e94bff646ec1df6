"""Open pages of sessions show what fresh ones do: while they are planned, moved, called off; by the clock."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from server.clock import utc_now
from server.live.log import positions
from sessions import sessions, turning
from sessions.slots import SLOT
from tests.house import House
from tests.live.follower import Follower
from tests.live.harness import assert_live_equals_fresh
from tests.live.test_sockets import FORBIDDEN, NOT_FOUND, refused
from tests.scheduled import drafted, session_now, session_plan
from tests.sessions.conftest import Browse
from tests.world import World

LATER = "2027-06-01T14:00"
VANTAGES = ["Amara", "Esi", "Farid"]


def path_of(world: World) -> str:
    return f"/sessions/{world.sessions[world.tide.cohort]}"


def done(browse: Browse, path: str, **fields: str) -> None:
    answer = browse("Farid").post(path, data=fields)
    assert answer.status_code == 303, f"{path}: {answer.status_code} {answer.text[:2000]}"


def details(house: House, world: World) -> dict[str, str]:
    with house.database() as db:
        version = session_now(db, world.sessions[world.tide.cohort]).version
    texts = {"theme": "Said anew", "purpose": "Other", "version": str(version), "open_to": "cohort"}
    return texts | {"attribution": "named", "item_1_title": "Only this", "item_1_minutes": "30"}


@pytest.mark.parametrize("who", VANTAGES)
def test_page_while_it_is_said_anew_and_moved(house: House, world: World, browse: Browse, who: str) -> None:
    here, (first, _) = path_of(world), world.slots[world.tide.cohort]
    person = world.people[who]
    anew = details(house, world)
    assert_live_equals_fresh(house, person, here, lambda: done(browse, f"{here}/details", **anew))
    when = (utc_now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    moved = {"at": when, "time_zone": "Europe/Paris", "minutes": "80", "meaning": "clock"}
    assert_live_equals_fresh(house, person, here, lambda: done(browse, f"/slots/{first}/times", **moved))
    assert_live_equals_fresh(house, person, here, lambda: done(browse, f"/slots/{first}/seats", capacity="7"))
    off = {"why": "Wet"}
    assert_live_equals_fresh(house, person, here, lambda: done(browse, f"/slots/{first}/cancellation", **off))
    assert_live_equals_fresh(house, person, here, lambda: done(browse, f"{here}/cancellation", **off))


@pytest.mark.parametrize("who", VANTAGES)
def test_open_pages_turn_over_with_the_rule(house: House, world: World, browse: Browse, who: str) -> None:
    """Whoever has the page open is sent to ask for it again: it carries prompts, of which another rule tells less."""
    page = Follower(house, world.people[who], path_of(world))
    page.connect()
    done(browse, f"{path_of(world)}/details", **details(house, world) | {"attribution": "none"})
    assert page.closed_with() == FORBIDDEN
    page.cut()
    page.resync()
    page.connect()
    kept, fresh = page.settle()
    page.cut()
    assert kept == fresh


@pytest.mark.parametrize("who", ["Amara", "Farid"])
def test_times_that_come_or_change_their_order_load_the_page_again(
    house: House, world: World, browse: Browse, who: str
) -> None:
    """Around each slot stands what is personal, so that there is no place to put another one in."""
    here, (first, _) = path_of(world), world.slots[world.tide.cohort]
    later = {"at": LATER, "time_zone": "Europe/Paris", "minutes": "80"}
    person = world.people[who]
    assert_live_equals_fresh(house, person, here, lambda: done(browse, f"{here}/slots", **later), reloads=True)
    last = later | {"at": "2027-06-09T14:00", "meaning": "clock"}
    assert_live_equals_fresh(house, person, here, lambda: done(browse, f"/slots/{first}/times", **last), reloads=True)


@pytest.mark.parametrize("who", ["Amara", "Farid"])
def test_lists_while_a_session_is_published_and_called_off(
    house: House, world: World, browse: Browse, who: str
) -> None:
    farid, listed = world.people["Farid"], f"/cohorts/{world.tide.cohort}/sessions"
    with house.database(writing=True) as db:
        facts = drafted(db, world.tide.cohort, farid, session_plan(farid, theme="New"), utc_now())
    here, person = f"/sessions/{facts.id}", world.people[who]
    assert_live_equals_fresh(house, person, listed, lambda: done(browse, f"{here}/publication"))
    assert_live_equals_fresh(house, person, f"/cohorts/{world.tide.cohort}", lambda: offered_again(browse, here))
    assert_live_equals_fresh(house, person, listed, lambda: done(browse, f"{here}/cancellation", why="No"))


def offered_again(browse: Browse, here: str) -> None:
    done(browse, f"{here}/slots", at=LATER, time_zone="Europe/Paris", minutes="80")


def at_clock(house: House, slot_id: int, starts_at: datetime) -> None:
    """The slot begins then, as if nobody had moved it, and the work of its boundary is done."""
    with house.database(writing=True) as db:
        db.execute(SLOT.update().where(SLOT.c.id == slot_id).values(starts_at=starts_at))
        session_id = db.execute(SLOT.select().where(SLOT.c.id == slot_id)).one().session_id
        turning.turned(db, session_now(db, session_id))


@pytest.mark.parametrize("page", ["/sessions/{session}", "/cohorts/{cohort}/sessions", "/cohorts/{cohort}"])
def test_clock_turns_open_pages_over(house: House, world: World, page: str) -> None:
    cohort = world.tide.cohort
    path, (first, _) = page.format(session=world.sessions[cohort], cohort=cohort), world.slots[cohort]
    amara, begun = world.people["Amara"], utc_now() - timedelta(minutes=1)
    assert_live_equals_fresh(house, amara, path, lambda: at_clock(house, first, begun))
    over = utc_now() - timedelta(hours=5)
    assert_live_equals_fresh(house, amara, path, lambda: at_clock(house, first, over))


def test_draft_again_closes_the_pages_of_others(house: House, world: World, browse: Browse) -> None:
    page = Follower(house, world.people["Amara"], path_of(world))
    page.connect()
    done(browse, f"{path_of(world)}/publication/undoing")
    assert page.closed_with() in (FORBIDDEN, NOT_FOUND)
    assert browse("Amara").get(path_of(world)).status_code == 404


def test_list_loses_what_is_a_draft_again(house: House, world: World, browse: Browse) -> None:
    listed, undone = f"/cohorts/{world.tide.cohort}/sessions", f"{path_of(world)}/publication/undoing"
    assert_live_equals_fresh(house, world.people["Amara"], listed, lambda: done(browse, undone))


def test_renamed_leader(house: House, world: World, browse: Browse) -> None:
    renamed = {"name": "Farid Renamed", "time_zone": "Europe/Paris", "language": "en"}
    act = lambda: done(browse, "/profile/preferences", **renamed)  # noqa: E731
    assert_live_equals_fresh(house, world.people["Amara"], path_of(world), act)


def test_nobody_else_may_follow_a_draft(house: House, world: World) -> None:
    farid = world.people["Farid"]
    with house.database(writing=True) as db:
        facts = drafted(db, world.tide.cohort, farid, session_plan(farid, theme="Hidden"), utc_now())
        sessions.tell(db, facts)
        at = {who: positions(db, [facts.stream_id, facts.run_stream_id]) for who in ("Farid", "Amara", "Greta", "Jun")}
    for who, found in at.items():
        code = refused(house, world.people[who], ",".join(str(one) for one in found))
        assert code in ((None, 0) if who == "Farid" else (FORBIDDEN, NOT_FOUND)), (who, code)
