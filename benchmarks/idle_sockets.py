"""How much memory does a signed-in page that nothing happens on cost the server, at 5,000 of them?

The server's resident memory before and after; people of all vantages on the thread page, with their own streams.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.filled import fill
from benchmarks.lines import line
from benchmarks.load import Crowd, listen, many_files
from benchmarks.server import fetch, positions_on, serving
from server.settings import ROOT

SOCKETS, READERS = 5_000, 150


def measure() -> Iterator[dict[str, Any]]:
    """Opened by a process of its own; the first few hundred stay out of the difference, they fill caches and pools."""
    many_files()
    with tempfile.TemporaryDirectory() as folder:
        filled = fill(Path(folder) / "bench.db", said=20, readers=READERS)
        with serving(Path(folder) / "bench.db") as port:
            server = int(fetch(port, "/bench/process"))
            cookies = [f"login_{port}={token}" for token in filled.tokens]
            readers = [f"{cookie} {positions_on(port, filled.page, cookie)}" for cookie in cookies]
            with _crowd(port, readers, 500):
                before = resident(server)
                with _crowd(port, readers, SOCKETS - 500):
                    each = (resident(server) - before) / (SOCKETS - 500)
        yield line("live.idle_socket_bytes", each, "bytes", None, sockets=SOCKETS, target=25_000)


def resident(pid: int) -> int:
    """Bytes of memory of a process, once it does not change any more."""
    last = 0
    for _ in range(40):
        time.sleep(0.5)
        now = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        if abs(now - last) < 100_000:
            return now
        last = now
    return last


class _crowd:
    """That many open pages, held by a process of their own."""

    def __init__(self, port: int, readers: list[str], count: int) -> None:
        command = [sys.executable, "-m", "benchmarks.idle_sockets", str(port), str(count), *readers]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"open\n"

    def __exit__(self, *_: object) -> None:
        self.process.communicate()


def hold(port: str, count: str, *readers: str) -> None:
    """Open the pages, say so, and read what comes until nobody wants them any more. `readers`: cookies, each with where
    its reader's page is."""
    many_files()
    told = [reader.split() for reader in readers]
    opened = (told[number % len(told)] for number in range(int(count)))
    crowd = Crowd([listen(int(port), f"/live?at={at}", cookie) for cookie, at in opened])
    crowd.quiet(1.0)
    print("open", flush=True)
    sys.stdin.read()
    crowd.close()


if __name__ == "__main__":
    hold(*sys.argv[1:])
