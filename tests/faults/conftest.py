"""The cast on databases that keep what they commit: SQLite as an installation writes it, PostgreSQL with fsync on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from server.db import Database
from server.migrate import migrate
from tests import world as worlds
from tests.conftest import Databases
from tests.services.postgres import Postgres, own_postgres
from tests.world import World


@pytest.fixture(scope="session")
def durable_server() -> Iterator[Postgres]:
    with own_postgres(durable=True) as server:
        yield server


@pytest.fixture
def durable(request: pytest.FixtureRequest, databases: Databases, database_kind: str) -> Iterator[tuple[str, World]]:
    """The URL of this test's own database, and who is in it."""
    if database_kind == "sqlite":
        with databases.copy("sqlite") as copy:
            yield copy
        return
    server: Postgres = request.getfixturevalue("durable_server")
    url = server.new_database()
    with closing(Database(url)) as database:
        migrate(database)
        world = worlds.build(database)
    yield url, world
    server.drop(url)


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Say a figure or a seed, whether or not the test passes."""

    def say(sentence: str) -> None:
        with capsys.disabled():
            print(f"\n  {sentence}", end="", file=sys.stderr)

    return say
