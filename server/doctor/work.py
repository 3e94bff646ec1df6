"""What waits and what is kept: mail that did not leave, jobs that nobody does, files that belong to nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sqlalchemy import Connection, func, select

from server.clock import utc_now
from server.db import Database, Db
from server.doctor import Finding, look, ok
from server.doctor.database import asked
from server.files import told
from server.jobs import JOB
from server.mail import MailState, in_state
from server.migrate import is_current

OVERDUE = timedelta(minutes=10)
MEGABYTE = 1024 * 1024
# Uploads that were cut wait an hour to be cleared: more than that is no accident.
MOST_LOOSE = 1024 * MEGABYTE
MANY_BYTES = 20 * 1024 * MEGABYTE


@asked
def mail(connection: Connection, _database: Database) -> Iterator[Finding]:
    if not is_current(connection):
        return
    with Db(connection) as db:
        counts = {state: in_state(db, state, 1, utc_now())[0] for state in MailState}
    if counts[MailState.FAILED]:
        yield look("Mail", f"{many(counts[MailState.FAILED], 'mail')} could not be sent: an owner sees them at /mail.")
    if counts[MailState.UNCERTAIN]:
        found = many(counts[MailState.UNCERTAIN], "mail")
        yield look("Mail", f"{found} may or may not have arrived: an owner decides at /mail.")
    if not (counts[MailState.FAILED] or counts[MailState.UNCERTAIN]):
        yield ok("Mail", f"{counts[MailState.WAITING]} waiting, none failed")


@asked
def jobs(connection: Connection, _database: Database) -> Iterator[Finding]:
    if not is_current(connection):
        return
    now = utc_now()
    is_open = JOB.c.ended_at.is_(None)
    left = is_open & (JOB.c.at < now - OVERDUE) & (JOB.c.lease_until.is_(None) | (JOB.c.lease_until < now - OVERDUE))
    counts = [
        connection.execute(select(func.count()).select_from(JOB).where(where)).scalar_one()
        for where in (left, JOB.c.ended_at.is_not(None) & (JOB.c.error != ""), is_open)
    ]
    if counts[0]:
        yield look("Jobs", f"{many(counts[0], 'job')} should have begun long ago: no server runs, or it is overloaded.")
    if counts[1]:
        yield look("Jobs", f"{many(counts[1], 'job')} given up in the last month: the server's log says why.")
    if not any(counts[:2]):
        yield ok("Jobs", f"{counts[2]} open, none stuck")


@asked
def files(connection: Connection, database: Database) -> Iterator[Finding]:
    if not is_current(connection):
        return
    with Db(connection) as db:
        count, size, loose = told(db)
    words = f"{many(count, 'file')}, {size // MEGABYTE} MB in the database"
    if loose > MOST_LOOSE:
        lost = loose // MEGABYTE
        yield look("Files", f"{words}; {lost} MB belong to nothing: no server runs to clear them, or its log says why.")
    elif database.is_sqlite and size > MANY_BYTES:
        yield look("Files", f"{words}: each backup copies all of it. Move to PostgreSQL when that takes too long.")
    else:
        yield ok("Files", words)


def many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
