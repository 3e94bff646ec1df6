"""Worker threads, by kind of work. A full lane refuses at once instead of letting everybody wait."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from server.refusals import Busy

Answer = TypeVar("Answer")
# Large forms that are read at the same time: each may take its room on the disk.
MOST_ARRIVING = 16
# Seconds after which nobody looks at a page that did not come any more.
PATIENCE = 15.0


class Lane:
    """`threads` workers with at most `waiting` calls queued behind them, each for at most `patience` seconds: where the
    database hangs, every call ahead takes as long as a connection may take."""

    def __init__(self, name: str, threads: int, waiting: int = 400, patience: float = math.inf) -> None:
        self.threads = threads
        self._patience = patience
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._free = threading.BoundedSemaphore(threads + waiting)

    async def run(self, work: Callable[[], Answer]) -> Answer:
        """Run `work` in one worker call. Raises Busy when the lane is full, or was for too long."""
        came = time.monotonic()

        def in_time() -> Answer:
            if time.monotonic() - came > self._patience:
                raise Busy
            return work()

        if not self._free.acquire(blocking=False):
            raise Busy
        try:
            # What is logged in the worker belongs to the request it works for.
            task = asyncio.get_running_loop().run_in_executor(self._pool, copy_context().run, in_time)
        except BaseException:
            self._free.release()
            raise
        task.add_done_callback(lambda _: self._free.release())
        return await task

    def close(self) -> None:
        """Let running calls end, start no more."""
        self._pool.shutdown(wait=True, cancel_futures=True)


class Lanes:
    """Reading, writing, slow work and a mail server that hangs never wait for each other.

    On SQLite one writer at a time is the rule of the engine; a lane of one turns "database is locked" into a queue.
    """

    def __init__(self, *, readers: int, writers: int) -> None:
        self.reads = Lane("read", readers, patience=PATIENCE)
        self.writes = Lane("write", writers, patience=PATIENCE)
        self.slow = Lane("slow", 1)
        self.mail = Lane("mail", 2)
        # Files that came with a form: pictures are made anew while somebody waits, so no import stands before them.
        self.files = Lane("files", 1, waiting=40)
        self.arriving = threading.BoundedSemaphore(MOST_ARRIVING)

    def close(self) -> None:
        """Let running calls end, start no more."""
        for lane in (self.reads, self.writes, self.slow, self.mail, self.files):
            lane.close()
