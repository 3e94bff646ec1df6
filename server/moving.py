"""Moving: everything of one database into another, empty one, in one transaction there, and then compared row by row.

Rows travel as the values the program itself would read and write, so both sides are compared as what they mean and not
as how they are stored. Nobody else may write to the old database meanwhile, or the newest changes would stay behind.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    String,
    Table,
    collate,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError

from server.db import Database
from server.migrate import alone, is_current, upgrade, version_of
from server.settings import LARGEST_ID

BATCH = 1_000
# Where a row holds a chunk of a file: a few MB are enough at a time.
WIDE_BATCH = 16
TOLD_EVERY = 50_000

Tell = Callable[[str], None]


class CannotMove(Exception):
    """The move was not made and the new database is as empty as before; the text is one sentence that says why."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved and found again."""

    tables: int
    rows: int


def move(source: Database, target: Database, metadata: MetaData, tell: Tell) -> Moved:
    """Copy every table into a database that `need_empty` let pass, then compare; `tell` gets the progress.

    Raises CannotMove, CannotMigrate.
    """
    with frozen(source, metadata) as old, alone(target) as new:
        if not target.is_sqlite:
            new.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        upgrade(new)
        tables = metadata.sorted_tables
        try:
            for table in tables:
                copy(old, new, table, tell)
            if not target.is_sqlite:
                set_sequences(new, tables)
        except DBAPIError as error:
            raise CannotMove(f"The new database does not take a row: {first_line(error)}.") from None
        rows = sum(compare(old, new, table, tell) for table in tables)
        if not target.is_sqlite:
            new.execute(text("ANALYZE"))
    return Moved(len(tables), rows)


def first_line(error: DBAPIError) -> str:
    """What the database said, without the details."""
    return str(error.orig).strip().splitlines()[0].rstrip(".")


def need_empty(target: Database) -> None:
    """Refuse to mix two installations, and an encoding that cannot hold every name. Raises CannotMove."""
    with target.engine.connect() as connection:
        names = inspect(connection).get_table_names()
        if names and (version_of(connection) is not None or set(names) != {"alembic_version"}):
            raise CannotMove("The new database is not empty: name one with nothing in it.")
        if not target.is_sqlite:
            encoding = connection.execute(text("SHOW server_encoding")).scalar()
            if encoding != "UTF8":
                raise CannotMove(f"The new database is encoded in {encoding}: create it with ENCODING 'UTF8'.")


def need_known_tables(old: Connection, metadata: MetaData) -> None:
    """Refuse to leave anything behind. Raises CannotMove."""
    if not is_current(old):
        raise CannotMove("The database has an older shape than this version: run sweetspot migrate first.")
    unknown = set(inspect(old).get_table_names()) - set(metadata.tables) - {"alembic_version"}
    if unknown:
        raise CannotMove(f"The database has a table that is not Sweetspot's: {sorted(unknown)[0]}. Take it out first.")


@contextmanager
def frozen(source: Database, metadata: MetaData) -> Iterator[Connection]:
    """A connection that sees one moment, while nobody else writes. Raises CannotMove when somebody is connected."""
    if source.is_sqlite:
        with source.engine.connect().execution_options(writing=True) as connection, connection.begin():
            need_known_tables(connection, metadata)
            yield connection
        return
    with source.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        others = text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        if connection.execute(others).scalar():
            raise CannotMove("The old database is in use: stop the server and whatever else is connected to it.")
        need_known_tables(connection, metadata)
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        for table in metadata.sorted_tables:
            connection.execute(text(f'LOCK TABLE "{table.name}" IN SHARE MODE'))
        yield connection


def ordered(table: Table, connection: Connection) -> Select[Any]:
    """Every row in the order of its key; texts by their bytes, whatever the language of the database."""
    language = "BINARY" if connection.dialect.name == "sqlite" else "C"
    keys = [collate(c, language) if is_text(c) else c for c in table.primary_key.columns]
    return select(table).order_by(*keys)


def is_text(column: Column[Any]) -> bool:
    """Whether a column holds texts, whatever wraps its type."""
    return isinstance(getattr(column.type, "impl", column.type), String)


def read(connection: Connection, table: Table) -> Iterator[Sequence[Any]]:
    """The rows of a table, a batch at a time in memory. Raises CannotMove for a value that is not what it should be."""
    try:
        yield from connection.execute(ordered(table, connection), execution_options={"yield_per": batch_of(table)})
    except (DBAPIError, ValueError, TypeError, ArithmeticError) as error:
        words = first_line(error) if isinstance(error, DBAPIError) else str(error)
        raise CannotMove(f"A row of {table.name} cannot be read: {words}.") from None


def batch_of(table: Table) -> int:
    """How many rows of a table are in memory at a time."""
    return WIDE_BATCH if any(isinstance(column.type, LargeBinary) for column in table.columns) else BATCH


def copy(old: Connection, new: Connection, table: Table, tell: Tell) -> None:
    """Every row of a table, in batches."""
    names = [column.key for column in table.columns]
    batch: list[dict[str, Any]] = []
    count = 0
    for row in read(old, table):
        if new.dialect.name != "sqlite":
            need_holdable(table, row)
        batch.append(dict(zip(names, row, strict=True)))
        if len(batch) == batch_of(table):
            count += put(new, table, batch)
            if count % TOLD_EVERY == 0:
                tell(f"{table.name}: {count} rows copied")
    count += put(new, table, batch)
    if count:
        tell(f"{table.name}: {count} rows copied")


def put(new: Connection, table: Table, batch: list[dict[str, Any]]) -> int:
    """Write a batch, and empty it; how many rows it had."""
    size = len(batch)
    if batch:
        new.execute(table.insert(), batch)
        batch.clear()
    return size


def need_holdable(table: Table, row: Sequence[Any]) -> None:
    """SQLite takes values that PostgreSQL cannot hold. Raises CannotMove and names the first."""
    for column, value in zip(table.columns, row, strict=True):
        trouble = None
        if isinstance(value, str):
            most = getattr(column.type, "length", None)
            if "\0" in value:
                trouble = "has the control character NUL in it"
            elif most is not None and len(value) > most:
                trouble = f"is longer than {most} characters"
        elif isinstance(column.type, Integer) and value is not None and abs(value) > LARGEST_ID:
            trouble = "is too large a number"
        if trouble:
            where = f"{table.name}.{column.name} of {named(table, row)}"
            raise CannotMove(f"PostgreSQL cannot hold a value: {where} {trouble}. Change it there, then move again.")


def named(table: Table, row: Sequence[Any]) -> str:
    """A row by its key, as `id 12`."""
    places = {column.name: place for place, column in enumerate(table.columns)}
    return ", ".join(f"{key.name} {row[places[key.name]]}" for key in table.primary_key.columns)


def set_sequences(new: Connection, tables: Sequence[Table]) -> None:
    """The next row that PostgreSQL numbers comes after the last one that was moved."""
    for table in tables:
        for column in table.primary_key.columns:
            found = text("SELECT pg_get_serial_sequence(:table, :column)")
            given = {"table": f'"{table.name}"', "column": column.name}
            sequence = new.execute(found, given).scalar() if isinstance(column.type, Integer) else None
            if sequence:
                last = f'SELECT setval(:sequence, max("{column.name}")) FROM "{table.name}" HAVING count(*) > 0'  # noqa: S608
                new.execute(text(last), {"sequence": sequence})


def compare(old: Connection, new: Connection, table: Table, tell: Tell) -> int:
    """Read both sides again, row beside row; how many there are. Raises CannotMove at the first difference."""
    count, sums = 0, (hashlib.sha256(), hashlib.sha256())
    for here, there in zip_longest(read(old, table), read(new, table)):
        if here is None or there is None or tuple(here) != tuple(there):
            row = there if here is None else here
            raise CannotMove(f"After the copy, {table.name} is not the same: {named(table, row)} differs.")
        count += 1
        for total, row in zip(sums, (here, there), strict=True):
            total.update(repr(tuple(row)).encode())
    if sums[0].digest() != sums[1].digest():
        raise CannotMove(f"After the copy, {table.name} is not the same: its rows add up differently.")
    if count:
        tell(f"{table.name}: {count} rows are the same on both sides, SHA-256 {sums[0].hexdigest()[:16]}")
    return count
