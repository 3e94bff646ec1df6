"""An installation whose setup never fetched the files of others: its pages are plain, and it says what is missing."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from server import vendored
from server.db import Database
from server.migrate import migrate
from server.settings import ROOT
from tests.house import PATIENCE, free_port, plain_client
from tests.server.command import COMMAND, answer, environment, said

PRODUCT = ("server", "people", "cohorts", "feedback", "sessions", "demo", "templates", "static", "migrations")
SENTENCE = "static/vendor/htmx.min.js (and 4 more) is missing, so pages are plain and not live: run make setup"


@pytest.fixture(scope="module")
def bare_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The product as it comes out of the repository."""
    folder = tmp_path_factory.mktemp("bare")
    for name in PRODUCT:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("vendor", "__pycache__"))
    shutil.copy(ROOT / "alembic.ini", folder)
    return folder


@pytest.fixture(scope="module")
def demo(bare_folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Where its demonstration answers, and what it said at the start."""
    port = str(free_port())
    given = {"DATABASE_URL": f"sqlite:///{bare_folder / 'demo.db'}"}
    with subprocess.Popen(
        [*COMMAND, "demo", "--port", port],
        cwd=bare_folder,
        env=environment(**given),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        url = f"http://127.0.0.1:{port}"
        try:
            answer(process, url)
            yield url, said(process)
        finally:
            process.kill()


def test_start_says_what_is_missing(demo: tuple[str, list[str]]) -> None:
    assert [line for line in demo[1] if line.startswith(SENTENCE)]


def test_pages_work_plain(demo: tuple[str, list[str]]) -> None:
    with plain_client(demo[0], headers={"sec-fetch-site": "same-origin"}, follow_redirects=True) as browser:
        shown = browser.get("/").text
        (person, *_) = re.findall(r'name="person" value="(\d+)"', shown)
        entered = browser.post("/demo/entries", data={"person": person})
        assert entered.status_code == 200, entered.text
        assert "Sign out" in browser.get("/profile").text
        files = re.findall(r'(?:src|href)="(/static/[^"]+)"', entered.text)
        gone = {path for path in files if browser.get(path).status_code == 404}
        assert gone == {path for path in files if "/vendor/" in path} != set()


def test_doctor_says_what_is_missing(bare_folder: Path) -> None:
    url = f"sqlite:///{bare_folder / 'doctor.db'}"
    with closing(Database(url)) as database:
        migrate(database)
    given = environment(DATABASE_URL=url, SWEETSPOT_PORT=str(free_port()))
    done = subprocess.run(
        [*COMMAND, "doctor"], cwd=bare_folder, env=given, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 1
    (line,) = [line for line in done.stdout.splitlines() if "Front end" in line]
    assert SENTENCE in line
    assert "Traceback" not in done.stdout + done.stderr


def test_one_file_is_named_and_none_is_no_trouble(tmp_path: Path) -> None:
    for path in vendored.VENDORED:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    assert vendored.trouble(tmp_path) is None
    (tmp_path / "vendor/modules/yjs.js").unlink()
    assert str(vendored.trouble(tmp_path)).startswith("static/vendor/modules/yjs.js is missing,")
