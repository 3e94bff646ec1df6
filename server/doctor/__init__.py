"""What is wrong with an installation, found without changing it.

A check is a function of the installation that returns findings. It looks at one thing only and catches nothing: a
check that fails is itself a finding, so that a half-broken installation is told about all of its halves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from server.db import Database
from server.settings import Settings


class State(Enum):
    """OK: nothing to do. LOOK: it works, and somebody should know. WRONG: it does not work."""

    OK = "ok"
    LOOK = "look at"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: `words` say what is so and, unless all is well, what to do."""

    state: State
    subject: str
    words: str


@dataclass(frozen=True, slots=True)
class Installation:
    """What is looked at. `refused`: a sentence for each setting that could not be used; it was left out of `settings`.
    `database`: None when its address cannot even be read."""

    settings: Settings
    environment: Mapping[str, str]
    refused: tuple[str, ...]
    database: Database | None

    @property
    def file(self) -> Path | None:
        """The file of a SQLite database; None for another."""
        if self.database is None or not self.database.is_sqlite:
            return None
        return Path(str(self.database.url.database)).absolute()


Check = Callable[[Installation], Iterable[Finding]]


def ok(subject: str, words: str) -> Finding:
    return Finding(State.OK, subject, words)


def look(subject: str, words: str) -> Finding:
    return Finding(State.LOOK, subject, words)


def wrong(subject: str, words: str) -> Finding:
    return Finding(State.WRONG, subject, words)


def examine(installation: Installation, checks: Mapping[str, Check]) -> Iterator[Finding]:
    """What every check finds, as it is found."""
    for subject, check in checks.items():
        try:
            yield from check(installation)
        except Exception as error:
            # The first line only: the rest may show what is stored.
            words = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            yield wrong(subject, f"This could not be looked at: {words}")
