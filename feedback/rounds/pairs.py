"""Pairs: which team gives feedback to which, proposed by allocation.py and changed by hand; and how far they are."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, insert, or_, select, update

from cohorts.models import Initiative, Membership, Removal, Role, Team
from feedback.rounds.allocation import Allocation, Candidate, Proposed, Question, allocate
from feedback.rounds.closeness import significant
from feedback.rounds.conflicts import CONFLICT
from feedback.rounds.models import DraftPart, Given, Pair
from feedback.rounds.rounds import ROUND, ROUND_TEAM, RoundFacts, tell, tell_new, tell_run
from people.models import Organisation
from server.db import Db

PAIR: Any = Pair.__table__  # type: ignore[attr-defined]
GIVEN: Any = Given.__table__  # type: ignore[attr-defined]
PART: Any = DraftPart.__table__  # type: ignore[attr-defined]
_TEAM: Any = Team.__table__  # type: ignore[attr-defined]
_HOME: Any = Organisation.__table__  # type: ignore[attr-defined]
_INITIATIVE: Any = Initiative.__table__  # type: ignore[attr-defined]
_HELD: Any = Membership.__table__  # type: ignore[attr-defined]
_GONE: Any = Removal.__table__  # type: ignore[attr-defined]


class NoPair(Exception):
    """A team cannot be paired with itself, with one outside the round, or twice with the same."""


@dataclass(frozen=True, slots=True)
class TeamIn:
    """A team in a round. `members`: how many people it has now; the languages are BCP 47 tags."""

    id: int
    name: str
    part: str
    sample: bool
    country: str
    languages: tuple[str, ...]
    members: int
    seen_at: datetime | None
    excused_at: datetime | None
    giving_stream_id: int
    received_stream_id: int

    @property
    def takes_part(self) -> bool:
        """Whether it can be paired: not excused, and there is somebody who could write."""
        return self.excused_at is None and self.members > 0


@dataclass(frozen=True, slots=True)
class PairNow:
    """A pair and how far it is. `begun`: somebody opened its draft. `why`: as `reasons` reads it."""

    id: int
    giver_id: int
    receiver_id: int
    by_hand: bool
    why: str
    begun: bool
    signed_at: datetime | None


def teams_in(db: Db, round_id: int, team_ids: Collection[int] | None = None) -> list[TeamIn]:
    """The teams of a round, or some of them, by name: one query."""
    people = (
        select(func.count())
        .select_from(_HELD.outerjoin(_GONE, _GONE.c.membership_id == _HELD.c.id))
        .where(_HELD.c.team_id == _TEAM.c.id, _HELD.c.role == Role.MEMBER, _GONE.c.membership_id.is_(None))
        .scalar_subquery()
    )
    own = ("seen_at", "excused_at", "giving_stream_id", "received_stream_id")
    rows = db.execute(
        select(
            *(_TEAM.c[name] for name in ("id", "name", "part", "sample")),
            *(_HOME.c.country, _HOME.c.languages, people.label("members")),
            *(ROUND_TEAM.c[name] for name in own),
        )
        .select_from(ROUND_TEAM.join(_TEAM, _TEAM.c.id == ROUND_TEAM.c.team_id))
        .join(_HOME, _HOME.c.id == _TEAM.c.organisation_id)
        .where(ROUND_TEAM.c.round_id == round_id, *([_TEAM.c.id.in_(team_ids)] if team_ids is not None else []))
        .order_by(_TEAM.c.name, _TEAM.c.id)
    )
    return [TeamIn(*(*row[:5], tuple(tag for tag in row[5].split(",") if tag), *row[6:])) for row in rows]


def how_many_can_give(db: Db, cohort_id: int) -> int:
    """How many teams of a cohort have people."""
    held = select(func.count(_TEAM.c.id.distinct())).join_from(_TEAM, _HELD, _HELD.c.team_id == _TEAM.c.id)
    held = held.outerjoin(_GONE, _GONE.c.membership_id == _HELD.c.id)
    there = held.where(_TEAM.c.cohort_id == cohort_id, _HELD.c.role == Role.MEMBER, _GONE.c.membership_id.is_(None))
    return int(db.execute(there).scalar_one())


def outside(db: Db, facts: RoundFacts) -> list[tuple[int, str]]:
    """The teams of the cohort that are not in the round: id and name."""
    inside = select(ROUND_TEAM.c.team_id).where(ROUND_TEAM.c.round_id == facts.id)
    mine = (_TEAM.c.cohort_id == facts.cohort_id) & _TEAM.c.id.not_in(inside)
    return [
        (row.id, row.name) for row in db.execute(select(_TEAM.c.id, _TEAM.c.name).where(mine).order_by(_TEAM.c.name))
    ]


def read(db: Db, round_id: int) -> list[PairNow]:
    """The pairs of a round that count, in the order of their teams: one query."""
    begun = exists().where(PART.c.pair_id == PAIR.c.id)
    own = (PAIR.c[name] for name in ("id", "giver_id", "receiver_id", "by_hand", "why"))
    rows = db.execute(
        select(*own, begun.label("begun"), GIVEN.c.signed_at)
        .select_from(PAIR.outerjoin(GIVEN, GIVEN.c.pair_id == PAIR.c.id))
        .where(PAIR.c.round_id == round_id, PAIR.c.dropped_at.is_(None))
        .order_by(PAIR.c.giver_id, PAIR.c.receiver_id)
    )
    return [PairNow(*row) for row in rows]


def question(db: Db, facts: RoundFacts, teams: Sequence[TeamIn], kept: Iterable[PairNow] = ()) -> Question:
    """What is to be allocated, where those pairs stand: three queries."""
    taking = [one for one in teams if one.takes_part]
    ids = [one.id for one in taking]
    texts = select(*(_INITIATIVE.c[name] for name in ("team_id", "language", "title", "challenge", "asked")))
    written = {row.team_id: row for row in db.execute(texts.where(_INITIATIVE.c.team_id.in_(ids)))}
    candidates = tuple(_candidate(one, written.get(one.id)) for one in taking)
    apart = select(CONFLICT.c.team_id, CONFLICT.c.other_id).where(CONFLICT.c.team_id.in_(ids))
    stand = tuple((pair.giver_id, pair.receiver_id) for pair in kept)
    conflicts = frozenset((row[0], row[1]) for row in db.execute(apart))
    met = frozenset() if facts.repeats else frozenset(_met(db, facts))
    return Question(candidates, facts.gives, conflicts, met, stand, facts.seed)


def _candidate(team: TeamIn, written: Any) -> Candidate:
    """A team that writes in a language speaks it, whatever its organisation speaks at home."""
    own = (written.language,) if written else ()
    words = significant(f"{written.title} {written.challenge} {written.asked}") if written else frozenset()
    return Candidate(team.id, team.country, frozenset((*team.languages, *own)), team.part, words)


def _met(db: Db, facts: RoundFacts) -> list[tuple[int, int]]:
    """Who gave feedback to whom in other rounds of the cohort that were not called off."""
    there = (ROUND.c.cohort_id == facts.cohort_id) & (ROUND.c.id != facts.id) & ROUND.c.cancelled_at.is_(None)
    rows = db.execute(
        select(PAIR.c.giver_id, PAIR.c.receiver_id)
        .join_from(PAIR, ROUND, ROUND.c.id == PAIR.c.round_id)
        .where(there, PAIR.c.dropped_at.is_(None))
    )
    return [(row[0], row[1]) for row in rows]


def propose(db: Db, facts: RoundFacts, now: datetime, *, anew: bool) -> Allocation:
    """Fill the round with pairs. What was paired by hand stands; `anew`: everything else is arranged again. Otherwise
    it stands too, and a team may give or get one more than planned so that another has enough."""
    found = read(db, facts.id)
    kept = [pair for pair in found if pair.by_hand or not anew]
    asked = question(db, facts, teams_in(db, facts.id), kept)
    proposal = allocate(replace(asked, stretch=not anew))
    stands = {(pair.giver_id, pair.receiver_id) for pair in kept}
    _take_away(db, facts, [pair.id for pair in found if pair not in kept], now)
    fresh = [one for one in proposal.pairs if (one.giver_id, one.receiver_id) not in stands]
    _put(db, facts, fresh, by_hand=False, now=now)
    _told(db, facts)
    return proposal


def _put(db: Db, facts: RoundFacts, wanted: Sequence[Proposed], *, by_hand: bool, now: datetime) -> None:
    """Make those pairs count; one that was dropped comes back with its words."""
    there = select(PAIR.c.giver_id, PAIR.c.receiver_id, PAIR.c.id).where(PAIR.c.round_id == facts.id)
    known = {(row[0], row[1]): row[2] for row in db.execute(there)}
    fresh = []
    for one in wanted:
        values = {"by_hand": by_hand, "why": json.dumps({"shared": one.shared, "fits": one.fits}), "at": now}
        pair_id = known.get((one.giver_id, one.receiver_id))
        if pair_id is not None:
            db.execute(update(PAIR).where(PAIR.c.id == pair_id).values(**values, dropped_at=None))
        else:
            fresh.append({"round_id": facts.id, "giver_id": one.giver_id, "receiver_id": one.receiver_id, **values})
    if fresh:
        db.connection().execute(insert(PAIR), fresh)


def _take_away(db: Db, facts: RoundFacts, pair_ids: Collection[int], now: datetime) -> None:
    """Pairs nobody was told of leave nothing behind; others keep what was written."""
    these = PAIR.c.id.in_(list(pair_ids))
    db.execute(
        delete(PAIR).where(these) if facts.released_at is None else update(PAIR).where(these).values(dropped_at=now)
    )


def _told(db: Db, facts: RoundFacts) -> None:
    tell_run(db, facts) if facts.released_at is None else tell(db, facts)


def add(db: Db, facts: RoundFacts, giver_id: int, receiver_id: int, now: datetime) -> None:
    """Pair two teams by hand, whatever that breaks. Raises NoPair."""
    inside = {one.id for one in teams_in(db, facts.id, (giver_id, receiver_id)) if one.excused_at is None}
    found = {(pair.giver_id, pair.receiver_id) for pair in read(db, facts.id)}
    if len(inside) < 2 or (giver_id, receiver_id) in found:
        raise NoPair
    _put(db, facts, [Proposed(giver_id, receiver_id)], by_hand=True, now=now)
    _told(db, facts)


def drop(db: Db, facts: RoundFacts, pair_id: int, now: datetime) -> None:
    """Take a pair away. Harmless twice."""
    mine = select(PAIR.c.id).where(PAIR.c.id == pair_id, PAIR.c.round_id == facts.id, PAIR.c.dropped_at.is_(None))
    _take_away(db, facts, db.execute(mine).scalars().all(), now)
    _told(db, facts)


def swap(db: Db, facts: RoundFacts, one_id: int, other_id: int, now: datetime) -> None:
    """Let the givers of two pairs trade receivers. Raises NoPair where that pairs a team with itself or twice."""
    found = {pair.id: pair for pair in read(db, facts.id)}
    if one_id not in found or other_id not in found:
        raise NoPair
    one, other = found[one_id], found[other_id]
    wanted = ((one.giver_id, other.receiver_id), (other.giver_id, one.receiver_id))
    taken = {(pair.giver_id, pair.receiver_id) for pair in found.values()}
    if any(giver == receiver or (giver, receiver) in taken for giver, receiver in wanted):
        raise NoPair
    _take_away(db, facts, (one_id, other_id), now)
    _put(db, facts, [Proposed(*both) for both in wanted], by_hand=True, now=now)
    _told(db, facts)


def excuse(db: Db, facts: RoundFacts, team_id: int, *, by_id: int, now: datetime) -> None:
    """A team gives and receives nothing in this round. What was signed already stays. Harmless twice."""
    mine = (ROUND_TEAM.c.round_id == facts.id) & (ROUND_TEAM.c.team_id == team_id) & ROUND_TEAM.c.excused_at.is_(None)
    db.execute(update(ROUND_TEAM).where(mine).values(excused_at=now, excused_by_id=by_id))
    signed = select(GIVEN.c.pair_id)
    its = select(PAIR.c.id).where(
        PAIR.c.round_id == facts.id,
        PAIR.c.dropped_at.is_(None),
        PAIR.c.id.not_in(signed),
        or_(PAIR.c.giver_id == team_id, PAIR.c.receiver_id == team_id),
    )
    _take_away(db, facts, db.execute(its).scalars().all(), now)
    _told(db, facts)


def take_back(db: Db, facts: RoundFacts, team_id: int) -> None:
    """An excused team takes part again; its pairs are made anew."""
    mine = (ROUND_TEAM.c.round_id == facts.id) & (ROUND_TEAM.c.team_id == team_id)
    db.execute(update(ROUND_TEAM).where(mine).values(excused_at=None, excused_by_id=None))
    _told(db, facts)
    if facts.released_at is not None:
        tell_new(db, facts)
