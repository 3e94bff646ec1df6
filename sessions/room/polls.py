"""Polls: prepared by those who run a room, put to everybody in it, closed, and their results revealed.

What is prepared, and how a poll stands before its results are revealed, goes to the run stream alone: a frame to
everybody for each vote would let them be counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, delete, insert, select, update

from server.db import Db, ask
from sessions.room import rooms
from sessions.room.models import Poll, PollKind, PollOption, Vote
from sessions.room.rooms import Elsewhen, RoomFacts

POLL: Any = Poll.__table__  # type: ignore[attr-defined]
OPTION: Any = PollOption.__table__  # type: ignore[attr-defined]
VOTE: Any = Vote.__table__  # type: ignore[attr-defined]

MOST_POLLS = 50
FEWEST_OPTIONS, MOST_OPTIONS = 2, 12
LEVELS = (1, 2, 3, 4, 5)
# A poll of these kinds is answered by numbers of options.
CHOOSING = (PollKind.SINGLE, PollKind.SEVERAL)
# Called with (db, room) when a poll of it is another one: what is made of them changes too.
when_changed: list[Callable[[Db, RoomFacts], None]] = []


class Answered(Exception):
    """Somebody has voted: what they voted on is not changed any more."""


class TooMany(Exception):
    """The room has as many polls as it can have."""


class Plan(NamedTuple):
    """A poll as it is prepared. `options`: in their order, empty where nothing can be chosen from."""

    kind: str
    question: str
    secret: bool
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PollFacts:
    """A poll as it is now; the columns are explained in models.py. `options`: number and text."""

    id: int
    slot_id: int
    kind: str
    question: str
    secret: bool
    opened_at: datetime | None
    closed_at: datetime | None
    revealed_at: datetime | None
    version: int
    options: tuple[tuple[int, str], ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it takes votes, as long as its room is open."""
        return self.opened_at is not None and self.closed_at is None

    @property
    def numbers(self) -> tuple[int, ...]:
        """What can be chosen: options, or levels."""
        return LEVELS if self.kind == PollKind.SCALE else tuple(number for number, _ in self.options)


_COLUMNS = tuple(POLL.c[field.name] for field in fields(PollFacts) if field.name != "options")

_WHOLE = (
    select(*_COLUMNS, OPTION.c.number, OPTION.c.text)
    .join_from(POLL, OPTION, OPTION.c.poll_id == POLL.c.id, isouter=True)
    .order_by(POLL.c.id.desc(), OPTION.c.number)
)
_HELD = select(*_COLUMNS, POLL.c.firm_version, POLL.c.firm_by_id).with_for_update()
_ONE = _WHOLE.where(POLL.c.id == bindparam("poll"))
OF_SLOT = _WHOLE.where(POLL.c.slot_id == bindparam("slot"))


def region(poll_id: int) -> str:
    """What shows a poll to everybody."""
    return f"poll-{poll_id}"


def run_region(poll_id: int) -> str:
    """What shows it to those who run the room."""
    return f"poll-run-{poll_id}"


def read(db: Db, *conditions: ColumnElement[bool]) -> list[PollFacts]:
    """The polls that meet the conditions, the latest first, in two queries."""
    found = db.execute(select(*_COLUMNS).where(*conditions).order_by(POLL.c.id.desc())).all()
    if not found:
        return []
    options: dict[int, list[tuple[int, str]]] = defaultdict(list)
    theirs = OPTION.c.poll_id.in_([row.id for row in found])
    for row in db.execute(select(OPTION).where(theirs).order_by(OPTION.c.poll_id, OPTION.c.number)):
        options[row.poll_id].append((row.number, row.text))
    return [replace(PollFacts(*row), options=tuple(options[row.id])) for row in found]


def of_slot(db: Db, slot_id: int) -> list[PollFacts]:
    """The polls of a room, the latest first: one query."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in ask(db, OF_SLOT, slot=slot_id):
        found[row.id].append(row)
    return [_facts(rows) for rows in found.values()]


def _facts(rows: Sequence[Any]) -> PollFacts:
    options = tuple((row.number, row.text) for row in rows if row.number is not None)
    return replace(PollFacts(*rows[0][: len(_COLUMNS)]), options=options)


def one(db: Db, poll_id: int) -> PollFacts | None:
    """That poll, in one query: a thousand people vote at once."""
    rows = ask(db, _ONE, poll=poll_id).all()
    return _facts(rows) if rows else None


def prepare(db: Db, room: RoomFacts, plan: Plan, *, by_id: int, now: datetime) -> int:
    """A poll that only those who run the room know of; its id. Raises TooMany."""
    if len(db.execute(select(POLL.c.id).where(POLL.c.slot_id == room.slot_id)).all()) >= MOST_POLLS:
        raise TooMany
    made = Poll(slot_id=room.slot_id, kind=plan.kind, question=plan.question, secret=plan.secret, by_id=by_id, at=now)
    db.add(made)
    db.flush()
    assert made.id is not None
    _write_options(db, made.id, plan.options)
    rooms.tell_run(db, room, run_region(made.id))
    return made.id


def _write_options(db: Db, poll_id: int, options: Sequence[str]) -> None:
    db.execute(delete(OPTION).where(OPTION.c.poll_id == poll_id))
    if options:
        rows = [{"poll_id": poll_id, "number": number, "text": text} for number, text in enumerate(options, 1)]
        db.execute(insert(OPTION), rows)


def change(db: Db, room: RoomFacts, poll: PollFacts, plan: Plan, *, base: int, by_id: int) -> None:
    """Say it anew, while nobody has voted and nobody did anything with it. Raises Answered or Elsewhen."""
    _unanswered(db, poll)
    if poll.version != base:
        raise Elsewhen
    said = {"kind": plan.kind, "question": plan.question, "secret": plan.secret}
    _set(db, room, poll, **said, **_firm(poll, by_id))
    _write_options(db, poll.id, plan.options)


def discard(db: Db, room: RoomFacts, poll: PollFacts, *, base: int, by_id: int | None = None) -> None:
    """Prepared and not wanted. Raises Answered or Elsewhen."""
    _unanswered(db, poll)
    now = _held(db, poll, base, by_id)
    if now.opened_at is not None:
        raise Elsewhen
    _set(db, room, now)
    db.execute(delete(OPTION).where(OPTION.c.poll_id == poll.id))
    db.execute(delete(POLL).where(POLL.c.id == poll.id))


def copy(db: Db, room: RoomFacts, poll: PollFacts, *, by_id: int, now: datetime) -> int:
    """The same poll once more, prepared, to be said anew; the first one is closed. Raises TooMany."""
    if poll.is_open:
        close(db, room, poll, base=None, by_id=by_id, now=now)
    texts = tuple(text for _, text in poll.options)
    return prepare(db, room, Plan(poll.kind, poll.question, poll.secret, texts), by_id=by_id, now=now)


def open_poll(db: Db, room: RoomFacts, poll: PollFacts, *, base: int, now: datetime, by_id: int | None = None) -> None:
    """Put it to the room, or let it go on. Twice is once. Raises Elsewhen."""
    was = _held(db, poll, base, by_id)
    if not was.is_open:
        _set(db, room, was, opened_at=was.opened_at or now, closed_at=None)
        rooms.tell(db, room, region(poll.id))


def close(
    db: Db, room: RoomFacts, poll: PollFacts, *, base: int | None, now: datetime, by_id: int | None = None
) -> None:
    """It takes no more votes. Twice is once. Raises Elsewhen."""
    was = _held(db, poll, base, by_id)
    if was.opened_at is None:
        raise Elsewhen
    if was.closed_at is None:
        _set(db, room, was, closed_at=now, **_firm(was, by_id))


def take_down(db: Db, room: RoomFacts, poll: PollFacts, *, base: int, by_id: int | None = None) -> None:
    """It was opened too early: prepared again, while nobody has voted. Twice is once. Raises Answered or Elsewhen."""
    _unanswered(db, poll)
    was = _held(db, poll, base, by_id)
    if was.opened_at is not None:
        _set(db, room, was, opened_at=None, closed_at=None, revealed_at=None, **_firm(was, by_id))


def reveal(db: Db, room: RoomFacts, poll: PollFacts, *, base: int, now: datetime, by_id: int | None = None) -> None:
    """Everybody in the room reads the results, from now on vote by vote. Twice is once. Raises Elsewhen."""
    was = _held(db, poll, base, by_id)
    if was.opened_at is None:
        raise Elsewhen
    if was.revealed_at is None:
        _set(db, room, was, revealed_at=now)


def conceal(db: Db, room: RoomFacts, poll: PollFacts, *, base: int, by_id: int | None = None) -> None:
    """They were revealed too early. Twice is once. Raises Elsewhen."""
    was = _held(db, poll, base, by_id)
    if was.revealed_at is not None:
        _set(db, room, was, revealed_at=None)


def _firm(poll: PollFacts, by_id: int | None) -> dict[str, Any]:
    return {"firm_version": poll.version + 1, "firm_by_id": by_id}


def _held(db: Db, poll: PollFacts, base: int | None, by_id: int | None) -> PollFacts:
    """The poll as it stands, its row held until this is done. What was asked for from an older page counts all the
    same, unless somebody else has said the poll anew, closed it or taken it down since. Raises Elsewhen."""
    row = db.execute(_HELD.where(POLL.c.id == poll.id)).one_or_none()
    if row is None:
        raise Elsewhen
    firm = (row.firm_version or 0) if row.firm_by_id is None or row.firm_by_id != by_id else 0
    if base is not None and not firm <= base <= row.version:
        raise Elsewhen
    return replace(PollFacts(*row[: len(_COLUMNS)]), options=poll.options)


def _set(db: Db, room: RoomFacts, poll: PollFacts, **values: Any) -> None:
    mine = (POLL.c.id == poll.id) & (POLL.c.version == poll.version)
    if not db.execute(update(POLL).where(mine).values(version=POLL.c.version + 1, **values)).rowcount:  # type: ignore[attr-defined]
        raise Elsewhen
    for act in when_changed:
        act(db, room)
    if poll.opened_at is not None:
        rooms.tell(db, room, region(poll.id))
    rooms.tell_run(db, room, run_region(poll.id))


def _unanswered(db: Db, poll: PollFacts) -> None:
    # Whoever votes at this moment waits for this row, or was first.
    db.execute(select(POLL.c.id).where(POLL.c.id == poll.id).with_for_update())
    if db.execute(select(VOTE.c.person_id).where(VOTE.c.poll_id == poll.id).limit(1)).first():
        raise Answered
