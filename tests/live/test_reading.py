"""Promise 1 for the reading list of a cohort, and whose part of it comes first."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.feedback.conftest import parsed
from tests.house import House
from tests.live.harness import assert_live_equals_fresh
from tests.live.test_advice import Advice
from tests.world import World


@dataclass
class Recommending(Advice):
    """What happens to the references that Esi gives the teams of the cohort."""

    def recommend(self) -> None:
        self.ask("Esi", "Read chapter two", kind="reference", source="A report", url="https://example.org/report")

    def recommend_to_reed(self) -> None:
        fields = {"kind": "reference", "text": "For Reed", "source": "Another", "audience": "1"}
        self.send("Esi", f"/initiatives/{self.world.reed.initiative}/prompts", key="reed", **fields)

    def withdraw_last(self) -> None:
        page = parsed(self.house.visit(self.world.people["Esi"]).get(self.path).text)
        self.send("Esi", f"{page.xpath('//a[@class=$name]/@href', name='reading-why')[0]}/withdrawal")

    @property
    def path(self) -> str:
        return f"/cohorts/{self.world.tide.cohort}/reading"


@pytest.mark.parametrize("name", ["Amara", "Chiara", "Esi", "Farid"])
def test_reading_list_kept_open_equals_a_fresh_one(house: House, world: World, name: str) -> None:
    deeds = Recommending(house, world)
    for deed in (deeds.recommend, deeds.recommend_to_reed, deeds.withdraw_last):
        assert_live_equals_fresh(house, world.people[name], deeds.path, deed)


@pytest.mark.parametrize(("name", "first"), [("Amara", "Tide"), ("Chiara", "Reed")])
def test_what_the_own_team_was_told_to_read_comes_first(house: House, world: World, name: str, first: str) -> None:
    deeds = Recommending(house, world)
    deeds.recommend()
    deeds.recommend_to_reed()
    page = parsed(house.visit(world.people[name]).get(deeds.path).text)
    assert page.xpath("//p[@class='section-count']//text()")[0] == first
