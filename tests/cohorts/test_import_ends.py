"""How imports end that nobody ended: given up and gone on with, and forgotten when their time is over."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
from sqlalchemy import update

from cohorts import imports
from cohorts.imports import APPLY, IMPORT, State
from server.clock import utc_now
from server.jobs import JOB
from tests.cohorts.lists import as_csv, confirmed, import_of, now, person, previewed, rested, table, until, upload
from tests.house import House
from tests.live.harness import assert_same, following
from tests.server.test_clearing import begin_again
from tests.world import World

LONG_AGO = timedelta(days=31)


@pytest.fixture
def farid(house: House, world: World) -> httpx.Client:
    return house.visit(world.people["Farid"])


def people(count: int) -> bytes:
    return as_csv(table([person(number) for number in range(count)]))


def test_an_import_that_was_given_up_says_so_and_goes_on(house: House, world: World, farid: httpx.Client) -> None:
    import_id = previewed(house, farid, world.tide.cohort, people(7))
    with following(house, world.people["Farid"], f"/imports/{import_id}") as page:
        with house.database(writing=True) as db:
            assert imports.confirm(db, import_id, by_id=world.people["Farid"], now=utc_now())
            mine = JOB.c.key == imports.job_key(APPLY, import_id)
            db.execute(update(JOB).where(mine).values(attempts=99))
        until(house, import_id, lambda one, _: one.state is State.STUCK)
        live, fresh = page.settle()
        assert_same(live, fresh, "stuck")
        assert "This import stopped before its end" in farid.get(f"/imports/{import_id}").text
        assert any("stopped before its end" in frame.get("content", "") for frame in page.frames)
        assert "Stopped before its end" in farid.get(f"/cohorts/{world.tide.cohort}/imports").text
        assert farid.post(f"/imports/{import_id}/resumption").status_code == 303
        _, told = rested(house, import_id)
        assert told.outcomes == {"founded": 2, "invited": 5}
        assert_same(*page.settle(), "done")
    assert farid.post(f"/imports/{import_id}/resumption").status_code == 303
    assert now(house, import_id)[1].outcomes == {"founded": 2, "invited": 5}


def test_reading_that_was_given_up_can_be_tried_again(house: House, world: World, farid: httpx.Client) -> None:
    import_id = import_of(upload(farid, world.tide.cohort, people(3)))
    rested(house, import_id)
    with house.database(writing=True) as db:
        db.execute(update(IMPORT).where(IMPORT.c.id == import_id).values(read_at=None, content=people(4)))
    until(house, import_id, lambda one, _: one.state is State.STUCK)
    assert "This list was not read to its end" in farid.get(f"/imports/{import_id}").text
    assert farid.post(f"/imports/{import_id}/resumption").status_code == 303
    one, told = rested(house, import_id)
    assert (one.state, told.rows) == (State.READY, 4)


def test_what_lists_said_is_forgotten_after_a_month(house: House, world: World, farid: httpx.Client) -> None:
    """Those that were imported, those nobody went on with, and none that is younger."""
    done, young = (previewed(house, farid, world.tide.cohort, people(2)) for _ in range(2))
    confirmed(house, farid, done)
    confirmed(house, farid, young)
    left, fresh = (previewed(house, farid, world.tide.cohort, people(3)) for _ in range(2))
    with following(house, world.people["Farid"], f"/imports/{done}") as page:
        with house.database(writing=True) as db:
            past = utc_now() - LONG_AGO
            db.execute(update(IMPORT).where(IMPORT.c.id == done).values(applied_at=past))
            db.execute(update(IMPORT).where(IMPORT.c.id == left).values(at=past))
        begin_again(house)
        until(house, done, lambda _, told: told.rows == 0)
        until(house, left, lambda one, told: one.state is State.CANCELLED and told.rows == 0)
        assert_same(*page.settle(), "forgotten")
    shown = farid.get(f"/imports/{done}").text
    assert "Thirty days after an import, what its list said is erased." in shown
    assert "person1@example.org" not in shown + farid.get(f"/imports/{done}/rows").text
    assert [now(house, one)[1].rows for one in (young, fresh)] == [2, 3]
    assert now(house, fresh)[0].state is State.READY


def test_an_import_nobody_went_on_with_is_stopped_after_a_month(
    house: House, world: World, farid: httpx.Client
) -> None:
    import_id = previewed(house, farid, world.tide.cohort, people(2))
    with house.database(writing=True) as db:
        past = {"confirmed_at": utc_now() - LONG_AGO}
        db.execute(update(IMPORT).where(IMPORT.c.id == import_id).values(**past))
    assert now(house, import_id)[0].state is State.STUCK
    begin_again(house)
    one, told = rested(house, import_id)
    assert (one.state, told.outcomes) == (State.DONE, {"stopped": 2})
