"""How fast is the page of a room in the middle of its session, warm, in one process?

Against the same server returning the same number of bytes from memory.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.lines import line
from benchmarks.load import requests_per_second
from benchmarks.room_filled import fill_room
from benchmarks.server import fetch, serving

ROUNDS, SECONDS = 5, 2.0


def measure() -> Iterator[dict[str, Any]]:
    """The line of `room.page`."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "bench.db"
        room = fill_room(database, readers=40, voted=40, asked=10)
        with serving(database) as port:
            cookie = f"login_{port}={room.thread.tokens[0]}"
            size = len(fetch(port, room.page, cookie))
            pages: list[float] = []
            memory: list[float] = []
            for _ in range(ROUNDS):
                pages.append(requests_per_second(port, room.page, cookie, SECONDS))
                memory.append(requests_per_second(port, f"/bench/memory/{size}", cookie, SECONDS))
        yield line("room.page", median(pages), "requests/s", median(memory), bytes=size, target=0.015)
