"""How long from a vote until its result is on the last of 1,000 open rooms, and what do 1,000 votes in 2 s cost each?

Against a plain comment on 1,000 open pages of a thread, on the same server, in turn. The votes of the second measure
come from a process of its own, as from 1,000 people with the page open.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import voters
from benchmarks.lines import line
from benchmarks.live_comment import comment
from benchmarks.load import Crowd, listen, many_files
from benchmarks.room_filled import FilledRoom, fill_room
from benchmarks.server import fetch, positions_on, serving
from server.settings import ROOT

SOCKETS, ROUNDS = 1000, 15
VOTERS = 1000


def measure_to_last() -> Iterator[dict[str, Any]]:
    """A vote and a comment in turn; the medians."""
    with _serving() as (port, room, here), _crowd(port, room.thread.page, room.thread.tokens[:60]) as there:
        yield from _to_last(port, room, here, there)


def measure_together() -> Iterator[dict[str, Any]]:
    """Everybody votes in the same two seconds."""
    with _serving() as (port, room, here), tempfile.NamedTemporaryFile("w") as tokens:
        tokens.write(" ".join(room.thread.tokens))
        tokens.flush()
        yield from _together(port, room, here, tokens.name)


@contextlib.contextmanager
def _serving() -> Iterator[tuple[int, FilledRoom, Crowd]]:
    many_files()
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "bench.db"
        room = fill_room(database, readers=VOTERS, voted=200, asked=10)
        with serving(database) as port, _crowd(port, room.page, room.thread.tokens) as here:
            yield port, room, here


@contextlib.contextmanager
def _crowd(port: int, page: str, tokens: tuple[str, ...]) -> Iterator[Crowd]:
    cookies = [f"login_{port}={token}" for token in tokens]
    places = [positions_on(port, page, cookie) for cookie in cookies]
    readers = list(zip(places, cookies, strict=True))
    opened = (readers[number % len(readers)] for number in range(SOCKETS))
    crowd = Crowd([listen(port, f"/live?at={at}", cookie) for at, cookie in opened])
    crowd.quiet(1.0)
    yield crowd
    crowd.close()


def _to_last(port: int, room: FilledRoom, here: Crowd, there: Crowd) -> Iterator[dict[str, Any]]:
    took: list[float] = []
    reference: list[float] = []
    renders = 0
    for number in range(ROUNDS):
        before = int(fetch(port, "/bench/renders"))
        took.append(_vote(port, room, here, room.thread.tokens[number]))
        renders += int(fetch(port, "/bench/renders")) - before
        reference.append(comment(port, room.thread, there, f"measured-{number}-word")[0])
    against = median(reference) * 1000
    yield line("room.vote_to_last_1000", median(took) * 1000, "ms", against, target=1.5)
    # That of those who run the room, for one vantage more.
    yield line("room.renders_per_vote", renders / ROUNDS, "renders", room.thread.vantages + 1)


def _vote(port: int, room: FilledRoom, crowd: Crowd, token: str) -> float:
    """One more votes: seconds until the last of the crowd has the result."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.connect()
    began = time.perf_counter()
    _send(connection, port, room.poll_id, token, 1)
    ended, _ = crowd.until_all(f"poll-{room.poll_id}-title".encode(), 30)
    assert connection.getresponse().status == 303
    connection.close()
    crowd.quiet(0.15)
    return ended - began


def _send(connection: http.client.HTTPConnection, port: int, poll_id: int, token: str, option: int) -> None:
    headers = {
        "cookie": f"login_{port}={token}",
        "sec-fetch-site": "same-origin",
        "content-type": "application/x-www-form-urlencoded",
    }
    connection.request("POST", f"/polls/{poll_id}/choices", f"option={option}", headers)


def _together(port: int, room: FilledRoom, crowd: Crowd, tokens: str) -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-I", voters.__file__, str(port), str(room.poll_id), tokens]
    for one in crowd.listeners:
        one.frames = 0
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    ended, _ = crowd.until_all(f"{VOTERS} people answered".encode(), 60)
    told = json.loads(process.communicate()[0])
    crowd.quiet(1.0)
    seconds = ended - told["began"]
    most = max(one.frames for one in crowd.listeners)
    html = fetch(port, room.page, f"login_{port}={room.thread.tokens[0]}").decode()
    exact = f"{VOTERS} people answered" in html
    more = {"exact": exact, "seconds": round(seconds, 2), **{name: told[name] for name in ("sent_in", "again")}}
    yield line("room.votes_1000", most, "frames a socket", 40, target=1.0, **more)
