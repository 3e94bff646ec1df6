"""/metrics: the figures of every process of this installation, as Prometheus reads them.

There is no such page unless SWEETSPOT_METRICS_TOKEN is set. Figures say how much and how fast, never who or what: a
route is its template, `/threads/{thread_id}`, and no label holds an address or a number out of one.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import accumulate
from typing import Any

from litestar import Request, Response
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from server.clock import utc_now
from server.db import Database, Db
from server.figures import Figures, as_told, read_up, write_down
from server.headers import is_for_us
from server.house import House
from server.jobs import JOB
from server.mail import MailState, in_state
from server.reading import reading
from server.refusals import Busy
from server.routes import call_from, respond
from server.turned_away import Stranger, turned_away

log = logging.getLogger("sweetspot.metrics")

LEFT_EVERY = 5.0

Told = Mapping[str, Any]
# name, words
COUNTERS = {
    "deliveries": "Frames with news that were written to open pages",
    "resyncs": "Open pages that were told to load themselves anew",
    "slow": "Times an open page fell behind",
    "closed_slow": "Open pages that were closed because they stayed behind",
}
GAUGES = {
    "sockets": "Open pages with a socket",
    "streams": "Streams that open pages follow",
    "memory_bytes": "Memory of the process",
}


@reading("/metrics", name="metrics")
async def show_metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The figures, for whoever knows the token; to everybody else there is nothing here."""
    house: House = request.app.state.house
    token = house.settings.metrics_token
    given = request.headers.get("authorization", "")
    if not token or not secrets.compare_digest(given.encode(), f"Bearer {token}".encode()):
        why = Stranger.NO_PAGE if is_for_us(house.settings, request.headers) else Stranger.WRONG_HOST
        return respond(turned_away(call_from(house, request), why), house.settings.secure)
    # Whoever knows the token may come by another address: Prometheus is often on this machine, behind no proxy.
    try:
        rows = await house.lanes.reads.run(lambda: waiting(house.database))
    except (DBAPIError, Busy):
        rows = None
        log.warning("the database did not answer for the figures")
    headers = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    return Response(as_text(everybody(house), rows), headers=headers, media_type="text/plain; version=0.0.4")


def everybody(house: House) -> dict[str, Told]:
    """The figures of every process, by worker; those of this one as they are now."""
    figures = of_now(house)
    found = read_up(figures.folder) if figures.folder else {}
    return {**found, figures.worker: as_told(figures)}


def of_now(house: House) -> Figures:
    """The figures of this process, with what is only looked up."""
    figures: Figures = house.hub.figures
    figures.sockets, figures.streams = len(house.hub.sockets), len(house.hub.listened())
    return figures


async def leave(house: House) -> None:
    """Leave the figures of this process for whichever is asked; done every few seconds."""
    write_down(of_now(house))


def waiting(database: Database) -> dict[str, dict[str, int]]:
    """How many jobs and mails are in which state."""
    with database.transaction(writing=False) as db:
        return {"jobs": jobs_by_state(db, utc_now()), "mails": mails_by_state(db, utc_now())}


def jobs_by_state(db: Db, now: datetime) -> dict[str, int]:
    """Open jobs that are worked on, that are due and that wait for their time, and those given up."""
    is_open = JOB.c.ended_at.is_(None)
    states = {
        "running": is_open & (JOB.c.lease_until > now),
        "waiting": is_open & (JOB.c.lease_until.is_(None) | (JOB.c.lease_until <= now)) & (JOB.c.at <= now),
        "later": is_open & (JOB.c.lease_until.is_(None) | (JOB.c.lease_until <= now)) & (JOB.c.at > now),
        "failed": JOB.c.ended_at.is_not(None) & (JOB.c.error != ""),
    }
    return {
        name: int(db.execute(select(func.count()).select_from(JOB).where(where)).scalar_one())
        for name, where in states.items()
    }


def mails_by_state(db: Db, now: datetime) -> dict[str, int]:
    """Mails that still wait, that nobody knows of and that failed."""
    states = (MailState.WAITING, MailState.UNCERTAIN, MailState.FAILED)
    return {state.value: in_state(db, state, 1, now)[0] for state in states}


class Collector:
    """Figures as metrics; made for one answer, with a registry of its own."""

    def __init__(self, workers: Mapping[str, Told], rows: Mapping[str, Mapping[str, int]] | None) -> None:
        self._workers, self._rows = workers, rows

    def collect(self) -> Iterator[Any]:
        """Every metric, as prometheus_client asks for them."""
        from prometheus_client import metrics_core as core

        yield from self._requests(core)
        lag = core.HistogramMetricFamily(
            "sweetspot_commit_to_write_seconds", "From a commit to its news being written to pages", labels=["worker"]
        )
        for worker, told in self._workers.items():
            lag.add_metric([worker], *buckets(told["lag"]))
        yield lag
        for name, words in COUNTERS.items():
            counter = core.CounterMetricFamily(f"sweetspot_{name}", words, labels=["worker"])
            for worker, told in self._workers.items():
                counter.add_metric([worker], told[name])
            yield counter
        for name, words in GAUGES.items():
            gauge = core.GaugeMetricFamily(f"sweetspot_{name}", words, labels=["worker"])
            for worker, told in self._workers.items():
                gauge.add_metric([worker], told[name])
            yield gauge
        yield core.GaugeMetricFamily("sweetspot_database_up", "Whether it answers", value=self._rows is not None)
        for what, states in (self._rows or {}).items():
            gauge = core.GaugeMetricFamily(f"sweetspot_{what}", f"How many {what} are in a state", labels=["state"])
            for state, count in states.items():
                gauge.add_metric([state], count)
            yield gauge

    def _requests(self, core: Any) -> Iterator[Any]:
        labels = ["worker", "method", "route"]
        count = core.CounterMetricFamily("sweetspot_requests", "Answers, by class", labels=[*labels, "status"])
        took = core.HistogramMetricFamily("sweetspot_request_seconds", "How long an answer took", labels=labels)
        for worker, told in self._workers.items():
            for route, answers in told["answers"].items():
                names = [worker, *route.split(" ", 1)]
                took.add_metric(names, *buckets(answers["took"]))
                for status, number in answers["classes"].items():
                    count.add_metric([*names, status], number)
        yield count
        yield took


def buckets(spread: Told) -> tuple[list[tuple[str, float]], float]:
    """A spread as Prometheus wants it: how many up to each bound, and the sum."""
    bounds = [*(f"{bound:g}" for bound in spread["bounds"]), "+Inf"]
    return list(zip(bounds, map(float, accumulate(spread["counts"])), strict=True)), spread["total"]


def as_text(workers: Mapping[str, Told], rows: Mapping[str, Mapping[str, int]] | None) -> bytes:
    """The page. The library is loaded when first asked for: a start need not wait for it."""
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Collector(workers, rows))
    made: bytes = generate_latest(registry)
    return made
