"""A connection to PostgreSQL that does not wait for ever.

The server's own limits hold only while it lives: one that hangs keeps the connection, acknowledges every byte and never
answers, and each page would take a worker with it. So the wait ends on this side, a little after the server's limits
would have ended it, and the connection is given up.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection

# Longer than statement_timeout: where the server still answers, it is the one that says what was wrong.
ANSWER_SECONDS = 17.0


class PatientConnection(psycopg.Connection[Any]):
    """psycopg's, each of whose steps has at most ANSWER_SECONDS, unless it is given more."""

    answer_seconds: float | None = None

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """What the step came to. Raises OperationalError when no answer came in time; the connection is closed then."""
        try:
            return super().wait(gen, interval, timeout or self.answer_seconds or ANSWER_SECONDS)
        except psycopg.OperationalError as problem:
            if self.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
                # It may answer later, and that would be taken for the answer to another question.
                self.pgconn.finish()
                raise psycopg.OperationalError("the server hangs: no answer came in time") from problem
            raise


@contextmanager
def given_time(connection: Connection, seconds: float) -> Iterator[None]:
    """Let each step of this connection take so long, for the length of the block."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, PatientConnection)
    raw.answer_seconds = seconds
    try:
        yield
    finally:
        raw.answer_seconds = None
