"""The real servers the tests stand on: each is started, used, broken and cleared away here once."""

import os
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import sync_playwright
from sqlalchemy import make_url

from tests.house import PATIENCE
from tests.services import chromium as browsers
from tests.services.chromium import ChromiumUnavailable, chromium
from tests.services.postgres import Postgres, PostgresUnavailable, connect, postgres, trusted
from tests.services.smtp import smtp


@pytest.fixture(scope="module")
def own_postgres() -> Iterator[Postgres]:
    """A server of our own even when DATABASE_URL names another, because these tests kill it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DATABASE_URL", raising=False)
        with postgres() as server:
            yield server


def count(url: str) -> int:
    with connect(make_url(url)) as db:
        (found,) = db.execute("SELECT count(*) FROM word").fetchone() or (-1,)
        return int(found)


def fill(url: str) -> None:
    with connect(make_url(url)) as db:
        db.execute("CREATE TABLE word (text varchar NOT NULL)")
        db.execute("INSERT INTO word VALUES ('blind spot'), ('sweet spot')")


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_databases_are_separate_and_can_be_copied(own_postgres: Postgres) -> None:
    filled = own_postgres.new_database()
    fill(filled)
    copy = own_postgres.new_database(template=filled)
    with connect(make_url(copy)) as db:
        db.execute("DELETE FROM word WHERE text = 'blind spot'")
    assert (count(filled), count(copy)) == (2, 1)
    own_postgres.drop(copy)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        connect(make_url(copy))


def test_committed_rows_survive_a_killed_server(own_postgres: Postgres) -> None:
    filled = own_postgres.new_database()
    fill(filled)
    with connect(make_url(filled)) as db:
        own_postgres.kill()
        with pytest.raises(psycopg.OperationalError):
            db.execute("SELECT 1")
    own_postgres.restart()
    assert count(filled) == 2


def test_only_own_databases_are_dropped(own_postgres: Postgres) -> None:
    with pytest.raises(ValueError, match="not made by"):
        own_postgres.drop(own_postgres.url)


def test_server_named_by_database_url_is_used_and_left_clean(
    own_postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", own_postgres.url)
    with postgres() as server:
        borrowed = server.new_database()
        fill(borrowed)
        with pytest.raises(PostgresUnavailable, match="not ours"):
            server.kill()
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        connect(make_url(borrowed))


def test_silent_server_in_database_url_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    with pytest.raises(PostgresUnavailable, match="DATABASE_URL does not answer"), postgres():
        pass


def test_killed_test_run_leaves_no_server() -> None:
    program = (
        "from tests.services.postgres import postgres\n"
        "import time\n"
        "with postgres() as server:\n"
        "    print(server.cluster.folder, flush=True)\n"
        "    time.sleep(600)\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    run = subprocess.Popen(
        [sys.executable, "-c", program], cwd=browsers.ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert run.stdout
    folder = Path(run.stdout.readline().strip())
    assert (folder / "data/postmaster.pid").exists()
    process = int((folder / "data/postmaster.pid").read_text().splitlines()[0])
    run.send_signal(signal.SIGKILL)
    run.communicate()
    deadline = time.monotonic() + PATIENCE
    while (folder.exists() or alive(process)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()
    assert not alive(process)


def test_folder_others_may_write_is_not_trusted(tmp_path: Path) -> None:
    assert trusted(tmp_path)
    assert not trusted(tmp_path / "absent")
    tmp_path.chmod(0o777)
    with pytest.raises(PostgresUnavailable, match="remove it"):
        trusted(tmp_path)


def test_chromium_shows_a_page() -> None:
    with chromium() as browser, sync_playwright() as playwright:
        window = playwright.chromium.launch(**browser.launch_options())
        page = window.new_page()
        page.set_content("<h1>Łódź meets Århus</h1>")
        assert page.get_by_role("heading").inner_text() == "Łódź meets Århus"
        window.close()


def test_chromium_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "no-browser"))
    with pytest.raises(ChromiumUnavailable, match="no-browser"), chromium():
        pass
    monkeypatch.delenv("CHROMIUM")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browsers, "PACKAGE", tmp_path / "no-package")
    with pytest.raises(ChromiumUnavailable, match="Run make test"), chromium():
        pass


def letter(to: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Sweetspot <programme@example.org>"
    message["To"] = to
    message["Subject"] = "Grüße aus dem Kohortenraum"
    message.set_content("Your code is 4711.")
    return message


def test_sent_mail_arrives_with_its_envelope() -> None:
    with smtp() as postbox, smtplib.SMTP(postbox.host, postbox.port) as client:
        client.send_message(letter("ada@example.org"), to_addrs=["ada@example.org", "blind@example.org"])
        client.send_message(letter("grace@example.org"))
        first, second = postbox.wait_for(2)
        assert first["Subject"] == "Grüße aus dem Kohortenraum"
        assert first.get_content().strip() == "Your code is 4711."
        assert postbox.to("blind@example.org") == [first]
        assert second["To"] == "grace@example.org"
        postbox.clear()
        assert postbox.messages == []


def test_mail_that_never_comes_times_out() -> None:
    with smtp() as postbox, pytest.raises(TimeoutError, match="0 of 1"):
        postbox.wait_for(1, timeout=0.1)
