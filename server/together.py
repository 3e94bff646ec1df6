"""Small writes that share a commit.

SQLite has one writer at a time, so a thousand people who vote within two seconds stand in one queue, and what each of
them pays there is mostly the transaction around one row: beginning it, its log, telling the hub, and a disk that takes
0.1 to 6 ms. Verbs that ask for it (`together` in routes.py) are done in one transaction with those behind them.

Sharing must change nothing but the price, so it is all or nothing: a transaction in which one of them is refused is
undone, and each is done alone, as if nobody had tried (docs/decisions/0056).
"""

from __future__ import annotations

from contextvars import Context, copy_context
from dataclasses import dataclass, field
from itertools import dropwhile
from typing import Any, Protocol

from server.db import Database, Db, refusal_of
from server.lanes import Lane

# Nobody waits for more others than this, and other processes find the database free again after some 20 ms.
MOST = 16


class Write(Protocol):
    """Work that writes: called, in a transaction of its own; `within` one of others, what it gives holds once that is
    committed, and what it raises undoes it."""

    def __call__(self) -> Any: ...

    def within(self, db: Db) -> Any: ...


@dataclass(eq=False, slots=True)
class Waiting:
    """Somebody in the queue, and what came of it where they were taken along."""

    write: Write
    # What is logged belongs to the request it is done for.
    context: Context = field(default_factory=copy_context)
    answer: Any = None
    problem: Exception | None = None


class Together:
    """A lane for such work: whoever's turn it is takes along those who wait behind them."""

    def __init__(self, lane: Lane, database: Database) -> None:
        self._lane, self._database = lane, database
        # In the order in which they came, which is that of the lane.
        self._waiting: dict[Waiting, None] = {}

    async def run(self, write: Any) -> Any:
        """A Write, as the lane runs any work. Raises Busy when that is full, or was for too long."""
        if self._lane.threads > 1:
            # PostgreSQL: many write at the same time, and its own commits share the disk.
            return await self._lane.run(write)
        one = Waiting(write)
        self._waiting[one] = None
        try:
            return await self._lane.run(lambda: self._answer(one))
        finally:
            # Whoever was refused by the lane must not be taken along after all.
            self._waiting.pop(one, None)

    def _answer(self, one: Waiting) -> Any:
        if one in self._waiting:
            # Who is before them was refused this moment, or it would have been their turn.
            some = list(dropwhile(lambda each: each is not one, list(self._waiting)))[:MOST]
            for each in some:
                self._waiting.pop(each, None)
            if len(some) > 1:
                self._share(some)
        if one.problem is not None:
            raise one.problem
        return one.write() if one.answer is None else one.answer

    def _share(self, some: list[Waiting]) -> None:
        try:
            with self._database.transaction(writing=True) as db:
                answers = [one.context.run(one.write.within, db) for one in some]
        except Exception as problem:
            # A database that is away is away for all of them; each in turn would wait for it again.
            if refusal_of(problem) is not None:
                for one in some:
                    one.problem = problem
            return
        for one, answer in zip(some, answers, strict=True):
            one.answer = answer
