"""The database: one engine, one unit of work, and what happens after a commit.

SQLite and PostgreSQL behave alike here. A reading transaction sees one moment (SQLite: a deferred WAL transaction,
PostgreSQL: repeatable read), so a page and the positions it carries belong together. A writing transaction on SQLite
starts with BEGIN IMMEDIATE: one that reads first and then upgrades fails at once whatever the busy timeout says
(https://sqlite.org/isolation.html, SQLITE_BUSY_SNAPSHOT).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, make_url
from sqlmodel import Session as Db
from sqlmodel import create_engine

__all__ = ["Database", "Db"]

log = logging.getLogger("sweetspot.db")

BUSY_SECONDS = 5
# Parameters are what people wrote: they stay out of error messages and logs.
POOL: dict[str, Any] = {"pool_timeout": BUSY_SECONDS, "hide_parameters": True}
# What was loaded stays readable after the commit, for the reply.
SETTLED: dict[str, Any] = {"expire_on_commit": False, "autoflush": True}
POSTGRES_LIMITS = "-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000"


class Database:
    """One database. `transaction` is the only way in."""

    def __init__(self, url: str, *, connections: int = 8, synchronous: str = "FULL") -> None:
        self.url = make_url(url.replace("postgresql://", "postgresql+psycopg://", 1))
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = self._sqlite(connections, synchronous) if self.is_sqlite else self._postgres(connections)
        self.before_commit: list[Callable[[Db], None]] = []
        self.after_commit: list[Callable[[dict[Any, Any]], None]] = []

    def _sqlite(self, connections: int, synchronous: str) -> Engine:
        if self.url.database:
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        arguments = {"check_same_thread": False, "timeout": BUSY_SECONDS}
        engine = create_engine(self.url, connect_args=arguments, pool_size=connections, max_overflow=2, **POOL)

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: object) -> None:
            connection.isolation_level = None
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"PRAGMA synchronous={synchronous}")
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute("PRAGMA cache_size=-32000")

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            writing = connection.get_execution_options().get("writing", False)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

        return engine

    def _postgres(self, connections: int) -> Engine:
        arguments = {"connect_timeout": BUSY_SECONDS, "options": POSTGRES_LIMITS}
        return create_engine(self.url, connect_args=arguments, pool_size=connections, max_overflow=2, **POOL)

    def _options(self, writing: bool) -> dict[str, Any]:
        if self.is_sqlite:
            return {"writing": writing}
        if writing:
            return {"isolation_level": "READ COMMITTED", "postgresql_readonly": False}
        return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

    @contextmanager
    def transaction(self, *, writing: bool) -> Iterator[Db]:
        """A unit of work: committed at the end of a writing one, rolled back on any exception.

        `db.info` is empty at the start; after a commit the listeners of `after_commit` get what was put there.
        """
        options = self._options(writing)
        with self.engine.connect().execution_options(**options) as connection, Db(connection, **SETTLED) as db:
            yield db
            if writing:
                for act in self.before_commit:
                    act(db)
                db.commit()
            noted = dict(db.info)
        if writing:
            self._tell(noted)

    def _tell(self, noted: dict[Any, Any]) -> None:
        for listener in self.after_commit:
            try:
                listener(noted)
            except Exception:
                # The change is committed: one listener that fails must not undo that, nor silence the others.
                log.exception("after a commit")

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()
