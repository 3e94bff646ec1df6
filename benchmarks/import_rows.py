"""How long does a list of 5,000 people in 1,000 new teams take, previewed and applied, and what is left for pages?

The thread page of 100 comments is asked for all the time: first alone, then while the list is imported. There is no
mail server: the mails wait, as they do for a minute or a day with one.
"""

from __future__ import annotations

import csv
import http.client
import io
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import mean, median
from typing import Any

from benchmarks.filled import fill
from benchmarks.lines import line
from benchmarks.load import requests_per_second
from benchmarks.server import fetch, serving

ROWS, TEAM = 5_000, 5
ALONE, SLICE = 4, 2.0
HEADER = ("team", "organisation", "country", "name", "email")
BOUNDARY = "a-line-between-parts"


def measure() -> Iterator[dict[str, Any]]:
    """The two lines of `import.rows_5000`."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "bench.db"
        filled = fill(database, said=100, readers=12)
        with serving(database) as port:
            # Of four vantages the fourth is the facilitator's.
            reader, facilitator = (f"login_{port}={token}" for token in (filled.tokens[0], filled.tokens[3]))
            rate: Callable[[], float] = lambda: requests_per_second(port, filled.page, reader, SLICE)  # noqa: E731
            rate()
            alone = median(rate() for _ in range(ALONE))
            with ThreadPoolExecutor(1) as other:
                importing = other.submit(_import, port, facilitator)
                rates = []
                while not importing.done():
                    rates.append(rate())
                seconds = importing.result()
    beside = mean(rates[: max(1, len(rates) - 1)])
    yield line("import.rows_5000", seconds, "s", 30.0, rows=ROWS, target=1.0)
    yield line("import.page_rate", beside, "requests/s", alone, target=0.6)


def _list() -> bytes:
    out = io.StringIO()
    write = csv.writer(out)
    write.writerow(HEADER)
    for number in range(ROWS):
        team = f"Team {number // TEAM}"
        write.writerow((team, f"Office of {team}", "PT", f"Person {number}", f"person{number}@bench.example"))
    return out.getvalue().encode()


def _import(port: int, cookie: str) -> float:
    """Upload the list, confirm it, and wait for its end; the seconds."""
    began = time.perf_counter()
    page = fetch(port, "/cohorts/1/imports", cookie).decode()
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key, page[:2000]
    part = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name="
    body = f'{part}"key"\r\n\r\n{key[1]}\r\n{part}"file"; filename="list.csv"\r\n\r\n'.encode()
    body += _list() + f"\r\n--{BOUNDARY}--\r\n".encode()
    path = _post(port, "/cohorts/1/imports", cookie, body, f"multipart/form-data; boundary={BOUNDARY}")
    _until(port, path, cookie, "/confirmation")
    _post(port, f"{path}/confirmation", cookie, b"", "application/x-www-form-urlencoded")
    _until(port, path, cookie, f"{ROWS} people are invited")
    return time.perf_counter() - began


def _post(port: int, path: str, cookie: str, body: bytes, kind: str) -> str:
    """Send a form as a browser does; where it leads."""
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    asked.request("POST", path, body, {"Cookie": cookie, "Content-Type": kind, "Sec-Fetch-Site": "same-origin"})
    answer = asked.getresponse()
    assert answer.status == 303, (path, answer.status, answer.read()[:2000])
    return answer.headers["Location"]


def _until(port: int, path: str, cookie: str, words: str) -> None:
    end = time.perf_counter() + 300
    while words not in fetch(port, path, cookie).decode():
        if time.perf_counter() > end:
            raise TimeoutError(words)
        time.sleep(0.25)
