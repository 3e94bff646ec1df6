"""What does it cost that a thread is long? A thread of 10,000 comments against one of 100, in the same code.

The time of its page, and the time from sending a comment until one open page has it: medians, both sides in turn.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.filled import Filled, fill
from benchmarks.lines import line
from benchmarks.live_comment import comment
from benchmarks.load import Crowd, listen
from benchmarks.server import fetch, serving

FEW, MANY = 100, 10_000
PAGES, ROUNDS = 60, 35


@dataclass(frozen=True)
class Side:
    """One thread, its server, and a page that follows it."""

    filled: Filled
    port: int
    cookie: str
    follower: Crowd

    def page(self) -> float:
        """Seconds until the page is here."""
        began = time.perf_counter()
        fetch(self.port, self.filled.page, self.cookie)
        return time.perf_counter() - began

    def comment(self, number: int) -> float:
        """Seconds from sending a comment until it is on the open page."""
        return comment(self.port, self.filled, self.follower, f"measured-{number}-word")[0]


def measure() -> Iterator[dict[str, Any]]:
    """The two lines of `page.thread_10k`; the reference is the short thread."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        sides = [_side(stack, Path(folder), said) for said in (FEW, MANY)]
        pages: tuple[list[float], ...] = ([], [])
        live: tuple[list[float], ...] = ([], [])
        for _ in range(PAGES):
            for side, took in zip(sides, pages, strict=True):
                took.append(side.page())
        for number in range(ROUNDS):
            for side, took in zip(sides, live, strict=True):
                took.append(side.comment(number))
        for name, found, most in (("page.thread_10k", pages, 1.3), ("page.thread_10k_live", live, 1.2)):
            few, many = (median(took) * 1000 for took in found)
            yield line(name, many, "ms", few, target=most)


def _side(stack: ExitStack, folder: Path, said: int) -> Side:
    database = folder / f"{said}.db"
    filled = fill(database, said=said, readers=4)
    port = stack.enter_context(serving(database))
    cookie = f"login_{port}={filled.tokens[0]}"
    # Not the one who comments: whoever follows is told what others say.
    reader = f"login_{port}={filled.tokens[1]}"
    found = re.search(rb'data-positions="([^"]+)"', fetch(port, filled.page, reader))
    assert found
    follower = Crowd([listen(port, f"/live?at={found[1].decode()}", reader)])
    follower.quiet(0.5)
    stack.callback(follower.close)
    return Side(filled, port, cookie, follower)
