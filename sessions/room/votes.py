"""Votes: one a person in each poll, changed as long as the poll is open.

While the results of a poll are hidden, a vote moves the run stream and nothing that everybody follows. Whose vote it is
is told on the person's own stream, so that all their pages show what they chose.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from server.db import Db, ask
from server.live.log import touch
from sessions.room import rooms
from sessions.room.models import PollKind
from sessions.room.polls import POLL, VOTE, PollFacts, region, run_region
from sessions.room.rooms import RoomFacts

OWN = "mine-votes-"


class Closed(Exception):
    """The poll takes no votes: it was closed meanwhile, or taken down."""


class NoOption(Exception):
    """What was chosen is none of this poll's options."""


class Voter(NamedTuple):
    """Who votes, under which rule, and on which stream they are told of what is their own."""

    person_id: int
    membership_id: int
    attribution: str
    own_stream_id: int | None


class Own(NamedTuple):
    """What somebody chose: numbers of options or a level, or words."""

    chosen: tuple[int, ...]
    words: str


NOTHING = Own((), "")
_OWN = select(VOTE.c.poll_id, VOTE.c.chosen, VOTE.c.words).where(
    VOTE.c.poll_id.in_(bindparam("polls", expanding=True)), VOTE.c.person_id == bindparam("person")
)
_MINE = (VOTE.c.poll_id == POLL.c.id) & (VOTE.c.person_id == bindparam("person"))
_BEFORE = (
    select(POLL.c.opened_at, POLL.c.closed_at, VOTE.c.chosen, VOTE.c.words)
    .join_from(POLL, VOTE, _MINE, isouter=True)
    .where(POLL.c.id == bindparam("poll"))
    .with_for_update(of=POLL)
)


@lru_cache
def _kept(dialect: str) -> Any:
    """A vote in place of the one there was."""
    row = sqlite.insert(VOTE) if dialect == "sqlite" else postgresql.insert(VOTE)
    key = ("poll_id", "person_id")
    said = {column.name: row.excluded[column.name] for column in VOTE.columns if column.name not in key}
    given = row.values({column.name: bindparam(column.name, type_=column.type) for column in VOTE.columns})
    return given.on_conflict_do_update(index_elements=key, set_=said)


def own(db: Db, poll_ids: Iterable[int], person_id: int) -> dict[int, Own]:
    """What somebody chose in those polls, by poll: one query."""
    rows = ask(db, _OWN, polls=sorted(poll_ids), person=person_id)
    return {row.poll_id: Own(tuple(json.loads(row.chosen)), row.words) for row in rows}


def choose(db: Db, room: RoomFacts, poll: PollFacts, number: int, *, by: Voter, now: datetime) -> Own:
    """Choose that option or level: beside others where several can be chosen, else in place of another. Twice is once.
    What they have chosen now. `poll` was read in this transaction. Raises Closed or NoOption."""
    if number not in poll.numbers:
        raise NoOption
    if poll.kind == PollKind.SEVERAL:
        chosen = sorted({*_opened(db, poll, by).chosen, number})
    else:
        _need_open(db, poll, by)
        chosen = [number]
    return _write(db, room, poll, Own(tuple(chosen), ""), by=by, now=now)


def take_back(db: Db, room: RoomFacts, poll: PollFacts, number: int | None, *, by: Voter, now: datetime) -> Own:
    """That option no more; None: whatever it was. Twice is once. Raises Closed."""
    before = _opened(db, poll, by).chosen
    left = tuple(one for one in before if number is not None and one != number)
    return _write(db, room, poll, Own(left, ""), by=by, now=now)


def say(db: Db, room: RoomFacts, poll: PollFacts, words: str, *, by: Voter, now: datetime) -> Own:
    """Answer in one's own words, in place of others. Raises Closed."""
    _need_open(db, poll, by)
    return _write(db, room, poll, Own((), words), by=by, now=now)


def _opened(db: Db, poll: PollFacts, by: Voter) -> Own:
    """What that person chose before. Who votes and who closes wait for each other here."""
    row = ask(db, _BEFORE, poll=poll.id, person=by.person_id).one()
    if row.opened_at is None or row.closed_at is not None:
        raise Closed
    return NOTHING if row.chosen is None else Own(tuple(json.loads(row.chosen)), row.words)


def _need_open(db: Db, poll: PollFacts, by: Voter) -> None:
    """Raises Closed. On SQLite nobody else writes until this transaction ends, in which the poll was read."""
    if db.get_bind().dialect.name != "sqlite":
        _opened(db, poll, by)
    elif not poll.is_open:
        raise Closed


def _write(db: Db, room: RoomFacts, poll: PollFacts, vote: Own, *, by: Voter, now: datetime) -> Own:
    if vote == NOTHING:
        db.execute(delete(VOTE).where(VOTE.c.poll_id == poll.id, VOTE.c.person_id == by.person_id))
    else:
        said = {"chosen": json.dumps(vote.chosen), "words": vote.words, "at": now}
        said |= {"membership_id": by.membership_id, "attribution": by.attribution}
        ask(db, _kept(db.get_bind().dialect.name), poll_id=poll.id, person_id=by.person_id, **said)
    if poll.revealed_at is not None:
        rooms.tell(db, room, region(poll.id))
    # Those who run the room read revealed results where everybody does; who is waited for is told to them alone.
    if poll.revealed_at is None or not poll.secret:
        rooms.tell_run(db, room, run_region(poll.id))
    if by.own_stream_id is not None:
        touch(db, by.own_stream_id, f"{OWN}{poll.id}")
    return vote


def polls_in(regions: Sequence[str]) -> list[int]:
    """The polls whose votes those regions of somebody's own stream are about."""
    return sorted(int(name.removeprefix(OWN)) for name in regions if name.startswith(OWN))
