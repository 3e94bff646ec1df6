"""An empty database for what needs no server: the tables as the models describe them, in a file of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlmodel import SQLModel

from people import models, organisations, persons
from server.db import Database
from server.live.log import write_touched


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(Database(f"sqlite:///{tmp_path / 'people.db'}", synchronous="NORMAL")) as database:
        SQLModel.metadata.create_all(database.engine)
        database.before_commit.append(write_touched)
        yield database


@pytest.fixture
def amara(database: Database) -> models.Person:
    """Somebody to sign in as."""
    with database.transaction(writing=True) as db:
        house = organisations.add(db, name="Port City", country="ng")
        assert house.id is not None
        return persons.add(db, name="Amara Okoro", email="Amara@Example.org", organisation_id=house.id)
