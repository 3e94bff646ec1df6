"""The database: does it answer, is its shape ours, is it whole, does its clock agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError

from server.clock import utc_now
from server.db import Database
from server.doctor import Check, Finding, Installation, look, ok, wrong
from server.jobs import JOB
from server.migrate import CannotMigrate, is_current, reason, version_of

SUPPORTED = 140_000
LOOK_SECONDS, WRONG_SECONDS = 2.0, 30.0

Asked = Callable[[Connection, Database], Iterator[Finding]]


def reachable(installation: Installation) -> str | None:
    """Why nothing can be asked of the database; None: something can."""
    if installation.database is None:
        return (
            "DATABASE_URL must be like sqlite:////srv/sweetspot/sweetspot.db or postgresql://user:password@host/name."
        )
    file = installation.file
    if file and not file.exists():
        return f"There is no {file} yet: sweetspot serve makes it."
    try:
        with installation.database.engine.connect() as connection:
            connection.execute(text("SELECT count(*) FROM alembic_version" if file else "SELECT 1"))
    except DBAPIError as error:
        if "no such table" not in str(error.orig):
            return reason(installation.database, error)
    return None


def answers(installation: Installation) -> Iterator[Finding]:
    trouble, database = reachable(installation), installation.database
    if trouble is not None:
        starts = installation.file is not None and not installation.file.exists()
        yield (look if starts else wrong)("Database", trouble)
    elif database is not None:
        yield ok("Database", database.url.set(drivername=database.url.get_backend_name()).render_as_string())


def asked(check: Asked) -> Check:
    """A check that needs a database which answers, and says nothing about one that does not: `answers` does."""

    @wraps(check)
    def with_connection(installation: Installation) -> Iterator[Finding]:
        if installation.database is not None and reachable(installation) is None:
            with installation.database.engine.connect() as connection:
                yield from check(connection, installation.database)

    return with_connection


@asked
def shape(connection: Connection, _database: Database) -> Iterator[Finding]:
    try:
        version = version_of(connection)
        if version is None:
            yield look("Shape", "The database is empty: sweetspot serve, or sweetspot migrate, fills it.")
        elif is_current(connection):
            yield ok("Shape", f"Of this version ({version})")
        else:
            yield look("Shape", f"Of an older version ({version}): the next start, or sweetspot migrate, upgrades it.")
    except CannotMigrate as refusal:
        yield wrong("Shape", str(refusal))


@asked
def whole(connection: Connection, database: Database) -> Iterator[Finding]:
    if not database.is_sqlite:
        return
    found = str(connection.execute(text("PRAGMA quick_check(1)")).scalar())
    orphan = connection.execute(text("PRAGMA foreign_key_check")).first()
    if found != "ok":
        words = found.splitlines()[-1]
        yield wrong("Integrity", f"The file is damaged ({words}): stop the server, then sweetspot restore a backup.")
    elif orphan is not None:
        yield wrong(
            "Integrity", f"Rows of {orphan[0]} refer to rows of {orphan[2]} that are not there: restore a backup."
        )
    else:
        yield ok("Integrity", "The file is whole")


@asked
def keeping(connection: Connection, database: Database) -> Iterator[Finding]:
    """How SQLite keeps a change, or which PostgreSQL it is."""
    if database.is_sqlite:
        mode = connection.execute(text("PRAGMA journal_mode")).scalar()
        if mode == "wal":
            yield ok("Journal", "Write-ahead log, so readers never wait for a writer")
        else:
            yield wrong("Journal", f"SQLite uses {mode} instead of a write-ahead log here: use a local disk.")
        return
    number = int(connection.execute(text("SHOW server_version_num")).scalar_one())
    encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if number < SUPPORTED:
        yield wrong("PostgreSQL", f"Version {number // 10_000} is too old: use {SUPPORTED // 10_000} or newer.")
    elif encoding != "UTF8":
        yield wrong(
            "PostgreSQL", f"It is encoded in {encoding}, which cannot hold every name: make one in UTF8, and move."
        )
    else:
        yield ok("PostgreSQL", f"Version {number // 10_000}, in UTF8")


@asked
def clock(connection: Connection, database: Database) -> Iterator[Finding]:
    """Times are written by this machine and compared by it; the database's own clock serves as a second opinion."""
    if not database.is_sqlite:
        before = utc_now()
        theirs = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        skew = abs((theirs - before - (utc_now() - before) / 2).total_seconds())
        words = f"This machine and PostgreSQL disagree by {skew:.0f} seconds: set both by NTP."
        if skew > LOOK_SECONDS:
            yield (wrong if skew > WRONG_SECONDS else look)("Clock", words)
            return
    try:
        newest = connection.execute(select(func.max(JOB.c.made_at))).scalar()
    except DBAPIError:
        newest = None  # an older shape has no jobs yet
    if newest is not None and (newest - utc_now()).total_seconds() > WRONG_SECONDS:
        yield wrong(
            "Clock", f"Something was done at {newest:%Y-%m-%d %H:%M} UTC, which is still to come: set the clock."
        )
    else:
        yield ok("Clock", f"It is {utc_now():%Y-%m-%d %H:%M} UTC")
