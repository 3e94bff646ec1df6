"""Questions: asked in a room or in one of its groups, wanted by others, settled by those who run the room.

A question that is hidden or was withdrawn leaves nothing but its place, where its author reads what became of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, select, update

from cohorts.identity import Author, stricter
from cohorts.memberships import is_one_of_few
from cohorts.models import Attribution
from feedback.threads import AUTHOR, with_author
from server.db import Db
from server.db import ask as selected
from server.live.log import touch
from sessions.room.models import Question, QuestionState, QuestionVote
from sessions.room.rooms import RoomFacts

QUESTION: Any = Question.__table__  # type: ignore[attr-defined]
WANTED: Any = QuestionVote.__table__  # type: ignore[attr-defined]

OWN = "mine-wants-"
LONGEST = 2_000
MOST_EACH = 30
# Whoever runs the room may put a question into these.
SETTLED = (QuestionState.OPEN, QuestionState.ANSWERED, QuestionState.PARKED, QuestionState.HIDDEN)
SEEN = (QuestionState.OPEN, QuestionState.PARKED, QuestionState.ANSWERED)
_WANTS = select(func.count()).where(WANTED.c.question_id == QUESTION.c.id).correlate(QUESTION).scalar_subquery()


class Wanted(Exception):
    """Others want it answered as it stands: it is not said anew."""


class TooMany(Exception):
    """Somebody has asked as much as one person can."""


class Settled(Exception):
    """Those who run the room have dealt with it, or its author has taken it back: it is not open any more."""


class Spot(NamedTuple):
    """Where questions are asked: the room, or one of its groups. `stream_id`: everybody there; `run_stream_id`: those
    who run the room."""

    slot_id: int
    group_id: int | None
    stream_id: int
    run_stream_id: int

    @property
    def list_id(self) -> str:
        """The list that holds them."""
        return f"questions-{self.slot_id}" if self.group_id is None else f"questions-group-{self.group_id}"


@dataclass(frozen=True, slots=True)
class QuestionFacts:
    """A question as it is now; the columns are explained in models.py. `wants`: how many others want it answered."""

    id: int
    slot_id: int
    group_id: int | None
    author_id: int
    attribution: str
    text: str
    state: str
    answer: str
    wants: int
    author: Author


_NAMES = ("id", "slot_id", "group_id", "author_id", "attribution", "text", "state", "answer")
_FIELDS = (*_NAMES, "wants")
_ROWS = (
    select(*(QUESTION.c[name] for name in _NAMES), _WANTS.label("wants"), *AUTHOR)
    .select_from(with_author(QUESTION, QUESTION.c.membership_id))
    .order_by(QUESTION.c.id)
)
OF_ROOM = _ROWS.where(QUESTION.c.slot_id == bindparam("slot"), QUESTION.c.group_id.is_(None))
_WANTED = select(WANTED.c.question_id).where(
    WANTED.c.question_id.in_(bindparam("questions", expanding=True)), WANTED.c.person_id == bindparam("person")
)


def in_room(room: RoomFacts) -> Spot:
    """The room itself, outside its groups."""
    return Spot(room.slot_id, None, room.stream_id, room.run_stream_id)


def region(question_id: int) -> str:
    """What shows a question to everybody there."""
    return f"question-{question_id}"


def run_region(question_id: int) -> str:
    """What shows it to those who run the room."""
    return f"question-run-{question_id}"


def read(db: Db, *conditions: ColumnElement[bool]) -> list[QuestionFacts]:
    """The questions that meet the conditions, in the order in which they were asked: one query."""
    return [_facts(row) for row in db.execute(_ROWS.where(*conditions))]


def of_spot(db: Db, spot: Spot) -> list[QuestionFacts]:
    """The questions of that room, or of that group, likewise."""
    if spot.group_id is None:
        return [_facts(row) for row in selected(db, OF_ROOM, slot=spot.slot_id)]
    return read(db, here(spot))


def asked_in_groups(db: Db, slot_id: int) -> dict[int, int]:
    """How many questions each group of a room asked, by its id, without those that are hidden or were withdrawn."""
    here = (QUESTION.c.slot_id == slot_id) & QUESTION.c.group_id.is_not(None) & QUESTION.c.state.in_(SEEN)
    counts = select(QUESTION.c.group_id, func.count()).where(here).group_by(QUESTION.c.group_id)
    return {row[0]: row[1] for row in db.execute(counts)}


def _facts(row: Any) -> QuestionFacts:
    author = Author(row.name, row.organisation, row.country, row.role, row.team or "", row.sample)
    return QuestionFacts(**dict(zip(_FIELDS, row[: len(_FIELDS)], strict=True)), author=author)


def here(spot: Spot) -> ColumnElement[bool]:
    """The condition on questions: those of that room, or of that group."""
    mine: ColumnElement[bool] = QUESTION.c.slot_id == spot.slot_id
    return mine & (QUESTION.c.group_id == spot.group_id)


def told_of(db: Db, membership_id: int, rule: str, wish: str) -> Attribution:
    """In whose name a question is shown: as its author wishes, never telling more than the rule; a role that few have
    would name them."""
    told = stricter(rule, wish)
    if told == Attribution.ROLE and is_one_of_few(db, membership_id, of_team=False):
        return Attribution.NONE
    return told


def ask(db: Db, spot: Spot, text: str, *, author_id: int, membership_id: int, attribution: str, now: datetime) -> int:
    """One more question; its id. Raises TooMany."""
    mine = select(func.count()).select_from(QUESTION).where(here(spot), QUESTION.c.author_id == author_id)
    if db.execute(mine).scalar_one() >= MOST_EACH:
        raise TooMany
    made = Question(
        slot_id=spot.slot_id,
        group_id=spot.group_id,
        membership_id=membership_id,
        author_id=author_id,
        attribution=attribution,
        text=text,
        at=now,
    )
    db.add(made)
    db.flush()
    assert made.id is not None
    _tell(db, spot, made.id)
    return made.id


def edit(db: Db, spot: Spot, question: QuestionFacts, text: str) -> None:
    """Its author says it better, while nobody else wants it answered. Raises Settled or Wanted."""
    _lock(db, question.id, QuestionState.OPEN)
    if db.execute(select(WANTED.c.person_id).where(WANTED.c.question_id == question.id).limit(1)).first():
        raise Wanted
    db.execute(update(QUESTION).where(QUESTION.c.id == question.id).values(text=text))
    _tell(db, spot, question.id)


def withdraw(db: Db, spot: Spot, question: QuestionFacts, *, now: datetime) -> None:
    """Its author takes it back. Raises Settled where those who run the room were quicker."""
    _lock(db, question.id, QuestionState.OPEN, QuestionState.PARKED, QuestionState.WITHDRAWN)
    _set(db, spot, question.id, state=QuestionState.WITHDRAWN, settled_at=now, settled_by_id=question.author_id)


def restore(db: Db, spot: Spot, question: QuestionFacts) -> None:
    """Its author puts it back. Twice is once. Raises Settled: it was hidden, or its words are erased."""
    _lock(db, question.id, QuestionState.OPEN, QuestionState.WITHDRAWN)
    if not question.text:
        raise Settled
    _set(db, spot, question.id, state=QuestionState.OPEN, settled_at=None, settled_by_id=None)


def settle(db: Db, spot: Spot, question: QuestionFacts, state: str, *, by_id: int, now: datetime) -> None:
    """Answered, parked, hidden, or open again. Twice is once. Raises Settled: its author has taken it back."""
    _lock(db, question.id, *SETTLED)
    done = state != QuestionState.OPEN
    _set(db, spot, question.id, state=state, settled_at=now if done else None, settled_by_id=by_id if done else None)


def answer(db: Db, spot: Spot, question: QuestionFacts, words: str, *, by_id: int, now: datetime) -> None:
    """What was answered, in writing. Raises Settled."""
    _lock(db, question.id, *SETTLED)
    state = QuestionState.ANSWERED
    _set(db, spot, question.id, state=state, answer=words, settled_at=now, settled_by_id=by_id)


def want(
    db: Db, spot: Spot, question: QuestionFacts, *, person_id: int, own_stream_id: int | None, now: datetime
) -> None:
    """Somebody else wants it answered. Twice is once. Raises Settled."""
    _lock(db, question.id, *SEEN)
    mine = (WANTED.c.question_id == question.id) & (WANTED.c.person_id == person_id)
    if db.execute(select(WANTED.c.person_id).where(mine)).first() is None:
        db.execute(insert(WANTED).values(question_id=question.id, person_id=person_id, at=now))
        _wanted(db, spot, question.id, own_stream_id)


def want_no_more(db: Db, spot: Spot, question: QuestionFacts, *, person_id: int, own_stream_id: int | None) -> None:
    """They do not. Twice is once."""
    mine = (WANTED.c.question_id == question.id) & (WANTED.c.person_id == person_id)
    if db.execute(delete(WANTED).where(mine)).rowcount:  # type: ignore[attr-defined]
        _wanted(db, spot, question.id, own_stream_id)


def wanted_by(db: Db, person_id: int, question_ids: Iterable[int]) -> set[int]:
    """Those of the questions that this person wants answered."""
    return set(selected(db, _WANTED, questions=sorted(question_ids), person=person_id).scalars())


def named_in(regions: Sequence[str]) -> list[int]:
    """The questions that those regions of somebody's own stream are about."""
    return sorted(int(name.removeprefix(OWN)) for name in regions if name.startswith(OWN))


def erase_withdrawn(db: Db, slot_id: int) -> None:
    """The room is over: what was taken back in it comes back no more."""
    gone = (QUESTION.c.slot_id == slot_id) & (QUESTION.c.state == QuestionState.WITHDRAWN)
    db.execute(update(QUESTION).where(gone).values(text=""))


def _lock(db: Db, question_id: int, *states: QuestionState) -> None:
    """Who wants it, who settles it and who takes it back wait for each other here."""
    now = db.execute(select(QUESTION.c.state).where(QUESTION.c.id == question_id).with_for_update()).scalar_one()
    if now not in states:
        raise Settled


def _set(db: Db, spot: Spot, question_id: int, **values: Any) -> None:
    db.execute(update(QUESTION).where(QUESTION.c.id == question_id).values(**values))
    _tell(db, spot, question_id)


def _tell(db: Db, spot: Spot, question_id: int) -> None:
    touch(db, spot.stream_id, region(question_id))
    touch(db, spot.run_stream_id, run_region(question_id))


def _wanted(db: Db, spot: Spot, question_id: int, own_stream_id: int | None) -> None:
    touch(db, spot.stream_id, region(question_id))
    if own_stream_id is not None:
        touch(db, own_stream_id, f"{OWN}{question_id}")
