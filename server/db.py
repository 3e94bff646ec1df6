"""The database: one engine, one unit of work, and what happens after a commit.

SQLite and PostgreSQL behave alike here. A reading transaction sees one moment (SQLite: a deferred WAL transaction,
PostgreSQL: repeatable read), so a page and the positions it carries belong together. A writing transaction on SQLite
starts with BEGIN IMMEDIATE: one that reads first and then upgrades fails at once whatever the busy timeout says
(https://sqlite.org/isolation.html, SQLITE_BUSY_SNAPSHOT).
"""

from __future__ import annotations

import json
import logging
import select as polling
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BindParameter,
    Boolean,
    Connection,
    Engine,
    Result,
    Select,
    Text,
    event,
    literal_column,
    make_url,
    select,
)
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.visitors import replacement_traverse
from sqlmodel import Session as Db
from sqlmodel import create_engine

from server.clock import Instant
from server.refusals import Away, Busy, Refusal

__all__ = ["Database", "Db", "Told", "ask", "refusal_of", "settled"]

log = logging.getLogger("sweetspot.db")

BUSY_SECONDS = 5
# Seconds between two looks at SQLite's lock.
LOOK_AGAIN = 0.001
# Parameters are what people wrote: they stay out of error messages and logs.
# The connection given back last is taken first: SQLite's forgets the pages it has once another one has written.
POOL: dict[str, Any] = {"pool_timeout": BUSY_SECONDS, "pool_use_lifo": True, "hide_parameters": True}
# What was loaded stays readable after the commit, for the reply.
SETTLED: dict[str, Any] = {"expire_on_commit": False, "autoflush": True}
# Busy: somebody else has it. Away: it cannot be read or written. https://sqlite.org/rescode.html, primary codes:
# BUSY, LOCKED; READONLY, IOERR, FULL, CANTOPEN.
SQLITE_BUSY, SQLITE_AWAY = (5, 6), (8, 10, 13, 14)
# https://www.postgresql.org/docs/current/errcodes-appendix.html: serialization, deadlock, lock not available, query
# canceled; then the classes of connections, resources, operator intervention, and read only.
POSTGRES_BUSY, POSTGRES_AWAY = ("40001", "40P01", "55P03", "57014"), ("08", "53", "57", "58", "25006")
POSTGRES_LIMITS = "-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000"


class Database:
    """One database. `transaction` is the only way in."""

    def __init__(self, url: str, *, connections: int = 8, synchronous: str = "FULL", make_folder: bool = True) -> None:
        self.url = make_url(url.replace("postgresql://", "postgresql+psycopg://", 1))
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite and self.url.database and make_folder:
            # What people wrote is nobody else's on this machine.
            Path(self.url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.engine = self._sqlite(connections, synchronous) if self.is_sqlite else self._postgres(connections)
        self.before_commit: list[Callable[[Db], None]] = []
        self.after_commit: list[Callable[[dict[Any, Any]], None]] = []

    def _sqlite(self, connections: int, synchronous: str) -> Engine:
        arguments = {"check_same_thread": False, "timeout": BUSY_SECONDS}
        engine = create_engine(self.url, connect_args=arguments, pool_size=connections, max_overflow=2, **POOL)

        was_there: list[bool] = []

        @event.listens_for(engine, "do_connect")
        def still_there(_dialect: object, _record: object, _given: object, _named: object) -> None:
            # SQLite makes a file that is not there: an installation whose disk is away for a moment would go on empty.
            if was_there and self.url.database and not Path(self.url.database).exists():
                raise sqlite3.OperationalError("the database's file is gone")

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: object) -> None:
            was_there[:] = [True]
            connection.isolation_level = None
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"PRAGMA synchronous={synchronous}")
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute("PRAGMA cache_size=-32000")

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            writing = connection.get_execution_options().get("writing", False)
            if writing:
                _begin_writing(connection)
            else:
                connection.exec_driver_sql("BEGIN")

        return engine

    def _postgres(self, connections: int) -> Engine:
        arguments = {"connect_timeout": BUSY_SECONDS, "options": POSTGRES_LIMITS}
        engine = create_engine(self.url, connect_args=arguments, pool_size=connections, max_overflow=2, **POOL)

        @event.listens_for(engine, "do_connect")
        def patient(_dialect: object, _record: object, given: list[Any], named: dict[str, Any]) -> Any:
            # Loaded where it is needed: who runs SQLite need not have the driver.
            from server.patience import PatientConnection

            return PatientConnection.connect(*given, **named)

        @event.listens_for(engine, "checkout")
        def still_there(connection: Any, _record: object, _proxy: object) -> None:
            # Nobody talks on a connection that waits: what can be read is its end. Costs 2 µs, asking costs a journey.
            ended = connection.closed or _can_be_read(connection.fileno())
            if ended:
                raise InvalidatePoolError

        return engine

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


def _begin_writing(connection: Connection) -> None:
    """Begin a writing transaction on SQLite, within the time the connection has for that.

    SQLite's own wait looks only every 100 ms in the end (sqliteDefaultBusyCallback in its main.c): beside another
    process that writes without a pause, it finds the lock taken for seconds on end. Who looks every millisecond finds
    the next moment between two writes.
    """
    driver: Any = connection.connection.driver_connection
    waits = driver.execute("PRAGMA busy_timeout").fetchone()[0]
    driver.execute("PRAGMA busy_timeout=0")
    until = time.monotonic() + waits / 1000
    try:
        while time.monotonic() < until:
            try:
                driver.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in SQLITE_BUSY:
                    break
            time.sleep(LOOK_AGAIN)
        # Fails as any statement does that is refused.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        driver.execute(f"PRAGMA busy_timeout={waits}")


def _can_be_read(number: int) -> bool:
    waiting = polling.poll()
    waiting.register(number, polling.POLLIN)
    return bool(waiting.poll(0))


def refusal_of(error: Exception) -> Refusal | None:
    """What a failure of the database is to whoever asked; None: it is a fault of ours."""
    if isinstance(error, NoConnectionFree):
        return Busy()
    if not isinstance(error, DBAPIError):
        return None
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        return Busy() if code & 0xFF in SQLITE_BUSY else Away() if code & 0xFF in SQLITE_AWAY else None
    state = getattr(error.orig, "sqlstate", None) or ""
    if state in POSTGRES_BUSY:
        return Busy()
    lost = error.connection_invalidated or (not state and isinstance(error, OperationalError))
    return Away() if lost or state.startswith(POSTGRES_AWAY) else None


def ask(db: Db, statement: Any, **given: Any) -> Result[*tuple[Any, ...]]:
    """What a statement selects, column by column. The questions of every page are asked this way: the session looks
    after objects, and to each of these it adds nothing but 20 µs."""
    return db.connection().execute(statement, given)


def settled(statement: Any) -> Any:
    """The same statement with the words and numbers written into it that are the same each time. For the questions of
    every page: one with a table of roles in it binds sixty of them, which takes longer than its answer."""

    def written(element: Any, **_: Any) -> Any:
        if not isinstance(element, BindParameter) or element.required or element.expanding:
            return None
        if isinstance(element.value, str):
            quoted = str(element.value).replace("'", "''")
            return literal_column(f"'{quoted}'", element.type)
        is_number = isinstance(element.value, int) and not isinstance(element.value, bool)
        return literal_column(str(element.value), element.type) if is_number else None

    return replacement_traverse(statement, {}, written)


class _AsJson(FunctionElement[str]):
    """Every row as one JSON text: an array of arrays."""

    type = Text()
    inherit_cache = True


@compiles(_AsJson, "sqlite")
def _sqlite_json(element: _AsJson, compiler: Any, **keywords: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **keywords)}))"


@compiles(_AsJson, "postgresql")
def _postgres_json(element: _AsJson, compiler: Any, **keywords: Any) -> str:
    columns = compiler.process(element.clauses, **keywords)
    return f"coalesce(json_agg(json_build_array({columns})), '[]')::text"


class Told:
    """The rows of a statement as one text, put together by the database.

    For many rows of which something is kept: comparing one text takes a few µs, and only where it is new is it read.
    SQLite's driver also lets go of the interpreter's lock once a row: two threads that read 100 comments handed it to
    each other 170 times a page, which took longer than the reading.
    """

    def __init__(self, rows: Select[Any]) -> None:
        inner = rows.subquery()
        self.statement = settled(select(_AsJson(*inner.c)))
        # What JSON does not know, or SQLite does not.
        self._readers = [
            (place, _instant if isinstance(column.type, Instant) else bool)
            for place, column in enumerate(inner.c)
            if isinstance(column.type, Instant | Boolean)
        ]

    def text(self, db: Db, **given: Any) -> str:
        """All rows now, in no order to rely on."""
        told: str = ask(db, self.statement, **given).scalar_one()
        return told

    def rows(self, told: str) -> list[tuple[Any, ...]]:
        """The rows of such a text, with the types the columns have."""
        found = json.loads(told)
        for row in found:
            for place, read in self._readers:
                if row[place] is not None:
                    row[place] = read(row[place])
        return [tuple(row) for row in found]


def _instant(written: str) -> datetime:
    read = datetime.fromisoformat(written)
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
