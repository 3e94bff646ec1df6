"""The command line from outside: what it starts, and the one sentence for everything it refuses."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import httpx
import pytest
from sqlalchemy import make_url, text

from demo.cast import cast
from demo.programme import fill
from server.db import Database
from server.migrate import migrate
from server.settings import ROOT
from tests.conftest import Databases
from tests.house import PATIENCE, free_port
from tests.server.command import (
    Program,
    alone,
    environment,
    obey_permissions,
    refusal,
    said,
    started,
    sweetspot,
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'sweetspot.db'}"


def test_port_in_use_is_refused_before_anything_happens(tmp_path: Path, url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        for command in ("serve", "demo"):
            sentence = refusal(sweetspot(command, "--port", str(port), DATABASE_URL=url))
            assert f"already uses port {port}" in sentence
            assert f"--port {port + 1}" in sentence
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"SWEETSPOT_PROT": "8000"}, "SWEETSPOT_PROT is not a setting"),
        ({"SWEETSPOT_PORT": "http"}, "SWEETSPOT_PORT must be a number"),
        ({"SWEETSPOT_PORT": "70000"}, "a number from 1 to 65535"),
        ({"SWEETSPOT_BEHIND_PROXY": "maybe"}, "SWEETSPOT_BEHIND_PROXY must be yes or no"),
        ({"SWEETSPOT_HOST": "0.0.0.0"}, "Plain http is only for this machine"),
        ({"SWEETSPOT_HOST": "203.0.113.7", "SWEETSPOT_URL": "https://sweetspot.example.org"}, "cannot listen"),
        (
            {"SWEETSPOT_HOST": "no.such.host.invalid", "SWEETSPOT_URL": "https://a.example"},
            "There is no address no.such",
        ),
        ({"DATABASE_URL": "mysql://localhost/sweetspot"}, "DATABASE_URL must start with"),
        ({"DATABASE_URL": "postgresql://localhost:http/sweetspot"}, "DATABASE_URL must be like"),
        ({"DATABASE_URL": "sqlite:///"}, "DATABASE_URL names no file"),
    ],
)
def test_wrong_setting_stops_the_start(url: str, settings: dict[str, str], words: str) -> None:
    chosen = {"DATABASE_URL": url} | settings
    assert words in refusal(sweetspot("serve", first=None, **chosen))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["serve", "--port", "http"], "--port"),
        (["serve", "--prot", "8000"], "--prot"),
        (["dance"], "dance"),
        ([], "COMMAND"),
        (["migrate", "--port", "8000"], "--port"),
    ],
)
def test_wrong_argument_is_named(arguments: list[str], words: str) -> None:
    assert words in refusal(sweetspot(*arguments))


def test_demo_stays_on_this_machine_unless_told(url: str) -> None:
    sentence = refusal(sweetspot("demo", "--host", "0.0.0.0", DATABASE_URL=url))
    assert "SWEETSPOT_DEMO_FOR_ALL=yes" in sentence


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "sealed"
    folder.mkdir()
    folder.chmod(0o555)
    for place in (folder / "sweetspot.db", folder / "var" / "sweetspot.db"):
        done = sweetspot("migrate", first=obey_permissions, DATABASE_URL=f"sqlite:///{place}")
        assert "cannot be written" in refusal(done)
        assert str(folder) in done.stderr
    assert sweetspot("migrate", DATABASE_URL=f"sqlite:///{tmp_path / 'open' / 'sweetspot.db'}").returncode == 0


def test_database_file_that_cannot_be_written(url: str) -> None:
    """Everything is there and up to date, but only to read: the server would fail at the first sign-in."""
    assert sweetspot("migrate", DATABASE_URL=url).returncode == 0
    file = Path(url.removeprefix("sqlite:///"))
    file.chmod(0o444)
    done = sweetspot("serve", "--port", str(free_port()), first=obey_permissions, DATABASE_URL=url)
    assert "cannot be written" in refusal(done)


def test_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("Remember the milk. " * 200)
    assert "not a database of Sweetspot" in refusal(sweetspot("migrate", DATABASE_URL=f"sqlite:///{file}"))
    assert file.read_text().startswith("Remember the milk.")


def test_database_of_a_newer_version(url: str) -> None:
    with closing(Database(url)) as database:
        migrate(database)
        with database.transaction(writing=True) as db:
            db.execute(text("UPDATE alembic_version SET version_num = '2999_01_01_0000'"))
    for command in (["serve", "--port", str(free_port())], ["migrate"]):
        assert "newer Sweetspot" in refusal(sweetspot(*command, DATABASE_URL=url))


def test_unreachable_postgresql_is_named_without_its_password() -> None:
    url = f"postgresql://sweetspot:open-sesame@127.0.0.1:{free_port()}/sweetspot"
    sentence = refusal(sweetspot("migrate", DATABASE_URL=url))
    assert "cannot be used" in sentence
    assert "127.0.0.1" in sentence
    assert "open-sesame" not in sentence


def test_postgresql_without_that_database(databases: Databases) -> None:
    missing = make_url(databases.server.url).set(drivername="postgresql", database="nowhere")
    sentence = refusal(sweetspot("migrate", DATABASE_URL=missing.render_as_string(hide_password=False)))
    assert "nowhere" in sentence


def test_demo_does_not_open_a_house_with_real_people(url: str) -> None:
    with closing(Database(url)) as database:
        migrate(database)
        fill(database)
        with database.transaction(writing=True) as db:
            db.execute(text("UPDATE person SET sample = false WHERE id = 1"))
    assert "real people" in refusal(sweetspot("demo", "--port", str(free_port()), DATABASE_URL=url))


def test_migrate_says_what_it_did(databases: Databases, database_kind: str) -> None:
    url = databases.empty(database_kind)
    first, second = (sweetspot("migrate", DATABASE_URL=url) for _ in range(2))
    assert (first.stdout, first.stderr) == ("The database is up to date now.\n", "")
    assert (second.stdout, second.stderr) == ("The database was up to date already.\n", "")


def test_each_command_loads_what_it_needs(tmp_path: Path, url: str) -> None:
    copy, other = str(tmp_path / "copy.db"), f"sqlite:///{tmp_path / 'other.db'}"
    ends = []
    for arguments in (
        ("migrate",),
        ("doctor",),
        ("backup", copy),
        ("restore", copy),
        ("move", "--to", other),
        ("erase", "nobody@example.org", "--yes"),
    ):
        with alone(*arguments, DATABASE_URL=url) as process:
            _, complaints = process.communicate(timeout=PATIENCE)
            assert "Traceback" not in complaints, complaints
            ends.append(process.returncode)
    assert ends == [0, 0, 0, 0, 0, 1]


def test_start_with_nothing_to_do_loads_no_alembic(url: str) -> None:
    script = (
        "import sys; from server.cli import main; main(['migrate']); print('alembic' in sys.modules, file=sys.stderr)"
    )
    loaded = [
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env=environment(DATABASE_URL=url),
            capture_output=True,
            text=True,
            check=True,
        ).stderr
        for _ in range(2)
    ]
    assert loaded == ["True\n", "False\n"]


def test_demo_says_where_and_as_whom_then_answers(databases: Databases, database_kind: str) -> None:
    port, database = free_port(), databases.empty(database_kind)
    for _ in ("empty", "filled"):
        with alone("demo", "--port", str(port), DATABASE_URL=database) as process:
            lines = said(process)
            assert httpx.get(f"http://127.0.0.1:{port}/", timeout=PATIENCE).status_code == 200
            assert f"http://127.0.0.1:{port}" in lines[0]
            for member in cast():
                assert any(member.name in line and member.words in line for line in lines)
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE) in (0, 130)
            assert process.stderr is not None
            assert "Traceback" not in process.stderr.read()


def served(url: str, start: Callable[..., AbstractContextManager[Program]] = started) -> list[str]:
    """What `sweetspot serve` says as soon as it answers: whoever opens the address it names finds somebody in."""
    port = free_port()
    with start("serve", "--port", str(port), DATABASE_URL=url) as process:
        lines = said(process)
        assert httpx.get(f"http://127.0.0.1:{port}/", timeout=PATIENCE).status_code == 200
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
    assert lines.pop(0) == f"Sweetspot is at http://127.0.0.1:{port} (Ctrl-C stops it)."
    return [line.replace(str(port), "PORT") for line in lines]


def test_serve_shows_the_way_in_until_somebody_runs_it(url: str, databases: Databases) -> None:
    first, second = served(url, alone), served(url)
    for (line,) in (first, second):
        assert "To become its owner, open this within 24 hours: http://127.0.0.1:PORT/" in line
    assert first != second
    with databases.copy("sqlite") as (with_owner, _):
        assert served(with_owner) == []


def told(url: str) -> int:
    """How many changes the log tells open pages of."""
    with closing(Database(url)) as database, database.transaction(writing=False) as db:
        return int(db.execute(text("SELECT count(*) FROM change")).scalar_one())


def erase(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return sweetspot("erase", *arguments, DATABASE_URL=url)


def test_erase_takes_an_address_or_a_number(databases: Databases, database_kind: str) -> None:
    with databases.copy(database_kind) as (url, world):
        assert "cannot be undone" in refusal(erase(url, "amara@example.org"))
        assert "Nobody here" in refusal(erase(url, "nobody@example.org", "--yes"))
        before = told(url)
        first = erase(url, " Amara@Example.org", "--yes")
        assert (first.returncode, first.stderr) == (0, "")
        assert f"Amara Okoro <amara@example.org>, person {world.people['Amara']}, is erased." in first.stdout
        assert "erased already" in refusal(erase(url, str(world.people["Amara"]), "--yes"))
        assert "everything they wrote" in erase(url, str(world.people["Bram"]), "--words", "--yes").stdout
        with closing(Database(url)) as database, database.transaction(writing=False) as db:
            left = set(db.execute(text("SELECT name FROM person")).scalars())
            talk = " ".join(db.execute(text("SELECT text FROM comment")).scalars())
        assert not {"Amara Okoro", "Bram Okoro"} & left
        assert "Chiara Okoro" in left
        # Open pages of a running server are to follow.
        assert told(url) > before
        assert talk


def test_only_owner_stays(databases: Databases) -> None:
    with databases.copy("sqlite") as (url, world):
        assert refusal(erase(url, world.emails["Hana"], "--yes"))
