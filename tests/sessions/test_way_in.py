"""From the page of a session into its room by following links, and back: nobody types an address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from server.clock import utc_now
from sessions import sessions
from sessions.models import OpenTo
from sessions.slots import SLOT
from sessions.turning import turned
from tests.access.test_query_counts import counted
from tests.house import House
from tests.live.harness import assert_live_equals_fresh
from tests.scheduled import HOUR, drafted, offered, session_now, session_plan
from tests.sessions.conftest import parsed
from tests.sessions.room.conftest import Meeting
from tests.world import World


def to_come(house: House, world: World, starts: timedelta, *, published: bool = True) -> Meeting:
    """A slot that begins so long from now, of a session that sponsors may read of."""
    now, farid = utc_now(), world.people["Farid"]
    with house.database(writing=True) as db:
        plan = session_plan(farid, open_to=OpenTo.PROGRAMME)
        facts = drafted(db, world.tide.cohort, farid, plan, now)
        slot = offered(db, facts, starts, now)
        if published:
            sessions.publish(db, facts, by_id=farid, now=now)
    return Meeting(house, world, facts.id, slot.id)


def ways(meeting: Meeting, name: str) -> list[tuple[str, str]]:
    """The links into the room on the page of its session: what they are called, and their classes."""
    page = meeting.browser(name).get(f"/sessions/{meeting.session_id}")
    assert page.status_code == 200
    links = parsed(page.text).xpath(f"//main//a[@href='{meeting.path}']")
    return [(" ".join(one.text_content().split()), one.get("class", "")) for one in links]


@pytest.mark.parametrize(
    ("starts", "words", "looks"),
    [
        (timedelta(days=3), "Go to the room", ""),
        (-timedelta(minutes=5), "Go to the room", "button"),
        (-timedelta(days=3), "Look into the room", ""),
    ],
)
def test_page_of_a_session_leads_into_its_room(
    house: House, world: World, starts: timedelta, words: str, looks: str
) -> None:
    meeting = to_come(house, world, starts)
    for name in ("Amara", "Esi", "Farid"):
        ((said, classes),) = ways(meeting, name)
        assert said.startswith(words)
        assert looks in classes
    assert ways(meeting, "Greta") == [], "a sponsor reads of it, and is never in its room"


def test_no_way_into_the_room_of_a_draft_or_of_what_is_called_off(house: House, world: World) -> None:
    meeting = to_come(house, world, timedelta(days=3), published=False)
    assert ways(meeting, "Farid") == []
    with house.database(writing=True) as db:
        sessions.publish(db, session_now(db, meeting.session_id), by_id=world.people["Farid"], now=utc_now())
    assert ways(meeting, "Farid")
    meeting.browser("Farid").post(f"/slots/{meeting.slot_id}/cancellation", data={"why": "The river rose."})
    assert ways(meeting, "Farid") == []


def test_link_becomes_the_button_on_open_pages_when_it_begins(house: House, world: World) -> None:
    meeting = to_come(house, world, timedelta(minutes=3))

    def begins() -> None:
        with house.database(writing=True) as db:
            at = utc_now() - timedelta(minutes=1)
            db.execute(SLOT.update().where(SLOT.c.id == meeting.slot_id).values(starts_at=at))
            turned(db, session_now(db, meeting.session_id))

    assert_live_equals_fresh(house, world.people["Amara"], f"/sessions/{meeting.session_id}", begins)
    ((_, classes),) = ways(meeting, "Amara")
    assert "button" in classes


@pytest.mark.parametrize("starts", [timedelta(days=3), -timedelta(days=3)])
def test_closed_door_leads_back_to_the_session(house: House, world: World, starts: timedelta) -> None:
    meeting = to_come(house, world, starts)
    door = parsed(meeting.page("Amara"))
    assert not door.xpath("//main//form")
    assert door.xpath(f"//main//*[@class='buttons']//a[@href='/sessions/{meeting.session_id}']")


def test_page_of_the_cohort_begins_with_what_is_on_now_and_goes_on_by_date(house: House, world: World) -> None:
    """The session of the world comes in three days, and was planned before all of these."""
    here, nearer, later = (to_come(house, world, one) for one in (-HOUR, timedelta(days=1), timedelta(days=9)))
    listed = parsed(here.browser("Amara").get(f"/cohorts/{world.tide.cohort}").text)
    links = listed.xpath(f"//*[@id='sessions-{world.tide.cohort}']//a/@href")
    ours = [here.session_id, nearer.session_id, world.sessions[world.tide.cohort], later.session_id]
    assert links == [f"/sessions/{one}" for one in ours]


def test_page_of_the_cohort_leads_to_what_is_on_before_its_teams(house: House, world: World) -> None:
    meeting = to_come(house, world, timedelta(minutes=3))
    cohort = f"/cohorts/{world.tide.cohort}"

    def links(name: str) -> list[str]:
        """Those to sessions that stand before the teams."""
        page = parsed(meeting.browser(name).get(cohort).text)
        return [
            str(one)
            for one in page.xpath("//*[@id='teams-title']/preceding::a[starts-with(@href, '/sessions/')]/@href")
        ]

    def begins() -> None:
        with house.database(writing=True) as db:
            at = utc_now() - timedelta(minutes=1)
            db.execute(SLOT.update().where(SLOT.c.id == meeting.slot_id).values(starts_at=at))
            turned(db, session_now(db, meeting.session_id))

    def ends() -> None:
        meeting.browser("Farid").post(f"/slots/{meeting.slot_id}/cancellation", data={"why": "The river rose."})

    assert links("Amara") == []
    assert_live_equals_fresh(house, world.people["Amara"], cohort, begins)
    assert links("Amara") == links("Greta") == [f"/sessions/{meeting.session_id}"]
    assert_live_equals_fresh(house, world.people["Amara"], cohort, ends)
    assert links("Amara") == []


def started(house: House, cohort_id: int, by_id: int, theme: str, **more: Any) -> int:
    """The slot of a published session that began five minutes ago."""
    now = utc_now()
    with house.database(writing=True) as db:
        facts = drafted(db, cohort_id, by_id, session_plan(by_id, theme=theme, **more), now)
        slot = offered(db, facts, -timedelta(minutes=5), now)
        sessions.publish(db, facts, by_id=by_id, now=now)
    return slot.id


def at_the_start(house: House, world: World, name: str) -> list[str]:
    """What the start page says is on now."""
    page = house.visit(world.people[name]).get("/")
    assert page.status_code == 200
    links = parsed(page.text).xpath("//*[contains(@class, 'sessions-now')]//a[starts-with(@href, '/sessions/')]")
    return [one.text_content() for one in links]


def test_start_page_says_what_is_on_now(house: House, world: World) -> None:
    farid, kofi = world.people["Farid"], world.people["Kofi"]
    assert at_the_start(house, world, "Farid") == []
    started(house, world.tide.cohort, farid, "For all", open_to=OpenTo.PROGRAMME)
    inside = started(house, world.tide.cohort, farid, "For the cohort")
    started(house, world.foreign.cohort, kofi, "Elsewhere", open_to=OpenTo.PROGRAMME)
    to_come(house, world, timedelta(hours=1))
    to_come(house, world, -timedelta(days=1))
    to_come(house, world, -timedelta(minutes=5), published=False)
    assert at_the_start(house, world, "Kofi") == ["Elsewhere"]
    for name in ("Farid", "Esi"):
        assert at_the_start(house, world, name) == ["For all", "For the cohort"], name
    assert at_the_start(house, world, "Greta") == ["For all"]
    assert at_the_start(house, world, "Hana") == []
    house.visit(farid).post(f"/slots/{inside}/cancellation", data={"why": "The river rose."})
    assert at_the_start(house, world, "Farid") == ["For all"]


def test_start_page_costs_the_same_with_one_and_with_many_on_now(house: House, world: World) -> None:
    client, costs = house.visit(world.people["Farid"]), []
    for sessions_more in (1, 2):
        for number in range(sessions_more):
            started(house, world.tide.cohort, world.people["Farid"], f"{sessions_more}.{number}")
        client.get("/")
        with counted(house) as statements:
            assert client.get("/").status_code == 200
        costs.append(len(statements))
    assert len(at_the_start(house, world, "Farid")) == 3
    assert costs == [9, 9], "\n".join(statements)
