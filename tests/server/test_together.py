"""Writes that wait at the same moment share a commit, and nobody can tell by anything but the time it takes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from server.db import Database, Db, refusal_of
from server.lanes import Lane
from server.refusals import Away, Busy, NotAllowed
from server.together import MOST, Together


@dataclass
class Says:
    """Writes a word; where it `fails`, after that."""

    database: Database
    word: str
    fails: Exception | None = None

    def __call__(self) -> str:
        with self.database.transaction(writing=True) as db:
            return self.within(db)

    def within(self, db: Db) -> str:
        db.execute(text("INSERT INTO word VALUES (:said)"), {"said": self.word})
        if self.fails is not None:
            raise self.fails
        return self.word


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(f"sqlite:///{tmp_path}/one.db")) as made:
        with made.transaction(writing=True) as db:
            db.execute(text("CREATE TABLE word (said TEXT)"))
        yield made


@pytest.fixture
def commits(database: Database) -> list[Any]:
    """One entry for each."""
    seen: list[Any] = []
    event.listen(database.engine, "commit", seen.append)
    return seen


def said(database: Database) -> list[str]:
    with database.transaction(writing=False) as db:
        return list(db.execute(text("SELECT said FROM word ORDER BY rowid")).scalars())


def at_once(database: Database, writes: Sequence[Says], lane: Lane | None = None) -> list[Any]:
    """What becomes of them: none is begun before all have asked."""

    async def scene() -> list[Any]:
        mine, free = lane or Lane("x", 1), threading.Event()
        holding = [asyncio.create_task(mine.run(lambda: free.wait(30))) for _ in range(mine.threads)]
        await asyncio.sleep(0)
        together = Together(mine, database)
        asked = [asyncio.create_task(together.run(write)) for write in writes]
        await asyncio.sleep(0)
        free.set()
        found = await asyncio.gather(*asked, return_exceptions=True)
        await asyncio.gather(*holding)
        mine.close()
        return found

    return asyncio.run(scene())


def test_those_who_wait_share_a_commit_in_their_order(database: Database, commits: list[Any]) -> None:
    words = [str(number) for number in range(MOST)]
    assert at_once(database, [Says(database, word) for word in words]) == words
    assert (said(database), len(commits)) == (words, 1)


def test_one_who_waits_alone_is_done_alone(database: Database, commits: list[Any]) -> None:
    assert at_once(database, [Says(database, "alone")]) == ["alone"]
    assert (said(database), len(commits)) == (["alone"], 1)


def test_a_commit_is_not_shared_by_more_than_so_many(database: Database, commits: list[Any]) -> None:
    words = [str(number) for number in range(2 * MOST + 1)]
    assert at_once(database, [Says(database, word) for word in words]) == words
    assert (said(database), len(commits)) == (words, 3)


@pytest.mark.parametrize("why", [NotAllowed(), KeyError("a fault of ours")])
def test_one_that_fails_leaves_nothing_and_costs_the_others_nothing(database: Database, why: Exception) -> None:
    found = at_once(database, [Says(database, "a"), Says(database, "b", fails=why), Says(database, "c")])
    assert found == ["a", why, "c"]
    assert said(database) == ["a", "c"]


def test_database_that_is_away_refuses_all_of_them_and_nothing_is_half(database: Database, commits: list[Any]) -> None:
    tried: list[str] = []

    def away_for_the_third(connection: Any, cursor: Any, statement: str, *_: object) -> None:
        tried.append(statement.split(maxsplit=1)[0])
        if tried.count("INSERT") == 3:
            cursor.connection.execute("PRAGMA query_only=ON")

    event.listen(database.engine, "before_cursor_execute", away_for_the_third)
    found = at_once(database, [Says(database, word) for word in "abcd"])
    event.remove(database.engine, "before_cursor_execute", away_for_the_third)
    assert [type(refusal_of(problem)) for problem in found] == [Away] * 4
    # Nobody tried again by themselves: where a database hangs, each would wait for it.
    assert (tried, len(commits), said(database)) == (["INSERT"] * 3, 0, [])
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only=OFF")
    assert at_once(database, [Says(database, word) for word in "abcd"]) == list("abcd")
    assert said(database) == list("abcd")


def test_whoever_the_lane_refuses_is_not_taken_along(database: Database) -> None:
    found = at_once(database, [Says(database, word) for word in "abc"], Lane("x", 1, waiting=2))
    assert found[:2] == ["a", "b"]
    assert isinstance(found[2], Busy)
    assert said(database) == ["a", "b"]


def test_where_many_write_at_a_time_each_is_alone(database: Database, commits: list[Any]) -> None:
    assert at_once(database, [Says(database, word) for word in "abc"], Lane("x", 2)) == list("abc")
    assert (sorted(said(database)), len(commits)) == (list("abc"), 3)
