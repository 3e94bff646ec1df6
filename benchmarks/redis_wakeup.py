"""What does a wake-up through Redis add? One comment, two processes, a page open in each.

The page of the process that was posted to is woken in memory: it is the reference. The other can only have been woken
through Redis, since the poll is off.
"""

from __future__ import annotations

import http.client
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

from benchmarks.filled import Filled, fill
from benchmarks.lines import line
from benchmarks.load import Crowd, listen
from benchmarks.server import fetch, serving
from tests.services.valkey import valkey

ROUNDS = 60


def measure() -> Iterator[dict[str, Any]]:
    """Medians of the same comments, seen in both; `value` is the difference of each, `reference` what is in memory."""
    with tempfile.TemporaryDirectory() as folder, valkey() as redis:
        database = Path(folder) / "bench.db"
        filled = fill(database, said=20, readers=4)
        shared: dict[str, Any] = {"redis_url": redis.url, "url": "http://127.0.0.1:1", "poll": 3600.0}
        with serving(database, **shared) as here, serving(database, **shared) as there:
            pages = [_page(port, filled) for port in (here, there)]
            time.sleep(1.0)
            own: list[float] = []
            added: list[float] = []
            for number in range(ROUNDS):
                first, second = _comment(here, filled, pages, f"measured-{number}-word")
                own.append(first)
                added.append(second - first)
        yield line("live.redis_wakeup_ms", median(added) * 1000, "ms", median(own) * 1000, target=5)


def _page(port: int, filled: Filled) -> Crowd:
    cookie = f"login_{port}={filled.tokens[1]}"
    found = re.search(r'data-positions="([^"]+)"', fetch(port, filled.page, cookie).decode())
    assert found
    return Crowd([listen(port, f"/live?at={found[1]}", cookie)])


def _comment(port: int, filled: Filled, pages: list[Crowd], word: str) -> tuple[float, float]:
    for page in pages:
        page.quiet(0.1)
    body = urlencode({"text": f"A comment of ordinary length, {word}, with a little more to say.", "key": word})
    headers = {
        "cookie": f"login_{port}={filled.tokens[0]}",
        "sec-fetch-site": "same-origin",
        "content-type": "application/x-www-form-urlencoded",
    }
    connection = http.client.HTTPConnection("127.0.0.1", port)
    began = time.perf_counter()
    connection.request("POST", f"/threads/{filled.thread_id}/comments", body, headers)
    seen = [page.until_all(word.encode(), 10)[0] - began for page in pages]
    assert connection.getresponse().status == 303
    connection.close()
    return seen[0], seen[1]
