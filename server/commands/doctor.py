"""`sweetspot doctor`: one line for each thing that was looked at."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping
from contextlib import closing, nullcontext

from sqlalchemy import Connection
from sqlalchemy.exc import ArgumentError

from cohorts.roles import owners
from server.db import Database, Db
from server.doctor import Check, Finding, Installation, State, database, examine, look, ok, outside, place, work
from server.doctor.database import asked
from server.migrate import is_current
from server.settings import Settings, WrongSetting, read_settings


@asked
def owner(connection: Connection, _database: Database) -> Iterator[Finding]:
    if not is_current(connection):
        return
    with Db(connection) as db:
        count = len(owners(db))
    if count:
        yield ok("Owner", f"{work.many(count, 'person')} run this installation" if count > 1 else "One person runs it")
    else:
        yield look(
            "Owner", "Nobody runs this installation yet: sweetspot serve prints a link that makes the first owner."
        )


CHECKS: dict[str, Check] = {
    "Python": place.python,
    "Settings": place.settings,
    "Secrets": place.secrets,
    "Front end": place.front_end,
    "Time zones": place.zones,
    "Data folder": place.data_folder,
    "Disk space": place.space,
    "Database": database.answers,
    "Shape": database.shape,
    "Integrity": database.whole,
    "Journal": database.keeping,
    "Clock": database.clock,
    "Redis": outside.redis,
    "Mail server": outside.mail_server,
    "Mail": work.mail,
    "Jobs": work.jobs,
    "Files": work.files,
    "Owner": owner,
    "Server": outside.itself,
}


def doctor(given: argparse.Namespace, environment: Mapping[str, str]) -> int:
    """1 when anything is wrong."""
    settings, refused = as_far_as_possible(environment)
    found = address(settings)
    with closing(found) if found else nullcontext():
        counts = dict.fromkeys(State, 0)
        for finding in examine(Installation(settings, environment, refused, found), CHECKS):
            counts[finding.state] += 1
            print(f"{finding.state.value:7}  {finding.subject:11}  {finding.words}", flush=True)
    if not counts[State.WRONG]:
        print("Nothing is wrong." if not counts[State.LOOK] else "Nothing is wrong, but see what to look at.")
    return 1 if counts[State.WRONG] else 0


def as_far_as_possible(environment: Mapping[str, str]) -> tuple[Settings, tuple[str, ...]]:
    """The settings without those that cannot be used, and a sentence for each of these."""
    left = dict(environment)
    refused: list[str] = []
    while True:
        try:
            return read_settings(left), tuple(refused)
        except WrongSetting as refusal:
            refused.append(str(refusal))
            named = [name for name in re.findall(r"[A-Z][A-Z_]+", str(refusal)) if name in left]
            # A sentence that names none of them is about what people reach.
            for name in named or [name for name in left if name.startswith("SWEETSPOT_")]:
                left.pop(name)


def address(settings: Settings) -> Database | None:
    """The database, unless its address cannot be read. Its folder is not made."""
    try:
        return Database(settings.database_url, make_folder=False)
    except (ArgumentError, ValueError):
        return None
