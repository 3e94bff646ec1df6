"""Sessions' own fixtures: a database with the cast in it, and browsers of the cast."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from lxml import html

from server.db import Database
from server.live.log import write_touched
from tests.house import House
from tests.world import World

Browse = Callable[[str], httpx.Client]


@pytest.fixture
def database(world_database: tuple[str, World]) -> Iterator[Database]:
    """This test's own database, without a server."""
    with closing(Database(world_database[0])) as database:
        database.before_commit.append(write_touched)
        yield database


@pytest.fixture
def browse(house: House, world: World) -> Browse:
    """A browser without JavaScript of somebody in the cast, by first name."""
    return lambda name: house.visit(world.people[name])


def parsed(text: str) -> Any:
    """A page or a part of one as a tree."""
    return html.fromstring(text)
