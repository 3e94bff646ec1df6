"""Who works on which job: claiming under a lease, renewing it, and what becomes of the job afterwards.

One statement claims, so of any number of processes one gets the job. On PostgreSQL others skip a row that is being
claimed instead of waiting for it; on SQLite there is one writer at a time anyway. Every later statement names the
lease: who lost it changes nothing.
"""

from __future__ import annotations

import json
import random
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update

from server.clock import utc_now
from server.db import Database, Db
from server.jobs import ENQUEUED, JOB, LEASE, Running, TryLater, Work
from server.languages import N_

KILLED = N_("The process was killed each time this was tried.")


def grown(first: timedelta, longest: timedelta, times: int) -> timedelta:
    """The wait after so many tries: doubled each time up to `longest`, give or take a quarter, so that what failed
    together does not come back together."""
    doubled = first * 2 ** min(max(times - 1, 0), 30)
    return min(doubled, longest) * random.uniform(0.75, 1.25)


def _due(kinds: Collection[str], now: datetime) -> ColumnElement[bool]:
    free = or_(JOB.c.lease_until.is_(None), JOB.c.lease_until < now)
    due: ColumnElement[bool] = JOB.c.kind.in_(kinds) & JOB.c.ended_at.is_(None) & (JOB.c.at <= now) & free
    return due


def claim(database: Database, works: Sequence[Work], ending: Event, tools: Any) -> Running | None:
    """The next due job of those works, now ours; None: there is nothing to do. The works that come first are asked
    first. Looks before it claims, because a look disturbs no writer."""
    now = utc_now()
    with database.transaction(writing=False) as db:
        found = set(db.execute(select(JOB.c.kind).where(_due([work.kind for work in works], now)).distinct()).scalars())
    for first in (True, False):
        kinds = [work.kind for work in works if work.first is first and work.kind in found]
        row = _claimed(database, kinds, now) if kinds else None
        if row is not None:
            return Running(
                **{name: row[name] for name in ("id", "kind", "lease", "attempts", "delays", "done")},
                given=json.loads(row["given"]),
                database=database,
                tools=tools,
                ending=ending,
            )
    return None


def _claimed(database: Database, kinds: Collection[str], now: datetime) -> Any:
    one = select(JOB.c.id).where(_due(kinds, now)).order_by(JOB.c.at, JOB.c.id).limit(1)
    lease = {"lease": secrets.token_hex(12), "lease_until": now + LEASE, "attempts": JOB.c.attempts + 1}
    mine = update(JOB).where(JOB.c.id == one.with_for_update(skip_locked=True).scalar_subquery())
    with database.transaction(writing=True) as db:
        return db.execute(mine.values(**lease).returning(JOB)).mappings().first()


def renew(database: Database, leases: Collection[str]) -> None:
    """Keep those leases for another while."""
    with database.transaction(writing=True) as db:
        db.execute(update(JOB).where(JOB.c.lease.in_(leases)).values(lease_until=utc_now() + LEASE))


def _settle(running: Running, *, tell: Callable[[Db, Mapping[str, Any]], None] | None = None, **values: Any) -> None:
    free = {"lease": None, "lease_until": None}
    mine = update(JOB).where(JOB.c.id == running.id, JOB.c.lease == running.lease)
    with running.database.transaction(writing=True) as db:
        settled = db.execute(mine.values(**free, **values)).rowcount  # type: ignore[attr-defined]
        if settled and tell is not None:
            tell(db, running.given)


def end(running: Running, work: Work, error: str = "") -> None:
    """The job is over, done or given up; one that is done again and again waits for its next time."""
    now, error = utc_now(), error[:500]
    if work.every is None:
        _settle(running, tell=work.given_up if error else None, ended_at=now, error=error)
    else:
        _settle(running, at=now + work.every, attempts=0, delays=0, done=0, error=error)


def give_back(running: Running) -> None:
    """As if it had not been claimed: whoever starts next may continue it at once."""
    _settle(running, attempts=JOB.c.attempts - 1)


def put_off(running: Running, work: Work, later: TryLater) -> None:
    """Wait for what the work needs; that was no failure of its own."""
    delays = running.delays + 1
    wait = grown(work.wait, work.longest, delays) if later.wait is None else later.wait
    _settle(running, at=utc_now() + wait, attempts=JOB.c.attempts - 1, delays=delays, error=str(later)[:500])


def failed(running: Running, work: Work, problem: str) -> None:
    """Try again after a growing wait, or give up after the last attempt."""
    if running.attempts >= work.attempts:
        end(running, work, problem)
    else:
        _settle(running, at=utc_now() + grown(work.wait, work.longest, running.attempts), error=problem[:500])


def put_off_all(db: Db, kinds: Collection[str], until: datetime, error: str) -> None:
    """What those works need is away: whatever waits to be tried before `until` waits until then."""
    waiting = JOB.c.kind.in_(kinds) & JOB.c.ended_at.is_(None) & (JOB.c.at < until)
    free = or_(JOB.c.lease_until.is_(None), JOB.c.lease_until < utc_now())
    db.execute(update(JOB).where(waiting & free).values(at=until, delays=JOB.c.delays + 1, error=error[:500]))


def begin_all(db: Db, kinds: Collection[str], now: datetime, *, error: str = "") -> int:
    """Try at once what waits for another try, how many; with `error`, only what waits for a reason that begins so."""
    waiting = JOB.c.kind.in_(kinds) & JOB.c.ended_at.is_(None) & (JOB.c.at > now) & JOB.c.lease.is_(None)
    alike = JOB.c.error.startswith(error, autoescape=True)
    begun: int = db.execute(update(JOB).where(waiting & alike).values(at=now)).rowcount  # type: ignore[attr-defined]
    if begun:
        db.info[ENQUEUED] = True
    return begun
