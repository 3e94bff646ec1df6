"""Files that are too large, cut, or on their way when the server is killed, sent to a real process."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from server.db import Database
from server.files import CONTENT, MOST_BYTES, PIECE
from tests.attached import noise, pixel_bomb
from tests.cohorts.test_uploads import peak
from tests.conftest import Databases
from tests.house import PATIENCE, free_port, running
from tests.server.command import answer, started
from tests.world import World

HEAD = (
    b'--line\r\nContent-Disposition: form-data; name="text"\r\n\r\nWords before the file\r\n'
    b'--line\r\nContent-Disposition: form-data; name="file"; filename="film.txt"\r\n\r\n'
)
TAIL = b"\r\n--line--\r\n"
# How often a moment in the midst of something is tried for.
TRIES = 5


class Process:
    """A server of its own, and Chiara's way in."""

    def __init__(self, process: Any, port: int, cookie: str, url: str, world: World) -> None:
        self.process, self.port, self.url, self.world = process, port, url, world
        self.path = f"/threads/{world.tide.thread}/comments"
        self.headers = {"Cookie": f"login_{port}={cookie}", "Sec-Fetch-Site": "same-origin"}

    def send(self, body: Iterator[bytes], length: int | None, *, stranger: bool = False) -> tuple[int, str]:
        headers = {**self.headers, "Content-Type": "multipart/form-data; boundary=line"}
        if stranger:
            del headers["Cookie"]
        if length is not None:
            headers["Content-Length"] = str(length)
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2 * PATIENCE)
        asked.request("POST", self.path, body, headers, encode_chunked=length is None)
        got = asked.getresponse()
        return got.status, got.read().decode()

    def stored(self) -> tuple[int, int]:
        """How many contents are whole, and how many chunks there are."""
        with closing(Database(self.url)) as database, database.transaction(writing=False) as db:
            whole = db.execute(select(CONTENT.c.digest).where(CONTENT.c.whole_at.is_not(None))).all()
            return len(whole), len(db.execute(select(PIECE.c.number)).all())


@contextmanager
def server(databases: Databases) -> Iterator[Process]:
    with databases.copy("sqlite") as (url, world):
        with running(url) as house:
            cookie = house.sign_in(world.people["Chiara"])
        port = free_port()
        with started("serve", "--port", str(port), DATABASE_URL=url) as process:
            answer(process, f"http://127.0.0.1:{port}/")
            yield Process(process, port, cookie, url, world)


def megabytes(count: int, wait: float = 0) -> Iterator[bytes]:
    yield HEAD
    for number in range(count):
        yield noise(1024 * 1024, number % 7)
        time.sleep(wait)
    yield TAIL


@pytest.mark.parametrize("told", [True, False], ids=["length told", "chunked"])
def test_two_hundred_megabytes_are_refused_and_the_words_come_back(databases: Databases, told: bool) -> None:
    with server(databases) as one:
        one.send(iter([HEAD + b"small" + TAIL]), None)
        before, stored = peak(one.process.pid), one.stored()
        length = len(HEAD) + 200 * 1024 * 1024 + len(TAIL) if told else None
        status, page = one.send(megabytes(200), length)
        assert (status, "25 MB is the most that can be sent" in page) == (413, True)
        assert "Words before the file</textarea>" in page
        assert peak(one.process.pid) - before < 30_000_000
        assert one.stored() == stored


def test_a_length_that_is_too_large_is_answered_before_the_file_comes(databases: Databases) -> None:
    """The refusal is there while the sender still holds the file back; a stranger's not even looked at."""
    with server(databases) as one:
        for cookie, status in ((one.headers["Cookie"], b"413"), ("", b"303")):
            asked = http.client.HTTPConnection("127.0.0.1", one.port, timeout=PATIENCE)
            asked.putrequest("POST", one.path)
            for name, value in {**one.headers, "Cookie": cookie, "Content-Length": str(200 * 1024 * 1024)}.items():
                asked.putheader(name, value)
            asked.putheader("Content-Type", "multipart/form-data; boundary=line")
            asked.endheaders()
            assert asked.sock is not None
            asked.sock.sendall(HEAD)
            assert asked.sock.recv(12).split()[1] == status
            asked.close()


def test_a_file_of_25_megabytes_is_taken_and_a_byte_more_is_not(databases: Databases) -> None:
    with server(databases) as one:
        for more, status in ((0, 303), (1, 422)):
            content = noise(MOST_BYTES + more)
            body = iter([HEAD, content, TAIL])
            found, page = one.send(body, len(HEAD) + len(content) + len(TAIL))
            assert found == status, page[:500]
        assert "larger than 25 MB" in page


def test_a_pixel_bomb_does_not_reach_the_memory(databases: Databases) -> None:
    with server(databases) as one:
        one.send(iter([HEAD + b"small" + TAIL]), None)
        before = peak(one.process.pid)
        status, page = one.send(iter([HEAD, pixel_bomb(), TAIL]), None)
        assert (status, "more than 50 million points" in page) == (422, True)
        assert peak(one.process.pid) - before < 30_000_000


def test_an_upload_that_is_cut_leaves_nothing_and_the_server_goes_on(databases: Databases) -> None:
    with server(databases) as one:
        before = one.stored()

        def cut() -> Iterator[bytes]:
            yield from (part for part, _ in zip(megabytes(20), range(5), strict=False))
            raise ConnectionAbortedError

        with pytest.raises(ConnectionAbortedError):
            one.send(cut(), len(HEAD) + 20 * 1024 * 1024 + len(TAIL))
        assert one.send(iter([HEAD + b"small" + TAIL]), None)[0] == 303
        whole, chunks = one.stored()
        assert (whole, chunks) == (before[0] + 1, before[1] + 1)


def until_it_dies(one: Process, length: int) -> None:
    with suppress(OSError, http.client.HTTPException):
        one.send(megabytes(20), length)


def until_stored(one: Process, more: int) -> None:
    deadline = time.monotonic() + 2 * PATIENCE
    while one.stored()[1] < more:
        assert time.monotonic() < deadline, "nothing was stored"


def overtaken(databases: Databases) -> bool:
    """Whether a comment was taken while a file was being stored: a test that has to wait for its turn asks too late."""
    with server(databases) as one:
        _, chunks = one.stored()
        length, answers = len(HEAD) + 20 * 1024 * 1024 + len(TAIL), []
        sending = threading.Thread(target=lambda: answers.append(one.send(megabytes(20), length)[0]))
        sending.start()
        until_stored(one, chunks + 1)
        address = f"http://127.0.0.1:{one.port}{one.path}"
        said = httpx.post(address, data={"text": "Meanwhile"}, headers=one.headers, timeout=PATIENCE)
        between = one.stored()[1]
        assert said.status_code == 303
        assert chunks < between
        sending.join(2 * PATIENCE)
        assert answers == [303]
        assert one.stored()[1] == chunks + 80
        return between < chunks + 80


def test_a_comment_overtakes_a_file_that_is_being_stored(databases: Databases) -> None:
    assert any(overtaken(databases) for _ in range(TRIES))


def killed_on_the_way(databases: Databases) -> bool:
    """Whether the server was killed before the whole file was stored; what was left is as it must be."""
    with server(databases) as one:
        whole, chunks = one.stored()
        length = len(HEAD) + 20 * 1024 * 1024 + len(TAIL)
        sending = threading.Thread(target=until_it_dies, args=(one, length))
        sending.start()
        until_stored(one, chunks + 8)
        one.process.kill()
        one.process.wait()
        sending.join(PATIENCE)
        left = one.stored()
        if left[1] == chunks + 80:
            return False
        assert left[0] == whole
        assert chunks < left[1] < chunks + 80
        with started("serve", "--port", str(one.port), DATABASE_URL=one.url) as process:
            answer(process, f"http://127.0.0.1:{one.port}/")
            assert one.send(megabytes(20), length)[0] == 303
            assert one.stored() == (whole + 1, chunks + 80)
            initiative = f"http://127.0.0.1:{one.port}/initiatives/{one.world.tide.initiative}"
            page = httpx.get(initiative, headers={"cookie": one.headers["Cookie"]}, timeout=PATIENCE).text
            assert "film.txt" in page
            assert "21.0 MB" in page
        return True


def test_a_server_killed_while_storing_begins_again_and_takes_the_file(databases: Databases) -> None:
    assert any(killed_on_the_way(databases) for _ in range(TRIES))
