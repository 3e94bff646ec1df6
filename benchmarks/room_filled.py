"""A room in the middle of a session: an agenda, polls with votes, questions; everybody who reads is in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from benchmarks.filled import Filled, fill
from cohorts.models import Attribution, Cohort, Membership, Role
from server.clock import utc_now
from server.db import Database, Db
from server.live.log import write_touched
from sessions import sessions, slots
from sessions.agenda import Item
from sessions.models import OpenTo
from sessions.room import polls, questions, rooms, votes
from sessions.room.models import PollKind
from sessions.room.polls import POLL
from sessions.room.rooms import RoomFacts
from sessions.sessions import SESSION, Plan
from sessions.slots import SLOT, Time

HELD: Any = Membership.__table__  # type: ignore[attr-defined]
ASKED = "What would you do differently if you began again, and what did it cost you to find that out?"


@dataclass(frozen=True)
class FilledRoom:
    """Where things are: the thread and its readers, the room's page, and a poll that is open with its results shown."""

    thread: Filled
    page: str
    poll_id: int


def fill_room(path: Path, *, readers: int, voted: int, asked: int) -> FilledRoom:
    """A database at `path` with so many readers in a room, votes in two closed polls, and questions."""
    thread, now = fill(path, said=20, readers=readers), utc_now()
    with closing(Database(f"sqlite:///{path}")) as database:
        database.before_commit.append(write_touched)
        with database.transaction(writing=True) as db:
            people = db.execute(select(HELD.c.person_id, HELD.c.id, HELD.c.role).order_by(HELD.c.id)).all()
            cohort = db.execute(select(HELD.c.cohort_id).where(HELD.c.cohort_id.is_not(None)).limit(1)).scalar_one()
            runs = next(one.person_id for one in people if one.role == Role.FACILITATOR)
            sessions.LISTS.begin(db, db.get_one(Cohort, cohort))
            room = _opened(db, cohort, runs, now)
            for one in people:
                rooms.came(db, room.slot_id, person_id=one.person_id, membership_id=one.id, now=now)
            for kind in (PollKind.SINGLE, PollKind.SCALE):
                _poll(db, room, kind, people[:voted], by_id=runs, now=now)
            _ask(db, room, people[:asked], now)
            poll_id = _poll(db, room, PollKind.SINGLE, (), by_id=runs, now=now)
    return FilledRoom(thread, f"/slots/{room.slot_id}/room", poll_id)


def _opened(db: Db, cohort_id: int, by_id: int, now: datetime) -> RoomFacts:
    agenda = tuple(Item(f"Item {number}", 10, ASKED) for number in range(1, 9))
    texts = {"theme": "Learning from what fails", "purpose": ASKED, "materials": "", "video_url": ""}
    rule = {"open_to": OpenTo.COHORT, "attribution": Attribution.NAMED}
    plan = Plan(**texts, **rule, agenda=agenda, guests=(), leaders=(by_id,))  # type: ignore[arg-type]
    made = sessions.plan(db, cohort_id, plan, by_id=by_id, now=now)
    facts = sessions.read(db, SESSION.c.id == made.id)[0]
    time = Time(now - timedelta(minutes=5), 90, "Europe/Paris")
    slots.offer(db, facts, time, now=now)
    sessions.publish(db, facts, by_id=by_id, now=now)
    return rooms.open_for(db, facts, slots.read(db, SLOT.c.session_id == facts.id)[0], by_id=by_id, now=now)


def _poll(db: Db, room: RoomFacts, kind: PollKind, people: Iterable[Any], *, by_id: int, now: datetime) -> int:
    """A poll with its results shown: closed once those people have voted, open where there are none."""
    options = ("By bus", "By train", "On foot", "Not at all") if kind == PollKind.SINGLE else ()
    id_ = polls.prepare(db, room, polls.Plan(kind, ASKED, True, options), by_id=by_id, now=now)

    def as_it_is() -> polls.PollFacts:
        return polls.read(db, POLL.c.id == id_)[0]

    polls.open_poll(db, room, as_it_is(), base=as_it_is().version, now=now)
    polls.reveal(db, room, as_it_is(), base=as_it_is().version, now=now)
    poll = as_it_is()
    for number, one in enumerate(people):
        by = votes.Voter(one.person_id, one.id, Attribution.NAMED, None)
        votes.choose(db, room, poll, poll.numbers[number % len(poll.numbers)], by=by, now=now)
    if people:
        polls.close(db, room, poll, base=None, now=now)
    return id_


def _ask(db: Db, room: RoomFacts, people: Sequence[Any], now: datetime) -> None:
    spot = questions.in_room(room)
    for number, one in enumerate(people):
        by = {"author_id": one.person_id, "membership_id": one.id, "attribution": Attribution.NAMED}
        questions.ask(db, spot, f"{number}. {ASKED}", now=now, **by)
