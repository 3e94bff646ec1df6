"""Jobs: work outside a request, written as a row in the transaction that asks for it.

A job is claimed under a lease by one of the loops that run in every process (server/job_loop.py), tried again with a
growing wait when it fails, and must be idempotent: a process may be killed between any two of its steps. Each step is
one transaction that also renews the lease, so a process that was thought dead cannot go on beside its successor.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Field, SQLModel

from server.clock import Instant, utc_now
from server.db import Database, Db

# What a transaction notes in `db.info` when a job may be due: the loop of this process looks at once.
ENQUEUED = "jobs enqueued"
LEASE = timedelta(seconds=60)


class Job(SQLModel, table=True):
    """A piece of work. `given` is JSON. `key`: there is one job with that key at a time. `lease` names who works on it
    until `lease_until`. `done` of `total` is its progress; `error` why the last try failed; one that was given up has
    both `ended_at` and `error`."""

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=40)
    key: str | None = Field(default=None, max_length=80, unique=True)
    given: str = "{}"
    made_at: datetime = Field(sa_type=Instant)
    at: datetime = Field(sa_type=Instant, index=True)
    attempts: int = 0
    lease: str | None = Field(default=None, max_length=32)
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    done: int = 0
    total: int = 0
    error: str = Field(default="", max_length=500)
    ended_at: datetime | None = Field(default=None, sa_type=Instant, index=True)


JOB: Any = Job.__table__  # type: ignore[attr-defined]


class LostLease(Exception):
    """Somebody else works on this job by now: stop without a word."""


class TryLater(Exception):
    """The work cannot be done now, for a reason that is nobody's fault here; the text says which."""


class GiveUp(Exception):
    """The work can never be done; the text says why."""


@dataclass(frozen=True, slots=True)
class Work:
    """How jobs of one kind are done. `lane`: "slow" (one at a time) or "mail". `attempts`: how often it is tried."""

    kind: str
    run: Callable[[Running], None]
    lane: str = "slow"
    attempts: int = 8
    every: timedelta | None = None


@dataclass(slots=True)
class Running:
    """A job while it is worked on, in a worker thread. `tools` is what the program gives to all work: the settings."""

    id: int
    kind: str
    given: dict[str, Any]
    lease: str
    attempts: int
    done: int
    database: Database
    tools: Any = None

    @contextmanager
    def step(self, *, done: int | None = None, total: int | None = None) -> Iterator[Db]:
        """One writing transaction of the work, under a renewed lease. Raises LostLease."""
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
        found = db.execute(select(JOB.c.id, JOB.c.ended_at).where(JOB.c.key == key).with_for_update()).first()
        if found is not None and found.ended_at is None:
            return int(found.id)
        if found is not None:
            db.execute(update(JOB).where(JOB.c.id == found.id).values(key=None))
    job = Job(kind=kind, key=key, given=json.dumps(given), made_at=now, at=at or now)
    db.add(job)
    db.flush()
    db.info[ENQUEUED] = True
    assert job.id is not None
    return job.id
