"""Writers wait for SQLite's one lock: each as long as it has patience, and an upgrade longer than a page."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from server import db
from server.db import Database, refusal_of
from server.migrate import alone
from server.refusals import Busy
from tests.house import PATIENCE

# Seconds: the patience of those who give up, and how long the lock is held for them.
SHORT, HELD = 0.3, 1.5


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setattr(db, "BUSY_SECONDS", SHORT)
    with closing(Database(f"sqlite:///{tmp_path}/one.db")) as made:
        with made.transaction(writing=True) as writing:
            writing.execute(text("CREATE TABLE word (said TEXT)"))
        yield made


@contextmanager
def held(database: Database, seconds: float | None) -> Iterator[None]:
    """Another process has the lock for that long; None: for the length of the block."""
    with closing(sqlite3.connect(str(database.url.database), isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        end = threading.Timer(seconds or PATIENCE, other.execute, ["COMMIT"])
        end.start()
        try:
            yield
        finally:
            if seconds is None:
                end.cancel()
            end.join()


def test_whoever_writes_waits_no_longer_than_they_have_patience(database: Database) -> None:
    with held(database, None):
        with pytest.raises(OperationalError) as refused, database.transaction(writing=True) as writing:
            writing.execute(text("INSERT INTO word VALUES ('too early')"))
        assert isinstance(refusal_of(refused.value), Busy)
        with database.transaction(writing=False) as reading:
            assert reading.execute(text("SELECT count(*) FROM word")).scalar() == 0


def test_lock_that_is_free_in_time_is_taken(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "BUSY_SECONDS", PATIENCE)
    with (
        closing(Database(f"sqlite:///{database.url.database}")) as patient,
        held(database, SHORT),
        patient.transaction(writing=True) as writing,
    ):
        writing.execute(text("INSERT INTO word VALUES ('in time')"))
    with database.transaction(writing=False) as reading:
        assert reading.execute(text("SELECT said FROM word")).scalar() == "in time"


def test_upgrade_waits_for_longer_than_a_page(database: Database) -> None:
    with held(database, HELD), alone(database) as connection:
        connection.execute(text("INSERT INTO word VALUES ('after them')"))
    with database.transaction(writing=False) as reading:
        assert reading.execute(text("SELECT said FROM word")).scalar() == "after them"
