"""Promise 1 for advice: prompts, answers and stances, from every vantage, on every page that shows them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from cohorts.models import AudienceKind
from feedback.advice.models import Prompt, Response
from feedback.advice.responses import tell_back
from server.clock import utc_now
from tests.advised import give
from tests.feedback.conftest import parsed
from tests.house import House
from tests.live.deeds import Deeds
from tests.live.follower import normal
from tests.live.harness import assert_live_equals_fresh, assert_same, following
from tests.world import World

READERS = ("Bram", "Chiara", "Esi", "Farid")
CHALLENGE = "Warnings reach *half* of the people of Tide."


@dataclass
class Advice(Deeds):
    """What happens to a prompt of Esi's, for the whole cohort."""

    @property
    def prompt(self) -> str:
        return f"/prompts/{self.world.prompts[self.world.tide.cohort]}"

    @property
    def initiative(self) -> str:
        return f"/initiatives/{self.world.tide.initiative}"

    def ask(self, name: str = "Esi", text: str = "What if nobody answers?", **more: str) -> None:
        fields = {"kind": "provocation", "audience": "1", "key": secrets.token_hex(8)} | more
        self.send(name, f"{self.initiative}/prompts", text=text, **fields)

    def ask_about_passage(self) -> None:
        self.ask("Farid", "Why half?", chapter="challenge", passage="half of the people")

    def edit_prompt(self) -> None:
        with self.house.database() as db:
            version = db.get_one(Prompt, self.world.prompts[self.world.tide.cohort]).version
        self.send("Esi", f"{self.prompt}/versions", text=f"Better words {version}", version=version)

    def take_on(self) -> None:
        self.send("Amara", f"{self.prompt}/responses", kind="took on", text="We will ask *them*.")

    def park(self) -> None:
        until = (utc_now() + timedelta(days=9)).date().isoformat()
        self.send("Amara", f"{self.prompt}/responses", kind="parked", until=until)

    def come_back(self) -> None:
        """Its day comes: as if it had been parked until a minute ago."""
        with self.house.database(writing=True) as db:
            now = utc_now()
            table: Any = Response.__table__  # type: ignore[attr-defined]
            db.execute(update(table).values(back_at=now - timedelta(minutes=1)).where(table.c.kind == "parked"))
            assert tell_back(db, now) == 1

    def disagree(self) -> None:
        self.send("Amara", f"{self.prompt}/responses", kind="disagree", text="They cannot read.")

    def agree(self) -> None:
        self.send("Farid", f"{self.prompt}/stances/agree")

    def think_again(self) -> None:
        self.send("Farid", f"{self.prompt}/stances/disagree")

    def think_nothing(self) -> None:
        self.send("Farid", f"{self.prompt}/stances/disagree/removal")

    def discuss(self) -> None:
        with self.house.database() as db:
            thread = db.get_one(Prompt, self.world.prompts[self.world.tide.cohort]).thread_id
        self.send("Chiara", f"/threads/{thread}/comments", text="I add something", key=secrets.token_hex(8))

    def withdraw_prompt(self) -> None:
        self.send("Esi", f"{self.prompt}/withdrawal")

    def restore_prompt(self) -> None:
        self.send("Esi", f"{self.prompt}/restoration")

    def lose_passage(self) -> None:
        self.edit_initiative(challenge="Nothing of that is left.")

    def find_passage(self) -> None:
        self.edit_initiative(challenge=f"We put it back. {CHALLENGE}")

    def rename_adviser(self) -> None:
        self.send("Esi", "/profile/preferences", name="Esi Renamed", time_zone="Africa/Accra", language="en")


ON_INITIATIVE = (
    *("ask", "ask_about_passage", "edit_prompt", "take_on", "park", "come_back", "disagree", "discuss", "lose_passage"),
    *("find_passage", "withdraw_prompt", "restore_prompt", "rename_adviser"),
)
ON_PROMPT = (
    *("edit_prompt", "agree", "think_again", "think_nothing", "park", "come_back", "take_on", "disagree", "discuss"),
    *("withdraw_prompt", "restore_prompt", "rename_adviser"),
)
ON_TEAM = ("ask", "edit_prompt", "park", "come_back", "take_on")


def run_through(house: House, world: World, name: str, page: Callable[[Advice], str], deeds: tuple[str, ...]) -> None:
    advice, wrong = Advice(house, world), []
    for deed in deeds:
        try:
            assert_live_equals_fresh(house, world.people[name], page(advice), getattr(advice, deed))
        except AssertionError as difference:
            wrong.append(f"{deed}: {difference}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", READERS)
def test_initiative_kept_open_equals_a_fresh_one(house: House, world: World, name: str) -> None:
    run_through(house, world, name, lambda advice: advice.initiative, ON_INITIATIVE)


@pytest.mark.parametrize("name", READERS)
def test_prompt_kept_open_equals_a_fresh_one(house: House, world: World, name: str) -> None:
    run_through(house, world, name, lambda advice: advice.prompt, ON_PROMPT)


@pytest.mark.parametrize("name", READERS)
def test_team_kept_open_equals_a_fresh_one(house: House, world: World, name: str) -> None:
    run_through(house, world, name, lambda advice: f"/teams/{advice.world.tide.team}", ON_TEAM)


def test_an_edit_that_follows_shows_on_the_page_of_the_prompt(house: House, world: World) -> None:
    advice = Advice(house, world)
    advice.take_on()
    # The page has no text of the initiative on it: it loads itself again.
    page = assert_live_equals_fresh(house, world.people["Esi"], advice.prompt, advice.find_passage, reloads=True)
    assert f"/initiatives/{world.tide.initiative}/history?from=1&to=2" in page.page.xpath("//article//@href")


def test_author_alone_is_told_that_a_prompt_is_theirs(house: House, world: World) -> None:
    advice = Advice(house, world)
    esi, farid = world.people["Esi"], world.people["Farid"]
    with following(house, esi, advice.prompt) as author, following(house, farid, advice.prompt) as other:
        advice.edit_prompt()
        for follower in (author, other):
            assert_same(*follower.settle(), advice.prompt)
        assert f"asked-{advice.prompt.rpartition('/')[2]}" in author.here.get("data-mine", "")
        assert [frame for frame in other.frames if "mine" in frame] == []


def test_smaller_circles_leave_no_trace(house: House, world: World) -> None:
    """Of prompts for fewer people nobody else learns: not by a mark, a number, a frame, or a position."""
    advice = Advice(house, world)
    with house.database(writing=True) as db:
        for text in ("SECRET for the board", "SECRET again"):
            secret = give(
                db,
                world.tide,
                world.people["Esi"],
                world.memberships["Esi"],
                text,
                now=utc_now(),
                chapter="challenge",
                quote="half of the people",
                audience=AudienceKind.TEAM_AND_BOARD,
            )
    assert "SECRET" in house.visit(world.people["Amara"]).get(advice.initiative).text
    advice.ask_about_passage()
    peer = house.visit(world.people["Chiara"])
    page = parsed(peer.get(advice.initiative).text)
    assert "SECRET" not in peer.get(advice.initiative).text
    assert [number.text for number in page.xpath("//sup[@class='passage']/a")] == ["1", "2"]
    assert sorted(number.text for number in page.xpath("//span[@class='prompt-number']")) == ["1", "2"]
    with following(house, world.people["Chiara"], advice.initiative) as follower:
        before, heard = normal(follower.load()), len(follower.frames)
        advice.send("Amara", f"/prompts/{secret}/responses", kind="took on", text="SECRET answer")
        advice.send("Farid", f"/prompts/{secret}/stances/agree")
        follower.pump(1.0)
        assert [frame for frame in follower.frames[heard:] if not frame.get("beat")] == []
        assert normal(follower.load()) == before
