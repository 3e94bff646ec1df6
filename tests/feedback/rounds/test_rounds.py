"""Rounds on both databases: who knows of them, and what becomes of one whose teams and times change."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cohorts import memberships, teams
from cohorts.models import Cohort, Membership, Role
from cohorts.policies import PEER
from feedback.rounds import balance, conflicts, pairs, rounds
from feedback.rounds.models import Pair
from feedback.rounds.pairs import NoPair
from feedback.rounds.phases import Phase, phase
from feedback.rounds.policies import (
    may_answer_feedback,
    may_cancel_round,
    may_declare_conflict,
    may_edit_round,
    may_move_round,
    may_pair_teams,
    may_read_received,
    may_remind,
    may_see_conflicts,
    may_see_rounds,
    visible_rounds,
)
from feedback.rounds.rounds import ROUND, Changed, NotYet, RoundFacts
from feedback.rounds.stuck import Trouble, stuck
from people import organisations, persons
from server.clock import utc_now
from server.db import Database, Db
from tests.feedback.conftest import seen_by
from tests.rounds import DAY, facts_of, pair_of, plan_of, planned, released
from tests.world import World, of

NOW = utc_now()
RUNS, MEMBER, PEERS = frozenset({Role.FACILITATOR}), frozenset({Role.MEMBER}), frozenset({PEER})


def round_of(db: Db, world: World, **other: Any) -> RoundFacts:
    """Another round of Tide's cohort, released."""
    return released(db, world.tide.cohort, world.people["Farid"], plan_of(NOW, repeats=True, **other), NOW)


def third_team(db: Db, world: World, name: str = "Weir") -> int:
    """One more team in Tide's cohort, with somebody in it."""
    house = organisations.add(db, name=f"{name} office", country="KE", time_zone="Africa/Nairobi", languages=["sw"])
    team = teams.create(db, db.get_one(Cohort, world.tide.cohort), house, name=name)
    person = persons.add(db, name=f"{name} Abara", email=f"{name.lower()}@example.org", organisation_id=of(house.id))
    memberships.join(db, person=person, role=Role.MEMBER, team_id=team.id, now=NOW)
    return of(team.id)


@pytest.mark.parametrize(
    ("roles", "sees"),
    [
        ({Role.FACILITATOR}, {"planned", "released"}),
        ({PEER}, {"released"}),
        ({Role.ADVISER}, {"released"}),
        ({Role.SPONSOR}, set()),
        ({Role.OWNER}, set()),
        (set(), set()),
    ],
)
def test_who_knows_of_rounds(database: Database, world: World, roles: set[str], sees: set[str]) -> None:
    with database.transaction(writing=True) as db:
        by = world.people["Farid"]
        ids = {
            planned(db, world.tide.cohort, by, plan_of(NOW, repeats=True), NOW).id: "planned",
            round_of(db, world).id: "released",
        }
        found = rounds.read(db, ROUND.c.id.in_(ids), visible_rounds(frozenset(roles)))
        assert {ids[one.id] for one in found} == sees
        assert may_see_rounds(frozenset(roles)) == ("released" in sees)


def test_rights_follow_the_phase() -> None:
    phases = {may: {one for one in Phase if may(RUNS, one)} for may in (may_edit_round, may_pair_teams, may_remind)}
    assert phases[may_edit_round] == {Phase.PLANNED}
    assert phases[may_pair_teams] == {Phase.PLANNED, Phase.WAITING, Phase.OPEN}
    assert phases[may_remind] == {Phase.WAITING, Phase.OPEN, Phase.REVEALED}
    assert {one for one in Phase if may_cancel_round(RUNS, one)} == phases[may_pair_teams]
    assert {one for one in Phase if may_move_round(RUNS, one)} == set(Phase) - {Phase.CLOSED, Phase.CANCELLED}
    assert {one for one in Phase if may_answer_feedback(MEMBER, one)} == {Phase.REVEALED}
    for may in (*phases, may_cancel_round, may_move_round):
        assert not any(may(MEMBER | PEERS | {Role.ADVISER, Role.OWNER}, one) for one in Phase)


def test_nobody_reads_before_the_reveal() -> None:
    everybody = frozenset({*Role, PEER})
    for reached in set(Phase) - {Phase.REVEALED, Phase.CLOSED}:
        assert not may_read_received(everybody, reached, "cohort")
    assert may_read_received(MEMBER, Phase.REVEALED, "team")
    assert not may_read_received(PEERS, Phase.REVEALED, "team")
    assert may_read_received(PEERS, Phase.REVEALED, "cohort")


def test_released_once(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        facts = round_of(db, world)
        rounds.release(db, facts, by_id=world.people["Esi"], now=NOW + DAY)
        assert facts_of(db, facts.id).released_at == facts.released_at


def test_round_whose_reveal_is_over_is_not_released(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        facts = planned(db, world.tide.cohort, world.people["Farid"], plan_of(NOW, repeats=True), NOW)
        with pytest.raises(NotYet):
            rounds.release(db, facts, by_id=world.people["Farid"], now=facts.reveals_at)


def test_who_wrote_over_an_older_version_is_told(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        facts = planned(db, world.tide.cohort, world.people["Farid"], plan_of(NOW), NOW)
        rounds.change(db, facts, plan_of(NOW, title="Second title"), base=facts.version)
        with pytest.raises(Changed):
            rounds.change(db, facts, plan_of(NOW, title="Third title"), base=facts.version)
        assert facts_of(db, facts.id).title == "Second title"
        assert [one.number for one in rounds.sections_of(db, facts.id)] == [1, 2, 3]


def test_round_is_moved_while_people_write(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        facts = round_of(db, world)
        later = facts.reveals_at + 5 * DAY
        times = {"opens_at": facts.opens_at, "reveals_at": later, "closes_at": later + DAY}
        before = pairs.read(db, facts.id)
        rounds.move(db, facts, **times, zone="Asia/Tokyo", now=NOW)
        moved = facts_of(db, facts.id)
        assert (moved.reveals_at, moved.time_zone) == (later, "Asia/Tokyo")
        assert phase(moved, facts.reveals_at) == Phase.OPEN
        assert pairs.read(db, facts.id) == before


def test_conflict_is_kept_and_shown_against_a_pair_by_hand(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        weir = third_team(db, world)
        tide, reed = world.tide.team, world.reed.team
        conflicts.declare(db, tide, reed, why="One contract.", by_id=world.people["Amara"], now=NOW)
        facts = planned(db, world.tide.cohort, world.people["Farid"], plan_of(NOW, repeats=True), NOW)
        assert {tide, reed} not in [{one.giver_id, one.receiver_id} for one in pairs.read(db, facts.id)]
        pairs.add(db, facts, reed, tide, NOW)
        pairs.propose(db, facts, NOW, anew=True)
        stands = {(one.giver_id, one.receiver_id): one.by_hand for one in pairs.read(db, facts.id)}
        assert stands[reed, tide]
        assert weir in {giver for giver, _ in stands}
        conflicts.take_back(db, tide, reed)
        assert conflicts.in_cohort(db, world.tide.cohort) == []


def test_nobody_meets_twice_unless_asked(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        by, cohort = world.people["Farid"], world.tide.cohort
        # The world's own round has paired its only two teams already.
        assert pairs.read(db, planned(db, cohort, by, plan_of(NOW), NOW).id) == []
        assert len(pairs.read(db, planned(db, cohort, by, plan_of(NOW, repeats=True), NOW).id)) == 2


def test_pairs_trade(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        weir, dike = third_team(db, world), third_team(db, world, "Dike")
        facts = round_of(db, world)
        for one in pairs.read(db, facts.id):
            pairs.drop(db, facts, one.id, NOW)
        tide, reed = world.tide.team, world.reed.team
        pairs.add(db, facts, tide, reed, NOW)
        pairs.add(db, facts, weir, dike, NOW)
        first, second = pair_of(db, facts.id, tide), pair_of(db, facts.id, weir)
        pairs.swap(db, facts, first, second, NOW)
        now = {(pair.giver_id, pair.receiver_id) for pair in pairs.read(db, facts.id)}
        assert now == {(tide, dike), (weir, reed)}
        with pytest.raises(NoPair):
            pairs.swap(db, facts, first, second, NOW)


@pytest.mark.parametrize("which", ["itself", "twice", "outside", "excused"])
def test_pairs_that_cannot_be(database: Database, world: World, which: str) -> None:
    with database.transaction(writing=True) as db:
        facts, tide, reed = round_of(db, world), world.tide.team, world.reed.team
        if which == "excused":
            pairs.excuse(db, facts, reed, by_id=world.people["Farid"], now=NOW)
        receiver = {"itself": tide, "outside": world.lantern.team}.get(which, reed)
        with pytest.raises(NoPair):
            pairs.add(db, facts, tide, receiver, NOW)


def test_dropped_pair_comes_back_as_it_was(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        facts, tide = round_of(db, world), world.tide.team
        pair_id = pair_of(db, facts.id, tide)
        pairs.drop(db, facts, pair_id, NOW)
        pairs.drop(db, facts, pair_id, NOW)
        assert [one.giver_id for one in pairs.read(db, facts.id)] == [world.reed.team]
        pairs.add(db, facts, tide, world.reed.team, NOW)
        assert pair_of(db, facts.id, tide) == pair_id
        planned_one = planned(db, world.tide.cohort, world.people["Farid"], plan_of(NOW, repeats=True), NOW)
        pairs.drop(db, planned_one, pair_of(db, planned_one.id, tide), NOW)
        left = db.execute(select(Pair.id).where(Pair.round_id == planned_one.id)).scalars().all()  # type: ignore[call-overload]
        assert len(left) == 1, "what nobody was told of leaves nothing behind"


def troubles(db: Db, facts: RoundFacts, now: datetime) -> set[tuple[int, Trouble]]:
    inside, found = pairs.teams_in(db, facts.id), pairs.read(db, facts.id)
    counted = balance.balances(inside, found, balance.ever(db, facts.cohort_id))
    return {(one.team_id, one.trouble) for one in stuck(phase(facts, now), facts.gives, inside, found, counted)}


def test_team_that_dissolves_is_stuck_and_can_be_replaced(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        weir, dike = third_team(db, world), third_team(db, world, "Dike")
        facts = round_of(db, world)
        held = db.execute(select(Membership).where(Membership.team_id == weir)).scalars().all()  # type: ignore[arg-type]
        for one in held:
            memberships.remove(db, one, by=world.people["Farid"], now=NOW)
        assert (weir, Trouble.NOBODY) in troubles(db, facts, NOW)
        pairs.excuse(db, facts, weir, by_id=world.people["Farid"], now=NOW)
        assert weir not in {team for team, _ in troubles(db, facts, NOW)}
        assert {Trouble.GIVES_LESS, Trouble.GETS_LESS} & {trouble for _, trouble in troubles(db, facts, NOW)}
        pairs.propose(db, facts, NOW, anew=False)
        found = pairs.read(db, facts.id)
        assert weir not in {team for one in found for team in (one.giver_id, one.receiver_id)}
        left = {world.tide.team, world.reed.team, dike}
        assert {one.giver_id for one in found} == {one.receiver_id for one in found} == left
        assert len(found) <= 4, "nobody gives or gets more than one more than planned"


def test_team_without_anybody_is_left_out(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        house = organisations.add(db, name="Empty office", country="KE", time_zone="UTC")
        empty = of(teams.create(db, db.get_one(Cohort, world.tide.cohort), house, name="Empty").id)
        facts = round_of(db, world)
        assert empty not in {one.giver_id for one in pairs.read(db, facts.id)}
        assert (empty, Trouble.NOBODY) in troubles(db, facts, NOW)


def test_member_who_changes_team_takes_no_words_along(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        facts = round_of(db, world)
        memberships.remove(db, db.get_one(Membership, world.memberships["Bram"]), by=world.people["Farid"], now=NOW)
        person = persons.by_id(db, world.people["Bram"])
        assert person is not None
        memberships.join(db, person=person, role=Role.MEMBER, team_id=world.reed.team, now=NOW)
        inside = {one.id: one.members for one in pairs.teams_in(db, facts.id)}
        assert inside == {world.tide.team: 1, world.reed.team: 2}
        assert Role.MEMBER not in seen_by(db, world, "Bram", world.tide).roles
        assert may_declare_conflict(seen_by(db, world, "Bram", world.reed))


@pytest.mark.parametrize("count", [0, 1])
def test_round_of_too_few_teams(database: Database, world: World, count: int) -> None:
    with database.transaction(writing=True) as db:
        facts = planned(db, world.lantern.cohort, world.people["Farid"], plan_of(NOW, gives=3), NOW)
        if not count:
            pairs.excuse(db, facts, world.lantern.team, by_id=world.people["Farid"], now=NOW)
        assert pairs.propose(db, facts, NOW, anew=True).pairs == ()


def test_team_that_comes_later_is_taken_in(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        facts = round_of(db, world)
        weir = third_team(db, world)
        assert pairs.outside(db, facts) == [(weir, "Weir")]
        rounds.take_in(db, facts.id, [weir])
        pairs.propose(db, facts, NOW, anew=False)
        assert pairs.outside(db, facts) == []
        degree = balance.balances(pairs.teams_in(db, facts.id), pairs.read(db, facts.id), {})
        assert {one.gives for one in degree} | {one.gets for one in degree} <= {1, 2}


def test_conflicts_are_for_the_team_and_those_who_run_it(database: Database, world: World) -> None:
    with database.transaction(writing=False) as db:
        sees = {name for name in world.people if may_see_conflicts(seen_by(db, world, name, world.tide))}
        assert sees == {"Amara", "Bram", "Farid"}


def test_cancelled_for_a_reason_that_stays(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        facts = round_of(db, world)
        for why in ("Flood.", "Another reason."):
            rounds.cancel(db, facts, why=why, by_id=world.people["Farid"], now=NOW + timedelta(hours=1))
        called_off = facts_of(db, facts.id)
        assert called_off.cancelled_why == "Flood."
        assert phase(called_off, NOW + 30 * DAY) == Phase.CANCELLED
        assert phase(replace(called_off, cancelled_at=None), NOW + 30 * DAY) == Phase.CLOSED
