"""Who is stuck, from what the tables hold: the gravest first."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from feedback.rounds.balance import balances
from feedback.rounds.pairs import PairNow, TeamIn
from feedback.rounds.phases import Phase
from feedback.rounds.stuck import Trouble, stuck

NOW = datetime(2027, 3, 1, tzinfo=UTC)


def team(id_: int, *, members: int = 2, seen: bool = True) -> TeamIn:
    return TeamIn(id_, f"T{id_}", "learns", False, "FR", ("fr",), members, NOW if seen else None, None, 1, 2)


def pair(id_: int, giver: int, receiver: int, *, begun: bool = False, signed: bool = False) -> PairNow:
    return PairNow(id_, giver, receiver, False, "[]", begun, NOW if signed else None)


def found(reached: Phase, first: TeamIn, mine: PairNow) -> list[Trouble]:
    teams, pairs = [first, team(2)], [mine, pair(9, 2, 1, signed=True)]
    told = stuck(reached, 1, teams, pairs, balances(teams, pairs, {}))
    return [one.trouble for one in told if one.team_id == 1]


@pytest.mark.parametrize(
    ("first", "mine", "troubles"),
    [
        (team(1, seen=False), pair(1, 1, 2), [Trouble.UNSEEN]),
        (team(1), pair(1, 1, 2), [Trouble.NOT_BEGUN]),
        (team(1), pair(1, 1, 2, begun=True), [Trouble.UNSIGNED]),
        (team(1, seen=False), pair(1, 1, 2, begun=True), [Trouble.UNSIGNED]),
        (team(1), pair(1, 1, 2, begun=True, signed=True), []),
        (team(1, members=0), pair(1, 1, 2), [Trouble.NOBODY]),
    ],
)
def test_what_is_missing(first: TeamIn, mine: PairNow, troubles: list[Trouble]) -> None:
    assert found(Phase.OPEN, first, mine) == troubles


@pytest.mark.parametrize(
    ("first", "mine", "troubles"),
    [
        (team(1), pair(1, 1, 2), [Trouble.NOT_BEGUN]),
        (team(1), pair(1, 1, 2, begun=True), [Trouble.UNSIGNED]),
        (team(1, seen=False), pair(1, 1, 2), [Trouble.UNSEEN]),
        (team(1), pair(1, 1, 2, begun=True, signed=True), []),
        (team(1, members=0), pair(1, 1, 2), []),
    ],
)
def test_who_is_late_is_named_as_long_as_they_can_sign(first: TeamIn, mine: PairNow, troubles: list[Trouble]) -> None:
    """Nobody is paired any more: that somebody gives or gets less helps nobody then."""
    assert found(Phase.REVEALED, first, mine) == troubles
    assert found(Phase.CLOSED, team(1), pair(1, 1, 2)) == []


def test_nobody_owes_before_the_round_opens() -> None:
    assert found(Phase.WAITING, team(1), pair(1, 1, 2)) == []
