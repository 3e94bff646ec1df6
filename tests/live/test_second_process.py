"""Two processes of one installation: what happens in one is seen in the other, at once with Redis, else soon."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.house import PATIENCE, House, free_port, met, running
from tests.live.follower import Follower, normal
from tests.live.harness import assert_same, following
from tests.services.valkey import Valkey, valkey
from tests.world import World

NEVER = 3600.0
# How soon after Redis is back everything is told again, as an installation is promised it.
BACK_WITHIN = 5.0


@pytest.fixture(scope="module")
def _valkey() -> Iterator[Valkey]:
    with valkey() as server:
        yield server


@pytest.fixture
def redis(_valkey: Valkey) -> Valkey:
    """A Valkey that answers, whatever the test before did to it."""
    if _valkey.own and not _valkey.answers():
        _valkey.start()
    return _valkey


@contextmanager
def pair(url: str, redis: Valkey | None, poll: float = NEVER) -> Iterator[tuple[House, House]]:
    """Two houses on one database that people reach at one address."""
    given = {"url": f"http://127.0.0.1:{free_port()}", "redis_url": redis.url if redis else "", "poll": poll}
    with running(url, **given) as a, running(url, **given) as b:
        if redis:
            until(lambda: works(a) and works(b))
        yield a, b


def works(house: House) -> bool:
    return bool(house.inside.wakeup.works)


def until(true: Callable[[], object]) -> float:
    """Wait until that is so; how long it took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < PATIENCE, "it did not happen"
        time.sleep(0.02)
    return time.monotonic() - began


@pytest.fixture
def houses(world_database: tuple[str, World], redis: Valkey) -> Iterator[tuple[House, House]]:
    """Two processes that look for nothing by themselves: what comes, came through Redis."""
    with pair(world_database[0], redis) as both:
        yield both


def post(house: House, world: World, words: str, name: str = "Amara") -> None:
    answer = house.visit(world.people[name]).post(f"/threads/{world.tide.thread}/comments", data={"text": words})
    assert answer.status_code == 303, answer.text


def has(page: Follower, words: str) -> Callable[[], bool]:
    def found() -> bool:
        page.pump(0.02)
        return words in normal(page.page)

    return found


def test_comment_in_one_is_seen_in_the_other(houses: tuple[House, House], world: World) -> None:
    a, b = houses
    path = f"/initiatives/{world.tide.initiative}"
    with following(b, world.people["Chiara"], path) as page:
        for number in range(3):
            post(a, world, f"Said in the first {number}")
            until(has(page, f"Said in the first {number}"))
        kept, fresh = page.settle()
        assert_same(kept, fresh, path)
        assert page.resyncs == 0


def test_without_redis_the_poll_delivers(world_database: tuple[str, World]) -> None:
    url, world = world_database
    with (
        pair(url, None, poll=0.3) as (a, b),
        following(b, world.people["Chiara"], f"/initiatives/{world.tide.initiative}") as page,
    ):
        post(a, world, "Found by looking")
        until(has(page, "Found by looking"))


def test_people_of_one_are_shown_in_the_other(houses: tuple[House, House], world: World) -> None:
    a, b = houses
    path = f"/cohorts/{world.tide.cohort}"
    with following(b, world.people["Chiara"], path) as page:
        until(shows(page, "One person here"))
        with following(a, world.people["Esi"], path) as other:
            until(shows(page, "2 people here"))
            until(shows(other, "2 people here"))
            for one in (page, other):
                kept, fresh = one.settle()
                assert_same(kept, fresh, path)
        until(shows(page, "One person here"))


def shows(page: Follower, words: str) -> Callable[[], bool]:
    """Whether the open page says that of those who are here."""

    def found() -> bool:
        page.pump(0.02)
        return words in presence(page)

    return found


def presence(page: Follower) -> str:
    (shown,) = page.page.xpath("//*[starts-with(@id, 'presence-cohort-')]")
    return str(shown.text_content())


def test_removal_in_one_closes_pages_of_the_other(houses: tuple[House, House], world: World) -> None:
    a, b = houses
    with following(b, world.people["Bram"], f"/initiatives/{world.tide.initiative}") as page:
        removal = f"/memberships/{world.memberships['Bram']}/removal"
        assert a.visit(world.people["Farid"]).post(removal).status_code == 303
        assert page.closed_with() == 4403
        post(a, world, "Not for Bram any more")


def test_process_that_is_gone_takes_its_people_along(world_database: tuple[str, World], redis: Valkey) -> None:
    """It says nothing when it goes, as one that is killed."""
    url, world = world_database
    path = f"/cohorts/{world.tide.cohort}"
    with ExitStack() as stack:
        a, b = stack.enter_context(pair(url, redis))
        page = stack.enter_context(following(b, world.people["Chiara"], path))
        with following(a, world.people["Esi"], path):
            until(shows(page, "2 people here"))
            began = time.monotonic()
            a.stop()
        until(shows(page, "One person here"))
        assert time.monotonic() - began > 3, "whoever comes back to another process has not left"
        a.start()


# How long Redis is away does not concern the database, so the long outage is waited for once.
@pytest.mark.parametrize(
    ("database_kind", "seconds"), [("sqlite", 2), ("postgresql", 2), ("sqlite", 20)], indirect=["database_kind"]
)
@pytest.mark.parametrize("how", ["frozen", "killed"])
def test_delivers_again_when_redis_is_back(
    world_database: tuple[str, World], redis: Valkey, how: str, seconds: float
) -> None:
    url, world = world_database
    with (
        pair(url, redis, poll=1.0) as (a, b),
        following(b, world.people["Chiara"], f"/initiatives/{world.tide.initiative}") as page,
    ):

        def outage() -> float:
            """Everything is told meanwhile; seconds until Redis tells it again."""
            redis.freeze() if how == "frozen" else redis.kill()
            began = time.monotonic()
            for number in itertools.count():
                post(a, world, f"Meanwhile {number} of {began}")
                until(has(page, f"Meanwhile {number} of {began}"))
                page.pump(min(2.0, max(0.0, began + seconds - time.monotonic())))
                if time.monotonic() - began >= seconds:
                    break
            redis.thaw() if how == "frozen" else redis.start()
            return until(lambda: works(a) and works(b))

        assert met(BACK_WITHIN, outage)


@pytest.mark.parametrize("how", ["frozen", "killed"])
def test_wakes_through_redis_again_and_not_by_looking(
    world_database: tuple[str, World], redis: Valkey, how: str
) -> None:
    """The poll is off: only Redis can have brought it."""
    url, world = world_database
    with (
        pair(url, redis) as (a, b),
        following(b, world.people["Chiara"], f"/initiatives/{world.tide.initiative}") as page,
    ):
        redis.freeze() if how == "frozen" else redis.kill()
        until(lambda: not works(a) and not works(b))
        post(a, world, "While it was away")
        page.pump(0.5)
        assert "While it was away" not in normal(page.page)
        redis.thaw() if how == "frozen" else redis.start()
        back = time.monotonic() + PATIENCE
        for number in itertools.count():
            post(a, world, f"Afterwards {number}")
            page.pump(0.3)
            if "Afterwards" in normal(page.page):
                break
            assert time.monotonic() < back, "not delivered"
        assert "While it was away" in normal(page.page)
