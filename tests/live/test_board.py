"""Promise 1 for the board of what a team was asked."""

from __future__ import annotations

import pytest

from cohorts.models import AudienceKind
from server.clock import utc_now
from tests.advised import give
from tests.house import House
from tests.live.follower import normal
from tests.live.harness import assert_live_equals_fresh, following
from tests.live.test_advice import READERS, Advice, run_through
from tests.world import World

DEEDS = (
    *("ask", "edit_prompt", "take_on", "park", "come_back", "disagree", "withdraw_prompt", "restore_prompt"),
    "rename_adviser",
)


def path(advice: Advice) -> str:
    return f"/teams/{advice.world.tide.team}/asked"


@pytest.mark.parametrize("name", READERS)
def test_board_kept_open_equals_a_fresh_one(house: House, world: World, name: str) -> None:
    run_through(house, world, name, path, DEEDS)


def test_an_edit_that_follows_shows_on_the_board(house: House, world: World) -> None:
    advice = Advice(house, world)
    advice.take_on()
    # The board has no text of the initiative on it: it loads itself again.
    assert_live_equals_fresh(house, world.people["Esi"], path(advice), advice.find_passage, reloads=True)


def test_a_smaller_circle_leaves_no_trace(house: House, world: World) -> None:
    advice = Advice(house, world)
    with house.database(writing=True) as db:
        who = world.people["Esi"], world.memberships["Esi"]
        secret = give(db, world.tide, *who, "SECRET", now=utc_now(), audience=AudienceKind.TEAM_AND_BOARD)
    with following(house, world.people["Chiara"], path(advice)) as follower:
        before, heard = normal(follower.load()), len(follower.frames)
        advice.send("Amara", f"/prompts/{secret}/responses", kind="took on", text="SECRET answer")
        follower.pump(1.0)
        assert [frame for frame in follower.frames[heard:] if not frame.get("beat")] == []
        assert normal(follower.load()) == before
