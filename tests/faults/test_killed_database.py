"""PostgreSQL killed and started again under a running server: clean refusals meanwhile, and then all is well."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.faults.crowd import Crowd, arrive, joined, said_in, visited
from tests.faults.installation import Installation, installed
from tests.house import PATIENCE, met
from tests.live.deeds import Deeds
from tests.live.follower import Follower
from tests.live.harness import assert_same
from tests.services.postgres import Postgres
from tests.world import World

AWAY, BACK_WITHIN, PEOPLE = 10.0, 5.0, 10
LOOK_FOR = 2.0
WORDS = "while it fell"
EVERYBODY = ("Amara", "Bram", "Chiara", "Esi", "Farid")


@pytest.fixture
def database_kind() -> str:
    return "postgresql"


def refused(house: Installation, world: World) -> float:
    """Everybody tries everything for a while: each answer is a page that says when to come again; the slowest."""
    slowest, until = 0.0, time.monotonic() + LOOK_FOR
    where = f"/initiatives/{world.tide.initiative}"
    clients = [house.visit(world.people[name]) for name in ("Amara", "Chiara", "Farid")]
    while time.monotonic() < until:
        for client in clients:
            for ask in (
                lambda client=client: client.get(where),
                lambda client=client: client.post(f"/threads/{world.tide.thread}/comments", data={"text": "Lost"}),
                lambda client=client: client.get(f"/live/frames?at={world.tide.thread}.x.1"),
            ):
                began = time.monotonic()
                answer = ask()
                slowest = max(slowest, time.monotonic() - began)
                assert answer.status_code == 503, answer.text[:500]
                assert int(answer.headers["retry-after"]) > 0
                assert "We cannot get at our data right now" in answer.text
        time.sleep(0.1)
    return slowest


def back(house: Installation, world: World) -> float:
    """Seconds until a page is answered again; after that, everybody's is."""
    began = time.monotonic()
    where = f"/initiatives/{world.tide.initiative}"
    client = house.visit(world.people["Amara"])
    while client.get(where).status_code != 200:
        assert time.monotonic() - began < PATIENCE, "it does not come back"
        time.sleep(0.05)
    took = time.monotonic() - began
    others = [house.visit(world.people[name]) for name in EVERYBODY] * 3
    assert {status for status, _ in visited(others, where)} == {200}
    return took


def killed_again(server: Postgres, house: Installation, world: World) -> float:
    """Seconds until pages are answered after one more kill."""
    server.kill()
    server.restart()
    return back(house, world)


def all_there_once(house: Installation, world: World, crowd: Crowd) -> int:
    """How many comments were taken, each of which is there once; the others were refused cleanly."""
    there = {text: times for text, times in said_in(house, world.tide.thread).items() if WORDS in text}
    assert there == dict.fromkeys(crowd.heard.taken, 1)
    assert set(crowd.heard.answers) == {303, 503}, crowd.heard.answers
    return len(there)


@pytest.fixture
def page(durable: tuple[str, World]) -> str:
    return f"/initiatives/{durable[1].tide.initiative}"


def test_server_outlives_its_database(
    durable: tuple[str, World], durable_server: Postgres, page: str, tell: Callable[[str], None]
) -> None:
    url, world = durable
    with installed(url) as house:
        watching = [Follower(house, world.people[name], page) for name in ("Amara", "Farid")]
        leaving = Follower(house, world.people["Bram"], page)
        for one in (*watching, leaving):
            one.connect()
        for one in watching:
            assert_same(*one.settle(), "before")
        crowd = Crowd(house, arrive(house, world, PEOPLE))
        for name in EVERYBODY:
            house.cookie(world.people[name])
        speakers = crowd.talk(world.tide.thread, WORDS, 40)
        time.sleep(0.2)
        durable_server.kill()
        # Somebody leaves while nobody can look who is here.
        leaving.cut()
        slowest = refused(house, world)
        crowd.enough.set()
        durable_server.restart()
        took = back(house, world)
        joined(speakers)
        assert took <= BACK_WITHIN or met(BACK_WITHIN, lambda: killed_again(durable_server, house, world), tries=2)
        Deeds(house, world).say("Chiara", "After the fall")
        for one in watching:
            assert_same(*one.settle(), "a page that stayed open")
            assert one.resyncs == 0
            assert "After the fall" in one.here.text_content()
            one.cut()
        taken = all_there_once(house, world, crowd)
        assert house.process.poll() is None
    assert slowest <= AWAY
    tell(
        f"PostgreSQL killed: {crowd.heard.answers[503]} posts refused for a while, {taken} taken and there once; "
        f"slowest refusal {slowest:.2f} s; back {took:.2f} s after it"
    )


def test_outage_nobody_noticed_is_noticed_by_nobody(
    durable: tuple[str, World], durable_server: Postgres, page: str
) -> None:
    url, world = durable
    with installed(url) as house:
        clients = [house.visit(world.people[name]) for name in EVERYBODY] * 2
        assert {status for status, _ in visited(clients, page)} == {200}
        durable_server.restart()
        assert {status for status, _ in visited(clients, page)} == {200}
        Deeds(house, world).say("Chiara", "As if nothing had been")
