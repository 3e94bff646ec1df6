"""What teams see of a round while their pages stay open is what a fresh page shows, from release to the last answer."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from feedback.rounds.phases import Phase
from tests.feedback.rounds.teams import Teams
from tests.house import House
from tests.live.follower import Follower
from tests.live.harness import assert_live_equals_fresh, assert_same, following
from tests.live.test_sockets import FORBIDDEN
from tests.world import World

GONE_WITHIN = 2.0


@pytest.fixture
def teams(house: House, world: World) -> Teams:
    return Teams(house, world)


def same(teams: Teams, who: str, path: str, act: Callable[[], object], *, reloads: bool = False) -> None:
    assert_live_equals_fresh(teams.house, teams.world.people[who], path, act, reloads=reloads)


@pytest.mark.parametrize("page", ["list", "feedback"])
def test_open_pages_while_it_is_begun_signed_and_taken_back(teams: Teams, page: str) -> None:
    """The texts stand outside every region, so what lays them out or closes them loads the page again."""
    pair = f"/pairs/{teams.pair()}"
    path = pair if page == "feedback" else teams.gives()
    same(teams, "Bram", path, teams.begin, reloads=True)
    teams.write("Amara", "A point")
    same(teams, "Bram", path, teams.sign, reloads=True)
    same(teams, "Bram", path, lambda: teams.done("Amara", f"{pair}/taking-back"), reloads=True)


def test_page_of_a_feedback_from_opening_to_closing(teams: Teams) -> None:
    pair = f"/pairs/{teams.pair()}"
    teams.at_phase(Phase.WAITING)
    same(teams, "Bram", pair, lambda: teams.at_phase(Phase.OPEN, turn=True))
    same(teams, "Bram", pair, teams.begin, reloads=True)
    teams.write("Amara", "A point")
    same(teams, "Bram", pair, teams.sign, reloads=True)
    same(teams, "Bram", pair, lambda: teams.at_phase(Phase.REVEALED, turn=True))
    (item,) = teams.items()
    same(teams, "Bram", pair, lambda: teams.done("Chiara", f"/items/{item}/thanks"))
    same(teams, "Bram", pair, lambda: teams.done("Chiara", f"/items/{item}/help", text="It did."))
    same(teams, "Bram", pair, lambda: teams.at_phase(Phase.CLOSED, turn=True))


def test_unsigned_texts_are_shut_on_open_pages_when_the_round_closes(teams: Teams) -> None:
    teams.begin()
    teams.write("Amara", "A point")
    pair = f"/pairs/{teams.pair()}"
    same(teams, "Bram", pair, lambda: teams.at_phase(Phase.REVEALED, turn=True))
    same(teams, "Bram", pair, lambda: teams.at_phase(Phase.CLOSED, turn=True), reloads=True)


def test_pair_that_is_taken_out_while_it_is_written(teams: Teams) -> None:
    teams.begin()
    teams.write("Amara", "A point")
    taken_out = f"/pairs/{teams.pair()}/removal"
    same(teams, "Bram", f"/pairs/{teams.pair()}", lambda: teams.done("Farid", taken_out), reloads=True)


@pytest.mark.parametrize("who", ["Chiara", "Farid"])
def test_reveal_turns_an_open_page_over_and_answers_follow(teams: Teams, who: str) -> None:
    teams.give("One\n\nTwo")
    first, second = teams.items()
    page = teams.received()
    same(teams, who, page, lambda: teams.at_phase(Phase.REVEALED, turn=True))
    same(teams, who, page, lambda: teams.done("Chiara", f"/items/{first}/thanks"))
    said = {"kind": "answered", "text": "We tried.", "key": "k"}
    same(teams, who, page, lambda: teams.done("Chiara", f"/items/{second}/answers", **said))
    same(teams, who, page, lambda: teams.done("Chiara", f"/items/{second}/help", text="It did."))
    same(teams, who, page, lambda: teams.at_phase(Phase.CLOSED, turn=True))


def test_feedback_that_is_signed_late_arrives_on_open_pages(teams: Teams) -> None:
    teams.begin()
    teams.write("Amara", "Late")
    teams.at_phase(Phase.REVEALED)
    same(teams, "Chiara", teams.received(), teams.sign)


def test_nothing_is_pushed_early_whatever_a_stream_says(teams: Teams) -> None:
    teams.give("SECRET")
    with following(teams.house, teams.world.people["Chiara"], teams.received()) as page:
        teams.at_phase(Phase.OPEN, turn=True)
        assert_same(*page.settle(), "told before the reveal")
        assert page.frames
        assert "SECRET" not in str(page.frames)


def test_fresh_page_shows_it_though_no_job_ran(teams: Teams) -> None:
    teams.give("SECRET")
    with following(teams.house, teams.world.people["Chiara"], teams.received()) as page:
        teams.at_phase(Phase.REVEALED)
        page.pump(0.5)
        assert "SECRET" not in str(page.frames)
        assert "SECRET" in teams.get("Chiara", teams.received()).text


def test_renamed_person_is_renamed_on_what_they_signed(teams: Teams) -> None:
    teams.give("One")
    teams.at_phase(Phase.REVEALED)
    renamed = {"name": "Amara Renamed", "time_zone": "Europe/Rome", "language": "en"}
    same(teams, "Chiara", teams.received(), lambda: teams.done("Amara", "/profile/preferences", **renamed))


def test_member_who_changes_team_loses_the_drafts_within_two_seconds(teams: Teams) -> None:
    teams.begin()
    teams.write("Amara", "SECRET")
    bram, pair = teams.world.people["Bram"], f"/pairs/{teams.pair()}"
    page = Follower(teams.house, bram, pair)
    page.connect()
    began = time.monotonic()
    move = f"/memberships/{teams.world.memberships['Bram']}/moves"
    teams.done("Farid", move, team=str(teams.world.reed.team))
    assert page.closed_with(GONE_WITHIN) == FORBIDDEN
    assert time.monotonic() - began < GONE_WITHIN
    for path in (pair, teams.gives(), f"/texts/{teams.texts()[0]}"):
        assert teams.get("Bram", path).status_code == 404, path
    assert teams.get("Bram", teams.gives("reed")).status_code == 200
    assert teams.get("Bram", f"/pairs/{teams.pair('reed')}").status_code == 200
    assert "SECRET" not in teams.get("Bram", teams.received()).text


def test_team_that_nobody_is_left_in_reveals_what_it_signed(teams: Teams) -> None:
    teams.give("SECRET but signed")
    for who in ("Amara", "Bram"):
        teams.done("Farid", f"/memberships/{teams.world.memberships[who]}/removal")
        assert teams.get(who, teams.gives()).status_code == 404
    teams.at_phase(Phase.REVEALED)
    assert "SECRET but signed" in teams.get("Chiara", teams.received()).text
