"""A real server killed while it hands mail over: nothing is sent twice, and what is unknown is said to be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import update

from server.clock import utc_now
from server.db import Database
from server.jobs import JOB
from server.mail import JOB_KIND, MailState, in_state
from server.migrate import migrate
from tests.conftest import Databases
from tests.house import PATIENCE, free_port
from tests.server.command import Program, answer, started
from tests.server.looping import jobs_of, until
from tests.server.outbox import kept, written
from tests.services.scripted_smtp import Script, scripted

TO = re.compile(r"^To: (\S+)", re.MULTILINE)


@pytest.fixture
def migrated(databases: Databases, database_kind: str) -> Iterator[tuple[str, Database]]:
    url = databases.empty(database_kind)
    with closing(Database(url)) as database:
        migrate(database)
        yield url, database
    if database_kind == "postgresql":
        databases.server.drop(url)


@contextmanager
def serving(url: str, script: Script) -> Iterator[Program]:
    port = free_port()
    with started("serve", "--port", str(port), DATABASE_URL=url, SMTP_URL=script.url) as process:
        answer(process, f"http://127.0.0.1:{port}/")
        yield process


def killing(process: Program, script: Script, letters: int = 0) -> Callable[[], None]:
    """SIGKILL when so many letters were read, and gone before the SMTP server goes on."""

    def kill() -> None:
        if len(script.read) >= letters:
            process.kill()
            process.wait(PATIENCE)

    return kill


def leases_run_out(database: Database) -> None:
    """As if the half minute had passed."""
    with database.transaction(writing=True) as db:
        db.execute(update(JOB).where(JOB.c.lease.is_not(None)).values(lease_until=utc_now() - timedelta(seconds=1)))


def count(database: Database, state: MailState) -> int:
    with database.transaction(writing=False) as db:
        return in_state(db, state, 100, utc_now())[0]


def test_killed_between_handing_over_and_the_answer(migrated: tuple[str, Database]) -> None:
    url, database = migrated
    with scripted(Script()) as script:
        with serving(url, script) as process:
            script.before["LETTER"] = killing(process, script)
            written(database, "amara@example.org")
            process.wait(PATIENCE)
        assert kept(database)[0].handed_at
        del script.before["LETTER"]
        leases_run_out(database)
        with serving(url, script):
            until(lambda: jobs_of(database, JOB_KIND)[0].ended_at)
            written(database, "bram@example.org")
            until(lambda: count(database, MailState.SENT) == 1)
        assert [TO.findall(letter) for letter in script.read] == [["amara@example.org"], ["bram@example.org"]]
    assert count(database, MailState.UNCERTAIN) == 1
    assert kept(database)[0].sent_at is None


def test_killed_before_handing_over(migrated: tuple[str, Database]) -> None:
    url, database = migrated
    with scripted(Script()) as script:
        with serving(url, script) as process:
            script.before["RCPT"] = killing(process, script)
            written(database, "amara@example.org")
            process.wait(PATIENCE)
        del script.before["RCPT"]
        leases_run_out(database)
        with serving(url, script):
            until(lambda: count(database, MailState.SENT) == 1)
        assert len(script.read) == len(script.taken) == 1


def test_killed_again_and_again_while_thirty_mails_leave(migrated: tuple[str, Database]) -> None:
    url, database = migrated
    addresses = [f"p{n}@example.org" for n in range(30)]
    written(database, *addresses)
    with scripted(Script()) as script:
        for fatal in (5, 13, 22):
            with serving(url, script) as process:
                script.before["LETTER"] = killing(process, script, fatal)
                process.wait(PATIENCE)
            leases_run_out(database)
        script.before.clear()
        with serving(url, script):
            until(lambda: not count(database, MailState.WAITING))
        read = [address for letter in script.read for address in TO.findall(letter)]
    assert len(read) == len(set(read)), "a mail was sent twice"
    uncertain = count(database, MailState.UNCERTAIN)
    # At each end two letters may have been on their way, one in each thread.
    assert 3 <= uncertain <= 6
    assert count(database, MailState.SENT) == 30 - uncertain
    assert {mail.to for mail in kept(database) if mail.sent_at} <= set(read)
    assert len(read) >= 30 - uncertain
