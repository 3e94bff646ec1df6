"""The database of a command: opened, brought to its newest shape, or refused in a sentence."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from server.commands import CannotStart
from server.settings import Settings, read_settings

if TYPE_CHECKING:
    from server.db import Database


def migrate(given: argparse.Namespace, environment: Mapping[str, str]) -> None:
    changed = prepare(read_settings(environment))
    print("The database is up to date now." if changed else "The database was up to date already.")


def open_database(settings: Settings) -> Database:
    """The database of those settings; nothing is read from it yet."""
    from sqlalchemy.exc import ArgumentError

    from server.db import Database

    if settings.database_url in ("sqlite:///", "sqlite:///:memory:"):
        raise CannotStart("DATABASE_URL names no file: write it like sqlite:////srv/sweetspot/sweetspot.db.")
    try:
        return Database(settings.database_url, synchronous=settings.sqlite_synchronous)
    except (ArgumentError, ValueError):
        raise CannotStart("DATABASE_URL must be like postgresql://user:password@host:5432/name.") from None
    except OSError as error:
        raise CannotStart(
            f"{error.filename or 'The folder of the database'} cannot be written ({error.strerror}): use a folder that "
            "you may write to, or name another with DATABASE_URL."
        ) from None


def prepare(settings: Settings, *, with_demo: bool = False) -> bool:
    """Bring the database to its newest shape, with the demo in it if asked; whether its shape had to change."""
    from sqlalchemy.exc import DBAPIError

    from server.migrate import CannotMigrate, reason
    from server.migrate import migrate as bring_up_to_date

    database = open_database(settings)
    try:
        changed = bring_up_to_date(database, tell=print)
        if with_demo:
            fill_demo(database)
    except CannotMigrate as refusal:
        raise CannotStart(str(refusal)) from None
    except DBAPIError as error:
        raise CannotStart(reason(database, error)) from None
    finally:
        database.close()
    return changed


@contextmanager
def current_database(environment: Mapping[str, str]) -> Iterator[Database]:
    """The database of a command that works beside the server; it must be there and have today's shape."""
    from sqlalchemy.exc import DBAPIError

    from server.live.log import write_touched
    from server.migrate import CannotMigrate, is_current, reason

    database = open_database(read_settings(environment))
    # Open pages of a running server are to show what a command does.
    database.before_commit.append(write_touched)
    try:
        with database.engine.connect() as connection:
            if not is_current(connection):
                raise CannotStart("The database is not of this version: run sweetspot migrate first.")
        yield database
    except CannotMigrate as refusal:
        raise CannotStart(str(refusal)) from None
    except DBAPIError as error:
        raise CannotStart(reason(database, error)) from None
    finally:
        database.close()


def fill_demo(database: Database) -> None:
    from demo.state import DemoState, state_of

    state = state_of(database)
    if state is DemoState.REAL:
        raise CannotStart(
            "This database holds real people, and demo mode would let anyone in: "
            "run sweetspot serve, or name another database with DATABASE_URL."
        )
    if state is DemoState.EMPTY:
        from demo.programme import fill

        # Beside the answer to "where is it", which scripts read.
        print("Filling the demo, which takes some seconds ...", file=sys.stderr, flush=True)
        fill(database)
