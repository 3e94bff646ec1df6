"""The loop that does the jobs, one in every process: wakes after a commit or looks once a second, whatever happens.

Work runs in the lane it names, one job in each of the lane's threads, so a mail server that hangs holds up neither an
import nor a page.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from server import leases
from server.clock import utc_now
from server.db import Database
from server.jobs import ENQUEUED, LEASE, GiveUp, Interrupted, LostLease, Running, TryLater, Work, enqueue
from server.lanes import Lane, Lanes
from server.logs import about
from server.refusals import Busy

log = logging.getLogger("sweetspot.jobs")

POLL = 1.0
# The reply of whoever asked for the work leaves first; what several transactions ask for is one wake-up.
AFTER_REPLY = 0.02


class JobLoop:
    """`start` and `ended` it with the program; `after_commit` is a listener of the database.

    `works`: every kind this program can do. Jobs of other kinds were written by a newer version and are left alone.
    """

    def __init__(self, database: Database, lanes: Lanes, works: Sequence[Work], tools: Any = None) -> None:
        self._database = database
        self._works = {work.kind: work for work in works}
        self._tools = tools
        self._ending = threading.Event()
        self._leases: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._bells: list[asyncio.Event] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        served = {
            lanes.slow: [w for w in works if w.lane == "slow"],
            lanes.mail: [w for w in works if w.lane == "mail"],
        }
        self._served = [(lane, mine) for lane, mine in served.items() if mine]

    def start(self) -> None:
        """Begin with what is due. To be called in the event loop."""
        self._loop = asyncio.get_running_loop()
        for lane, works in self._served:
            for _ in range(lane.threads):
                self._bells.append(asyncio.Event())
                self._tasks.append(asyncio.create_task(self._serve(lane, works, self._bells[-1])))
        self._tasks.append(asyncio.create_task(self._keep()))

    def after_commit(self, noted: Mapping[Any, Any]) -> None:
        """A transaction was committed; wakes the loop if it asked for work. Called in any thread."""
        if noted.get(ENQUEUED) and self._loop is not None and not self._ending.is_set():
            self._loop.call_soon_threadsafe(self._loop.call_later, AFTER_REPLY, self._ring)

    def _ring(self) -> None:
        for bell in self._bells:
            bell.set()

    def stop(self) -> None:
        """Claim nothing more, and begin no further step of what runs."""
        self._ending.set()
        self._ring()

    async def ended(self) -> None:
        """Stop, and wait for the steps that run. What is left was given back for the next start."""
        self.stop()
        keeper = self._tasks.pop() if self._tasks else None
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if keeper is not None:
            keeper.cancel()

    async def _serve(self, lane: Lane, works: Sequence[Work], bell: asyncio.Event) -> None:
        while not self._ending.is_set():
            bell.clear()
            try:
                while not self._ending.is_set() and await lane.run(partial(self._one, works)):
                    pass
            except Busy:
                pass
            except Exception:
                # The database may be away for a moment: a lease that was taken runs out, and the job is taken again.
                log.exception("looking for jobs")
            try:
                await asyncio.wait_for(bell.wait(), POLL)
            except TimeoutError:
                continue

    async def _keep(self) -> None:
        """Put down the periodic work, then renew leases for as long as the program runs."""
        put_down = False
        while True:
            try:
                if not put_down:
                    await asyncio.to_thread(self._put_down)
                    put_down = True
                if self._leases:
                    await asyncio.to_thread(leases.renew, self._database, list(self._leases))
            except Exception:
                log.exception("keeping jobs")
            await asyncio.sleep(LEASE.total_seconds() / 3 if put_down else POLL)

    def _put_down(self) -> None:
        periodic = [work.kind for work in self._works.values() if work.every is not None]
        if periodic:
            with self._database.transaction(writing=True) as db:
                for kind in periodic:
                    enqueue(db, kind, now=utc_now(), key=f"every {kind}")

    def _one(self, works: Sequence[Work]) -> bool:
        """Do one job, in a thread of the lane; False: there was none."""
        running = leases.claim(self._database, works, self._ending, self._tools)
        if running is None:
            return False
        self._leases.add(running.lease)
        try:
            about({"job": running.id}, partial(self._do, running, self._works[running.kind]))
        finally:
            self._leases.discard(running.lease)
        return True

    def _do(self, running: Running, work: Work) -> None:
        try:
            if running.attempts > work.attempts:
                raise GiveUp(leases.KILLED)
            work.run(running)
        except LostLease:
            log.info("job %s (%s) was taken over", running.id, running.kind)
        except GiveUp as reason:
            leases.end(running, work, str(reason) or type(reason).__name__)
        except Exception as problem:
            if isinstance(problem, Interrupted) or running.ending.is_set():
                leases.give_back(running)
            elif isinstance(problem, TryLater):
                leases.put_off(running, work, problem)
            else:
                log.exception("job %s (%s), try %s", running.id, running.kind, running.attempts)
                leases.failed(running, work, f"{type(problem).__name__}: {problem}")
        else:
            leases.end(running, work)
