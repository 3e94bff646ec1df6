"""Feedback rounds of the demo: one in each phase, between the invented teams of the learning track.

The teams of real organisations have nobody here who could write, and nothing is invented for them: they are excused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cohorts.models import Attribution, AudienceKind, Cohort
from feedback.rounds import pairs, rounds
from feedback.rounds.models import Asks
from feedback.rounds.phases import Phase
from feedback.rounds.protocols import PROTOCOLS, Protocol
from feedback.rounds.rounds import ROUND, Plan, RoundFacts
from people.models import Person
from server.db import Db

# So long before it opens a round is planned and released.
AHEAD = timedelta(days=6)
EXAMPLE = (
    "We want fewer people to wait at the counter for a parking permit. We will build an app. "
    "Most of those who wait are older than seventy, and half of the permits are renewed by a neighbour."
)
GOOD = (
    "You know who waits, and that is rare: keep that sentence at the top. But the app is for others than those who "
    "wait. What if the neighbour could renew ten permits at once, by telephone?"
)


@dataclass(frozen=True, slots=True)
class Begun:
    """A round of the demo: its times in days from now, and what it asks."""

    phase: Phase
    title: str
    intro: str
    protocol: str
    days: tuple[int, int, int]
    gives: int = 2
    asks: str = Asks.INITIATIVE
    chapter: str = ""
    shared_with: str = AudienceKind.TEAM
    why: str = ""


ROUNDS = (
    Begun(
        Phase.CLOSED,
        "First impressions",
        "Ten minutes for each team: what stays with you after one reading?",
        Protocol.LIKE_WISH,
        (-38, -30, -16),
        shared_with=AudienceKind.COHORT,
    ),
    Begun(
        Phase.CANCELLED,
        "Budget plans",
        "Read each other's budget.",
        Protocol.FREE,
        (-12, -8, -2),
        why="Three teams may not show their budget before it is voted on. We come back to it in spring.",
    ),
    Begun(
        Phase.REVEALED,
        "The challenge, warm and cool",
        "Read the challenge as somebody from far away would. Be *warm* first: it makes the rest easier to hear.",
        Protocol.WARM_COOL,
        (-13, -3, 8),
        asks=Asks.CHAPTER,
        chapter="challenge",
    ),
    Begun(
        Phase.OPEN,
        "What would you try next?",
        "Each team says what it asks. Answer that, and nothing else.",
        Protocol.TUNING,
        (-2, 5, 19),
    ),
    Begun(
        Phase.WAITING,
        "Could this work at your place?",
        "Three questions, each with a scale. The words matter more than the number.",
        Protocol.RUBRIC,
        (9, 16, 30),
        gives=3,
    ),
    Begun(Phase.PLANNED, "Before the final meeting", "One page, whatever helps most.", Protocol.FREE, (40, 47, 61)),
)


def hold(db: Db, cohort: Cohort, host: Person, now: datetime) -> dict[Phase, RoundFacts]:
    """The rounds of that cohort, run by that facilitator, by their phase."""
    assert cohort.id is not None
    assert host.id is not None
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
    return {one.phase: _begin(db, cohort.id, host.id, one, noon) for one in ROUNDS}


def _begin(db: Db, cohort_id: int, host_id: int, one: Begun, noon: datetime) -> RoundFacts:
    opens, reveals, closes = (noon + timedelta(days=days) for days in one.days)
    made = rounds.plan(db, cohort_id, _plan(one, opens, reveals, closes), by_id=host_id, now=min(opens, noon) - AHEAD)
    begun = min(opens, noon) - AHEAD

    def facts() -> RoundFacts:
        return rounds.read(db, ROUND.c.id == made.id)[0]

    for team in pairs.teams_in(db, facts().id):
        if not team.members:
            pairs.excuse(db, facts(), team.id, by_id=host_id, now=begun)
    if one.phase != Phase.PLANNED:
        pairs.propose(db, facts(), begun, anew=True)
        rounds.release(db, facts(), by_id=host_id, now=begun)
    if one.phase == Phase.CANCELLED:
        rounds.cancel(db, facts(), why=one.why, by_id=host_id, now=opens)
    return facts()


def _plan(one: Begun, opens: datetime, reveals: datetime, closes: datetime) -> Plan:
    return Plan(
        title=one.title,
        intro=one.intro,
        asks=one.asks,
        chapter=one.chapter,
        document="",
        protocol=one.protocol,
        gives=one.gives,
        opens_at=opens,
        reveals_at=reveals,
        closes_at=closes,
        time_zone="Europe/Paris",
        shared_with=one.shared_with,
        attribution=Attribution.NAMED,
        repeats=False,
        example=EXAMPLE,
        example_feedback=GOOD,
        sections=PROTOCOLS[one.protocol].sections,
    )
