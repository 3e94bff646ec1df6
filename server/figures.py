"""Figures about the running program: plain numbers, counted where things happen and read at /metrics.

All of them are changed in the event loop only, so nothing locks. Each process counts for itself; with several, each
writes its figures to a folder they share every few seconds, and whichever is asked shows them all (server/metrics.py).
"""

from __future__ import annotations

import json
import os
import secrets
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ANSWERS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
LAGS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


@dataclass(slots=True)
class Spread:
    """How long things took: how many up to each of `bounds` seconds, and beyond; and all of them together."""

    bounds: Sequence[float]
    counts: list[int] = field(default_factory=list)
    total: float = 0.0

    def __post_init__(self) -> None:
        self.counts = self.counts or [0] * (len(self.bounds) + 1)

    def note(self, seconds: float) -> None:
        """One more."""
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.total += seconds


@dataclass(slots=True)
class Answers:
    """The answers of one route: how many of each class of status (`2xx`), and how long they took."""

    classes: dict[str, int] = field(default_factory=dict)
    took: Spread = field(default_factory=lambda: Spread(ANSWERS))


@dataclass(slots=True)
class Figures:
    """The figures of one process. `answers` by method and path template. `folder`: where the processes leave theirs."""

    worker: str = "1"
    folder: Path | None = None
    answers: dict[str, Answers] = field(default_factory=dict)
    lag: Spread = field(default_factory=lambda: Spread(LAGS))
    deliveries: int = 0
    resyncs: int = 0
    slow: int = 0
    closed_slow: int = 0
    # As they are now, written down for the other processes.
    sockets: int = 0
    streams: int = 0

    def answered(self, route: str, status: int, seconds: float) -> None:
        """A request was answered."""
        found = self.answers.get(route)
        if found is None:
            found = self.answers[route] = Answers()
        name = f"{status // 100}xx"
        found.classes[name] = found.classes.get(name, 0) + 1
        found.took.note(seconds)


def memory() -> int:
    """The bytes this process holds in memory now; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def as_told(figures: Figures) -> Mapping[str, Any]:
    """The figures of a process as another reads them."""
    told = asdict(figures) | {"memory_bytes": memory()}
    del told["folder"]
    return told


def write_down(figures: Figures) -> None:
    """Leave the figures of this process for the others, if there are any."""
    if figures.folder is not None:
        fresh = figures.folder / f".{figures.worker}.{secrets.token_hex(4)}"
        fresh.write_text(json.dumps(as_told(figures)))
        fresh.rename(figures.folder / f"{figures.worker}.json")


def read_up(folder: Path) -> dict[str, Mapping[str, Any]]:
    """What the processes wrote down last, by worker."""
    return {file.stem: json.loads(file.read_text()) for file in sorted(folder.glob("*.json"))}
