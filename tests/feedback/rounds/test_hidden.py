"""Before the reveal nobody but the team that writes learns a byte of it, on any surface; afterwards those who may read
it read all of it. The clock alone decides: no job, no mail and no push is waited for."""

from __future__ import annotations

import pytest

from feedback.rounds.phases import Phase
from server.mail import Mail
from tests.access.test_every_answer import is_static, of_method
from tests.access.walk import ids_in
from tests.feedback.rounds.teams import Teams
from tests.house import House
from tests.live.follower import Follower
from tests.world import ROLES, World

SECRET = "SECRETWORD"
OTHERS = [name for role, name in ROLES.items() if role not in ("member", "colleague")]
NOWHERE: dict[str | None, list[str]] = {name: [] for name in OTHERS}


@pytest.fixture
def teams(house: House, world: World) -> Teams:
    return Teams(house, world)


def crawled(teams: Teams, name: str | None) -> dict[str, str]:
    """Every page and every answer to a form or a live question that this reader gets, by address: all addresses there
    are, with the things of Tide, of Reed, and of the feedback."""
    client = teams.house.visit(teams.world.people[name] if name else None)
    found = {}
    for place in (teams.world.tide, teams.world.reed):
        for item in teams.items() or [1]:
            ids = ids_in(place, teams.world) | {"round": teams.round, "item": item}
            for text in teams.texts():
                for pair in (teams.pair(), teams.pair("reed")):
                    for route in of_method(teams.house, "GET"):
                        path = route.filled(ids | {"text": text, "pair": pair})
                        if path not in found and not is_static(route):
                            answer = client.get(path)
                            found[path] = answer.text + str(answer.headers)
    return found


def where(teams: Teams, name: str | None) -> list[str]:
    return [path for path, text in crawled(teams, name).items() if SECRET in text]


def test_no_byte_before_the_reveal_and_all_of_it_afterwards(teams: Teams) -> None:
    teams.begin()
    teams.write("Amara", f"{SECRET} draft")
    assert where(teams, "Bram"), "the crawler finds it where it is"
    assert [where(teams, name) for name in ("Chiara", "Farid")] == [[], []]
    teams.sign()
    assert f"/pairs/{teams.pair()}" in where(teams, "Bram")
    assert {name: where(teams, name) for name in OTHERS} == NOWHERE
    assert [mail for mail in teams.house.rows(Mail) if SECRET in mail.text + mail.subject] == []

    teams.at_phase(Phase.REVEALED)
    assert readers(teams) == {"Chiara", "Farid"}
    for name in ("Chiara", "Farid"):
        assert f"{SECRET} draft" in teams.get(name, teams.received()).text


def readers(teams: Teams) -> set[str | None]:
    """Who of the others reads it where it was received, or by the link of its item."""
    (item,) = teams.items()
    pages = (teams.received(), f"/items/{item}")
    return {name for name in OTHERS if name and any(SECRET in shown(teams, name, page) for page in pages)}


def shown(teams: Teams, name: str, page: str) -> str:
    answer = teams.get(name, page)
    return answer.text if answer.status_code != 303 else teams.get(name, answer.headers["location"]).text


def test_round_that_is_shared_is_read_by_the_cohort_and_by_nobody_else(teams: Teams) -> None:
    teams.give(SECRET)
    teams.at_phase(Phase.OPEN, shared_with="cohort")
    assert readers(teams) == set()
    teams.at_phase(Phase.REVEALED)
    assert readers(teams) == {"Chiara", "Esi", "Farid"}


def test_round_that_is_called_off_reveals_nothing(teams: Teams) -> None:
    teams.give(SECRET)
    teams.done("Farid", f"/rounds/{teams.round}/cancellation", why="Flood")
    teams.at_phase(Phase.REVEALED)
    assert readers(teams) == set()
    assert SECRET in teams.get("Amara", f"/pairs/{teams.pair()}").text


def positions(teams: Teams, name: str, path: str) -> set[str]:
    return set(Follower(teams.house, teams.world.people[name], path).positions.split(","))


def test_no_number_of_a_stream_moves_for_those_who_receive(teams: Teams) -> None:
    """Somebody begins, writes, signs, takes back and signs again: what others follow does not move with it."""
    world = teams.world
    pages = {
        "Chiara": (teams.received(), teams.gives("reed"), f"/pairs/{teams.pair('reed')}", f"/teams/{world.reed.team}"),
        "Esi": (f"/rounds/{teams.round}", f"/cohorts/{world.tide.cohort}", f"/teams/{world.tide.team}"),
        "Farid": (teams.received(), f"/rounds/{teams.round}"),
    }
    before = {(name, path): positions(teams, name, path) for name, paths in pages.items() for path in paths}
    mine = positions(teams, "Bram", teams.gives())
    teams.give(SECRET)
    teams.done("Bram", f"/pairs/{teams.pair()}/taking-back")
    teams.sign("Bram")
    assert {at: positions(teams, *at) for at in before} == before
    assert positions(teams, "Bram", teams.gives()) != mine


def test_masked_feedback_does_not_tell_which_team_gave_it(teams: Teams) -> None:
    teams.at_phase(Phase.OPEN, attribution="none")
    teams.give("What if the bells rang?")
    teams.at_phase(Phase.REVEALED)
    page = teams.get("Chiara", teams.received()).text
    assert "What if the bells rang?" in page
    assert "From a team of this cohort" in page
    told = page.split("<main")[1].split("</main")[0]
    for mark in ("Tide", "Amara", "Port City", f'/teams/{teams.world.tide.team}"', f"/pairs/{teams.pair()}"):
        assert mark not in told, mark
