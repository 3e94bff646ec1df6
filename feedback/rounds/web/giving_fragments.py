"""What a team gives, as live parts. They are on its own stream, so they say who of the team did what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from cohorts.identity import Author, Byline, shown_as
from cohorts.policies import Vantage
from feedback.rounds.giving import GivingNow, Part
from feedback.rounds.items import FeedbackNow
from feedback.rounds.phases import Phase, next_boundary, phase
from feedback.rounds.policies import may_take_back_feedback, may_write_feedback
from feedback.rounds.rounds import RoundFacts
from feedback.rounds.web.item_fragments import FeedbackShown, Seen, feedback
from feedback.rounds.web.team_words import CALLED_OFF, MEANS, STATES, TAKEN_OUT, State
from feedback.rounds.web.times import ribbon_at
from feedback.rounds.web.words import NEXT, PHASES
from server.day_ribbon import Ribbon
from server.pages import Fragment


class DueShown(NamedTuple):
    """The phase of a round, and when it changes next, across the places of its cohort. Words are msgids."""

    phase: str
    word: str
    next_word: str
    next_at: datetime
    ribbon: Ribbon
    zone: str


class PairRow(NamedTuple):
    """One feedback a team gives: to whom and how far it is. `word` is a msgid that may hold %(name)s, of `by`."""

    id: int
    receiver: str
    sample: bool
    country: str
    state: str
    word: str
    by: Byline | None
    at: datetime | None


class GivingShown(NamedTuple):
    """The feedbacks a team gives in a round."""

    rows: tuple[PairRow, ...]
    zone: str


class PairShown(NamedTuple):
    """One feedback: how far it is, what that means (a msgid), and what can be done now. `signed`: None until it is."""

    row: PairRow
    means: str
    may_begin: bool
    may_sign: bool
    may_take_back: bool
    signed: FeedbackShown | None
    zone: str


class OwedShown(NamedTuple):
    """What a team gives in a round: `signed` of so many. `waits`: nobody can write yet."""

    round_id: int
    team_id: int
    title: str
    signed: int
    of: int
    waits: bool


class LevelShown(NamedTuple):
    """The scale of one criterion, 1 to `levels`; `level` 0: none chosen."""

    pair_id: int
    section_id: int
    title: str
    level: int
    levels: int
    may_write: bool


def due(facts: RoundFacts, now: datetime, zone: str, zones: Sequence[str], tag: str) -> Fragment:
    """When the phase changes next."""
    reached = phase(facts, now)
    at = next_boundary(facts, now) or facts.closes_at
    shown = DueShown(reached, PHASES[reached], NEXT[reached], at, ribbon_at(at, zones, zone, tag), zone)
    return Fragment("rounds/_due.html", shown, f"due-{facts.id}")


def state_of(pair: GivingNow, reached: Phase) -> State:
    """How far a feedback is, in a round of that phase."""
    if pair.dropped_at is not None:
        return State.TAKEN_OUT
    if pair.signed_at is not None:
        return State.SIGNED
    if reached in (Phase.CLOSED, Phase.CANCELLED):
        return State.MISSED
    if reached == Phase.WAITING:
        return State.EARLY
    return State.BEGUN if pair.begun_at is not None else State.NOT_BEGUN


def row(facts: RoundFacts, pair: GivingNow, vantage: Vantage, reached: Phase) -> PairRow:
    """How far a feedback is, and who of the team did that."""
    state = state_of(pair, reached)
    who: Author | None = {State.SIGNED: pair.signed_by, State.BEGUN: pair.begun_by}.get(state)
    at = {State.SIGNED: pair.signed_at, State.BEGUN: pair.begun_at}.get(state)
    by = shown_as(who, pair.signed_as or facts.attribution, vantage) if who else None
    return PairRow(pair.id, pair.receiver, pair.sample, pair.country, state, STATES[state], by, at)


def giving(
    facts: RoundFacts, team_id: int, pairs: Sequence[GivingNow], vantage: Vantage, now: datetime, zone: str
) -> Fragment:
    """All that a team gives in a round."""
    reached = phase(facts, now)
    shown = GivingShown(tuple(row(facts, pair, vantage, reached) for pair in pairs), zone)
    return Fragment("rounds/_giving.html", shown, f"giving-{facts.id}-{team_id}")


def pair_head(facts: RoundFacts, pair: GivingNow, signed: FeedbackNow | None, seen: Seen) -> Fragment:
    """How far one feedback is; once it is signed, also its items and what became of them."""
    roles, reached = seen.vantage.roles, seen.phase
    told = row(facts, pair, seen.vantage, reached)
    means = TAKEN_OUT if told.state == State.TAKEN_OUT else MEANS.get((told.state, reached), CALLED_OFF)
    writes = may_write(pair, seen.vantage, reached)
    shown = PairShown(
        told,
        means,
        may_begin=writes and pair.begun_at is None,
        may_sign=writes and pair.begun_at is not None,
        may_take_back=told.state == State.SIGNED and may_take_back_feedback(roles, reached),
        signed=feedback(signed, seen) if signed else None,
        zone=seen.zone,
    )
    return Fragment("rounds/_pair.html", shown, f"pair-{pair.id}")


def may_write(pair: GivingNow, vantage: Vantage, reached: Phase) -> bool:
    """Whether the texts of that feedback are open to the people of its team."""
    open_still = pair.dropped_at is None and pair.signed_at is None
    return open_still and may_write_feedback(vantage.roles, reached)


def level(pair_id: int, part: Part, writes: bool) -> Fragment:
    """The scale of one criterion."""
    shown = LevelShown(pair_id, part.section_id, part.title, part.level, part.levels, writes)
    return Fragment("rounds/_level.html", shown, f"level-{pair_id}-{part.section_id}")


def owed(facts: RoundFacts, team_id: int, signed: int, of: int, now: datetime) -> Fragment | None:
    """How much of what a team gives in a round it has signed; None once the round is over."""
    reached = phase(facts, now)
    if reached in (Phase.CLOSED, Phase.CANCELLED):
        return None
    shown = OwedShown(facts.id, team_id, facts.title, signed, of, reached == Phase.WAITING)
    return Fragment("rounds/_owed.html", shown, f"owed-{facts.id}-{team_id}")


def anew(pair_id: int) -> str:
    """The id of what makes the page of a feedback load again. Its texts stand outside every region, because their forms
    are personal; they come, close and open when somebody begins, signs or takes back."""
    return f"anew-{pair_id}"
