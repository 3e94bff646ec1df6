"""Files that are too large for any list, sent to a real process: refused, and never in its memory."""

from __future__ import annotations

import http.client
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Databases
from tests.house import PATIENCE, free_port, running
from tests.server.command import answer, started


@pytest.mark.parametrize("told", [True, False], ids=["length told", "chunked"])
def test_a_hundred_megabytes_never_reach_the_memory(databases: Databases, told: bool) -> None:
    """A real process, a real body: it is refused, and the server does not grow."""
    with databases.copy("sqlite") as (url, world):
        with running(url) as house:
            cookie = house.sign_in(world.people["Farid"])
        port = free_port()
        with started("serve", "--port", str(port), DATABASE_URL=url) as process:
            answer(process, f"http://127.0.0.1:{port}/")
            path = f"/cohorts/{world.tide.cohort}/imports"
            send(port, path, cookie, 6_000_000, told)
            before = peak(process.pid)
            status, page = send(port, path, cookie, 100_000_000, told)
            assert (status, "5 MB is the most that can be sent" in page) == (413, True)
            assert 'type="file"' in page
            assert peak(process.pid) - before < 30_000_000


def peak(pid: int) -> int:
    """The most memory that process ever held, in bytes; where nobody knows that, what it holds now."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return int(subprocess.check_output(["ps", "-o", "rss=", "-p", str(pid)])) * 1024
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def send(port: int, path: str, cookie: str, size: int, told: bool) -> tuple[int, str]:
    head = b'--line\r\nContent-Disposition: form-data; name="file"; filename="list.csv"\r\n\r\n'
    tail, chunk = b"\r\n--line--\r\n", b"x" * 1_000_000
    headers = {
        "Cookie": f"login_{port}={cookie}",
        "Content-Type": "multipart/form-data; boundary=line",
        "Sec-Fetch-Site": "same-origin",
    }
    if told:
        headers["Content-Length"] = str(len(head) + size + len(tail))

    def body() -> Iterator[bytes]:
        yield head
        yield from (chunk for _ in range(size // len(chunk)))
        yield tail

    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=2 * PATIENCE)
    asked.request("POST", path, body(), headers, encode_chunked=not told)
    got = asked.getresponse()
    return got.status, got.read().decode()
