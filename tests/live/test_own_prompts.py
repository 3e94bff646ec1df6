"""Promise 1 for prompts whose author does not belong to those they are for; and that nothing else reaches them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

import pytest

from cohorts.models import AudienceKind
from feedback.advice.models import Prompt
from server.clock import utc_now
from tests.advised import give
from tests.house import House
from tests.live.follower import normal
from tests.live.harness import assert_live_equals_fresh, following
from tests.live.test_advice import Advice
from tests.world import World


@dataclass
class ToTeam(Advice):
    """What happens to a prompt of Esi's for the team and the facilitators."""

    id: int = field(init=False)

    def __post_init__(self) -> None:
        with self.house.database(writing=True) as db:
            who = self.world.people["Esi"], self.world.memberships["Esi"]
            self.id = give(db, self.world.tide, *who, "To you alone", now=utc_now(), audience=AudienceKind.TEAM)

    @property
    def prompt(self) -> str:
        return f"/prompts/{self.id}"

    def edit_own(self) -> None:
        self.send("Esi", f"{self.prompt}/versions", text="Better words", version=1)

    def again_to_team(self) -> None:
        with self.house.database() as db:
            audience = db.get_one(Prompt, self.id).audience_id
        self.ask("Esi", "One thing more", audience=str(audience))

    def discuss_alone(self) -> None:
        with self.house.database() as db:
            thread = db.get_one(Prompt, self.id).thread_id
        self.send("Amara", f"/threads/{thread}/comments", text="Among us", key=secrets.token_hex(8))


ON_PROMPT = ("edit_own", "agree", "think_again", "think_nothing", "park", "come_back", "take_on", "disagree")
WITHDRAWN = ("withdraw_prompt", "restore_prompt")


def run_through(to_team: ToTeam, path: str, deeds: tuple[str, ...]) -> None:
    wrong = []
    for deed in deeds:
        try:
            assert_live_equals_fresh(to_team.house, to_team.world.people["Esi"], path, getattr(to_team, deed))
        except AssertionError as difference:
            wrong.append(f"{deed}: {difference}")
    assert not wrong, "\n".join(wrong)


def test_own_prompt_kept_open_equals_a_fresh_one(house: House, world: World) -> None:
    to_team = ToTeam(house, world)
    run_through(to_team, to_team.prompt, (*ON_PROMPT, *WITHDRAWN))


def test_list_of_own_prompts_kept_open_equals_a_fresh_one(house: House, world: World) -> None:
    to_team = ToTeam(house, world)
    deeds = ("edit_own", "park", "come_back", "take_on", "disagree", "again_to_team", *WITHDRAWN)
    run_through(to_team, to_team.initiative, deeds)


def test_first_prompt_to_others_shows_on_a_page_that_is_open(house: House, world: World) -> None:
    advice = ToTeam.__new__(ToTeam)
    advice.house, advice.world = house, world
    page = assert_live_equals_fresh(house, world.people["Esi"], advice.initiative, advice.__post_init__)
    assert page.page.xpath(f"//div[@id='own-prompts-{world.tide.initiative}']//a/@href") == [advice.prompt]


@pytest.mark.parametrize("name", ["Esi", "Chiara"])
def test_what_that_circle_says_about_it_leaves_no_trace(house: House, world: World, name: str) -> None:
    to_team = ToTeam(house, world)
    for path in (to_team.initiative, *((to_team.prompt,) if name == "Esi" else ())):
        with following(house, world.people[name], path) as follower:
            before, heard = normal(follower.load()), len(follower.frames)
            to_team.discuss_alone()
            follower.pump(1.0)
            assert [frame for frame in follower.frames[heard:] if not frame.get("beat")] == []
            assert normal(follower.load()) == before
