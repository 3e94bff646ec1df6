"""Feedback's own fixtures: a database with the cast in it, and browsers of the cast."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from lxml import html

from cohorts.audiences import vantage_in_team
from cohorts.memberships import standing_of
from cohorts.policies import Vantage
from feedback import threads
from feedback.threads import ThreadNow
from server.db import Database, Db
from server.live.log import write_touched
from tests.house import House
from tests.world import Place, World

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


def seen_by(db: Db, world: World, name: str, place: Place) -> Vantage:
    """From where that person sees that team."""
    standing = standing_of(db, world.people[name])
    return vantage_in_team(db, standing, place.team, place.cohort, place.programme, "en")


def thread_for(db: Db, world: World, name: str, place: Place) -> ThreadNow:
    """That team's thread, for somebody who may follow it."""
    thread = threads.thread_now(db, seen_by(db, world, name, place), place.thread)
    assert thread is not None
    return thread
