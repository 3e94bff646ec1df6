"""A server of its own for a measure, with two more addresses: the same number of bytes from memory, and how many
fragments it has rendered so far."""

from __future__ import annotations

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvicorn
from litestar import Request, Response, get

from server.app import build, configure
from server.settings import ROOT, read_settings


@get("/bench/memory/{size:int}", sync_to_thread=False)
def memory(size: int) -> Response[bytes]:
    """`size` bytes, the same ones each time."""
    return Response(BYTES[:size], media_type="text/html")


@get("/bench/renders", sync_to_thread=False)
def renders(request: Request[Any, Any, Any]) -> int:
    """How many fragments were rendered since the start."""
    rendered: int = request.app.state.house.pages.renders
    return rendered


@get("/bench/process", sync_to_thread=False)
def process_id() -> int:
    """Which process answers."""
    return os.getpid()


BYTES = memoryview(b"x" * 4_000_000).tobytes()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextlib.contextmanager
def serving(database: Path, *, kept: int = 8192, **settings: Any) -> Iterator[int]:
    """The application in a process of its own; its port. `settings`: others than its own."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.server", str(database), str(port), str(kept), json.dumps(settings)]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def wait_for(port: int) -> None:
    """Until something answers on that port."""
    for _ in range(400):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nothing answers on port {port}")


def fetch(port: int, path: str, cookie: str = "") -> bytes:
    """The body of one page."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"cookie": cookie})
    with urllib.request.urlopen(request, timeout=30) as answer:
        body: bytes = answer.read()
        return body


def positions_on(port: int, page: str, cookie: str) -> str:
    """Where that page is, for its reader: one of its streams is their own bell."""
    html = fetch(port, page, cookie).decode()
    found = re.search(r'data-positions="([^"]+)"', html)
    assert found, html[:500]
    return found[1]


def main(database: str, port: str, kept: str, more: str = "{}") -> None:
    """Serve that database."""
    given = {"database_url": f"sqlite:///{database}", "port": int(port), "fragments_kept": int(kept)}
    settings = read_settings({}, **given, heartbeat=3600.0, **json.loads(more))
    app = build(settings)
    app.register(memory)
    app.register(renders)
    app.register(process_id)
    uvicorn.Server(configure(app, settings)).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
