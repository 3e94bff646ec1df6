"""Prompts about points of feedback that a team received: by those who read them, for nobody who does not."""

from __future__ import annotations

import secrets
from typing import Any

import httpx
import pytest

from feedback.advice.models import Prompt
from feedback.rounds.phases import Phase
from tests.feedback.conftest import parsed
from tests.feedback.rounds.teams import Teams
from tests.house import House
from tests.live.follower import Follower
from tests.live.harness import assert_live_equals_fresh
from tests.world import World

POINT = "POINTWORD say who asked for it."


@pytest.fixture
def teams(house: House, world: World) -> Teams:
    """Reed received a point from Tide, and the cohort reads it."""
    made = Teams(house, world)
    made.give(POINT)
    made.at_phase(Phase.REVEALED, shared_with="cohort")
    return made


def form_of(teams: Teams, name: str) -> tuple[str, Any]:
    (item,) = teams.items()
    led = teams.get(name, f"/items/{item}/prompts/new")
    assert led.status_code == 303, led.text[:500]
    return led.headers["location"], parsed(teams.get(name, led.headers["location"]).text)


def circles(form: Any) -> dict[str, str]:
    found = form.xpath("//fieldset[@id='audience']//label")
    return {label.text_content().strip(): form.get_element_by_id(label.get("for")).get("value") for label in found}


def ask(teams: Teams, name: str, words: str = "the whole cohort", **more: Any) -> httpx.Response:
    path, form = form_of(teams, name)
    fields = {"kind": "question", "text": "Who *did*?", "key": secrets.token_hex(8), "audience": circles(form)[words]}
    fields |= {"item": form.xpath("//input[@name='item']/@value")[0]}
    return teams.post(name, path.partition("/new")[0], **fields | more)


def test_from_a_point_to_a_prompt_and_back(teams: Teams) -> None:
    (item,) = teams.items()
    assert f"/items/{item}/prompts/new" in teams.get("Esi", teams.received()).text
    asked = ask(teams, "Esi")
    assert asked.status_code == 303
    prompt = asked.headers["location"].partition("?")[0]
    own = teams.get("Chiara", prompt).text
    assert POINT in own
    assert f'href="/items/{item}"' in own
    # The team finds it where it finds what it owes, with the words it is about; and beside what it received.
    board = parsed(teams.get("Chiara", f"/teams/{teams.world.reed.team}/asked").text)
    row = board.xpath(f"//a[@href='{prompt}']/ancestor::li")[0]
    assert POINT in row.text_content()
    assert row.xpath(f".//a[@href='/items/{item}']")
    received = parsed(teams.get("Chiara", teams.received()).text)
    assert received.xpath(f"//div[@id='on-points-{teams.world.reed.team}']//a/@href") == [f"/items/{item}", prompt]
    assert "Who did?" in teams.get("Chiara", f"/teams/{teams.world.reed.team}").text


def test_a_team_edits_its_text_below_a_prompt_about_a_point(teams: Teams) -> None:
    ask(teams, "Esi")
    texts = dict.fromkeys(("title", "challenge", "context", "tried", "asked"), "Anew")
    saved = teams.post("Chiara", f"/initiatives/{teams.world.reed.initiative}/versions", base="1", **texts)
    assert saved.status_code == 303
    page = teams.get("Esi", f"/initiatives/{teams.world.reed.initiative}")
    assert "A point of feedback that the team received" in page.text


def test_a_point_the_cohort_does_not_read_stays_with_those_who_do(teams: Teams) -> None:
    teams.at_phase(Phase.REVEALED, shared_with="team")
    (item,) = teams.items()
    assert teams.get("Esi", f"/items/{item}/prompts/new").status_code == 404
    refused = teams.get("Esi", f"/initiatives/{teams.world.reed.initiative}/prompts/new?item={item}")
    assert refused.status_code == 404
    assert list(circles(form_of(teams, "Farid")[1])) == ["the team and the facilitators", "facilitators only"]
    whole = circles(parsed(teams.get("Farid", f"/initiatives/{teams.world.reed.initiative}/prompts/new").text))
    wider = ask(teams, "Farid", "facilitators only", audience=whole["the whole cohort"])
    assert wider.status_code == 422
    assert teams.house.rows(Prompt)[-1].item_id is None
    prompt = ask(teams, "Farid", "the team and the facilitators").headers["location"].partition("?")[0]
    assert POINT in teams.get("Chiara", prompt).text
    for name in ("Amara", "Esi"):
        assert teams.get(name, prompt).status_code == 404
        assert POINT not in teams.get(name, f"/initiatives/{teams.world.reed.initiative}").text


def test_nobody_asks_before_the_reveal_or_for_their_own_team(teams: Teams) -> None:
    (item,) = teams.items()
    path = f"/initiatives/{teams.world.reed.initiative}/prompts"
    assert teams.get("Chiara", f"/items/{item}/prompts/new").status_code == 403
    assert f"/items/{item}/prompts/new" not in teams.get("Chiara", teams.received()).text
    other = f"/initiatives/{teams.world.tide.initiative}/prompts/new?item={item}"
    assert teams.get("Esi", other).status_code == 404
    teams.at_phase(Phase.OPEN, shared_with="cohort")
    for name in ("Esi", "Farid"):
        assert teams.get(name, f"/items/{item}/prompts/new").status_code == 404
        fields = {"kind": "question", "text": "Why?", "key": secrets.token_hex(8), "audience": "1"}
        assert teams.post(name, path, item=str(item), **fields).status_code == 404


@pytest.mark.parametrize("item", ["x", "0", "99999999999", "-1", "1 "])
def test_what_is_no_point_is_not_there(teams: Teams, item: str) -> None:
    form = f"/initiatives/{teams.world.reed.initiative}/prompts/new"
    assert teams.get("Esi", f"{form}?item={item}").status_code == 404


@pytest.mark.parametrize("name", ["Chiara", "Esi", "Farid", "Amara"])
def test_what_was_received_kept_open_equals_a_fresh_one(teams: Teams, name: str) -> None:
    page = assert_live_equals_fresh(
        teams.house, teams.world.people[name], teams.received(), lambda: ask(teams, "Farid")
    )
    assert page.page.xpath(f"//div[@id='on-points-{teams.world.reed.team}']//a")


def test_a_smaller_circle_moves_nothing_for_others(teams: Teams) -> None:
    where = teams.world.people["Amara"], teams.received()
    before = Follower(teams.house, *where).positions
    ask(teams, "Farid", "the team and the facilitators")
    assert Follower(teams.house, *where).positions == before
