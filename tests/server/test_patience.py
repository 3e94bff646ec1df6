"""How long an answer of PostgreSQL is waited for, and what becomes of the connection after that."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from server.db import Database, refusal_of
from server.migrate import alone
from server.refusals import Away

# What everything else takes far less than, on the slowest machine.
ANSWER = 1.0


@pytest.fixture
def database_kind() -> str:
    return "postgresql"


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.patience.ANSWER_SECONDS", ANSWER)


def test_who_waits_too_long_is_told_and_gets_another_connection(bare: Database) -> None:
    with bare.transaction(writing=True) as db:
        first = db.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with pytest.raises(OperationalError) as caught, bare.transaction(writing=True) as db:
        db.execute(text("SELECT pg_sleep(3)"))
    assert isinstance(refusal_of(caught.value), Away)
    # The late answer must not be taken for that of the next question.
    with bare.transaction(writing=True) as db:
        assert db.execute(text("SELECT pg_backend_pid()")).scalar_one() != first


def test_upgrade_may_take_its_time(bare: Database) -> None:
    with alone(bare) as connection:
        assert connection.execute(text("SELECT 'done' FROM pg_sleep(1.5)")).scalar_one() == "done"
    with pytest.raises(OperationalError), bare.transaction(writing=False) as db:
        db.execute(text("SELECT pg_sleep(3)"))


def test_mistake_keeps_the_connection(bare: Database) -> None:
    with bare.transaction(writing=True) as db:
        first = db.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with pytest.raises(Exception, match="no_such_table"), bare.transaction(writing=True) as db:
        db.execute(text("SELECT * FROM no_such_table"))
    with bare.transaction(writing=True) as db:
        assert db.execute(text("SELECT pg_backend_pid()")).scalar_one() == first
