"""The database's shape, brought up to this version of the code.

A migration's name begins with its version, a date (`2026_11_21_0300`): so the newest one is known from the file names,
and a start with nothing to do never loads Alembic. Migrations only go forward; a backup goes back, so a SQLite file is
copied before it is changed. PostgreSQL upgrades in one transaction, and its dumps are its owner's (decision 0034).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from server.db import Database
from server.settings import ROOT

MIGRATIONS = ROOT / "migrations"
VERSION_LENGTH = len("2026_11_21_0300")
# Any number will do, as long as nothing else that uses this database takes the same one.
POSTGRES_LOCK = 7_405_116_021
WAIT_SECONDS = 60


class CannotMigrate(Exception):
    """The database cannot be used by this code; the text is one sentence that says why and what to do."""


def shipped_versions() -> tuple[str, ...]:
    """The versions this code knows, oldest first."""
    return tuple(sorted(file.name[:VERSION_LENGTH] for file in (MIGRATIONS / "versions").glob("[0-9]*.py")))


def version_of(connection: Connection) -> str | None:
    """The version a database is at; None: it is empty. Raises CannotMigrate when it is somebody else's."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" in tables:
        version = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        if version is not None:
            return str(version)
    elif tables:
        raise CannotMigrate("The database of DATABASE_URL belongs to another program: name an empty one.")
    return None


def is_current(connection: Connection) -> bool:
    """Whether the database has the newest shape. Raises CannotMigrate when it is newer than this code."""
    version, known = version_of(connection), shipped_versions()
    if version is not None and version not in known:
        raise CannotMigrate(
            f"The database was last used by a newer Sweetspot (its version is {version}, this one knows {known[-1]}): "
            "install that version again, or restore a backup made before it."
        )
    return version == known[-1]


def say_nothing(sentence: str) -> None:
    """For whoever does not want to be told."""


def migrate(database: Database, *, copying: bool = True, tell: Callable[[str], None] = say_nothing) -> bool:
    """Bring the database to the newest shape; whether there was anything to do. Raises CannotMigrate.

    `copying`: a SQLite file that holds something is backed up first. `tell` gets a sentence about the backup.
    """
    try:
        with database.engine.connect() as connection:
            if is_current(connection):
                need_writable(database)
                return False
        with alone(database) as connection:
            if is_current(connection):  # another start was quicker
                return False
            version = version_of(connection)
            if copying and version is not None:
                keep_before_upgrade(database, version, tell)
            upgrade(connection)
    except DBAPIError as error:
        raise CannotMigrate(reason(database, error)) from error
    return True


def keep_before_upgrade(database: Database, version: str, tell: Callable[[str], None]) -> None:
    """Copy the file as it is under our write lock, or say that this is up to the owner."""
    from server.backups import NotCopied, back_up_before_upgrade

    if not database.is_sqlite:
        tell(f"Upgrading PostgreSQL from version {version}; dumps are yours to make (docs/self-hosting.md).")
        return
    try:
        made = back_up_before_upgrade(Path(str(database.url.database)).absolute(), version)
    except NotCopied as refusal:
        raise CannotMigrate(f"The database was not upgraded. {refusal}") from None
    tell(f"A backup from before the upgrade is in {made.file}.")


def need_writable(database: Database) -> None:
    """Fail now, not at the first sign-in, when a file may only be read: only a real write tells, and is undone."""
    if database.is_sqlite:
        with database.engine.connect().execution_options(writing=True) as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
            connection.rollback()


@contextmanager
def alone(database: Database) -> Iterator[Connection]:
    """One transaction that nobody else migrates in: all of the upgrade happens, or none of it.

    SQLite's write lock covers the file. PostgreSQL gets an advisory lock; only the wait for it may last, so that no
    statement of a migration makes everybody queue behind a table's lock.
    """
    with database.engine.connect().execution_options(writing=True) as connection:
        if database.is_sqlite:
            with sqlite_alone(connection):
                yield connection
        else:
            from server.patience import given_time

            with given_time(connection, 16 * 60), connection.begin():
                connection.execute(text(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'"))
                connection.execute(text("SET LOCAL statement_timeout = '15min'"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": POSTGRES_LOCK})
                connection.execute(text("SET LOCAL lock_timeout = '5s'"))
                yield connection


@contextmanager
def sqlite_alone(connection: Connection) -> Iterator[None]:
    # A changed table is built anew and the old one dropped, which would delete what refers to it; the switch works
    # only outside a transaction, so the check comes at the end (https://sqlite.org/lang_altertable.html, section 7).
    file = connection.connection.dbapi_connection
    assert file is not None
    cursor = file.cursor()
    before = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
    cursor.execute("PRAGMA foreign_keys=OFF")
    cursor.execute(f"PRAGMA busy_timeout={WAIT_SECONDS * 1000}")
    try:
        with connection.begin():
            yield
            broken = connection.execute(text("PRAGMA foreign_key_check")).first()
            if broken:
                raise CannotMigrate(f"The upgrade was undone: it would leave {broken[0]} rows without what they need.")
    finally:
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={before}")
        cursor.close()


def upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def reason(database: Database, error: DBAPIError) -> str:
    """One sentence for a database that cannot be opened; never its password."""
    words = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
    if not database.is_sqlite:
        address = database.url.render_as_string(hide_password=True)
        return f"PostgreSQL at {address} cannot be used ({words}): check DATABASE_URL and that the server runs."
    file = database.url.database
    if "unable to open" in words or "readonly" in words:
        return f"{file} cannot be written: use a folder that you may write to, or name a file with DATABASE_URL."
    if "not a database" in words:
        return f"{file} is not a database of Sweetspot: name another file with DATABASE_URL."
    if "malformed" in words:
        return f"{file} is damaged ({words}): stop the server, then sweetspot restore a backup."
    if "locked" in words:
        return f"{file} is in use by another program that does not let go: stop it, then try again."
    return f"{file} cannot be used ({words})."
