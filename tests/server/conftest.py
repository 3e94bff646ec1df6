"""A database with every table and nobody in it, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from migrations.tables import metadata
from server.db import Database
from server.live.log import write_touched
from tests.conftest import Databases


@pytest.fixture
def bare_url(databases: Databases, database_kind: str) -> Iterator[str]:
    """The URL of a database with empty tables."""
    url = databases.empty(database_kind)
    with closing(Database(url, synchronous="NORMAL")) as made:
        metadata.create_all(made.engine)
    yield url
    if database_kind == "postgresql":
        databases.server.drop(url)


@pytest.fixture
def bare(bare_url: str) -> Iterator[Database]:
    """That database, open."""
    with closing(Database(bare_url, connections=12, synchronous="NORMAL")) as database:
        database.before_commit.append(write_touched)
        yield database
