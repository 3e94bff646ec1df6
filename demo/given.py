"""What the teams of the demo wrote to each other in its rounds: signed, revealed and answered; and some still begun."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle
from typing import Any

from sqlalchemy import select, update

from cohorts.models import Membership, Role
from feedback.notices import NOTICE
from feedback.rounds import answers, bells, giving, items, pairs
from feedback.rounds.models import AnswerKind
from feedback.rounds.pairs import PAIR, PairNow
from feedback.rounds.phases import Phase
from feedback.rounds.policies import visible_feedback
from feedback.rounds.protocols import Protocol
from feedback.rounds.rounds import TELLS, RoundFacts
from server.db import Db
from server.jobs import JOB
from server.live import texts

WARM = (
    "You say who is waiting and for how long. That is rare, and it made us look at our own counter.",
    "The small trial came before the big plan. We wish we had done that.",
    "You asked the people concerned first, and it shows in every sentence.",
    "The numbers are few and they are the right ones.",
    "You name what went wrong last year. That made us trust the rest.",
    "One page, and we could tell it to somebody else afterwards.",
    "You say what you do not know. We will do the same from now on.",
    "The people who do the work every day are in it by name.",
)
COOL = (
    "Who decides at the end? We read it twice and could not tell.\n\nAnd who is there in summer, when half are away?",
    "It depends on one colleague who knows everybody. What if she moves on?",
    "The form has eleven fields. Which of them would you miss?",
    "We did not find the people who say no. They will be there on the first day.",
    "There is a date for the start, and none for stopping if it does not work.",
    "All of it happens in working hours. Those whom you want to reach are at work then.",
)
ASKING = (
    "What if you did it for one street only, and told everybody?",
    "What if the letter came from the neighbour and not from the office?",
    "What if those who used it last year trained those who begin?",
    "What if you left the app away, and kept the telephone?",
    "What if you asked the bus drivers? Ours knew more than our survey.",
    "What if the first ten users wrote the second version with you?",
)
# Of so many teams all that they give and get: an installation that is tried out has to be there in a moment.
TEAMS = 2
POOLS = (WARM, COOL, ASKING)
# What a team has not read yet, of each of them, by the id of the team.
Words = dict[int, list[Iterator[str]]]
TAKEN_ON = (
    "We try this next month, with one street, and tell you how it went.",
    "It is on the table of our next meeting, with your sentence as the heading.",
    "Yes. Two of us begin with it on Monday.",
    "We do it as soon as the new counter is open, and write down what happens.",
)
ANSWERED = (
    "We wondered about that too. For now the council decides, and we would like to change it.",
    "We tried something like it two years ago, and stopped too early. Perhaps it is time again.",
    "There is a reason, and it is not written down anywhere. We will write it down.",
    "We asked the same of ourselves last week. Two of us say yes, and one does not.",
)
HELPED = (
    "We had looked at this for a year and no longer saw it. Now there is a name beside each task.",
    "We read it aloud in our meeting, and nobody spoke for a while. Then we began to plan again.",
)
# Notices older than that have been read.
READ_AFTER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody who writes for a team."""

    membership_id: int
    person_id: int


def fill(db: Db, held: dict[Phase, RoundFacts], now: datetime) -> None:
    """Write in the rounds that were held: all of it where the teams have read it, some where they still write."""
    words: Words = {}
    answered: Words = {}
    for reached in (Phase.CLOSED, Phase.REVEALED):
        facts = held[reached]
        for one in _written(db, facts, words):
            _sign(db, facts, *one)
        _tell(db, facts, facts.reveals_at, bells.REVEALED)
        _answer(db, facts, now if reached == Phase.REVEALED else facts.closes_at, answered)
    facts = held[Phase.OPEN]
    for number, (pair, writer, said) in enumerate(_written(db, facts, words)):
        if number % 3 == 0:
            _sign(db, facts, pair, writer, said)
        elif number % 3 == 1:
            _begin(db, facts, pair, writer, said[:1], facts.opens_at + timedelta(hours=20))
    _tell(db, facts, facts.opens_at, bells.OPENED)
    _settle(db, now)


def _tell(db: Db, facts: RoundFacts, at: datetime, kind: str) -> None:
    """What the clock told at that moment."""
    got = {pair.receiver_id for pair in pairs.read(db, facts.id) if pair.signed_at}
    for one in pairs.teams_in(db, facts.id):
        url = f"/rounds/{facts.id}/teams/{one.id}{'/received' if kind == bells.REVEALED else ''}"
        if one.takes_part and (one.id in got or kind == bells.OPENED):
            bells.tell_team(db, facts, one.id, kind, url=url, now=at)


def _settle(db: Db, now: datetime) -> None:
    """The clocks of what lies behind have rung, the mails about it went out, and what is old was read."""
    db.execute(update(JOB).where(JOB.c.kind == TELLS, JOB.c.at <= now).values(ended_at=now, key=None))
    mine = NOTICE.c.kind.in_(bells.KINDS)
    db.execute(update(NOTICE).where(mine).values(mailed_at=NOTICE.c.at))
    db.execute(update(NOTICE).where(mine, NOTICE.c.at < now - READ_AFTER).values(read_at=NOTICE.c.at))


def _written(db: Db, facts: RoundFacts, words: Words) -> Iterator[tuple[PairNow, Writer, list[str]]]:
    """The pairs of the first teams, with somebody who writes for each, and words for each of its sections. No team
    reads the same twice, in whatever round."""
    found = pairs.read(db, facts.id)
    some = sorted({one.giver_id for one in found})[:TEAMS]
    for pair in found:
        if pair.giver_id in some or pair.receiver_id in some:
            pools = words.setdefault(pair.receiver_id, [_from(pool, pair.receiver_id) for pool in POOLS])
            said = [next(pools[at % len(pools)]) for at in range(_sections(facts))]
            yield pair, _writer(db, pair.giver_id), said


def _from(pool: Sequence[str], start: int) -> Iterator[str]:
    """Round and round in that pool, so that two teams do not begin with the same."""
    at = start % len(pool)
    return cycle((*pool[at:], *pool[:at]))


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


def _answer(db: Db, facts: RoundFacts, until: datetime, words: Words) -> None:
    """The teams took some of it on, answered some, and said of every second feedback what it helped with. No team says
    the same twice."""
    at = min(facts.reveals_at + timedelta(days=1), until)
    visible = visible_feedback(frozenset(), frozenset({Role.MEMBER}), until)
    for number, one in enumerate(items.read(db, visible, PAIR.c.round_id == facts.id)):
        writer = _writer(db, one.receiver_id)
        by: dict[str, Any] = {"membership_id": writer.membership_id, "author_id": writer.person_id, "now": at}
        for place, item in enumerate(one.items):
            here = answers.item_at(db, item.id)
            assert here is not None
            pools = words.setdefault(one.receiver_id, [cycle(TAKEN_ON), cycle(ANSWERED)])
            kind, text = _reaction(number + place, *pools)
            if kind:
                answers.answer(db, facts, here, kind=kind, text=text, **by)
            if number % 2 == 0 and place == 0:
                answers.say_it_helped(db, facts, here, text=HELPED[number // 2 % len(HELPED)], **by)


def _reaction(number: int, taken_on: Iterator[str], answered: Iterator[str]) -> tuple[str, str]:
    if number % 4 == 1:
        return AnswerKind.TAKEN_ON, next(taken_on)
    if number % 4 == 3:
        return AnswerKind.ANSWERED, next(answered)
    return ("", AnswerKind.THANKED)[number % 4 == 0], ""
