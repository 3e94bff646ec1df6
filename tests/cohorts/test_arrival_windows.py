"""The list of who has arrived, a window at a time: everybody is in one of them, and nobody in two."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cohorts.arrival_windows import FIRST, key_of, read_key, window
from cohorts.arrivals import Arrival, Stage
from cohorts.invitations import LASTS
from cohorts.models import Invitation, Role
from server.clock import utc_now
from tests.house import House
from tests.world import World

AT = datetime(2026, 1, 1, tzinfo=UTC)
MANY = 450


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def somebody(team: int, waits: bool, id_: int) -> Arrival:
    stage = Stage.INVITED if waits else Stage.ARRIVED
    return Arrival(id_, team or None, "N", f"n{id_}@example.org", Role.MEMBER, stage, AT)


PEOPLE = st.lists(
    st.builds(somebody, st.integers(0, 4), st.booleans(), st.integers(1, 60)), max_size=40, unique_by=key_of
)


@given(PEOPLE, st.integers(1, 7))
def test_windows_hold_everybody_once_forwards_and_backwards(found: list[Arrival], most: int) -> None:
    forwards: list[Arrival] = []
    at = FIRST
    while True:
        shown = window(found, at, most)
        assert len(shown.shown) <= most
        forwards += shown.shown
        if shown.end is None:
            break
        at = shown.end
    assert forwards == sorted(found, key=key_of)
    seen, back = list(shown.shown), shown.earlier
    while back is not None:
        shown = window(found, back, most)
        seen = [*(one for one in shown.shown if one not in seen), *seen]
        back = shown.earlier
    assert seen == forwards


@given(PEOPLE, st.data())
def test_whoever_comes_or_goes_before_a_window_leaves_it_as_it_was(found: list[Arrival], data: st.DataObject) -> None:
    at = window(found, FIRST, 5).end
    if at is None:
        return
    before = window(found, at, 5)
    gone = [one for one in found if key_of(one) >= at or data.draw(st.booleans())]
    assert window(gone, at, 5).shown == before.shown


@pytest.mark.parametrize(
    "text", ["", "7", "7.1", "7.1.x", "7.1.3.4", "-7.1.3", "²7.1.3", "7.1." + "9" * 40, "%00", "7..3"]
)
def test_nonsense_is_the_beginning(text: str) -> None:
    assert read_key(text) == FIRST


def invite_many(house: House, world: World, many: int = MANY, team: int | None = None) -> None:
    """That many people are invited to a team and have not come."""
    now, place = utc_now(), world.tide
    until = now + LASTS
    given = {"cohort_id": place.cohort, "programme_id": place.programme, "team_id": team or place.team}
    with house.database(writing=True) as db:
        for number in range(many):
            one = Invitation(
                email=f"guest{number}@example.org",
                name=f"Guest {number:03}",
                role=Role.MEMBER,
                at=now,
                expires_at=until,
            )
            one.by_id = world.people["Farid"]
            for name, value in given.items():
                setattr(one, name, value)
            if number % 10 == 0:
                one.lapsed_at = one.expires_at = now - timedelta(days=1)
            db.add(one)


def test_links_lead_through_the_whole_list(house: House, world: World) -> None:
    invite_many(house, world)
    farid, path, found, sizes = house.visit(world.people["Farid"]), f"/cohorts/{world.tide.cohort}/arrivals", [], []
    while path:
        text = farid.get(path).text
        found += re.findall(r"<bdi>(Guest \d+)</bdi>", text)
        sizes.append(text.count('<tr role="row" data-stage='))
        later = re.findall(r'href="([^"]+)">Further in the list', text)
        path = later[0].replace("&amp;", "&") if later else ""
    assert found == [f"Guest {number:03}" for number in range(MANY)]
    assert max(sizes) == 200
    assert len(sizes) == 3
    (earlier,) = re.findall(r'href="([^"]+)">Earlier in the list', text)
    assert "Guest 449" not in farid.get(earlier).text


def test_choice_of_the_page_holds_in_every_window(house: House, world: World) -> None:
    invite_many(house, world)
    farid, here = house.visit(world.people["Farid"]), f"/cohorts/{world.tide.cohort}/arrivals"
    expired = farid.get(f"{here}?show=expired").text
    assert len(re.findall(r"<bdi>Guest \d+</bdi>", expired)) == MANY // 10
    assert "Further in the list" not in expired
    invited = farid.get(f"{here}?show=invited").text
    (later,) = re.findall(r'href="([^"]+)">Further in the list', invited)
    assert later.startswith(f"{here}?show=invited&amp;from=")
    assert 'data-stage="expired"' not in farid.get(later.replace("&amp;", "&")).text
    assert "Nobody in this cohort is that far" in farid.get(f"{here}?show=failed").text


def test_count_of_a_team_is_of_all_its_people_in_every_window(house: House, world: World) -> None:
    invite_many(house, world)
    farid, here = house.visit(world.people["Farid"]), f"/cohorts/{world.tide.cohort}/arrivals"
    words = f"2 of {MANY + 2} have arrived."
    assert words in farid.get(here).text
    for text in ("999999.1.1", "2.0.0"):
        assert farid.get(f"{here}?from={text}").status_code == 200
    assert words in farid.get(f"{here}?from={world.tide.team}.1.250").text
