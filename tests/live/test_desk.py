"""Promise 1 for an adviser's desk: it follows what the teams on it, and the adviser, do."""

from __future__ import annotations

import pytest

from cohorts.models import AudienceKind
from feedback.advice import following
from server.clock import utc_now
from tests.advised import give
from tests.feedback.conftest import parsed
from tests.house import House
from tests.live.follower import normal
from tests.live.harness import assert_live_equals_fresh
from tests.live.harness import following as kept_open
from tests.live.test_advice import Advice
from tests.live.test_own_prompts import ToTeam
from tests.world import World

DESK = "/desk"
DEEDS = ("say", "reply", "edit_prompt", "take_on", "disagree", "discuss", "withdraw_prompt", "restore_prompt")


def run_through(advice: Advice, deeds: tuple[str, ...]) -> None:
    wrong = []
    for deed in deeds:
        try:
            assert_live_equals_fresh(advice.house, advice.world.people["Esi"], DESK, getattr(advice, deed))
        except AssertionError as difference:
            wrong.append(f"{deed}: {difference}")
    assert not wrong, "\n".join(wrong)


def test_desk_kept_open_equals_a_fresh_one(house: House, world: World) -> None:
    advice = Advice(house, world)
    advice.take_on()
    run_through(advice, DEEDS)


def test_desk_follows_prompts_for_others_alone(house: House, world: World) -> None:
    run_through(ToTeam(house, world), ("take_on", "disagree"))


def test_an_edit_of_an_initiative_shows_on_the_desk(house: House, world: World) -> None:
    advice = Advice(house, world)
    # The desk has no text of an initiative on it: it loads itself again.
    assert_live_equals_fresh(house, world.people["Esi"], DESK, advice.find_passage, reloads=True)


def test_what_was_marked_as_seen_goes_from_another_window(house: House, world: World) -> None:
    advice = Advice(house, world)
    advice.say()
    page = parsed(house.visit(world.people["Esi"]).get(DESK).text)
    form = page.xpath(f"//form[@action='/desk/teams/{world.tide.team}/reading']")[0]
    fields = {one.get("name"): one.get("value") for one in form.xpath(".//input")}
    assert_live_equals_fresh(house, world.people["Esi"], DESK, lambda: advice.send("Esi", form.get("action"), **fields))


def test_a_circle_that_is_not_hers_leaves_no_trace(house: House, world: World) -> None:
    advice = Advice(house, world)
    with kept_open(house, world.people["Esi"], DESK) as follower:
        before, heard = normal(follower.load()), len(follower.frames)
        with house.database(writing=True) as db:
            who = world.people["Farid"], world.memberships["Farid"]
            secret = give(db, world.tide, *who, "SECRET", now=utc_now(), audience=AudienceKind.TEAM)
        advice.send("Amara", f"/prompts/{secret}/responses", kind="took on", text="SECRET answer")
        follower.pump(1.0)
        assert [frame for frame in follower.frames[heard:] if not frame.get("beat")] == []
        assert normal(follower.load()) == before


def test_a_desk_of_too_many_teams_follows_nothing_of_them(
    house: House, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house.database() as db:
        ids = [world.tide.initiative, world.reed.initiative]
        assert following.of_initiatives(db, ids, [1])
        monkeypatch.setattr(following, "MOST", 3)
        assert following.of_initiatives(db, ids, [1]) == ()
