"""What is written differently for SQLite and PostgreSQL, or counts on their locks, on both."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest

from people import logins, persons, sign_in
from server.clock import utc_now
from server.db import Database
from server.limits import Limit, take
from server.live.log import write_touched
from server.refusals import TooMany
from tests.world import World

NOW = utc_now()


@pytest.fixture
def full(world_database: tuple[str, World]) -> Iterator[Database]:
    with closing(Database(world_database[0])) as database:
        database.before_commit.append(write_touched)
        yield database


def test_tries_at_the_same_moment_are_all_counted(full: Database) -> None:
    limit = Limit("tries", 3, timedelta(minutes=10), "Wait.")

    def tried(_: int) -> bool:
        try:
            with full.transaction(writing=True) as db:
                take(db, limit, "amara", NOW)
        except TooMany:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(tried, range(12))) == 3


def test_of_many_at_the_same_moment_one_signs_in(full: Database, world: World) -> None:
    made = sign_in.Secrets()
    with full.transaction(writing=True) as db:
        sign_in.offer(db, persons.by_id(db, world.people["Amara"]), made, "/", NOW)

    def used(by_code: bool) -> bool:
        with full.transaction(writing=True) as db:
            if by_code:
                return sign_in.use_code(db, made.handle, made.code, NOW) is not None
            return sign_in.use_link(db, made.token, NOW) is not None

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(used, [True, False] * 3)) == 1


def test_a_login_begins_is_seen_and_ends(full: Database, world: World) -> None:
    with full.transaction(writing=True) as db:
        token = logins.begin(db, world.people["Amara"], "A browser", NOW)
    with full.transaction(writing=True) as db:
        viewer = logins.viewer_with(db, token, NOW)
        assert viewer is not None
        logins.seen(db, viewer.login_id, NOW + timedelta(hours=2))
    with full.transaction(writing=False) as db:
        again = logins.viewer_with(db, token, NOW)
        assert again is not None
        assert again.login_ends_at - viewer.login_ends_at == timedelta(hours=2)
    with full.transaction(writing=True) as db:
        logins.end(db, token)
        assert logins.viewer_with(db, token, NOW) is None
