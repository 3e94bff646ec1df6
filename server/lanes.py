"""Worker threads, by kind of work. A full lane refuses at once instead of letting everybody wait."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TypeVar

from server.refusals import Busy

Answer = TypeVar("Answer")
# Large forms that are read at the same time: each may take its room on the disk.
MOST_ARRIVING = 16


class Lane:
    """`threads` workers with at most `waiting` calls queued behind them."""

    def __init__(self, name: str, threads: int, waiting: int = 400) -> None:
        self.threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=name)
        self._free = threading.BoundedSemaphore(threads + waiting)

    async def run(self, work: Callable[[], Answer]) -> Answer:
        """Run `work` in one worker call. Raises Busy when the lane is full."""
        if not self._free.acquire(blocking=False):
            raise Busy
        try:
            # What is logged in the worker belongs to the request it works for.
            task = asyncio.get_running_loop().run_in_executor(self._pool, copy_context().run, work)
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
        self.reads = Lane("read", readers)
        self.writes = Lane("write", writers)
        self.slow = Lane("slow", 1)
        self.mail = Lane("mail", 2)
        # Files that came with a form: pictures are made anew while somebody waits, so no import stands before them.
        self.files = Lane("files", 1, waiting=40)
        self.arriving = threading.BoundedSemaphore(MOST_ARRIVING)

    def close(self) -> None:
        """Let running calls end, start no more."""
        for lane in (self.reads, self.writes, self.slow, self.mail, self.files):
            lane.close()
