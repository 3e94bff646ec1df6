"""Jobs: work outside a request, written as a row in the transaction that asks for it.

A job is claimed under a lease (server/leases.py) by one of the loops that run in every process (server/job_loop.py),
tried again with a growing wait when it fails, and must be idempotent: a process may be killed between any two of its
steps. Each step is one transaction that also renews the lease, so a process that was thought dead cannot go on beside
its successor.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from sqlalchemy import Index, delete, select, text, update
from sqlalchemy import insert as sql_insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from server.clock import Instant, utc_now
from server.db import Database, Db

# What a transaction notes in `db.info` when a job may be due: the loop of this process looks at once.
ENQUEUED = "jobs enqueued"
# Renewed three times as often. So long nobody continues the work of a process that was killed.
LEASE = timedelta(seconds=30)
KEPT = timedelta(days=30)
_OPEN = text("ended_at IS NULL")


class Job(SQLModel, table=True):
    """A piece of work. `given` is JSON. `key`: there is one job with that key at a time. `lease` names who works on it
    until `lease_until`. `attempts` counts the tries that may have been its own fault, `delays` how often it had to
    wait for something else. `done` of `total` is its progress; `error` why the last try failed; one that was given up
    has both `ended_at` and `error`."""

    # What is looked for every second must not be found among the ended jobs of a month.
    __table_args__ = (Index("ix_job_open", "kind", "at", sqlite_where=_OPEN, postgresql_where=_OPEN),)

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=40)
    key: str | None = Field(default=None, max_length=80, unique=True)
    given: str = "{}"
    made_at: datetime = Field(sa_type=Instant)
    at: datetime = Field(sa_type=Instant)
    attempts: int = 0
    delays: int = 0
    lease: str | None = Field(default=None, max_length=32)
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    done: int = 0
    total: int = 0
    error: str = Field(default="", max_length=500)
    ended_at: datetime | None = Field(default=None, sa_type=Instant, index=True)


JOB: Any = Job.__table__  # type: ignore[attr-defined]


class LostLease(Exception):
    """Somebody else works on this job by now: stop without a word."""


class Interrupted(Exception):
    """The program ends: the rest of the work is for the next start."""


class TryLater(Exception):
    """The work cannot be done now, for a reason that is not its own; the text says which.

    It uses up no attempt. `wait`: when to try again; None: the growing wait of the work.
    """

    def __init__(self, why: str, wait: timedelta | None = None) -> None:
        super().__init__(why)
        self.wait = wait


class GiveUp(Exception):
    """The work can never be done; the text says why."""


@dataclass(frozen=True, slots=True)
class Work:
    """How jobs of one kind are done. `lane`: "slow" (one at a time) or "mail"; `first`: before the others of its lane.

    `attempts`: how often it is tried; the wait between two tries grows from `wait` to `longest`. `every`: done again
    and again, by one process at a time, `given` nothing. `given_up` tells of it, in the transaction that gives it up,
    from what was `given`.
    """

    kind: str
    run: Callable[[Running], None]
    lane: str = "slow"
    attempts: int = 8
    every: timedelta | None = None
    first: bool = False
    wait: timedelta = timedelta(seconds=5)
    longest: timedelta = timedelta(minutes=10)
    given_up: Callable[[Db, Mapping[str, Any]], None] | None = None


@dataclass(slots=True)
class Running:
    """A job while it is worked on, in a worker thread. `tools` is the house: settings, pages. `ending` is set when the
    program ends."""

    id: int
    kind: str
    given: dict[str, Any]
    lease: str
    attempts: int
    delays: int
    done: int
    database: Database
    tools: Any = None
    ending: Event = field(default_factory=Event)

    @contextmanager
    def step(self, *, done: int | None = None, total: int | None = None) -> Iterator[Db]:
        """One writing transaction of the work, under a renewed lease. Raises LostLease and Interrupted."""
        if self.ending.is_set():
            raise Interrupted
        with self.database.transaction(writing=True) as db:
            values: dict[str, Any] = {"lease_until": utc_now() + LEASE}
            values |= {"done": done} if done is not None else {}
            values |= {"total": total} if total is not None else {}
            mine = update(JOB).where(JOB.c.id == self.id, JOB.c.lease == self.lease, JOB.c.ended_at.is_(None))
            if db.execute(mine.values(values)).rowcount != 1:  # type: ignore[attr-defined]
                raise LostLease
            yield db
        self.done = self.done if done is None else done


def enqueue(
    db: Db, kind: str, *, now: datetime, at: datetime | None = None, key: str | None = None, **given: Any
) -> int:
    """Ask for work in this transaction: it begins after the commit, not before `at`. The id of the job.

    With a `key`, one that waits or runs already is enough; one that ended makes room.
    """
    if key is not None:
        db.execute(update(JOB).where(JOB.c.key == key, JOB.c.ended_at.is_not(None)).values(key=None))
    insert: Any = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    values = {"kind": kind, "key": key, "given": json.dumps(given), "made_at": now, "at": at or now}
    blank = {"attempts": 0, "delays": 0, "done": 0, "total": 0, "error": ""}
    made = insert(JOB).values(**values, **blank).on_conflict_do_nothing(index_elements=["key"]).returning(JOB.c.id)
    db.info[ENQUEUED] = True
    job_id = db.execute(made).scalar()
    return int(db.execute(select(JOB.c.id).where(JOB.c.key == key)).scalar_one() if job_id is None else job_id)


def enqueue_many(db: Db, kind: str, each: Iterable[tuple[str, datetime, Mapping[str, Any]]], *, now: datetime) -> None:
    """Ask for many pieces of work at once, as (key, not before, given). The keys must be new."""
    blank = {"kind": kind, "made_at": now, "attempts": 0, "delays": 0, "done": 0, "total": 0, "error": ""}
    rows = [{**blank, "key": key, "at": at, "given": json.dumps(given)} for key, at, given in each]
    db.connection().execute(sql_insert(JOB), rows)
    db.info[ENQUEUED] = True


def hourly(kind: str, *acts: Callable[[Db, datetime], object]) -> Work:
    """Work that is done every hour: each act in a step of its own, given the present instant."""

    def run(running: Running) -> None:
        for act in acts:
            with running.step() as db:
                act(db, utc_now())

    return Work(kind, run, every=timedelta(hours=1))


def clear(db: Db, now: datetime) -> None:
    """Forget jobs that ended more than 30 days ago."""
    db.execute(delete(JOB).where(JOB.c.ended_at < now - KEPT))


def find(db: Db, key: str) -> Job | None:
    """The job with that key as it is now, ended or not: its progress and its error."""
    return db.execute(select(Job).where(JOB.c.key == key)).scalar_one_or_none()
