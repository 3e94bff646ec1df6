"""The real loop that does jobs, in a thread with an event loop of its own, without the rest of the application."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select, update

from server.db import Database
from server.job_loop import JobLoop
from server.jobs import JOB, Job, Work
from server.lanes import Lanes
from tests.house import PATIENCE


@contextmanager
def looping(database: Database, works: Sequence[Work], before_end: Callable[[], None] | None = None) -> Iterator[None]:
    """A process that does those works, for the length of the block."""
    lanes = Lanes(readers=1, writers=1)
    jobs = JobLoop(database, lanes, works)
    started, end = threading.Event(), threading.Event()

    async def live() -> None:
        jobs.start()
        started.set()
        await asyncio.to_thread(end.wait)
        jobs.stop()
        if before_end is not None:
            await asyncio.to_thread(before_end)
        await jobs.ended()

    thread = threading.Thread(target=asyncio.run, args=(live(),))
    thread.start()
    started.wait()
    database.after_commit.append(jobs.after_commit)
    try:
        yield
    finally:
        end.set()
        thread.join(PATIENCE)
        database.after_commit.remove(jobs.after_commit)
        lanes.close()
        assert not thread.is_alive(), "the loop did not end"


def until(true: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """What `true` returns as soon as that is true."""
    deadline = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return found


def jobs_of(database: Database, kind: str) -> list[Job]:
    """The jobs of that kind, oldest first."""
    with database.transaction(writing=False) as db:
        return list(db.execute(select(Job).where(JOB.c.kind == kind).order_by(JOB.c.id)).scalars())


def ended(database: Database, kind: str, count: int = 1) -> list[Job]:
    """The jobs of that kind, as soon as so many of them have ended."""
    until(lambda: sum(job.ended_at is not None for job in jobs_of(database, kind)) >= count)
    return jobs_of(database, kind)


def change(database: Database, kind: str, **values: Any) -> None:
    """Let the jobs of that kind be otherwise, as if time had gone by."""
    with database.transaction(writing=True) as db:
        db.execute(update(JOB).where(JOB.c.kind == kind).values(**values))
