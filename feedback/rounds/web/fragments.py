"""The live parts of rounds. Contexts know the vantage's view and the phase at this moment, never who is looking."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from cohorts.identity import stricter
from cohorts.policies import Vantage
from cohorts.web.initiative import LABELS
from feedback.rounds import rounds
from feedback.rounds.models import Asks
from feedback.rounds.phases import Phase, next_boundary, phase
from feedback.rounds.protocols import PROTOCOLS
from feedback.rounds.rounds import ROUND, RoundFacts, SectionFacts
from feedback.rounds.web.times import ribbon_at
from feedback.rounds.web.words import ASKS, NAMED, NEXT, PHASES, SHARED, WHAT_NOW
from server.day_ribbon import Ribbon
from server.db import Db
from server.live.kinds import shared
from server.pages import Fragment


class RoundRow(NamedTuple):
    """A round in a list: words are msgids, `next_at` is when its phase changes or changed last."""

    id: int
    title: str
    phase: str
    word: str
    next_word: str
    next_at: datetime
    zone: str
    url: str


class RoundsShown(NamedTuple):
    """The rounds of a cohort in a list. `empty`: the sentence in place of rows, a msgid."""

    cohort_id: int
    rows: tuple[RoundRow, ...]
    empty: str


class RoundShown(NamedTuple):
    """A round as everybody in its cohort sees it: words are msgids; the last three are for the moment it turns next."""

    id: int
    title: str
    intro_html: str
    phase: str
    word: str
    what_now: str
    asks: str
    chapter: str
    document: str
    hand_in_by: datetime | None
    protocol: str
    sections: tuple[SectionFacts, ...]
    gives: int
    opens_at: datetime
    reveals_at: datetime
    closes_at: datetime
    zone: str
    shared_with: str
    named: str
    why: str
    next_word: str
    next_at: datetime
    ribbon: Ribbon


def row(facts: RoundFacts, zone: str, now: datetime, *, runs: bool = False) -> RoundRow:
    """A round in a list; facilitators go to the page from which they run it."""
    reached = phase(facts, now)
    last = facts.closes_at if reached == Phase.CLOSED else facts.opens_at
    at = next_boundary(facts, now) or last
    url = f"/rounds/{facts.id}{'/run' if runs else ''}"
    return RoundRow(facts.id, facts.title, reached, PHASES[reached], NEXT[reached], at, zone, url)


def _rows(found: Sequence[RoundFacts], zone: str, now: datetime, *, runs: bool = False) -> tuple[RoundRow, ...]:
    return tuple(row(one, zone, now, runs=runs) for one in found)


def current(db: Db, cohort_id: int, zone: str, now: datetime) -> Fragment:
    """The rounds that are going on in a cohort, as its page and those of its teams show them."""
    going_on = (ROUND.c.closes_at > now, ROUND.c.cancelled_at.is_(None), ROUND.c.released_at.is_not(None))
    found = rounds.read(db, ROUND.c.cohort_id == cohort_id, *going_on)
    return Fragment("rounds/_list.html", RoundsShown(cohort_id, _rows(found, zone, now), ""), f"rounds-{cohort_id}")


def everything(db: Db, cohort_id: int, zone: str, now: datetime, empty: str) -> Fragment:
    """All rounds of a cohort that were released."""
    found = rounds.read(db, ROUND.c.cohort_id == cohort_id, ROUND.c.released_at.is_not(None))
    rows = _rows(found, zone, now)
    return Fragment("rounds/_list.html", RoundsShown(cohort_id, rows, empty), f"all-rounds-{cohort_id}")


def planned(db: Db, cohort_id: int, zone: str, now: datetime, empty: str) -> Fragment:
    """The rounds that facilitators alone know of: those that are planned, and those called off before their release."""
    found = rounds.read(db, ROUND.c.cohort_id == cohort_id, ROUND.c.released_at.is_(None))
    rows = _rows(found, zone, now, runs=True)
    return Fragment("rounds/_list.html", RoundsShown(cohort_id, rows, empty), f"planned-{cohort_id}")


def round_shown(db: Db, facts: RoundFacts, now: datetime, vantage: Vantage) -> Fragment:
    """What a round asks and when, for everybody in its cohort; `vantage`: on the cohort, whose rule may tell less."""
    zone = shared(db, ("zone", facts.cohort_id), lambda: rounds.zone_of(db, facts.cohort_id))
    zones: Iterable[str] = shared(db, ("zones", facts.cohort_id), lambda: rounds.zones_in(db, facts.cohort_id))
    sections: Sequence[SectionFacts] = shared(db, ("sections", facts.id), lambda: rounds.sections_of(db, facts.id))
    reached = phase(facts, now)
    at = next_boundary(facts, now) or (facts.opens_at if reached == Phase.PLANNED else facts.reveals_at)
    context = RoundShown(
        id=facts.id,
        title=facts.title,
        intro_html=facts.intro_html,
        phase=reached,
        word=PHASES[reached],
        what_now=WHAT_NOW[reached],
        asks=ASKS[facts.asks],
        chapter=LABELS.get(facts.chapter, ""),
        document=facts.document if facts.asks == Asks.DOCUMENT else "",
        hand_in_by=facts.hand_in_by,
        protocol=PROTOCOLS[facts.protocol].name,
        sections=tuple(sections),
        gives=facts.gives,
        opens_at=facts.opens_at,
        reveals_at=facts.reveals_at,
        closes_at=facts.closes_at,
        zone=zone,
        shared_with=SHARED[facts.shared_with],
        named=NAMED[stricter(vantage.attribution, facts.attribution)],
        why=facts.cancelled_why,
        next_word=NEXT[reached],
        next_at=at,
        ribbon=ribbon_at(at, zones, zone, vantage.language),
    )
    return Fragment("rounds/_round.html", context, f"round-{facts.id}")
