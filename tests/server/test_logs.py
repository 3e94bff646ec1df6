"""What the program says about itself: enough to find a fault, and nothing that people wrote or are called."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import re
import signal
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from people.models import Login
from server.clock import utc_now
from server.counting import number
from server.db import Database
from server.jobs import enqueue
from server.lanes import Lane
from server.logs import ABOUT, Json, Lines, Repeats, about
from server.mail import JOB_KIND
from tests.conftest import Databases
from tests.house import PATIENCE, free_port, plain_client
from tests.server import command
from tests.server.command import answer, started
from tests.server.looping import until
from tests.services.smtp import Postbox
from tests.world import World

SECRET = "CANARY-in-a-log"


def shown(error: BaseException, form: logging.Formatter, message: str = "it broke") -> str:
    try:
        raise error
    except BaseException:
        info = sys.exc_info()
    record = logging.LogRecord("sweetspot.test", logging.ERROR, __file__, 1, message, (), info)
    return form.format(record)


FORMS = {"lines": Lines(), "json": Json()}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", [ValueError, KeyError, LookupError, Exception])
def test_exception_is_told_without_what_it_holds(form: str, kind: type[Exception]) -> None:
    told = shown(kind(f"{SECRET} amara@example.org"), FORMS[form])
    assert kind.__name__ in told
    assert re.search(r"tests/server/test_logs\.py:\d+ shown", told)
    assert SECRET not in told
    assert "@example" not in told


@pytest.mark.parametrize("form", FORMS)
def test_exception_of_the_code_is_told_in_full(form: str) -> None:
    assert "has no attribute 'nowhere'" in shown(AttributeError("'X' has no attribute 'nowhere'"), FORMS[form])
    full = shown(OSError(28, "No space left on device", SECRET), FORMS[form])
    assert "No space left" in full
    assert SECRET not in full


@pytest.mark.parametrize("form", FORMS)
def test_causes_are_told_too(form: str) -> None:
    problem = RuntimeError("the later one")
    problem.__cause__ = TypeError("the earlier one")
    told = shown(problem, FORMS[form])
    assert told.index("the earlier one") < told.index("the later one")


@pytest.mark.parametrize("form", FORMS)
def test_database_errors_name_the_rule_and_not_the_value(databases: Databases, database_kind: str, form: str) -> None:
    with databases.copy(database_kind) as (url, _), closing(Database(url)) as database:
        for statement, word in (
            ("UPDATE person SET email = 'amara@example.org'", "email"),
            ("UPDATE person SET id = 'CANARY-in-a-log'", "Error"),
            ("SELECT * FROM person WHERE nowhere = 'CANARY-in-a-log'", "Error"),
        ):
            with pytest.raises(Exception) as found, database.transaction(writing=True) as db:
                db.execute(text(statement))
            told = shown(found.value, FORMS[form])
            assert word in told
            assert SECRET not in told
            assert "amara" not in told


def test_addresses_are_blotted_out_of_every_line() -> None:
    given = ("amara@example.org",)
    record = logging.LogRecord("sweetspot.mail", logging.WARNING, "", 1, "550 <%s> unknown", given, None)
    for form in FORMS.values():
        told = form.format(record)
        assert "amara" not in told
        assert "example" not in told
        assert "550" in told


def test_line_says_which_job_it_belongs_to() -> None:
    record = logging.LogRecord("sweetspot.jobs", logging.WARNING, "", 1, "words", (), None)
    assert json.loads(about({"job": 12}, lambda: FORMS["json"].format(record)))["job"] == 12
    assert "(job 12)" in about({"job": 12}, lambda: FORMS["lines"].format(record))
    assert "job" not in json.loads(FORMS["json"].format(record))


def said_at(seconds: float, message: str = "looking", error: type[Exception] = OSError) -> logging.LogRecord:
    record = logging.LogRecord("sweetspot.jobs", logging.ERROR, __file__, 1, message, (), (error, error(), None))
    record.created = 1_000_000 + seconds
    return record


def test_outage_is_told_once_a_minute_and_counted() -> None:
    only, form = Repeats(), Lines()
    kept = [form.format(one) for second in range(70) if only.filter(one := said_at(second))]
    assert [line[11:19] for line in kept] == ["13:46:40", "13:47:40"]
    assert "looking (and 59 times more since this was last said)" in kept[1]
    assert only.filter(said_at(71, "another thing"))
    assert only.filter(said_at(71, error=TimeoutError))
    assert only.filter(later := said_at(3670))
    assert "looking (and 9 times more" in form.format(later)


def test_no_line_of_a_request_is_left_out() -> None:
    only, lines = Repeats(), []
    for request in (1, 2, 2):
        about({"request": request}, lambda: lines.append(only.filter(said_at(0))))
    assert lines == [True, True, True]


def test_worker_knows_whose_work_it_does() -> None:
    async def asked() -> tuple[str, str]:
        lane = Lane("test", 1)
        ABOUT.set({"request": "0123456789"})
        mine = await lane.run(number)
        ABOUT.set({})
        other = await lane.run(number)
        lane.close()
        return mine, other

    assert asyncio.run(asked()) == ("0123456789", "")


class Program:
    """The program as a process of its own, with everything it said on standard error."""

    def __init__(self, process: command.Program, url: str) -> None:
        self.process, self.url = process, url
        self.said = ""

    def ended(self) -> list[dict[str, Any]]:
        """Stop it; every line as the object it must be."""
        self.process.send_signal(signal.SIGTERM)
        _, self.said = self.process.communicate(timeout=PATIENCE)
        return [json.loads(line) for line in self.said.splitlines()]


@contextmanager
def program(database: str, **settings: str) -> Iterator[Program]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with started("serve", "--port", str(port), DATABASE_URL=database, SWEETSPOT_LOG="json", **settings) as process:
        answer(process, f"{url}/")
        yield Program(process, url)


@pytest.fixture
def sqlite_world(databases: Databases) -> Iterator[tuple[str, World]]:
    with databases.copy("sqlite") as copied:
        yield copied


def sign_in(database: str, person_id: int) -> str:
    now = utc_now()
    token_hash = hashlib.sha256(SECRET.encode()).hexdigest()
    with closing(Database(database)) as opened, opened.transaction(writing=True) as db:
        ends = now + timedelta(days=1)
        db.add(Login(person_id=person_id, token_hash=token_hash, began_at=now, seen_at=now, ends_at=ends))
    return SECRET


def test_requests_leave_one_line_each_and_no_trace_of_people(sqlite_world: tuple[str, World], postbox: Postbox) -> None:
    database, world = sqlite_world
    token = sign_in(database, world.people["Amara"])
    mail = {"SMTP_URL": f"smtp://{postbox.host}:{postbox.port}", "SWEETSPOT_MAIL_FROM": "sender@example.org"}
    with program(database, **mail) as one:
        port = one.url.rpartition(":")[2]
        cookies = {f"login_{port}": token}
        headers = {"sec-fetch-site": "same-origin", "x-request-id": SECRET, "user-agent": SECRET}
        with plain_client(one.url, cookies=cookies, headers=headers) as amara:
            seen = amara.get(f"/initiatives/{world.tide.initiative}?q={SECRET}")
            assert "Okoro" in seen.text
            said = amara.post(
                f"/threads/{world.tide.thread}/comments", data={"text": f"{SECRET} words", "key": "k" * 20}
            )
            assert said.status_code < 400
            assert amara.get(f"/{SECRET}").status_code == 404
            assert amara.post("/sign-in/mails", data={"email": "amara@example.org"}).status_code < 400
        with plain_client(one.url, headers=headers) as stranger:
            assert stranger.post("/sign-in/mails", data={"email": "bram@example.org"}).status_code == 303
            postbox.wait_for(1)
            stranger.get(f"/sign-in/link/{SECRET}")
        lines = one.ended()
    requests = [line for line in lines if line["log"] == "sweetspot.requests"]
    where = "/initiatives/{initiative}"
    (line,) = [line for line in requests if line["route"] == where]
    assert (line["method"], line["status"], line["level"]) == ("GET", 200, "info")
    assert 0 < line["ms"] < 1000 * PATIENCE
    assert line["request"] == seen.headers["x-request-id"]
    assert re.fullmatch(r"\d{10}", line["request"])
    assert len({line["request"] for line in requests}) == len(requests) >= 6
    for word in (SECRET, "amara", "bram", "Okoro", "@example", token, "127.0.0.1"):
        assert word not in one.said, word


def test_broken_page_names_the_number_under_which_it_was_logged(sqlite_world: tuple[str, World]) -> None:
    database, world = sqlite_world
    token = sign_in(database, world.people["Amara"])
    with program(database) as one:
        with closing(sqlite3.connect(database.removeprefix("sqlite:///"))) as connection, connection:
            connection.execute("ALTER TABLE thread RENAME TO gone")
        cookies = {f"login_{one.url.rpartition(':')[2]}": token}
        broken = httpx.get(f"{one.url}/initiatives/{world.tide.initiative}", cookies=cookies, timeout=PATIENCE)
        lines = one.ended()
    assert broken.status_code == 500
    number = broken.headers["x-request-id"]
    assert f"mention this number: {number}" in broken.text
    mine = [line for line in lines if line.get("request") == number]
    assert [line["level"] for line in mine] == ["error", "info"]
    assert "no such table" in mine[0]["error"][-1]
    assert any(place.startswith("feedback/") for place in mine[0]["places"])
    assert mine[1]["status"] == 500


def test_job_that_fails_is_logged_with_its_number(sqlite_world: tuple[str, World], postbox: Postbox) -> None:
    database, _ = sqlite_world
    with closing(Database(database)) as opened, opened.transaction(writing=True) as db:
        job_id = enqueue(db, JOB_KIND, now=utc_now(), wrong=SECRET)
    mail = {"SMTP_URL": f"smtp://{postbox.host}:{postbox.port}", "SWEETSPOT_MAIL_FROM": "s@example.org"}
    with program(database, **mail) as one:
        with closing(Database(database)) as opened:
            until(lambda: attempts(opened, job_id))
        lines = one.ended()
    (line,) = [line for line in lines if line["log"] == "sweetspot.jobs" and line.get("job") == job_id]
    assert line["level"] == "error"
    assert SECRET not in one.said


def attempts(database: Database, job_id: int) -> int:
    """How often that job was tried."""
    with database.transaction(writing=False) as db:
        return int(db.execute(text("SELECT attempts FROM job WHERE id = :id"), {"id": job_id}).scalar_one())


def test_readable_lines_are_the_default(sqlite_world: tuple[str, World]) -> None:
    port = free_port()
    with started("serve", "--port", str(port), DATABASE_URL=sqlite_world[0]) as process:
        number = answer(process, f"http://127.0.0.1:{port}/").headers["x-request-id"]
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=PATIENCE)
    (line,) = [line for line in said.splitlines() if "GET /" in line]
    assert re.fullmatch(rf"\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d info    GET / 200 [\d.]+ ms \(request {number}\)", line)
