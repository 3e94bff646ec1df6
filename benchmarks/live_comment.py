"""How long from sending a comment until the last of 1,000 open pages has it, commit and rendering included?

Against nginx with its nchan module (C) sending the same bytes to 1,000 websockets; both receive with the same client.
"""

from __future__ import annotations

import contextlib
import http.client
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

from benchmarks.filled import Filled, fill
from benchmarks.lines import line
from benchmarks.load import Crowd, listen, many_files
from benchmarks.server import fetch, free_port, positions_on, serving, wait_for

SOCKETS, ROUNDS = 1000, 15
# The bells of those who are told differ by their number alone, which is one of these many at a time.
NUMBERS = 2
MODULES = ("/usr/lib/nginx/modules/ngx_nchan_module.so", "/usr/share/nginx/modules/ngx_nchan_module.so")


def measure() -> Iterator[dict[str, Any]]:
    """Both sides in turn, round by round; the medians."""
    many_files()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        database = Path(folder) / "bench.db"
        filled = fill(database, said=20, readers=60)
        port = stack.enter_context(serving(database))
        ours = stack.enter_context(_crowd_of_ours(port, filled))
        theirs = stack.enter_context(_nchan(Path(folder)))
        took: list[float] = []
        reference: list[float] = []
        renders = int(fetch(port, "/bench/renders"))
        for number in range(ROUNDS):
            seconds, frame = comment(port, filled, ours, f"measured-{number}-word")
            took.append(seconds)
            if theirs:
                reference.append(_publish(*theirs, frame, f"measured-{number}-word".encode()))
        renders = int(fetch(port, "/bench/renders")) - renders
        against = median(reference) * 1000 if reference else None
        yield line("live.comment_to_last_1000", median(took) * 1000, "ms", against, bytes=len(frame), target=2.5)
        yield line("live.renders_per_comment", renders / ROUNDS, "renders", filled.vantages + NUMBERS)


@contextlib.contextmanager
def _crowd_of_ours(port: int, filled: Filled) -> Iterator[Crowd]:
    listeners, places = [], []
    for number in range(SOCKETS):
        reader = number % len(filled.tokens)
        cookie = f"login_{port}={filled.tokens[reader]}"
        if number == reader:
            places.append(positions_on(port, filled.page, cookie))
        listeners.append(listen(port, f"/live?at={places[reader]}", cookie))
    crowd = Crowd(listeners)
    crowd.quiet(1.0)
    yield crowd
    crowd.close()


def comment(port: int, filled: Filled, crowd: Crowd, word: str) -> tuple[float, bytes]:
    """Send a comment with `word` in it: seconds until the last of the crowd has it, and the frame."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.connect()
    body = urlencode({"text": f"A comment of ordinary length, {word}, with a little more to say.", "key": word})
    headers = {
        "cookie": f"login_{port}={filled.tokens[0]}",
        "sec-fetch-site": "same-origin",
        "content-type": "application/x-www-form-urlencoded",
    }
    began = time.perf_counter()
    connection.request("POST", f"/threads/{filled.thread_id}/comments", body, headers)
    ended, frame = crowd.until_all(word.encode(), 30)
    answer = connection.getresponse()
    assert answer.status == 303, answer.read()
    connection.close()
    crowd.quiet(0.15)
    return ended - began, frame


@contextlib.contextmanager
def _nchan(folder: Path) -> Iterator[tuple[int, Crowd] | None]:
    nginx, module = shutil.which("nginx"), next((m for m in MODULES if Path(m).exists()), None)
    if not nginx or not module:
        yield None
        return
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(
        f"load_module {module};\ndaemon off;\nworker_processes 1;\nerror_log {folder}/error.log;\n"
        f"pid {folder}/nginx.pid;\nworker_rlimit_nofile 8192;\nevents {{ worker_connections 4096; }}\n"
        f"http {{ access_log off; server {{ listen 127.0.0.1:{port};\n"
        "location /sub { nchan_subscriber websocket; nchan_channel_id bench; nchan_subscriber_first_message newest; }\n"
        "location /pub { nchan_publisher; nchan_channel_id bench; }\n} }\n"
    )
    process = subprocess.Popen([nginx, "-c", str(config), "-p", str(folder)], stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        crowd = Crowd([listen(port, "/sub") for _ in range(SOCKETS)])
        crowd.quiet(0.5)
        yield port, crowd
        crowd.close()
    finally:
        process.terminate()
        process.wait(10)


def _publish(port: int, crowd: Crowd, message: bytes, word: bytes) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.connect()
    began = time.perf_counter()
    connection.request("POST", "/pub", message)
    ended, _ = crowd.until_all(word, 30)
    connection.getresponse().read()
    connection.close()
    crowd.quiet(0.15)
    return ended - began
