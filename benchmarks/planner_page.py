"""How fast is the planner for 30 teams in 20 zones, warm, signed in, in one process? And how long does a search take
that nobody made before?

Against the same server returning the same number of bytes from memory.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlmodel import select

from benchmarks.filled import fill
from benchmarks.lines import line
from benchmarks.load import requests_per_second
from benchmarks.server import fetch, serving
from cohorts import teams
from cohorts.models import Cohort, Team
from people import organisations
from server.clock import utc_now
from server.db import Database, Db
from server.live.log import write_touched
from sessions import sessions, slots
from sessions.sessions import SESSION, Plan
from sessions.slots import Time

ROUNDS, SECONDS = 5, 2.0
HOMES = (
    *(("NO", "Europe/Oslo"), ("PT", "Europe/Lisbon"), ("FI", "Europe/Helsinki"), ("JP", "Asia/Tokyo")),
    *(("IN", "Asia/Kolkata"), ("NP", "Asia/Kathmandu"), ("AU", "Australia/Adelaide"), ("NZ", "Pacific/Auckland")),
    *(("CL", "America/Santiago"), ("PE", "America/Lima"), ("CA", "America/St_Johns"), ("US", "America/Los_Angeles")),
    *(("KE", "Africa/Nairobi"), ("NG", "Africa/Lagos"), ("EG", "Africa/Cairo"), ("AE", "Asia/Dubai")),
    *(("SG", "Asia/Singapore"), ("BR", "America/Sao_Paulo"), ("MX", "America/Mexico_City"), ("TH", "Asia/Bangkok")),
)
TEAMS, PAST = 30, 5


def measure() -> Iterator[dict[str, Any]]:
    """The two lines of `planner.page`."""
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "bench.db"
        filled = fill(database, said=1, readers=12)
        address = _plan(database)
        with serving(database) as port:
            # Of four vantages the last runs the programme.
            cookie = f"login_{port}={filled.tokens[3]}"
            page = fetch(port, address, cookie)
            assert page.count(b'class="planner-way"') == 5
            assert page.count(b" of team ") == (TEAMS - 2) * 5
            rates: dict[str, list[float]] = {address: [], f"/bench/memory/{len(page)}": []}
            for _ in range(ROUNDS):
                for path, found in rates.items():
                    found.append(requests_per_second(port, path, cookie, SECONDS))
            first = [_milliseconds(port, f"{address}&minutes={minutes}", cookie) for minutes in range(60, 69)]
            two = [_milliseconds(port, f"{address}&slots=2&minutes={minutes}", cookie) for minutes in range(60, 65)]
    shown, memory = (median(found) for found in rates.values())
    yield line("planner.page", shown, "requests/s", memory, bytes=len(page), target=0.005)
    yield line("planner.page_cold", median(first), "ms", None, two_slots=round(median(two), 3))


def _milliseconds(port: int, path: str, cookie: str) -> float:
    begun = time.perf_counter()
    fetch(port, path, cookie)
    return (time.perf_counter() - begun) * 1000


def _plan(path: Path) -> str:
    """Thirty teams, sessions that are over and one to come; the address of the planner for that one."""
    database = Database(f"sqlite:///{path}")
    database.before_commit.append(write_touched)
    now = utc_now()
    with database.transaction(writing=True) as db:
        cohort = db.exec(select(Cohort)).one()
        assert cohort.id is not None
        for number in range(len(db.exec(select(Team)).all()), TEAMS):
            country, zone = HOMES[number % len(HOMES)]
            home = organisations.add(db, name=f"House {number}", country=country, time_zone=zone)
            teams.create(db, cohort, home, name=f"{number} of team {country}")
        for number in range(PAST):
            _meet(db, cohort.id, now - timedelta(days=7 * number + 3, hours=5 * number))
        made = sessions.plan(db, cohort.id, Plan("To come"), by_id=None, now=now)
        address = f"/cohorts/{cohort.id}/sessions/planner?session={made.id}"
    database.close()
    return address


def _meet(db: Db, cohort_id: int, at: datetime) -> None:
    """A session that is over, under the Chatham House rule: so that every team carried something."""
    before = at - timedelta(days=30)
    made = sessions.plan(db, cohort_id, Plan("Over", attribution="none"), by_id=None, now=before)
    facts = sessions.read(db, SESSION.c.id == made.id)[0]
    slots.offer(db, facts, Time(at, 90, "Europe/Paris"), now=before)
    sessions.publish(db, facts, by_id=None, now=before)
