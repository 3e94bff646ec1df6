"""The page of the fairness ledger: who carried what, who is next to be spared, how it is counted."""

from __future__ import annotations

from datetime import datetime, timedelta

from cohorts import cohorts
from cohorts.models import Programme
from server.db import Db
from sessions import sessions, slots
from sessions.models import Attendance
from sessions.slots import Time
from tests.house import House
from tests.scheduled import drafted, session_now, session_plan
from tests.sessions.conftest import Browse, parsed
from tests.sessions.test_planner import TOKYO, add_teams, words
from tests.world import World

NIGHT = datetime.fromisoformat("2026-01-14T22:00:00+00:00")


def path(world: World) -> str:
    return f"/cohorts/{world.tide.cohort}/sessions/fairness"


def held(db: Db, world: World, attribution: str) -> None:
    """A session on a night in January, to which Amara came."""
    before, by = NIGHT - timedelta(days=9), world.people["Farid"]
    facts = drafted(db, world.tide.cohort, by, session_plan(by, attribution=attribution), before)
    slot = slots.offer(db, facts, Time(NIGHT, 90, "Europe/Paris"), now=before)
    sessions.publish(db, session_now(db, facts.id), by_id=by, now=before)
    mine = {"person_id": world.people["Amara"], "membership_id": world.memberships["Amara"]}
    db.add(Attendance(slot_id=slot.id or 0, **mine, came_at=NIGHT))
    db.flush()


def rows(text: str) -> list[str]:
    found = parsed(text).xpath("//table[@aria-labelledby or contains(@class, 'table')]//tbody/tr")
    return [words(row) for row in found]


def spared(text: str) -> str:
    """The countries that carried nothing, in a sentence."""
    return " ".join(parsed(text).xpath("//p[@class='ledger-spared']")[0].text_content().split())


def test_before_anything_was(world: World, browse: Browse) -> None:
    page = browse("Farid").get(path(world))
    assert "No session is over yet" in page.text
    assert rows(page.text) == []
    assert spared(page.text) == "One country has teams here: Netherlands (2 teams)."


def test_whoever_carried_most_is_first_and_next_to_be_spared(house: House, world: World, browse: Browse) -> None:
    with house.database(writing=True) as db:
        add_teams(db, world.tide.cohort, TOKYO)
        held(db, world, "named")
    page = browse("Farid").get(path(world))
    assert "Next to be spared is Netherlands, which has carried most: 1 h 30 min." in page.text
    assert rows(page.text) == ["Netherlands Teams: 2 Unsocial hours so far: 1 h 30 min Sessions: 1"]
    assert spared(page.text) == "One country has carried nothing so far: Japan."
    assert "Chatham House" not in page.text
    planner = browse("Farid").get(path(world).replace("fairness", "planner"))
    assert "Netherlands" in parsed(planner.text).xpath("//header[@class='page-head']")[0].text_content()


def test_masked_sessions_are_counted_otherwise_and_that_is_said(house: House, world: World, browse: Browse) -> None:
    with house.database(writing=True) as db:
        add_teams(db, world.tide.cohort, TOKYO)
        held(db, world, "none")
    page = browse("Farid").get(path(world))
    assert "One session is under the Chatham House rule" in page.text
    # 22:00 in UTC is 7:00 in Tokyo, and nobody of there came: nothing tells.
    assert spared(page.text) == "One country has carried nothing so far: Japan."
    assert rows(page.text) == ["Netherlands Teams: 2 Unsocial hours so far: 1 h 30 min Sessions: 1"]


def test_cohort_without_teams(house: House, world: World, browse: Browse) -> None:
    with house.database(writing=True) as db:
        made = cohorts.create(db, db.get_one(Programme, world.tide.programme), name="Nobody yet")
    page = browse("Farid").get(f"/cohorts/{made.id}/sessions/fairness")
    assert page.status_code == 200
    assert "There are no teams yet" in page.text
