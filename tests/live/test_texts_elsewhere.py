"""A shared text over two processes and over killed ones: what one acknowledges, all have."""

from __future__ import annotations

import random
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from server.live.texts import close
from tests.faults.installation import Installation
from tests.house import PATIENCE, House
from tests.live.test_second_process import pair
from tests.live.writers import Writer, begin, known_kind, now, same_everywhere, scribble
from tests.services.valkey import Valkey, valkey
from tests.world import World


@pytest.fixture(autouse=True)
def _kind() -> Iterator[None]:
    with known_kind():
        yield


@pytest.fixture(scope="module")
def redis() -> Iterator[Valkey]:
    with valkey() as server:
        yield server


def both_write(a: House, b: House, world: World) -> None:
    text = begin(a, world.tide.team)
    amara, bram = Writer(a, world.people["Amara"], text), Writer(b, world.people["Bram"], text)
    assert amara.connect()
    assert bram.connect()
    for number in range(5):
        for one, other in ((amara, bram), (bram, amara)):
            one.type(0, f"{number}{one.person_id} ")
            one.settle()
            other.expect(one.words)
    with a.database(writing=True) as db:
        words = close(db, text)
    assert words == amara.words
    bram.until(lambda: bram.closed)


def test_two_processes_with_redis(world_database: tuple[str, World], redis: Valkey) -> None:
    """Neither looks by itself: what comes, came through Redis."""
    with pair(world_database[0], redis) as (a, b):
        both_write(a, b, world_database[1])


def test_two_processes_without_redis(world_database: tuple[str, World]) -> None:
    with pair(world_database[0], None, poll=0.3) as (a, b):
        both_write(a, b, world_database[1])


def test_server_is_killed_while_people_type(world_database: tuple[str, World]) -> None:
    """SIGKILL, again and again: every acknowledged character is there, and none is there twice."""
    seed = random.SystemRandom().randrange(1_000_000)
    url, world = world_database
    house = Installation(url)
    house.command = [sys.executable, "-m", "tests.live.writers"]
    try:
        house.start()
        text = begin(house, world.tide.team)
        writers = [Writer(house, world.people[name], text) for name in ("Amara", "Bram") for _ in range(4)]
        put, gone, enough = [set[str]() for _ in writers], [set[str]() for _ in writers], threading.Event()

        def work(number: int) -> None:
            chance, one = random.Random(seed + number), writers[number]
            fresh = (chr(0x4E00 + number * 2000 + count) for count in range(2000))
            while not enough.is_set():
                if one.socket is None and not one.connect():
                    time.sleep(0.05)
                scribble(one, chance, fresh, gone[number], put[number])
                one.send()
                one.hear(chance.uniform(0.0, 0.1))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(len(writers))]
        for thread in threads:
            thread.start()
        for _ in range(2):
            time.sleep(random.Random(seed).uniform(0.5, 1.0))
            house.kill()
            house.start()
        enough.set()
        for thread in threads:
            thread.join(PATIENCE)
            assert not thread.is_alive()
        words = same_everywhere(house, text, writers)
        assert sorted(words) == sorted(set().union(*put) - set().union(*gone)), f"seed {seed}"
        assert now(house, text).words == words
        assert "Traceback" not in house.log(), house.log()[-3000:]
    finally:
        house.close()
