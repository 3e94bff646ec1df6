"""What the teams of the demo wrote to each other in its rounds: signed, revealed and answered; and some still begun."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

from sqlalchemy import select

from cohorts.models import Membership, Role
from feedback.rounds import answers, giving, items, pairs
from feedback.rounds.models import AnswerKind
from feedback.rounds.pairs import PAIR, PairNow
from feedback.rounds.phases import Phase
from feedback.rounds.policies import visible_feedback
from feedback.rounds.protocols import Protocol
from feedback.rounds.rounds import RoundFacts
from server.db import Db
from server.live import texts

WARM = (
    "You say who is waiting and for how long. That is rare, and it made us look at our own counter.",
    "The small trial came before the big plan. We wish we had done that.",
    "You asked the people concerned first, and it shows in every sentence.",
    "The numbers are few and they are the right ones.",
    "You name what went wrong last year. That made us trust the rest.",
)
COOL = (
    "Who decides at the end? We read it twice and could not tell.\n\nAnd who is there in summer, when half are away?",
    "It depends on one colleague who knows everybody. What if she moves on?",
    "The form has eleven fields. Which of them would you miss?",
    "We did not find the people who say no. They will be there on the first day.",
    "There is a date for the start, and none for stopping if it does not work.",
)
ASKING = (
    "What if you did it for one street only, and told everybody?",
    "What if the letter came from the neighbour and not from the office?",
    "What if those who used it last year trained those who begin?",
    "What if you left the app away, and kept the telephone?",
    "What if you asked the bus drivers? Ours knew more than our survey.",
)
# Of so many teams all that they give and get: an installation that is tried out has to be there in a moment.
TEAMS = 2
POOLS = (WARM, COOL, ASKING)
TAKEN_ON = "We try this next month, with one street, and tell you how it went."
ANSWERED = "We wondered about that too. For now the council decides, and we would like to change it."
HELPED = "We had looked at this for a year and no longer saw it. Now there is a name beside each task."


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody who writes for a team."""

    membership_id: int
    person_id: int


def fill(db: Db, held: dict[Phase, RoundFacts], now: datetime) -> None:
    """Write in the rounds that were held: all of it where the teams have read it, some where they still write."""
    for reached in (Phase.CLOSED, Phase.REVEALED):
        facts = held[reached]
        for one in _written(db, facts):
            _sign(db, facts, *one)
        _answer(db, facts, now if reached == Phase.REVEALED else facts.closes_at)
    facts = held[Phase.OPEN]
    for number, (pair, writer, words) in enumerate(_written(db, facts)):
        if number % 3 == 0:
            _sign(db, facts, pair, writer, words)
        elif number % 3 == 1:
            _begin(db, facts, pair, writer, words[:1], facts.opens_at + timedelta(hours=20))


def _written(db: Db, facts: RoundFacts) -> Iterator[tuple[PairNow, Writer, list[str]]]:
    """The pairs of the first teams, with somebody who writes for each, and words for each of its sections."""
    pools, found = [cycle(pool) for pool in POOLS], pairs.read(db, facts.id)
    some = sorted({one.giver_id for one in found})[:TEAMS]
    for pair in found:
        if pair.giver_id in some or pair.receiver_id in some:
            words = [next(pools[at % len(pools)]) for at in range(_sections(facts))]
            yield pair, _writer(db, pair.giver_id), words


def _sections(facts: RoundFacts) -> int:
    return 4 if facts.protocol == Protocol.TUNING else 3


def _writer(db: Db, team_id: int) -> Writer:
    held = select(Membership.id, Membership.person_id).where(  # type: ignore[call-overload]
        Membership.team_id == team_id, Membership.role == Role.MEMBER
    )
    row = db.execute(held.order_by(Membership.id)).first()
    assert row is not None
    return Writer(*row)


def _begin(db: Db, facts: RoundFacts, pair: PairNow, writer: Writer, words: Sequence[str], at: datetime) -> None:
    giving.begin(db, facts, pair.id, membership_id=writer.membership_id, now=at)
    for part, text in zip(giving.parts_of(db, pair.id), words, strict=False):
        texts.append(db, part.text_id, text, writer.person_id)


def _sign(db: Db, facts: RoundFacts, pair: PairNow, writer: Writer, words: Sequence[str]) -> None:
    at = facts.opens_at + timedelta(hours=2 + pair.id % 30)
    _begin(db, facts, pair, writer, words, at)
    mark = giving.mark_of(giving.written(db, pair.id))
    by = {"membership_id": writer.membership_id, "author_id": writer.person_id}
    giving.sign(db, facts, pair.id, mark=mark, **by, now=at)


def _answer(db: Db, facts: RoundFacts, until: datetime) -> None:
    """The teams took some of it on, answered some, and said of every second feedback what it helped with."""
    at = min(facts.reveals_at + timedelta(days=1), until)
    visible = visible_feedback(frozenset(), frozenset({Role.MEMBER}), until)
    for number, one in enumerate(items.read(db, visible, PAIR.c.round_id == facts.id)):
        writer = _writer(db, one.receiver_id)
        by: dict[str, Any] = {"membership_id": writer.membership_id, "author_id": writer.person_id, "now": at}
        for place, item in enumerate(one.items):
            here = answers.item_at(db, item.id)
            assert here is not None
            kind, text = _reaction(number + place)
            if kind:
                answers.answer(db, facts, here, kind=kind, text=text, **by)
            if number % 2 == 0 and place == 0:
                answers.say_it_helped(db, facts, here, text=HELPED, **by)


def _reaction(number: int) -> tuple[str, str]:
    return (
        (AnswerKind.THANKED, ""),
        (AnswerKind.TAKEN_ON, TAKEN_ON),
        ("", ""),
        (AnswerKind.ANSWERED, ANSWERED),
    )[number % 4]
