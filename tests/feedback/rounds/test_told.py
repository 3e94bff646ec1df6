"""What is told beforehand: who reads what is written in a round, in whose name, and what a mask cannot hide."""

from __future__ import annotations

import pytest

from cohorts.attributions import set_for_cohort
from cohorts.models import Attribution
from feedback.rounds import pairs
from feedback.rounds.phases import Phase
from server.clock import utc_now
from tests.feedback.conftest import parsed
from tests.feedback.rounds.teams import Teams
from tests.house import House
from tests.live.follower import Follower
from tests.live.harness import assert_live_equals_fresh
from tests.live.test_sockets import FORBIDDEN
from tests.world import World

PAIRS = "Facilitators know which team gives to which."
RULE = "Chatham House rule"


@pytest.fixture
def teams(house: House, world: World) -> Teams:
    return Teams(house, world)


def set_rule(teams: Teams, attribution: str) -> None:
    with teams.house.database(writing=True) as db:
        set_for_cohort(db, teams.world.tide.cohort, attribution, by_id=teams.world.people["Farid"], now=utc_now())


def words(teams: Teams, who: str, path: str) -> str:
    answer = teams.get(who, path)
    assert answer.status_code == 200, (who, path)
    return " ".join(parsed(answer.text).xpath("string(//main)").split())


def told(teams: Teams) -> dict[str, str]:
    """What stands on the pages on which something is written or read, by their name."""
    teams.begin()
    teams.write("Amara", "SECRET bells")
    pair = f"/pairs/{teams.pair()}"
    before = {"writing": words(teams, "Amara", pair), "signing": words(teams, "Amara", f"{pair}/signing")}
    teams.sign()
    teams.at_phase(Phase.REVEALED)
    (item,) = teams.items()
    pages = {"received": teams.received(), "answer": f"/items/{item}/answer", "helped": f"/items/{item}/helped"}
    return before | {name: words(teams, "Chiara", path) for name, path in pages.items()}


def test_who_reads_it_and_that_names_are_shown(teams: Teams) -> None:
    found = told(teams)
    for name in ("writing", "signing"):
        assert "Who can read this: the team that receives it, the facilitators, and your own team." in found[name]
        assert "Shown as from your team, with the name of whoever signs." in found[name]
    for name in ("received", "answer", "helped"):
        assert "the team that received it, the team that gave it, and the facilitators" in found[name]
        assert "shown with the name of whoever answers" in found[name]
    assert not any(RULE in text or PAIRS in text for text in found.values())


def test_round_that_is_shared_says_so_to_those_who_write(teams: Teams) -> None:
    teams.at_phase(Phase.OPEN, shared_with="cohort")
    found = told(teams)
    assert all("Who can read this: the whole cohort." in text for text in found.values())


@pytest.mark.parametrize("rule", [Attribution.ROLE, Attribution.NONE])
def test_rule_of_the_cohort_is_told_where_the_round_itself_names_people(teams: Teams, rule: Attribution) -> None:
    set_rule(teams, rule)
    found, shown = told(teams), {Attribution.ROLE: "A team member", Attribution.NONE: "A participant"}[rule]
    for name in ("writing", "signing"):
        assert f"Shown as “From a team of this cohort”, signed by “{shown}”." in found[name]
        assert PAIRS in found[name]
    for name in ("received", "answer", "helped"):
        assert RULE in found[name]
        assert f"shown as by “{shown}”. Which team received it is known." in found[name]
    assert "Amara" not in found["received"]


def test_round_says_what_the_rule_of_its_cohort_makes_of_names(teams: Teams) -> None:
    page = f"/rounds/{teams.round}"
    assert "The team that gave it, and who signed for it" in words(teams, "Chiara", page)
    kept = Follower(teams.house, teams.world.people["Chiara"], page)
    kept.connect()
    set_rule(teams, Attribution.ROLE)
    assert kept.closed_with() == FORBIDDEN, "nothing of the old page may stay: it is asked for again"
    kept.cut()
    for who in ("Chiara", "Esi", "Farid"):
        text = words(teams, who, page)
        assert "A team of the cohort, not which one" in text, who
        assert "who signed for it" not in text


def test_plan_offers_no_more_than_the_rule_and_says_what_a_mask_cannot_hide(teams: Teams) -> None:
    path = f"/cohorts/{teams.world.tide.cohort}/rounds/new?protocol=free"
    offered, chosen = "//input[@name='attribution']/@value", "//input[@name='attribution'][@checked]/@value"
    page = parsed(teams.get("Farid", path).text)
    assert (page.xpath(offered), page.xpath(chosen)) == (["named", "role", "none"], ["named"])
    assert "fewer than three other teams can give" in page.xpath("string(//*[@id='attribution-hint'])")
    set_rule(teams, Attribution.ROLE)
    page = parsed(teams.get("Farid", path).text)
    assert (page.xpath(offered), page.xpath(chosen)) == (["role", "none"], ["role"])
    assert RULE in page.xpath("string(//*[@id='attribution-hint'])")


def test_masked_round_of_few_teams_warns_those_who_run_it(teams: Teams) -> None:
    page, warning = f"/rounds/{teams.round}/run", "may work out who gave to"
    assert warning not in words(teams, "Farid", page)
    teams.at_phase(Phase.OPEN, attribution="role")
    assert f"2 teams {warning} them" in words(teams, "Farid", page)

    def excuse() -> None:
        with teams.house.database(writing=True) as db:
            pairs.excuse(db, teams.facts, teams.world.reed.team, by_id=teams.world.people["Farid"], now=utc_now())

    assert_live_equals_fresh(teams.house, teams.world.people["Farid"], page, excuse)
    assert f"One team {warning} it" in words(teams, "Farid", page)
