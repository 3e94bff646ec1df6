"""Who is stuck in a round, and why: the list a facilitator works through."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from feedback.rounds.balance import Balance
from feedback.rounds.pairs import PairNow, TeamIn
from feedback.rounds.phases import Phase


class Trouble(StrEnum):
    """Why a team is stuck. NOBODY: it has no people; UNSEEN: none of them was signed in since the round opened."""

    NOBODY = "nobody"
    NO_DOCUMENT = "no document"
    UNSEEN = "unseen"
    NOT_BEGUN = "not begun"
    UNSIGNED = "unsigned"
    GIVES_LESS = "gives less"
    GETS_LESS = "gets less"


@dataclass(frozen=True, slots=True)
class Stuck:
    """A team that needs help: `count` of `of` feedbacks are concerned."""

    team_id: int
    trouble: Trouble
    count: int = 0
    of: int = 0


def stuck(
    reached: Phase,
    gives: int,
    teams: Sequence[TeamIn],
    pairs: Sequence[PairNow],
    balances: Sequence[Balance],
    lacking: Collection[int] = (),
) -> list[Stuck]:
    """What stands in the way of each team, the gravest first; `gives`: how many each should give and get; `lacking`:
    the teams that have not handed in the document the round asks for."""
    by_team = {one.team_id: one for one in balances}
    found = []
    for team in teams:
        if team.excused_at is not None:
            continue
        mine = [pair for pair in pairs if pair.giver_id == team.id]
        if team.id in lacking and team.members and reached in (Phase.WAITING, Phase.OPEN):
            found.append(Stuck(team.id, Trouble.NO_DOCUMENT))
        found += [Stuck(team.id, *told) for told in _of_team(reached, gives, team, mine, by_team[team.id])]
    return sorted(found, key=lambda one: list(Trouble).index(one.trouble))


def _of_team(
    reached: Phase, gives: int, team: TeamIn, mine: Sequence[PairNow], balance: Balance
) -> list[tuple[Trouble, int, int]]:
    owed = [pair for pair in mine if pair.signed_at is None]
    if reached == Phase.REVEALED:
        # Nobody is paired any more, and who is there can still sign.
        return _owes(team, mine, owed) if team.members else []
    less = [(Trouble.GETS_LESS, balance.gets, gives)] if balance.gets < gives else []
    less += [(Trouble.GIVES_LESS, balance.gives, gives)] if balance.gives < gives and team.members else []
    if not team.members:
        return [(Trouble.NOBODY, 0, 0), *less]
    return [*(_owes(team, mine, owed) if reached == Phase.OPEN else []), *less]


def _owes(team: TeamIn, mine: Sequence[PairNow], owed: Sequence[PairNow]) -> list[tuple[Trouble, int, int]]:
    if not owed:
        return []
    if team.seen_at is None and not any(pair.begun for pair in mine):
        return [(Trouble.UNSEEN, len(owed), len(mine))]
    begun = sum(pair.begun for pair in owed)
    waits = [(Trouble.NOT_BEGUN, len(owed) - begun, len(mine))] if begun < len(owed) else []
    return [*waits, *([(Trouble.UNSIGNED, begun, len(mine))] if begun else [])]
