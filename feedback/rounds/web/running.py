"""What facilitators see of a round: how it stands, who is stuck with the ways out, and each team with its pairs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from cohorts.identity import stricter
from cohorts.memberships import FEW
from cohorts.models import Attribution
from cohorts.policies import Vantage
from feedback.rounds import balance, conflicts, documents, pairs, rounds
from feedback.rounds.allocation import against, with_few_givers
from feedback.rounds.balance import Balance
from feedback.rounds.conflicts import Declared
from feedback.rounds.pairs import PairNow, TeamIn
from feedback.rounds.phases import Phase, phase
from feedback.rounds.policies import UNREVEALED
from feedback.rounds.rounds import RoundFacts
from feedback.rounds.stuck import Trouble, stuck
from feedback.rounds.web.words import AGAINST, PHASES, TROUBLES, WHAT_NOW
from server.db import Db
from server.live.kinds import shared
from server.pages import Fragment


class RunHead(NamedTuple):
    """How a round stands. `few`: how many teams may work out who gave to them, where givers are not named; `outside`:
    teams of the cohort that are not in it, id and name."""

    id: int
    title: str
    phase: str
    word: str
    what_now: str
    opens_at: datetime
    reveals_at: datetime
    closes_at: datetime
    zone: str
    planned: int
    pairs: int
    begun: int
    signed: int
    broken: int
    few: int
    why: str
    outside: tuple[tuple[int, str], ...]
    may_edit: bool
    may_pair: bool
    may_move: bool


class PairShown(NamedTuple):
    """A pair in the row of its giver: `against`, msgids of what speaks against it; `shared`, words both teams use."""

    id: int
    team_id: int
    name: str
    state: str
    against: tuple[str, ...]
    shared: tuple[str, ...]
    by_hand: bool


class TeamShown(NamedTuple):
    """A team with whom it gives feedback to and gets it from."""

    id: int
    name: str
    sample: bool
    members: int
    excused: bool
    gives: tuple[PairShown, ...]
    gets: tuple[PairShown, ...]
    balance: Balance


class RunTeams(NamedTuple):
    """All teams of a round. `may_pair`: it can still be arranged anew."""

    id: int
    rows: tuple[TeamShown, ...]
    planned: int
    may_pair: bool


class StuckShown(NamedTuple):
    """A team that needs help: `word` is a msgid with `many` as `count`, and `of`; and which ways out there are."""

    team_id: int
    name: str
    word: str
    many: int
    of: int
    may_remind: bool
    may_excuse: bool
    may_fill: bool


class RunStuck(NamedTuple):
    """Who is stuck. `pairs`: there are any, without which nobody can be; `may_remind_all`: there is more than
    one to remind."""

    id: int
    rows: tuple[StuckShown, ...]
    phase: str
    pairs: bool
    may_remind_all: bool


class RunConflicts(NamedTuple):
    """With whom teams should not be paired, and why: names and words."""

    rows: tuple[Declared, ...]


class _Found(NamedTuple):
    teams: Sequence[TeamIn]
    pairs: Sequence[PairNow]
    ever: Mapping[int, tuple[int, int]]
    against: Mapping[tuple[int, int], tuple[str, ...]]
    few: int
    outside: Sequence[tuple[int, str]]
    conflicts: Sequence[Declared]
    lacking: frozenset[int]


def _find(db: Db, facts: RoundFacts) -> _Found:
    teams, found = pairs.teams_in(db, facts.id), pairs.read(db, facts.id)
    asked = pairs.question(db, facts, teams)
    told = against(asked, [(one.giver_id, one.receiver_id) for one in found])
    words = {pair: tuple(AGAINST[one] for one in (*broken, *barred)) for pair, (broken, barred) in told.items()}
    apart = conflicts.in_cohort(db, facts.cohort_id)
    ever, lacking = balance.ever(db, facts.cohort_id), documents.lacking(db, facts)
    few = len(with_few_givers(asked, FEW))
    return _Found(teams, found, ever, words, few, pairs.outside(db, facts), apart, lacking)


def shown(db: Db, facts: RoundFacts, now: datetime, vantage: Vantage) -> dict[str, Fragment]:
    """The head, the stuck list, the teams and the conflicts of a round, as facilitators of its cohort see them."""
    found = shared(db, ("run", facts.id), lambda: _find(db, facts))
    zone = shared(db, ("zone", facts.cohort_id), lambda: rounds.zone_of(db, facts.cohort_id))
    reached = phase(facts, now)
    balances = balance.balances(found.teams, found.pairs, found.ever)
    made = {
        "head": _head(facts, found, reached, zone, stricter(vantage.attribution, facts.attribution)),
        "stuck": _stuck(facts, found, reached, balances),
        "teams": _teams(facts, found, reached, balances),
        "conflicts": RunConflicts(tuple(found.conflicts)),
    }
    return {part: Fragment(f"rounds/_run_{part}.html", it, f"run-{part}-{facts.id}") for part, it in made.items()}


def _head(facts: RoundFacts, found: _Found, reached: Phase, zone: str, under: Attribution) -> RunHead:
    taking = sum(one.takes_part for one in found.teams)
    return RunHead(
        id=facts.id,
        title=facts.title,
        phase=reached,
        word=PHASES[reached],
        what_now=WHAT_NOW[reached],
        opens_at=facts.opens_at,
        reveals_at=facts.reveals_at,
        closes_at=facts.closes_at,
        zone=zone,
        planned=taking * facts.gives,
        pairs=len(found.pairs),
        begun=sum(one.begun or one.signed_at is not None for one in found.pairs),
        signed=sum(one.signed_at is not None for one in found.pairs),
        broken=len(found.against),
        few=found.few if under != Attribution.NAMED and reached in UNREVEALED else 0,
        why=facts.cancelled_why,
        outside=tuple(found.outside) if reached in UNREVEALED else (),
        may_edit=reached == Phase.PLANNED,
        may_pair=reached in UNREVEALED,
        may_move=reached not in (Phase.CLOSED, Phase.CANCELLED),
    )


def _stuck(facts: RoundFacts, found: _Found, reached: Phase, balances: Sequence[Balance]) -> RunStuck:
    names = {one.id: one.name for one in found.teams}
    told = (reached, facts.gives, found.teams, found.pairs, balances, found.lacking)
    listed = stuck(*told) if reached in (*UNREVEALED, Phase.REVEALED) else []
    owes = (Trouble.NO_DOCUMENT, Trouble.UNSEEN, Trouble.NOT_BEGUN, Trouble.UNSIGNED)
    excusable = (Trouble.NOBODY, Trouble.NO_DOCUMENT, Trouble.UNSEEN, Trouble.NOT_BEGUN)
    rows = tuple(
        StuckShown(
            one.team_id,
            names[one.team_id],
            TROUBLES[one.trouble],
            one.count,
            one.of,
            may_remind=one.trouble in owes,
            may_excuse=reached in UNREVEALED and one.trouble in excusable,
            may_fill=one.trouble in (Trouble.GIVES_LESS, Trouble.GETS_LESS),
        )
        for one in listed
        # Before there is any pair every team gets fewer than planned: the one way out is to propose some.
        if found.pairs or one.trouble == Trouble.NOBODY
    )
    owing = {one.team_id for one in rows if one.may_remind}
    return RunStuck(facts.id, rows, reached, bool(found.pairs), len(owing) > 1)


def _teams(facts: RoundFacts, found: _Found, reached: Phase, balances: Sequence[Balance]) -> RunTeams:
    names = {one.id: one.name for one in found.teams}
    rows = tuple(
        TeamShown(
            team.id,
            team.name,
            team.sample,
            team.members,
            team.excused_at is not None,
            tuple(_pair(one, names[one.receiver_id], found) for one in found.pairs if one.giver_id == team.id),
            tuple(_pair(one, names[one.giver_id], found) for one in found.pairs if one.receiver_id == team.id),
            mine,
        )
        for team, mine in zip(found.teams, balances, strict=True)
    )
    return RunTeams(facts.id, rows, facts.gives, reached in UNREVEALED)


def _pair(one: PairNow, name: str, found: _Found) -> PairShown:
    state = "signed" if one.signed_at else "begun" if one.begun else "open"
    words = found.against.get((one.giver_id, one.receiver_id), ())
    told = tuple(json.loads(one.why).get("shared", ()))
    return PairShown(one.id, one.receiver_id, name, state, words, told, one.by_hand)
