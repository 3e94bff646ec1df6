"""Who gives feedback to whom: a proposal, the same for the same question and seed. No input, no output, no clock.

Conflicts and earlier meetings are never broken. Two wishes are broken only where it cannot be helped: that the two
teams share a language, and that they come from different countries. Among the proposals that break the fewest wishes
it takes one whose teams work on close things. This is a flow of least cost in a graph of givers and receivers; edges
cost the wishes they break, 0 to 2, so it is found in few rounds of shortest paths (filling.py), and then pairs trade
receivers as long as that brings closer teams together (docs/decisions/0040).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from feedback.rounds.closeness import Closeness, closeness
from feedback.rounds.filling import Filling


class Wish(StrEnum):
    """What a pair should be like, and a proposal tells where it is not."""

    LANGUAGE = "no common language"
    COUNTRY = "same country"


class Bar(StrEnum):
    """Why two teams must not be paired."""

    CONFLICT = "conflict"
    MET = "met before"


class Short(StrEnum):
    """Why a team gives to or gets from fewer teams than planned."""

    FEW_TEAMS = "few teams"
    BARRED = "barred"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A team that takes part. `languages`: BCP 47 tags; `words`: of its initiative, significant ones, folded."""

    team_id: int
    country: str
    languages: frozenset[str]
    part: str
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Question:
    """What to allocate: each of `teams` gives feedback to `gives` others and gets as much. `conflicts`: pairs of teams,
    in either order; `met`: (giver, receiver) of earlier rounds; `kept`: pairs that stand whatever they break.
    `stretch`: others may give or get one more where somebody would have fewer."""

    teams: tuple[Candidate, ...]
    gives: int
    conflicts: frozenset[tuple[int, int]] = frozenset()
    met: frozenset[tuple[int, int]] = frozenset()
    kept: tuple[tuple[int, int], ...] = ()
    seed: int = 0
    stretch: bool = False


@dataclass(frozen=True, slots=True)
class Proposed:
    """A pair: `shared` are words both initiatives use, `fits` whether one asks and the other brings; `broken` wishes,
    and `barred` only for a pair that was kept."""

    giver_id: int
    receiver_id: int
    shared: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    fits: bool = False
    broken: tuple[Wish, ...] = ()
    barred: tuple[Bar, ...] = ()


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A team with less than planned, `gives` and `gets`, and why on either side. None: that side is as planned."""

    team_id: int
    gives: int
    gets: int
    gives_why: Short | None
    gets_why: Short | None


@dataclass(frozen=True, slots=True)
class Allocation:
    """A proposal: its pairs in the order of their teams, and who gets or gives less than was asked for."""

    pairs: tuple[Proposed, ...]
    shortfalls: tuple[Shortfall, ...] = field(default=())


def wishes(giver: Candidate, receiver: Candidate) -> tuple[Wish, ...]:
    """What a pair of them breaks. A team of which no language is known is taken to share one."""
    known = giver.languages and receiver.languages
    apart = () if not known or _speaks(giver) & _speaks(receiver) else (Wish.LANGUAGE,)
    same = (Wish.COUNTRY,) if giver.country and giver.country == receiver.country else ()
    return (*apart, *same)


def _speaks(one: Candidate) -> frozenset[str]:
    """`pt-BR` and `pt` understand each other."""
    return frozenset(tag.partition("-")[0].lower() for tag in one.languages)


def bars(question: Question, giver_id: int, receiver_id: int) -> tuple[Bar, ...]:
    """Why that pair must not be."""
    either = {(giver_id, receiver_id), (receiver_id, giver_id)}
    conflict = (Bar.CONFLICT,) if either & question.conflicts else ()
    return (*conflict, *((Bar.MET,) if (giver_id, receiver_id) in question.met else ()))


def with_few_givers(question: Question, few: int) -> list[int]:
    """The teams to which fewer than `few` others can give: where givers are not named, they may work out who gave."""
    ids = [one.team_id for one in question.teams]
    inside = set(ids)
    barred = {one for pair in question.conflicts for one in (pair, pair[::-1])} | question.met
    out = Counter(receiver for giver, receiver in barred if giver in inside)
    return [id_ for id_ in ids if len(ids) - 1 - out[id_] < few]


def allocate(question: Question) -> Allocation:
    """The proposal. Fewer than two teams have nobody to give to."""
    teams = question.teams
    place = {one.team_id: number for number, one in enumerate(teams)}
    kept = [
        (place[giver], place[receiver]) for giver, receiver in question.kept if giver in place and receiver in place
    ]
    near = closeness([one.words for one in teams], [one.part for one in teams])
    cost = _costs(question, place)
    filling = Filling(cost, near.score, min(question.gives, max(len(teams) - 1, 0)), kept, question.seed)
    filling.fill()
    if question.stretch:
        filling.stretch()
    found = [(giver, receiver) for giver, mine in enumerate(filling.given) for receiver in sorted(mine)]
    pairs = tuple(
        proposed(question, teams[giver], teams[receiver], near, (giver, receiver)) for giver, receiver in found
    )
    return Allocation(pairs, tuple(_shortfalls(question, filling, cost)))


def _costs(question: Question, place: Mapping[int, int]) -> list[list[int | None]]:
    """What each pair breaks; None: it must not be."""
    rows: list[list[int | None]] = [[len(wishes(one, other)) for other in question.teams] for one in question.teams]
    for number in range(len(rows)):
        rows[number][number] = None
    both = ((one, other) for pair in question.conflicts for one, other in (pair, pair[::-1]))
    for one, other in (*both, *question.met):
        if one in place and other in place:
            rows[place[one]][place[other]] = None
    return rows


def proposed(
    question: Question, giver: Candidate, receiver: Candidate, near: Closeness, at: tuple[int, int]
) -> Proposed:
    """That pair with its reasons; `at`: where its teams stand in `near`."""
    return Proposed(
        giver.team_id,
        receiver.team_id,
        shared=near.shared(*at),
        languages=tuple(sorted(_speaks(giver) & _speaks(receiver))),
        fits={giver.part, receiver.part} == {"asks", "brings"},
        broken=wishes(giver, receiver),
        barred=bars(question, giver.team_id, receiver.team_id),
    )


def _shortfalls(question: Question, filling: Filling, cost: Sequence[Sequence[int | None]]) -> list[Shortfall]:
    found = []
    for number, one in enumerate(question.teams):
        gives, gets = len(filling.given[number]), len(filling.received[number])
        may_give = sum(value is not None for value in cost[number])
        may_get = sum(row[number] is not None for row in cost)
        if min(gives, gets) < question.gives:
            why_less = _why(question, gives, may_give), _why(question, gets, may_get)
            found.append(Shortfall(one.team_id, gives, gets, *why_less))
    return found


def _why(question: Question, has: int, may: int) -> Short | None:
    """Too few teams there are; too few it may be paired with; or those it may be paired with are taken by others."""
    if has >= question.gives:
        return None
    if len(question.teams) <= question.gives:
        return Short.FEW_TEAMS
    return Short.BARRED if may < question.gives else Short.TAKEN


def against(
    question: Question, pairs: Collection[tuple[int, int]]
) -> dict[tuple[int, int], tuple[tuple[Wish, ...], tuple[Bar, ...]]]:
    """What each of those pairs breaks, of those that break anything."""
    teams = {one.team_id: one for one in question.teams}
    told = {
        (giver, receiver): (wishes(teams[giver], teams[receiver]), bars(question, giver, receiver))
        for giver, receiver in pairs
        if giver in teams and receiver in teams
    }
    return {pair: reasons for pair, reasons in told.items() if any(reasons)}
