"""Promise 1 in every window of a long list of who has arrived."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import pytest

from cohorts.models import Invitation
from tests.cohorts.test_arrival_windows import invite_many
from tests.house import House
from tests.live.follower import Follower
from tests.live.harness import assert_same, following
from tests.live.test_arrivals import Comings
from tests.world import World

FIRST, SECOND, LAST, EXPIRED = "first", "second", "last", "expired"


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def listed(page: Follower) -> list[str]:
    """The teams and people of a window; how many have arrived in a team is told in every one that shows some of it."""
    (found,) = page.load().xpath("//*[@class='arrivals']")
    return [" ".join(one.text_content().split()) for one in found.xpath(".//h2 | .//th[@scope='row']")]


def test_what_happens_in_one_window_leaves_every_window_right(house: House, world: World) -> None:
    invite_many(house, world)
    ids = sorted(one.id for one in house.rows(Invitation) if one.email.startswith("guest"))
    here, comings = f"/cohorts/{world.tide.cohort}/arrivals", Comings(house, world)
    begins = {FIRST: "", SECOND: f"?from={world.tide.team}.1.{ids[190]}", LAST: f"?from={world.tide.team}.1.{ids[390]}"}
    queries = begins | {EXPIRED: "?show=expired"}

    def take_back(number: int) -> None:
        assert comings.farid.post(f"/invited/{ids[number]}/retraction").status_code == 303

    # Who is gone makes room at the end of their window for the next one, who is in the window after it as well.
    deeds: dict[str, tuple[Callable[[], None], set[str]]] = {
        "somebody is invited": (comings.invite, {LAST}),
        "one of the second is taken back": (lambda: take_back(235), {SECOND}),
        "one who expired is taken back": (lambda: take_back(10), {FIRST, EXPIRED}),
        "an adviser is invited": (comings.invite_adviser, {FIRST}),
        "a team comes": (comings.found_team, {LAST}),
    }
    with ExitStack() as stack:
        person = world.people["Farid"]
        pages = {name: stack.enter_context(following(house, person, here + query)) for name, query in queries.items()}
        for what, (act, where) in deeds.items():
            before = {name: listed(page) for name, page in pages.items()}
            act()
            for name, page in pages.items():
                assert_same(*page.settle(), f"{name} after {what}")
                assert page.resyncs == 0
            assert {name for name, page in pages.items() if listed(page) != before[name]} == where, what
