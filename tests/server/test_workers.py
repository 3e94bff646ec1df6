"""`sweetspot serve --workers N` as people run it: it starts, outlives a killed worker, and ends whole."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.conftest import Databases
from tests.house import PATIENCE, free_port
from tests.server.command import Program, answer, refusal, said, started, sweetspot
from tests.server.looping import until


@pytest.fixture
def url(databases: Databases, database_kind: str) -> Iterator[str]:
    """An empty database."""
    given = databases.empty(database_kind)
    yield given
    if database_kind == "postgresql":
        databases.server.drop(given)


def workers_of(process: Program) -> set[int]:
    """The processes that process started."""
    found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    return {int(pid) for pid in found}


def is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@contextmanager
def serving(url: str) -> Iterator[tuple[Program, str]]:
    address = f"http://127.0.0.1:{(port := free_port())}"
    with started("serve", "--workers", "2", "--port", str(port), DATABASE_URL=url) as process:
        assert answer(process, f"{address}/ready").json()["ready"] is True
        lines: list[str] = []
        while "2 workers serve." not in lines:
            lines += said(process)
        assert "Without REDIS_URL" in lines[-2]
        assert len(workers_of(process)) == 2
        yield process, address


def test_two_workers_serve_and_end_together(url: str) -> None:
    with serving(url) as (process, address):
        workers = workers_of(process)
        assert {httpx.get(f"{address}/health", timeout=PATIENCE).status_code for _ in range(20)} == {200}
        process.terminate()
        assert process.wait(PATIENCE) == 0
        assert not any(map(is_there, workers))


def test_killed_worker_is_started_again(url: str) -> None:
    with serving(url) as (process, address):
        before = workers_of(process)
        os.kill(min(before), signal.SIGKILL)
        until(lambda: len(workers_of(process) - {min(before)}) == 2)
        assert max(before) in workers_of(process)
        for _ in range(10):
            assert httpx.get(f"{address}/ready", timeout=PATIENCE).status_code == 200
        process.terminate()
        assert process.wait(PATIENCE) == 0
        assert process.stderr is not None
        assert "ended with status -9; started again." in process.stderr.read()


def test_workers_end_with_a_killed_parent(url: str) -> None:
    with serving(url) as (process, _):
        workers = workers_of(process)
        process.kill()
        process.wait(PATIENCE)
        until(lambda: not any(map(is_there, workers)))


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_worker_that_cannot_start_is_said_once(url: str, tmp_path: Path) -> None:
    (tmp_path / "uvicorn.py").write_text("raise SystemExit('broken installation')")
    done = sweetspot("serve", "--workers", "2", "--port", str(free_port()), DATABASE_URL=url, PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == "A worker cannot start (it ended with status 1): the lines above say why."
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("given", ["0", "-1", "65"])
def test_number_of_workers_is_checked(given: str) -> None:
    assert "from 1 to 64" in refusal(sweetspot("serve", "--workers", given))
