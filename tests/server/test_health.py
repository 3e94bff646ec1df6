"""/health and /ready: for load balancers, also while everything else is stuck."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from server.migrate import shipped_versions
from tests.conftest import Databases
from tests.house import PATIENCE, House

NAMES = ("password", "sqlite", "postgres", "/tmp", "host", "version_num")


def ask(house: House, path: str) -> httpx.Response:
    """As a load balancer does: by another name, without a login."""
    return httpx.get(f"{house.url}{path}", headers={"host": "10.0.0.7"}, timeout=PATIENCE)


def test_they_answer_whoever_asks(house: House) -> None:
    assert (ask(house, "/health").status_code, ask(house, "/health").json()) == (200, {"healthy": True})
    told = ask(house, "/ready")
    assert (told.status_code, told.json()) == (200, {"ready": True, "database": "ok", "redis": "not used"})
    for path in ("/health", "/ready"):
        head = httpx.head(f"{house.url}{path}", headers={"host": "10.0.0.7"}, timeout=PATIENCE)
        assert (head.status_code, head.content) == (200, b"")


def test_database_that_is_away(house: House, databases: Databases, database_kind: str) -> None:
    database = house.inside.database.url.database
    if database_kind == "sqlite":
        Path(database).rename(f"{database}.away")
    else:
        house.inside.database.engine.dispose()
        switch(databases, database, False)
    told = ask(house, "/ready")
    assert (told.status_code, told.json()["database"]) == (503, "does not answer")
    assert not any(name in told.text for name in NAMES)
    assert ask(house, "/health").status_code == 200
    if database_kind == "sqlite":
        assert not Path(database).exists(), "asking must not make an empty database"
        Path(f"{database}.away").rename(database)
    else:
        switch(databases, database, True)
    assert ask(house, "/ready").status_code == 200


def switch(databases: Databases, database: str, allowed: bool) -> None:
    from psycopg import sql

    databases.server.execute(
        sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}").format(sql.Identifier(database), sql.Literal(allowed))
    )


@pytest.mark.parametrize("version", [shipped_versions()[0], "2999_01_01_0000"])
def test_database_of_another_shape(house: House, version: str) -> None:
    with house.database(writing=True) as db:
        db.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    told = ask(house, "/ready")
    assert (told.status_code, told.json()["database"]) == (503, "has not the shape of this version")


def test_they_wait_in_no_lane(house: House) -> None:
    go_on = threading.Event()
    lanes = house.inside.lanes
    stuck: list[Callable[[], object]] = []
    for lane in (lanes.reads, lanes.writes, lanes.slow, lanes.mail):
        stuck += [lane._pool.submit(go_on.wait, 2 * PATIENCE) for _ in range(lane.threads)]
    try:
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"{house.url}/sign-in", timeout=0.5)
        assert ask(house, "/health").status_code == ask(house, "/ready").status_code == 200
    finally:
        go_on.set()


def test_database_in_use_to_the_last_connection(house: House) -> None:
    engine = house.inside.database.engine
    taken = [engine.connect() for _ in range(engine.pool.size() + 2)]
    try:
        assert ask(house, "/ready").status_code == 200
    finally:
        for one in taken:
            one.close()


def test_redis_that_is_away_is_told_and_no_obstacle(open_house, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    house, _ = open_house(redis_url=f"unix://{tmp_path / 'nobody'}")
    told = ask(house, "/ready")
    assert (told.status_code, told.json()["redis"]) == (200, "away")
