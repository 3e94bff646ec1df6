"""The facilitators' view over all teams; and what rounds add to a team's board."""

from __future__ import annotations

import csv
import secrets
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from cohorts.attributions import set_for_cohort
from cohorts.models import Attribution
from feedback.advice.models import Prompt
from feedback.rounds.phases import Phase
from server.audit import AuditEntry
from server.clock import utc_now
from tests.access.test_query_counts import counted
from tests.advised import give
from tests.feedback.conftest import parsed
from tests.feedback.rounds.teams import Teams
from tests.house import House
from tests.live.deeds import Deeds
from tests.live.harness import assert_live_equals_fresh, following
from tests.world import World

TEAM, RECEIVED, GIVEN, HEARD, SAID, WAITING, DAYS, TAKEN, PARKED, DISAGREED = range(10)


@pytest.fixture
def teams(house: House, world: World) -> Teams:
    return Teams(house, world)


def path(world: World) -> str:
    return f"/cohorts/{world.tide.cohort}/follow-through"


def table(teams: Teams, query: str = "") -> list[list[str]]:
    page = parsed(teams.get("Farid", path(teams.world) + query).text)
    rows = page.xpath("//table[contains(@class, 'table-overview')]/tbody/tr")
    return [
        [" ".join("".join(cell.xpath(".//bdi/text()|text()|.//span/text()")).split()) for cell in row] for row in rows
    ]


def row(teams: Teams, name: str) -> list[str]:
    (found,) = (one for one in table(teams) if one[TEAM].startswith(name))
    return found


def board(world: World, team: str = "reed") -> str:
    return f"/teams/{getattr(world, team).team}/asked"


def asked(teams: Teams, days: int, **more: Any) -> str:
    with teams.house.database(writing=True) as db:
        who = teams.world.people["Esi"], teams.world.memberships["Esi"]
        id_ = give(db, teams.world.reed, *who, "Why?", now=utc_now(), **more)
        since = utc_now() - timedelta(days=days, hours=1)
        db.execute(update(Prompt).where(Prompt.id == id_).values(at=since))  # type: ignore[arg-type]
    return f"/prompts/{id_}"


def test_the_numbers_of_each_team(teams: Teams) -> None:
    # Chiara, Esi, Farid and Ivo, who was of Tide, spoke on Tide's work; Amara of Tide does not count there.
    assert row(teams, "Tide")[HEARD:DAYS] == ["3", "0", "1"]
    assert row(teams, "Reed")[HEARD:DAYS] == ["0", "1", "0"]
    first = asked(teams, 12)
    asked(teams, 3)
    assert row(teams, "Reed")[WAITING:DISAGREED] == ["2", "12", "0", "0"]
    sent = {"kind": "took on", "key": secrets.token_hex(8)}
    teams.done("Chiara", f"{first}/responses", **sent)
    assert row(teams, "Reed")[WAITING:DISAGREED] == ["1", "3", "1", "0"]
    until = (utc_now() + timedelta(days=5)).date().isoformat()
    teams.done("Chiara", f"{first}/responses", kind="parked", until=until, key=secrets.token_hex(8))
    assert row(teams, "Reed")[TAKEN:] == ["0", "1", "0"]
    teams.done("Chiara", f"{first}/responses", kind="disagree", text="No.", key=secrets.token_hex(8))
    assert row(teams, "Reed")[TAKEN:] == ["0", "0", "1"]


def test_of_what_is_not_revealed_it_tells_what_the_round_tells(teams: Teams) -> None:
    teams.begin()
    assert row(teams, "Tide")[GIVEN] == "0"
    teams.write("Amara", "SECRET bells")
    teams.sign()
    assert row(teams, "Tide")[GIVEN] == "1"
    assert row(teams, "Reed")[RECEIVED] == "1"
    assert "SECRET" not in teams.get("Farid", path(teams.world)).text


def test_in_any_order_without_scripts(teams: Teams) -> None:
    asked(teams, 12)
    assert [one[TEAM] for one in table(teams)] == ["Reed", "Tide"]
    assert [one[TEAM] for one in table(teams, "?by=heard")] == ["Reed", "Tide"]
    assert [one[TEAM] for one in table(teams, "?by=said")] == ["Tide", "Reed"]
    page = parsed(teams.get("Farid", path(teams.world) + "?by=waiting").text)
    (sorted_by,) = page.xpath("//th[@aria-sort]")
    assert sorted_by.get("aria-sort") == "descending"
    assert "Prompts waiting" in sorted_by.text_content()
    assert teams.get("Farid", path(teams.world) + "?by=nothing").status_code == 200
    widths = page.xpath("//figure[@aria-labelledby='chart-waits']//*[@class='bars-rect']/@width")
    assert widths == ["100.0%", "0.0%"]


def test_as_a_file_and_noted(teams: Teams) -> None:
    answer = teams.post("Farid", path(teams.world))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    lines = list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))
    assert lines[0][:2] == ["Team", "Feedback received"]
    assert [line[0] for line in lines[1:]] == ["Tide", "Reed"]
    assert [one.what for one in teams.house.rows(AuditEntry)][-1] == "follow-through downloaded"
    assert "Downloaded the follow-through of a cohort" in teams.get("Farid", "/audit").text


@pytest.mark.parametrize("unmasks", [False, True])
def test_counts_name_nobody_where_nobody_is_named(teams: Teams, unmasks: bool) -> None:
    if unmasks:
        fields = {"name": "Borders and beyond", "time_zone": "Europe/Paris", "facilitators_see_authors": "yes"}
        teams.done("Farid", f"/programmes/{teams.world.tide.programme}/details", **fields)
    with teams.house.database(writing=True) as db:
        by = teams.world.people["Farid"]
        set_for_cohort(db, teams.world.tide.cohort, Attribution.NONE, by_id=by, now=utc_now())
    # All five that stand, Amara's too: else whoever reads along could tell which of them are Tide's own.
    assert row(teams, "Tide")[HEARD] == ("3" if unmasks else "5")
    assert row(teams, "Reed")[SAID] == ("1" if unmasks else "–not told")
    lines = list(csv.reader(teams.post("Farid", path(teams.world)).content.decode("utf-8-sig").splitlines()))
    assert {line[SAID] for line in lines[1:]} == ({"0", "1"} if unmasks else {""})


def test_it_costs_the_same_with_one_and_with_many(teams: Teams) -> None:
    def cost() -> int:
        teams.get("Farid", path(teams.world))
        with counted(teams.house) as statements:
            assert teams.get("Farid", path(teams.world)).status_code == 200
        return len(statements)

    few = cost()
    for days in range(3):
        asked(teams, days)
        Deeds(teams.house, teams.world).say()
    teams.give()
    assert cost() == few == 11


def test_points_stand_on_the_board_from_the_reveal_on(teams: Teams) -> None:
    teams.give("SECRET bells")
    for who in ("Chiara", "Farid", "Amara"):
        assert "SECRET" not in teams.get(who, board(teams.world)).text
    teams.at_phase(Phase.REVEALED)
    (item,) = teams.items()
    for who, there in (("Chiara", True), ("Farid", True), ("Amara", False), ("Esi", False)):
        page = teams.get(who, board(teams.world))
        assert page.status_code == 200
        assert ("SECRET" in page.text) is there, who
    assert "Not answered yet" in teams.get("Chiara", board(teams.world)).text
    teams.done("Chiara", f"/items/{item}/thanks")
    shown = parsed(teams.get("Chiara", board(teams.world)).text)
    assert "Thanked" in shown.xpath("//section[@aria-labelledby='board-items']")[0].text_content()


def test_board_kept_open_equals_a_fresh_one_at_the_reveal_and_after(teams: Teams, house: House, world: World) -> None:
    teams.give("SECRET bells")
    chiara = world.people["Chiara"]
    with following(house, chiara, board(world)) as follower:
        teams.at_phase(Phase.REVEALED, turn=True)
        kept, fresh = follower.settle()
        assert kept == fresh
        assert "SECRET" in kept
        assert follower.resyncs == 0
    (item,) = teams.items()

    def thank() -> None:
        teams.done("Chiara", f"/items/{item}/thanks")

    assert_live_equals_fresh(house, world.people["Farid"], board(world), thank)
