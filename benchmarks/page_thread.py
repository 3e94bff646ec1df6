"""How fast is the thread page of 100 comments, warm, signed in, in one process?

Against the same server returning the same number of bytes from memory, and against itself with nothing kept.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import event

from benchmarks.filled import fill
from benchmarks.lines import line
from benchmarks.load import requests_per_second
from benchmarks.server import fetch, serving
from feedback.web.initiatives import show
from server.app import build_house
from server.calls import Call, Needs, run_page
from server.clock import utc_now
from server.languages import ENGLISH
from server.settings import read_settings

ROUNDS, SECONDS = 5, 2.0


def measure() -> Iterator[dict[str, Any]]:
    """The three lines of `page.thread_100`."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "bench.db"
        filled = fill(database, said=100, readers=12)
        with serving(database) as kept, serving(database, kept=0) as bare:
            rates = _rates(kept, bare, filled.page, filled.tokens[0])
        yield line("page.thread_100", rates["page"], "requests/s", rates["memory"], bytes=rates["bytes"], target=0.03)
        yield line("page.thread_100_kept", rates["page"], "requests/s", rates["bare"], target=3)
        yield line("page.thread_100_queries", _queries(database, filled.page, filled.tokens[0]), "queries", 8)


def _rates(kept: int, bare: int, page: str, token: str) -> dict[str, float]:
    cookies = {port: f"login_{port}={token}" for port in (kept, bare)}
    size = len(fetch(kept, page, cookies[kept]))
    fetch(bare, page, cookies[bare])
    found: dict[str, list[float]] = {"page": [], "memory": [], "bare": []}
    for _ in range(ROUNDS):
        found["page"].append(requests_per_second(kept, page, cookies[kept], SECONDS))
        found["memory"].append(requests_per_second(kept, f"/bench/memory/{size}", cookies[kept], SECONDS))
        found["bare"].append(requests_per_second(bare, page, cookies[bare], SECONDS))
    return {name: median(rates) for name, rates in found.items()} | {"bytes": size}


def _queries(database: Path, path: str, token: str) -> int:
    house = build_house(read_settings({}, database_url=f"sqlite:///{database}"))
    asked: list[str] = []
    event.listen(house.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    initiative = int(path.rpartition("/")[2])
    cookies = {house.settings.login_cookie: token}
    call = Call(house, "GET", path, {"initiative": initiative}, {}, cookies, ENGLISH, "", utc_now())
    handler = show.opt["show"]
    run_page(call, Needs.of(handler), handler)
    house.database.close()
    return len([statement for statement in asked if statement.lstrip().upper().startswith("SELECT")])
