"""Counters hold: over transactions, over threads, over a refusal, and for as long as they say."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

from server.clock import utc_now
from server.db import Database
from server.limits import Counter, Limit, clear, keep, network, take
from server.refusals import NotAllowed, TooMany

THREE = Limit("tries", 3, timedelta(minutes=10), "Wait %(minutes)s minutes.")
NOW = utc_now()


def tried(database: Database, subject: str = "amara", *, later: timedelta = timedelta()) -> TooMany | None:
    try:
        with database.transaction(writing=True) as db:
            take(db, THREE, subject, NOW + later)
    except TooMany as refused:
        return refused
    return None


def test_the_fourth_try_is_refused_and_says_how_long(database: Database) -> None:
    assert [tried(database) for _ in range(3)] == [None, None, None]
    refused = tried(database, later=timedelta(minutes=4))
    assert refused is not None
    assert refused.wait == 360
    assert refused.message is not None
    assert refused.message.values == {"minutes": 6}


def test_a_refused_try_does_not_lengthen_the_wait(database: Database) -> None:
    for _ in range(10):
        tried(database)
    assert tried(database, later=timedelta(minutes=10)) is None
    assert [tried(database, later=timedelta(minutes=11)) for _ in range(2)] == [None, None]
    assert tried(database, later=timedelta(minutes=11)) is not None


def test_everybody_is_counted_alone_and_nobody_is_named(database: Database) -> None:
    for _ in range(4):
        tried(database)
    assert tried(database, "bram") is None
    with database.transaction(writing=False) as db:
        assert not [row.key for row in db.exec(select(Counter)) if "amara" in row.key]


def test_tries_at_the_same_moment_are_all_counted(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        refused = list(pool.map(lambda _: tried(database), range(12)))
    assert refused.count(None) == 3


def test_what_is_kept_outlives_a_refusal(database: Database) -> None:
    def wrong(kept: bool) -> None:
        with database.transaction(writing=True) as db:
            take(db, THREE, f"kept {kept}", NOW)
            if kept:
                keep(db)
            raise NotAllowed

    for kept in (True, False):
        for _ in range(3):
            with pytest.raises(NotAllowed):
                wrong(kept)
    assert tried(database, "kept True") is not None
    assert tried(database, "kept False") is None


def test_old_counters_go(database: Database) -> None:
    tried(database, "long ago")
    tried(database, "now", later=timedelta(days=2))
    with database.transaction(writing=True) as db:
        clear(db, NOW + timedelta(days=2))
        assert len(db.exec(select(Counter)).all()) == 1


@pytest.mark.parametrize(
    ("client", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("", ""),
        ("not an address", "not an address"),
    ],
)
def test_a_home_with_many_addresses_is_one_client(client: str, counted: str) -> None:
    assert network(client) == counted
