"""`sweetspot move --to URL`."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from migrations.tables import metadata
from server.backups import in_use
from server.commands import CannotStart
from server.commands.backups import need_file
from server.commands.databases import open_database
from server.db import Database
from server.migrate import CannotMigrate, reason
from server.moving import CannotMove, Moved, need_empty
from server.moving import move as move_all
from server.settings import WrongSetting, read_settings


def move(given: argparse.Namespace, environment: Mapping[str, str]) -> None:
    source = open_database(read_settings(environment))
    if source.is_sqlite and in_use(need_file(source)):
        raise CannotStart(f"{Path(str(source.url.database))} is in use: stop the server, then move.")
    with closing(source), closing(open_target(given.to, environment)) as target:
        moved = between(source, target)
        shown = target.url.set(drivername=target.url.get_backend_name()).render_as_string(hide_password=True)
        print(f"Everything is in {shown} now: {moved.rows} rows of {moved.tables} tables, each compared.")
    print("Set DATABASE_URL to it, then start the server. The old database is as it was: keep it until you are sure.")


def open_target(to: str, environment: Mapping[str, str]) -> Database:
    """The new database; what is wrong with its address is not said of DATABASE_URL."""
    try:
        return open_database(read_settings(environment, database_url=to))
    except (CannotStart, WrongSetting) as refusal:
        raise CannotStart(str(refusal).replace("DATABASE_URL", "--to")) from None


def between(source: Database, target: Database) -> Moved:
    """The move itself, refused in a sentence."""
    # It warns of batches that a refused row cuts short; the sentence below says it better.
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    try:
        need_empty(target)
    except CannotMove as refusal:
        raise CannotStart(str(refusal)) from None
    except CannotMigrate:
        raise CannotStart("The new database is not empty: name one with nothing in it.") from None
    except DBAPIError as error:
        raise CannotStart(reason(target, error).replace("DATABASE_URL", "--to")) from None
    try:
        return move_all(source, target, metadata, lambda line: print(f"  {line}", flush=True))
    except (CannotMove, CannotMigrate) as refusal:
        raise CannotStart(str(refusal)) from None
    except DBAPIError as error:
        raise CannotStart(reason(source, error)) from None
