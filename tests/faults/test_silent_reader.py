"""A page that stops reading while much is said: the server keeps none of it for that page, and nobody else waits."""

from __future__ import annotations

import secrets
import socket
import statistics
import time
from base64 import b64encode
from collections.abc import Callable

import pytest

from tests.faults.installation import Installation, installed
from tests.house import PATIENCE
from tests.live.deeds import Deeds
from tests.live.follower import Follower
from tests.world import World

MOST_MEMORY = 5_000_000
# What the network itself takes for a page that does not read: send and receive buffers of the kernel.
IN_THE_KERNEL = 8_000_000
CHAPTER = "\N{WATER WAVE} " * 5_000
BEFORE = 15
# Something else may run just then, and not before: a page that costs others time does so each time.
TRIES = 4
READERS = ("Bram", "Chiara", "Esi", "Farid")


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def silent_page(house: Installation, person_id: int, positions: str) -> socket.socket:
    """A page's socket that is opened, heard until the server agreed, and never read again."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    one.connect(("127.0.0.1", house.settings.port))
    key = b64encode(secrets.token_bytes(16)).decode()
    lines = (
        f"GET /live?at={positions} HTTP/1.1",
        f"Host: 127.0.0.1:{house.settings.port}",
        f"Origin: {house.url}",
        f"Cookie: {house.settings.login_cookie}={house.cookie(person_id)}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {key}",
    )
    one.sendall("\r\n".join((*lines, "", "")).encode())
    assert b" 101 " in one.recv(64)
    return one


class Room:
    """Readers of one page, and somebody whose every change sends all of it again."""

    def __init__(self, house: Installation, world: World) -> None:
        self.deeds = Deeds(house, world)
        self.deeds.edit_initiative(challenge=CHAPTER, context=CHAPTER, asked=CHAPTER)
        self.where = f"/initiatives/{world.tide.initiative}"
        self.readers = [Follower(house, world.people[name], self.where) for name in READERS]
        for reader in self.readers:
            reader.connect()
        self.client = house.visit(world.people["Amara"])
        self.told = 0

    def tell(self) -> float:
        """One change; seconds until every reader has it."""
        began = time.monotonic()
        sent = self.client.post(f"{self.where}/summary", data={"summary": f"Summary {secrets.token_hex(6)}"})
        assert sent.status_code == 303, sent.status_code
        for reader in self.readers:
            self.told += self.heard(reader, began + PATIENCE)
        return time.monotonic() - began

    def heard(self, reader: Follower, until: float) -> int:
        """Wait for the frame with all of the page, not a heartbeat; its bytes, once for all readers."""
        assert reader.socket is not None
        while time.monotonic() < until:
            size = len(str(reader.socket.recv(PATIENCE)).encode())
            if size > len(CHAPTER):
                return size if reader is self.readers[0] else 0
        raise AssertionError("a reader was not told")


def compared(room: Room, house: Installation, person_id: int, tell: Callable[[str], None]) -> tuple[int, bool]:
    """Bytes by which the server grew while a page did not read, and whether the others waited no longer for it."""
    before = [room.tell() for _ in range(BEFORE)]
    memory = house.memory()
    silent = silent_page(house, person_id, room.readers[0].positions)
    room.told, during = 0, []
    while room.told < IN_THE_KERNEL + 2 * MOST_MEMORY:
        during.append(room.tell())
    grown = house.memory() - memory
    silent.close()
    usual, then = statistics.median(before), statistics.median(during)
    tell(
        f"{room.told / 1e6:.0f} MB told to a page that does not read: memory {grown / 1e6:+.1f} MB; "
        f"others had a change after {then * 1000:.0f} ms (before: {usual * 1000:.0f} ms), "
        f"the slowest {max(during) * 1000:.0f} ms (before: {max(before) * 1000:.0f} ms)"
    )
    return grown, then <= 2 * usual + 0.05 and max(during) <= 3 * max(before) + 0.5


def test_silent_reader_costs_neither_memory_nor_time(durable: tuple[str, World], tell: Callable[[str], None]) -> None:
    url, world = durable
    with installed(url, SWEETSPOT_FRAGMENTS_KEPT="0") as house:
        room = Room(house, world)
        for _ in range(BEFORE):
            room.tell()
        for _ in range(TRIES):
            grown, nobody_waited = compared(room, house, world.people["Bram"], tell)
            assert grown <= MOST_MEMORY
            if nobody_waited:
                break
        for reader in room.readers:
            reader.cut()
    assert nobody_waited
