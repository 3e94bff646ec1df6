"""`sweetspot backup` and `sweetspot restore`."""

from __future__ import annotations

import argparse
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import text, update
from sqlalchemy.exc import DBAPIError

from server.backups import NotCopied, back_up, folder_of, opened, stamp, version_in
from server.backups import restore as put_back
from server.clock import utc_now
from server.commands import CannotStart
from server.commands.databases import open_database
from server.db import Database, Db
from server.jobs import JOB
from server.languages import N_
from server.mail import JOB_KIND, MAIL, URGENT_KIND
from server.migrate import CannotMigrate, reason, shipped_versions
from server.migrate import migrate as bring_up_to_date
from server.settings import read_settings

HELD_BACK = N_("It waited when the backup was made that was restored. Whether it was sent since is not known.")


def backup(given: argparse.Namespace, environment: Mapping[str, str]) -> None:
    database = open_database(read_settings(environment))
    if not database.is_sqlite:
        raise CannotStart(f"PostgreSQL makes its own backups: {dump_command(database)}")
    file = need_file(database)
    try:
        version_in(file)
        made = back_up(file, destination(given.file, file))
    except NotCopied as refusal:
        raise CannotStart(str(refusal)) from None
    print(f"{made.file} holds everything as it was just now ({in_words(made.size)}, checked).")


def restore(given: argparse.Namespace, environment: Mapping[str, str]) -> None:
    database = open_database(read_settings(environment))
    if not database.is_sqlite:
        raise CannotStart(
            f"Restore is for SQLite; for PostgreSQL: pg_restore --clean --dbname={address(database)} FILE"
        )
    backed_up, file = Path(given.file), Path(str(database.url.database))
    try:
        version = version_in(backed_up)
        need_known(backed_up, version)
        aside = put_back(backed_up, file, renew)
    except NotCopied as refusal:
        raise CannotStart(str(refusal)) from None
    print(f"{file} is {backed_up} again. Start the server; open pages load themselves anew.")
    if aside:
        print(f"What was there before is {aside}; delete it when you are sure.")
        for person_id in sorted(erased_in(aside) - erased_in(file)):
            print(f"Person {person_id} was erased after that backup, and is back: sweetspot erase {person_id}")


def need_known(file: Path, version: str) -> None:
    """Refuse a backup that a newer Sweetspot made."""
    if version not in shipped_versions():
        raise CannotStart(
            f"{file} was made by a newer Sweetspot (its version is {version}, this one knows "
            f"{shipped_versions()[-1]}): install that version, then restore."
        )


def renew(file: Path) -> None:
    """Bring a restored copy up to date before it counts.

    Pages that are ahead of it must not believe they are current: every stream gets a new epoch. A mail that waited may
    have gone out since, and nobody gets one twice: it is held back for an owner to send again.
    """
    with closing(Database(f"sqlite:///{file}")) as database:
        try:
            bring_up_to_date(database, copying=False)
            with database.transaction(writing=True) as db:
                db.execute(text("UPDATE stream SET epoch = lower(hex(randomblob(4)))"))
                hold_back_mail(db, utc_now())
        except CannotMigrate as refusal:
            raise CannotStart(str(refusal)) from None
        except DBAPIError as error:
            raise CannotStart(reason(database, error)) from None


def erased_in(file: Path) -> set[int]:
    """The persons who were erased, as far as that file can tell."""
    try:
        with closing(opened(file)) as connection:
            return {int(row[0]) for row in connection.execute("SELECT person_id FROM erasure")}
    except sqlite3.Error:
        return set()


def hold_back_mail(db: Db, now: datetime) -> None:
    """Mark what waited as what it is, handed over perhaps, so that it leaves only when an owner says so."""
    columns = MAIL.c
    waits = columns.sent_at.is_(None) & columns.dropped_at.is_(None) & columns.handed_at.is_(None)
    db.execute(update(MAIL).where(waits).values(handed_at=now, error=HELD_BACK))
    sending = JOB.c.kind.in_([JOB_KIND, URGENT_KIND]) & JOB.c.ended_at.is_(None)
    db.execute(update(JOB).where(sending).values(ended_at=now, error=HELD_BACK, lease=None, lease_until=None))


def need_file(database: Database) -> Path:
    """The file of a SQLite database that is there."""
    file = Path(str(database.url.database)).absolute()
    if not file.exists():
        raise CannotStart(f"There is no database at {file} yet: name yours with DATABASE_URL.")
    return file


def destination(given: str | None, file: Path) -> Path:
    """Where a backup goes: a file that is named, or a dated one in a folder that is."""
    dated = f"{file.stem}-{stamp(utc_now())}.db"
    if given is None:
        folder = folder_of(file)
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder / dated
    to = Path(given).absolute()
    if to.is_dir():
        return to / dated
    if not to.parent.is_dir():
        raise CannotStart(f"There is no folder {to.parent} to write the backup in.")
    return to


def address(database: Database) -> str:
    """The database as PostgreSQL's own programs take it, without its password."""
    return database.url._replace(drivername="postgresql", password=None).render_as_string()


def dump_command(database: Database) -> str:
    """What to type for a dump of a PostgreSQL database."""
    return f"pg_dump --format=custom --file=sweetspot-{utc_now():%Y-%m-%d}.dump {address(database)}"


def in_words(size: int) -> str:
    """A file's size for people."""
    return f"{size / 1_048_576:.1f} MB" if size >= 1_048_576 else f"{-(-size // 1024)} KB"
