"""A room as a whole: everybody comes back at once, and somebody who does not keep up costs nobody anything."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from cohorts import memberships
from cohorts.models import Role
from people import persons
from people.models import Person
from server.clock import utc_now
from server.live import frames, watch
from server.live.kinds import Shown
from server.live.protocol import MOST_WAITING
from server.live.sockets import Socket
from tests.house import PATIENCE, House
from tests.live.deeds import Deeds
from tests.live.follower import Follower
from tests.live.harness import assert_same, following
from tests.world import World, of

READERS, PAGES_EACH = 10, 30
RESTARTED, TRY_AGAIN = 1012, 1013


def path(world: World) -> str:
    return f"/initiatives/{world.tide.initiative}"


def readers(house: House, world: World) -> list[int]:
    """People who may read the thread; one person may not hold hundreds of pages."""
    found = []
    with house.database(writing=True) as db:
        office = db.get_one(Person, world.people["Amara"]).organisation_id
        for number in range(READERS):
            person = persons.add(db, name=f"Reader {number}", email=f"r{number}@example.org", organisation_id=office)
            memberships.join(db, person=person, role=Role.ADVISER, cohort_id=world.tide.cohort, now=utc_now())
            found.append(of(person.id))
    return found


class Room:
    """Many open pages, raw: what each was told, until its heartbeat says where it is."""

    def __init__(self, house: House, people: list[int], at: str) -> None:
        self.house, self.at = house, at
        self.cookies = [f"{house.settings.login_cookie}={house.cookie(id_)}" for id_ in people] * PAGES_EACH

    async def open(self) -> list[ClientConnection]:
        """Every page connects at the same moment."""
        url = f"ws://127.0.0.1:{self.house.settings.port}/live?at={self.at}"
        origin: Any = self.house.url

        def one(cookie: str) -> Any:
            return connect(
                url, origin=origin, additional_headers={"cookie": cookie}, compression=None, open_timeout=PATIENCE
            )

        return list(await asyncio.gather(*(one(cookie) for cookie in self.cookies)))

    @staticmethod
    async def told(one: ClientConnection, enough: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        """Its frames, up to the first that is enough."""
        heard: list[dict[str, Any]] = []
        while not heard or not enough(heard[-1]):
            heard.append(json.loads(await asyncio.wait_for(one.recv(), PATIENCE)))
        return heard


def test_room_that_is_cut_comes_back_at_once_and_right(house: House, world: World) -> None:
    deeds, people = Deeds(house, world), readers(house, world)
    room = Room(house, people, ",".join(for_everybody(house, world, people[0])))
    hub = house.inside.hub

    async def cut_and_back() -> None:
        pages = await room.open()
        await asyncio.gather(*(room.told(one, lambda frame: "beat" in frame) for one in pages))
        assert len(hub.sockets) == READERS * PAGES_EACH
        for socket in list(hub.sockets):
            hub._loop.call_soon_threadsafe(socket.close, RESTARTED)
        await asyncio.gather(*(one.wait_closed() for one in pages))
        await asyncio.to_thread(deeds.say, "Chiara", "Said while nobody was there")
        began = time.monotonic()
        back, other = await asyncio.gather(room.open(), asyncio.to_thread(visited, house, people[0], path(world)))
        heard = await asyncio.gather(*(room.told(one, lambda frame: "beat" in frame) for one in back))
        # Whoever asks for a page meanwhile does not stand in their queue.
        took = time.monotonic() - began
        print(f"{len(back)} pages were back after {took:.2f} s; another page took {other:.2f} s")
        assert other < max(2.0, took / 2)
        now = for_everybody(house, world, people[0])
        for frames_of_one in heard:
            assert any("Said while nobody was there" in frame.get("content", "") for frame in frames_of_one)
            assert not any(frame.get("resync") for frame in frames_of_one)
            assert set(frames_of_one[-1]["at"].split(",")) == now
        await asyncio.to_thread(deeds.say, "Amara", "Welcome back")
        await asyncio.gather(
            *(room.told(one, lambda frame: "Welcome back" in frame.get("content", "")) for one in back)
        )
        await asyncio.gather(*(one.close() for one in back))

    asyncio.run(cut_and_back())


def for_everybody(house: House, world: World, reader: int) -> set[str]:
    """Where the page is in the streams that somebody of another team follows too: no smaller circle, nobody's bell."""
    pages = (Follower(house, one, path(world)).positions.split(",") for one in (reader, world.people["Chiara"]))
    return set.intersection(*(set(positions) for positions in pages))


def visited(house: House, person_id: int, where: str) -> float:
    """How long a page takes, in seconds."""
    began = time.monotonic()
    assert house.visit(person_id).get(where).status_code == 200
    return time.monotonic() - began


def clog(house: House, person_id: int) -> Socket:
    """Say more to that person's page than the network holds, until the hub counts it as behind; the page reads none."""
    hub = house.inside.hub
    deadline = time.monotonic() + PATIENCE
    while not hub.pages_of(person_id):
        assert time.monotonic() < deadline, "it never joined"
        time.sleep(0.005)
    (one,) = hub.pages_of(person_id)
    filling = frames.text_frame(frames.passing(Shown("x" * 100_000)))
    while one.writer.waiting() <= MOST_WAITING:
        assert time.monotonic() < deadline, "it took everything"
        hub._loop.call_soon_threadsafe(one.offer, filling)
        time.sleep(0.005)
    # Since when stays, also when the page is closed for it.
    assert one.behind_since is not None
    return one


def test_page_that_does_not_read_costs_nobody_else_anything(
    house: House, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "PATIENCE", 1.0)
    slow = Follower(house, world.people["Bram"], path(world))
    slow.connect()
    with following(house, world.people["Amara"], path(world)) as quick:
        stuck = clog(house, world.people["Bram"])
        waiting = stuck.writer.waiting()
        Deeds(house, world).say("Chiara", "Heard by who listens")
        kept, fresh = quick.settle()
        assert_same(kept, fresh, "a page beside one that does not read")
        assert "Heard by who listens" in kept
        assert stuck.writer.waiting() <= waiting
        deadline = time.monotonic() + PATIENCE
        while stuck.code is None:
            assert time.monotonic() < deadline, "nobody closes it"
            time.sleep(0.05)
        assert stuck.code == TRY_AGAIN


def test_page_that_reads_again_gets_what_it_missed(house: House, world: World) -> None:
    slow = Follower(house, world.people["Bram"], path(world))
    slow.connect()
    stuck = clog(house, world.people["Bram"])
    Deeds(house, world).say("Chiara", "Said meanwhile")
    assert slow.socket is not None
    heard = ""
    deadline = time.monotonic() + PATIENCE
    while "Said meanwhile" not in heard:
        assert time.monotonic() < deadline
        try:
            heard = str(slow.socket.recv(PATIENCE))
        except ConnectionClosed as closed:
            raise AssertionError("it was sent away") from closed
        if "xxxx" not in heard:
            slow.receive(json.loads(heard))
    kept, fresh = slow.settle()
    assert_same(kept, fresh, "a page that was behind")
    assert stuck not in house.inside.hub.behind
    Deeds(house, world).say("Chiara", "And it goes on")
    kept, fresh = slow.settle()
    assert_same(kept, fresh, "a page that was behind, later")
    assert slow.resyncs == 0
    slow.cut()
