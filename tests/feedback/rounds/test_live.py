"""What teams see of a round while their pages stay open is what a fresh page shows, from release to the last answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from feedback.rounds.models import ItemAnswer
from feedback.rounds.phases import Phase
from server.clock import utc_now
from tests.feedback.rounds.teams import Teams
from tests.house import House
from tests.live.follower import Follower
from tests.live.harness import assert_live_equals_fresh, assert_same, following
from tests.live.test_sockets import FORBIDDEN
from tests.rounds import plan_of, released
from tests.world import World


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


def test_what_was_answered_is_taken_back_on_open_pages(teams: Teams) -> None:
    teams.give("One")
    (item,) = teams.items()
    teams.at_phase(Phase.REVEALED)
    words, none = {"kind": "answered", "text": "SECRET"}, {"kind": "taken on", "text": ""}
    pair = f"/pairs/{teams.pair()}"
    for who, page, said in (("Amara", pair, words), ("Chiara", teams.received(), none), ("Amara", "/notices", words)):
        teams.done("Chiara", f"/items/{item}/answers", **said, key=page)
        last = max(one.id or 0 for one in teams.house.rows(ItemAnswer))
        same(teams, who, page, partial(teams.done, "Chiara", f"/items/{item}/answers/{last}/withdrawal"))
    assert "SECRET" not in teams.get("Amara", pair).text


def test_what_a_team_owes_stands_on_its_own_page(teams: Teams) -> None:
    page, owed = f"/teams/{teams.world.tide.team}", "Your team has signed"
    assert f"{owed} 0 of 1." in teams.get("Bram", page).text
    for who in ("Chiara", "Esi", "Farid"):
        assert owed not in teams.get(who, page).text, who
    teams.begin()
    teams.write("Amara", "A point")
    same(teams, "Bram", page, teams.sign)
    assert f"{owed} 1 of 1." in teams.get("Bram", page).text
    same(teams, "Bram", page, lambda: teams.done("Amara", f"/pairs/{teams.pair()}/taking-back"))
    same(teams, "Bram", page, lambda: teams.done("Farid", f"/pairs/{teams.pair()}/removal"))
    assert "Your team gives no feedback in this round" in teams.get("Bram", page).text
    same(teams, "Bram", page, lambda: teams.at_phase(Phase.CLOSED, turn=True), reloads=True)
    assert "What we give" not in teams.get("Bram", page).text


def test_new_round_is_owed_on_open_pages_of_teams(teams: Teams) -> None:
    page, world = f"/teams/{teams.world.tide.team}", teams.world

    def release() -> None:
        with teams.house.database(writing=True) as db:
            released(db, world.tide.cohort, world.people["Farid"], plan_of(utc_now(), repeats=True), utc_now())

    same(teams, "Bram", page, release, reloads=True)
    assert teams.get("Bram", page).text.count("Your team has signed 0 of 1.") == 2
    # The others read of the round without that.
    same(teams, "Chiara", page, release)


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
    move = f"/memberships/{teams.world.memberships['Bram']}/moves"
    teams.done("Farid", move, team=str(teams.world.reed.team))
    assert page.closed_with() == FORBIDDEN
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
