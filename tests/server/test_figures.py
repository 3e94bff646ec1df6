"""The figures at /metrics: right, of this installation alone, and only for whoever knows the token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text, update

from server.clock import utc_now
from server.db import Database
from server.figures import Figures, read_up, write_down
from server.jobs import JOB, enqueue
from server.live.log import touch
from server.mail import post
from server.metrics import waiting
from tests.conftest import Databases, Opened
from tests.house import PATIENCE, House
from tests.live.follower import Follower
from tests.live.test_many_pages import clog
from tests.server.looping import until
from tests.world import CANARY

TOKEN = "a token of the tests"
Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def opened(open_house: Callable[..., Opened]) -> Opened:
    return open_house(metrics_token=TOKEN)


def page(house: House, given: str | None = f"Bearer {TOKEN}") -> httpx.Response:
    headers = {"authorization": given} if given is not None else {}
    return httpx.get(f"{house.url}/metrics", headers=headers, timeout=PATIENCE)


def samples(house: House) -> Samples:
    answer = page(house)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def figure(found: Samples, name: str, **labels: str) -> float:
    """One sample; labels that are not given may be anything."""
    wanted = set(labels.items())
    (value,) = [value for (known, has), value in found.items() if known == f"sweetspot_{name}" and wanted <= has]
    return value


def test_only_the_token_opens_the_page(opened: Opened, open_house: Callable[..., Opened]) -> None:
    house, world = opened
    assert page(house).status_code == 200
    for given in (None, "", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN):
        assert page(house, given).status_code == 404
    strange = httpx.get(f"{house.url}/metrics", headers={b"authorization": "Bearer ä".encode()}, timeout=PATIENCE)
    assert strange.status_code == 404
    assert house.visit(world.people["Hana"]).get("/metrics").status_code == 404
    closed, _ = open_house(metrics_token="")
    for given in (None, "", "Bearer", f"Bearer {TOKEN}"):
        assert page(closed, given).status_code == 404
    assert page(house).headers["cache-control"] == "no-store"


def test_requests_are_counted_by_route(opened: Opened) -> None:
    house, world = opened
    amara, path = house.visit(world.people["Amara"]), f"/initiatives/{world.tide.initiative}"
    for _ in range(3):
        assert amara.get(path).status_code == 200
    assert amara.get(f"/initiatives/{world.foreign.initiative}").status_code == 404
    assert amara.get(f"/{CANARY}").status_code == 404
    where = {"method": "GET", "route": "/initiatives/{initiative}", "worker": "1"}
    found = samples(house)
    assert figure(found, "requests_total", **where, status="2xx") == 3
    assert figure(found, "requests_total", **where, status="4xx") == 1
    assert figure(found, "request_seconds_count", **where) == 4
    assert 0 < figure(found, "request_seconds_sum", **where) < PATIENCE
    buckets = [
        (float(dict(has)["le"]), value)
        for (name, has), value in found.items()
        if name == "sweetspot_request_seconds_bucket" and set(where.items()) <= has
    ]
    values = [value for _, value in sorted(buckets)]
    assert values == sorted(values)
    assert values[-1] == 4
    assert figure(found, "requests_total", route="(no route)", status="4xx") >= 1


def test_live_pages_are_counted(opened: Opened) -> None:
    house, world = opened
    path = f"/initiatives/{world.tide.initiative}"
    before = samples(house)
    assert figure(before, "sockets") == figure(before, "deliveries_total") == 0
    pages = [Follower(house, world.people[name], path) for name in ("Amara", "Bram", "Chiara")]
    for one in pages:
        one.connect()
        one.settle()
    until(lambda: figure(samples(house), "sockets") == 3)
    assert figure(samples(house), "streams") > 3
    stream_id = int(pages[0].positions.split(".")[0])
    with house.database(writing=True) as db:
        touch(db, stream_id, f"initiative-{world.tide.initiative}")
    until(lambda: figure(samples(house), "deliveries_total") >= 3)
    found = samples(house)
    assert figure(found, "commit_to_write_seconds_count") >= 1
    assert 0 < figure(found, "commit_to_write_seconds_sum") < PATIENCE
    assert figure(found, "resyncs_total") == 0
    for one in pages:
        one.cut()
    until(lambda: figure(samples(house), "sockets") == 0)
    assert figure(samples(house), "streams") == 0


def test_page_that_starts_over_is_counted(opened: Opened) -> None:
    house, world = opened
    here = Follower(house, world.people["Amara"], f"/initiatives/{world.tide.initiative}").positions
    stream_id = here.split(".")[0]
    with house.socket(world.people["Amara"], f"{stream_id}.ffff.1") as socket:
        while '"resync"' not in str(socket.recv(PATIENCE)):
            pass
    assert figure(samples(house), "resyncs_total") == 1


def test_page_that_falls_behind_is_counted(opened: Opened) -> None:
    house, world = opened
    slow = Follower(house, world.people["Bram"], f"/initiatives/{world.tide.initiative}")
    slow.connect()
    clog(house, world.people["Bram"])
    assert figure(samples(house), "slow_total") == 1
    slow.cut()


def test_what_waits_is_counted(databases: Databases) -> None:
    with databases.copy("sqlite") as (url, _), closing(Database(url)) as database:
        before = waiting(database)
        now = utc_now()
        with database.transaction(writing=True) as db:
            times = (now, now, now, now + timedelta(hours=1))
            ids = [enqueue(db, "of another version", now=now, at=at) for at in times]
            db.execute(update(JOB).where(JOB.c.id == ids[1]).values(ended_at=now, error="x"))
            db.execute(update(JOB).where(JOB.c.id == ids[2]).values(lease="l", lease_until=now + timedelta(minutes=1)))
            post(db, "amara@example.org", "Hello", "Words", now)
        after = waiting(database)
    more = {state: count - before["jobs"][state] for state, count in after["jobs"].items()}
    # The mail brings a job of its own.
    assert more == {"waiting": 2, "running": 1, "later": 1, "failed": 1}
    assert {state: count - before["mails"][state] for state, count in after["mails"].items()} == {
        "waiting": 1,
        "uncertain": 0,
        "failed": 0,
    }


def test_figures_come_without_the_database(opened: Opened) -> None:
    house, _ = opened
    with house.database(writing=True) as db:
        db.execute(text("DROP TABLE mail"))
    found = samples(house)
    assert figure(found, "database_up") == 0
    assert figure(found, "memory_bytes") > 1e7
    assert [name for name, _ in found if name == "sweetspot_jobs"] == []


def test_every_worker_is_told_of(opened: Opened, tmp_path: Path) -> None:
    house, _ = opened
    other = Figures(worker="2", folder=tmp_path)
    other.answered("GET /", 200, 0.1)
    write_down(other)
    house.inside.hub.figures.folder = tmp_path
    house.visit(None).get("/")
    house.visit(None).get("/")
    found = samples(house)
    assert figure(found, "requests_total", worker="2", route="/", status="2xx") == 1
    assert figure(found, "requests_total", worker="1", route="/", status="2xx") == 2
    assert figure(found, "sockets", worker="2") == 0
    # And this one leaves its own for the others, without being asked.
    until((tmp_path / "1.json").exists)
    assert read_up(tmp_path)["1"]["answers"]["GET /"]["classes"] == {"2xx": 2}


def test_houses_count_for_themselves(opened: Opened, open_house: Callable[..., Opened]) -> None:
    other, _ = open_house(metrics_token=TOKEN)
    other.visit(None).get("/")
    assert figure(samples(other), "requests_total", route="/") == 1
    assert not [
        name for name, has in samples(opened[0]) if name == "sweetspot_requests_total" and ("route", "/") in has
    ]


def test_figures_name_nobody(opened: Opened) -> None:
    house, world = opened
    for name in ("Amara", "Jun", "Hana"):
        browser = house.visit(world.people[name])
        browser.get("/")
        browser.get(f"/initiatives/{world.foreign.initiative}?q={CANARY}")
        browser.post("/sign-in/mails", data={"email": world.emails[name]})
    shown = page(house).text
    for word in (CANARY, "Amara", "@example", house.cookie(world.people["Amara"])):
        assert word not in shown
