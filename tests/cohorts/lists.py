"""Lists of teams and people for tests: made, uploaded, and worked on by the house's own loop."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Sequence
from typing import Any

import httpx
from openpyxl import Workbook

from cohorts import imports
from cohorts.columns import HEADER
from cohorts.imports import IMPORT, Counts, ImportFacts, State
from server.receipts import new_key
from tests.house import PATIENCE, House

RESTING = (State.READY, State.UNREADABLE, State.DONE, State.CANCELLED)


def person(number: int, team: str = "", **cells: str) -> dict[str, str]:
    """A row that is right: somebody in a team of five."""
    team = team or f"Team {number // 5}"
    row = {"team": team, "organisation": f"Office of {team}", "country": "PT", "sector": "public", "part": "learns"}
    row |= {"name": f"Person {number}", "email": f"person{number}@example.org"}
    return row | {name.replace("_", " "): value for name, value in cells.items()}


def table(rows: Sequence[dict[str, str]], header: Sequence[str] = HEADER) -> list[list[str]]:
    return [list(header), *([row.get(name, "") for name in header] for row in rows)]


def as_csv(rows: Sequence[Sequence[str]], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)


def as_xlsx(rows: Sequence[Sequence[object]]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    sheet: Any = book.active
    for row in rows:
        sheet.append(list(row))
    book.save(out)
    return out.getvalue()


def upload(client: httpx.Client, cohort_id: int, content: bytes, name: str = "list.csv") -> httpx.Response:
    sent = {"file": (name, content)}
    return client.post(f"/cohorts/{cohort_id}/imports", data={"key": new_key()}, files=sent)


def import_of(answer: httpx.Response) -> int:
    assert answer.status_code == 303, answer.text[:3000]
    return int(answer.headers["location"].rpartition("/")[2])


def now(house: House, import_id: int) -> tuple[ImportFacts, Counts]:
    with house.database() as db:
        return imports.read(db, IMPORT.c.id == import_id)[0], imports.counts(db, import_id)


def until(house: House, import_id: int, there: Callable[[ImportFacts, Counts], bool], seconds: float = PATIENCE) -> Any:
    """The import as soon as it is as wanted."""
    end = time.monotonic() + seconds
    while not there(*(found := now(house, import_id))):
        assert time.monotonic() < end, found
        time.sleep(0.02)
    return found


def rested(house: House, import_id: int) -> tuple[ImportFacts, Counts]:
    """The import once no job works on it."""
    found: tuple[ImportFacts, Counts] = until(house, import_id, lambda one, _: one.state in RESTING)
    return found


def previewed(house: House, client: httpx.Client, cohort_id: int, content: bytes, name: str = "list.csv") -> int:
    """Upload a list and wait for its preview; the id of the import."""
    import_id = import_of(upload(client, cohort_id, content, name))
    rested(house, import_id)
    return import_id


def confirmed(house: House, client: httpx.Client, import_id: int) -> tuple[ImportFacts, Counts]:
    """Import it, and wait for the end."""
    assert client.post(f"/imports/{import_id}/confirmation").status_code == 303
    return rested(house, import_id)
