"""PostgreSQL that hangs, as a machine does whose disk is gone: nobody waits for long, and afterwards all is well."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.faults.crowd import said_in
from tests.house import PATIENCE, House, running
from tests.live.deeds import Deeds
from tests.live.follower import Follower
from tests.live.harness import assert_same
from tests.services.postgres import Postgres
from tests.world import World

# An installation waits 17 seconds for an answer and 5 for a connection; here that would be 22 of doing nothing.
ANSWER, CONNECT = 2.5, 2
# What a machine that has much else to do may need on top: less than it takes until everybody has given up.
SLACK, MOST = 8.0, 30.0
PEOPLE = ("Amara", "Bram", "Chiara", "Esi", "Farid")


@pytest.fixture
def database_kind() -> str:
    return "postgresql"


def family(pid: int) -> list[int]:
    """A process and those it started (proc(5): the fourth word of stat is the parent)."""
    found = [pid]
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        if parent == pid:
            found.append(int(stat.parent.name))
    return found


@contextmanager
def frozen(server: Postgres) -> Iterator[None]:
    """It keeps every connection, takes new ones, and answers nothing, for the length of the block."""
    process = server.own().process
    assert process is not None
    stopped = family(process.pid)
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)


def timed(ask: Callable[[], httpx.Response]) -> tuple[httpx.Response, float]:
    began = time.monotonic()
    answer = ask()
    return answer, time.monotonic() - began


def refused(house: House, world: World, clients: list[httpx.Client]) -> float:
    """All of them ask at once, for everything there is: each answer says when to come again; the slowest."""
    where, say = f"/initiatives/{world.tide.initiative}", f"/threads/{world.tide.thread}/comments"
    asked = [lambda client=client: client.get(where) for client in clients]
    asked += [lambda client=client: client.post(say, data={"text": "Lost"}) for client in clients]
    with ThreadPoolExecutor(len(asked)) as pool:
        found = list(pool.map(timed, asked))
    for answer, _ in found:
        assert answer.status_code == 503, answer.text[:500]
        assert int(answer.headers["retry-after"]) > 0
    assert "We cannot get at our data right now" in found[0][0].text
    return max(seconds for _, seconds in found)


def test_server_outlives_a_database_that_hangs(
    durable: tuple[str, World],
    durable_server: Postgres,
    tell: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("server.patience.ANSWER_SECONDS", ANSWER)
    monkeypatch.setattr("server.db.BUSY_SECONDS", CONNECT)
    url, world = durable
    where = f"/initiatives/{world.tide.initiative}"
    with running(url) as house:
        clients = [house.visit(world.people[name]) for name in PEOPLE]
        watching = Follower(house, world.people["Amara"], where)
        watching.connect()
        assert_same(*watching.settle(), "before")
        assert {client.get(where).status_code for client in clients} == {200}
        with frozen(durable_server):
            slowest = refused(house, world, clients)
            # Whoever asks later finds no connection, and hears so as well.
            answer, seconds = timed(lambda: clients[0].get(where))
            assert answer.status_code == 503
            assert seconds <= CONNECT + SLACK
            assert timed(lambda: clients[0].get("/health"))[1] < SLACK
        began = time.monotonic()
        while clients[0].get(where).status_code != 200:
            assert time.monotonic() - began < PATIENCE, "it does not come back"
            time.sleep(0.05)
        took = time.monotonic() - began
        assert {client.get(where).status_code for client in clients} == {200}
        Deeds(house, world).say("Chiara", "After the pause")
        assert_same(*watching.settle(), "a page that stayed open")
        assert "After the pause" in watching.here.text_content()
        watching.cut()
        assert "Lost" not in said_in(house, world.tide.thread)
    assert slowest <= MOST
    tell(f"PostgreSQL hung: slowest refusal {slowest:.2f} s; back {took:.2f} s after it went on")
