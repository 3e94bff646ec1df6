"""The balance of a round: what each team gives and gets, planned and signed, here and over all rounds of its cohort;
and what one team owes in the rounds that are going on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import func, select

from feedback.rounds.pairs import GIVEN, PAIR, PairNow, TeamIn
from feedback.rounds.rounds import ROUND, ROUND_TEAM, RoundFacts
from server.db import Db


@dataclass(frozen=True, slots=True)
class Balance:
    """Of one team: pairs it gives and gets feedback in, how many of each are signed, and signed over all rounds."""

    team_id: int
    gives: int = 0
    gets: int = 0
    signed: int = 0
    received: int = 0
    ever_given: int = 0
    ever_received: int = 0


Ever = Mapping[int, tuple[int, int]]


def balances(teams: Iterable[TeamIn], pairs: Iterable[PairNow], ever: Ever) -> list[Balance]:
    """The balance of each of those teams, in their order."""
    counted: dict[int, list[int]] = {one.id: [0, 0, 0, 0] for one in teams}
    for pair in pairs:
        for team_id, at in ((pair.giver_id, 0), (pair.receiver_id, 1)):
            if team_id in counted:
                counted[team_id][at] += 1
                counted[team_id][at + 2] += pair.signed_at is not None
    return [Balance(*(team_id, *numbers, *ever.get(team_id, (0, 0)))) for team_id, numbers in counted.items()]


def ever(db: Db, cohort_id: int) -> dict[int, tuple[int, int]]:
    """How many feedbacks each team of a cohort signed and was given in all its rounds, this one included: two queries.
    What is not revealed yet counts too, so this is for facilitators."""
    found: dict[int, tuple[int, int]] = {}
    for at, end in enumerate((PAIR.c.giver_id, PAIR.c.receiver_id)):
        rows = db.execute(
            select(end, func.count())
            .select_from(GIVEN.join(PAIR, PAIR.c.id == GIVEN.c.pair_id).join(ROUND, ROUND.c.id == PAIR.c.round_id))
            .where(ROUND.c.cohort_id == cohort_id, ROUND.c.cancelled_at.is_(None))
            .group_by(end)
        )
        for team_id, count in rows:
            given, received = found.get(team_id, (0, 0))
            found[team_id] = (count, received) if at == 0 else (given, count)
    return found


@dataclass(frozen=True, slots=True)
class Owed:
    """A team in a round: of so many feedbacks it signed so many."""

    round: RoundFacts
    signed: int
    of: int
    giving_stream_id: int


def owed_by(db: Db, team_id: int, now: datetime) -> list[Owed]:
    """What a team gives in each round that its people know of and that is not over, the one that opens last first: one
    query."""
    going_on = (ROUND.c.released_at.is_not(None), ROUND.c.cancelled_at.is_(None), ROUND.c.closes_at > now)
    mine = (PAIR.c.round_id == ROUND.c.id) & (PAIR.c.giver_id == team_id) & PAIR.c.dropped_at.is_(None)
    of = select(func.count()).select_from(PAIR).where(mine).correlate(ROUND).scalar_subquery()
    both = PAIR.join(GIVEN, GIVEN.c.pair_id == PAIR.c.id)
    signed = select(func.count()).select_from(both).where(mine).correlate(ROUND).scalar_subquery()
    about = [ROUND.c[field.name] for field in fields(RoundFacts)]
    rows = db.execute(
        select(*about, signed.label("signed"), of.label("of"), ROUND_TEAM.c.giving_stream_id)
        .join_from(ROUND_TEAM, ROUND, ROUND.c.id == ROUND_TEAM.c.round_id)
        .where(ROUND_TEAM.c.team_id == team_id, *going_on)
        .order_by(ROUND.c.opens_at.desc(), ROUND.c.id.desc())
    )
    return [Owed(RoundFacts(*row[:-3]), *row[-3:]) for row in rows]
