"""A kind of shared text to test with, and people who write in one without a browser.

Members of a team write its texts, its advisers read them, and for everybody else there are none.
"""

from __future__ import annotations

import json
import random
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from pycrdt import Doc, Text, TransactionEvent, merge_updates
from sqlalchemy import select
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

from cohorts.models import Role, Team
from cohorts.web.doors import standing
from people.models import Person
from server import app
from server.calls import Call
from server.db import Db
from server.live.texts import TextKind, TextNow, TextRight, new_text, texts_now
from server.live.texts_frames import CLOSED, KEPT, MAY_WRITE, NEWS, REFUSED, SEND, STANDING, WELCOME, WRITING
from server.live.texts_taking import Verdict
from server.refusals import NotYours
from tests.house import PATIENCE, House

KIND = "tests"


def open_of_team(call: Call, owner_id: int) -> TextRight:
    """The text of that team."""
    _ = call.signed_in
    held = standing(call).held
    roles = {one.role for one in held if one.team_id == owner_id}
    if Role.MEMBER in roles:
        return TextRight(read=True, write=True)
    cohort_id = call.db.get_one(Team, owner_id).cohort_id
    if any(one.role == Role.ADVISER and one.cohort_id == cohort_id for one in held):
        return TextRight(read=True, write=False)
    raise NotYours


def names_of(db: Db, owner_id: int, people: Sequence[int]) -> Mapping[int, str]:
    """Everybody's name."""
    table: Any = Person.__table__  # type: ignore[attr-defined]
    return {row.id: row.name for row in db.execute(select(table.c.id, table.c.name).where(table.c.id.in_(people)))}


def team_page(db: Db, owner_id: int) -> str:
    return f"/teams/{owner_id}"


TESTED = TextKind(KIND, open_of_team, names_of, team_page)


@contextmanager
def known_kind() -> Iterator[None]:
    """Houses that start meanwhile know the kind."""
    app.TEXT_KINDS.append(TESTED)
    try:
        yield
    finally:
        app.TEXT_KINDS.remove(TESTED)


def begin(house: House, team_id: int, words: str = "") -> int:
    """A new text of that team; its id."""
    with house.database(writing=True) as db:
        return new_text(db, KIND, team_id, words)


def now(house: House, text_id: int) -> TextNow:
    """The text as the database has it."""
    with house.database() as db:
        return texts_now(db, [text_id])[text_id]


def open_socket(
    house: House, person_id: int | None, text_id: int, after: int, epoch: str, origin: str | None = ""
) -> ClientConnection:
    """The socket of a page with that text. `origin` "": our own; None: none at all."""
    given = {"cookie": f"{house.settings.login_cookie}={house.cookie(person_id)}"} if person_id else {}
    ours: Any = house.url if origin == "" else origin
    return connect(
        f"ws://127.0.0.1:{house.settings.port}/texts/{text_id}/live?after={after}&epoch={epoch}",
        additional_headers=given,
        origin=ours,
        compression=None,
        max_size=None,
        close_timeout=0.2,
        legacy=True,
        open_timeout=PATIENCE,
        ping_interval=None,
    )


def code_of(opening: ClientConnection) -> int | None:
    """The code with which the server closes a socket that it accepted; None: it says something else."""
    with opening as socket:
        try:
            socket.recv(PATIENCE)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006
    return None


class Writer:
    """Somebody who writes: what static/js/exchange.js does, without a browser."""

    def __init__(self, house: House, person_id: int, text_id: int) -> None:
        self.house, self.person_id, self.id = house, person_id, text_id
        self.epoch = now(house, text_id).epoch
        self.doc: Doc[Any] = Doc()
        self.text = self.doc.get("text", type=Text)
        self.unsent: list[bytes] = []
        self.seq = self.number = 0
        self.sent: tuple[int, int] | None = None
        self.socket: ClientConnection | None = None
        self.may_write = self.closed = False
        self.people: dict[str, Any] = {"count": 0, "names": []}
        self.verdicts: list[Verdict] = []
        self.code: int | None = None

    @property
    def words(self) -> str:
        return str(self.text)

    def connect(self) -> bool:
        """Whether the server took us in; `code`: with which it did not."""
        self.sent = self.code = None
        try:
            self.socket = open_socket(self.house, self.person_id, self.id, self.seq, self.epoch)
            while not self._hear(PATIENCE):
                pass
        except (OSError, InvalidHandshake, TimeoutError, ConnectionClosed) as problem:
            self._gone(problem)
        return self.socket is not None

    def _gone(self, problem: Exception | None = None) -> None:
        received = getattr(problem, "rcvd", None)
        self.code = received.code if received else 1006
        self.socket = self.sent = None

    def cut(self) -> None:
        """The network is gone, without a word."""
        if self.socket:
            with suppress(OSError):
                self.socket.socket.shutdown(socket.SHUT_RDWR)
            self._gone()

    def write(self, change: Any) -> None:
        """Change the text here, and remember what to send."""
        made: list[bytes] = []

        def note(event: TransactionEvent) -> None:
            made.append(event.update)

        noting = self.doc.observe(note)
        with self.doc.transaction():
            change(self.text)
        self.doc.unobserve(noting)
        self.unsent += made

    def type(self, at: int, words: str) -> None:
        """Put words in, at a place counted in characters."""
        self.write(lambda text: text.insert(len(self.words[:at].encode()), words))

    def erase(self, at: int) -> str:
        """Take one character out; which."""
        before = len(self.words[:at].encode())
        gone = self.words[at]
        self.write(lambda text: text.__delitem__(slice(before, before + len(gone.encode()))))
        return gone

    def send(self, times: int = 1) -> None:
        """Send what is not acknowledged, as one, unless something is under way."""
        if self.socket is None or self.sent or not self.unsent:
            return
        self.unsent = [merge_updates(*self.unsent)]
        self.number += 1
        self.sent = (self.number, 1)
        self.say(self.unsent[0], self.number, times)

    def say(self, update: bytes, number: int = 0, times: int = 1) -> None:
        """Send just that."""
        assert self.socket is not None
        try:
            for _ in range(times):
                self.socket.send(bytes([SEND]) + number.to_bytes(4, "big") + update)
        except (ConnectionClosed, OSError) as problem:
            self._gone(problem)

    def hear(self, seconds: float = 0.0) -> bool:
        """Take in what comes within that time; whether anything came."""
        try:
            return self.socket is not None and self._hear(seconds) is not None
        except TimeoutError:
            pass
        except (ConnectionClosed, OSError) as problem:
            self._gone(problem)
        return False

    def until(self, true: Callable[[], object]) -> None:
        """Take in what comes until that is so."""
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < deadline, "it did not come"
            if not self.hear(0.05) and self.socket is None:
                time.sleep(0.05)

    def _hear(self, seconds: float) -> bool | None:
        assert self.socket is not None
        said = self.socket.recv(seconds)
        if isinstance(said, str):
            return False
        kind, rest = said[0], said[1:]
        if kind == WELCOME:
            size = int.from_bytes(rest[5:9], "big")
            self._stand(rest[4])
            self._take(rest[:4], rest[9 + size :])
        elif kind == NEWS:
            self._take(rest[:4], rest[4:])
        elif kind == STANDING:
            self._stand(rest[0])
        elif kind in (KEPT, REFUSED):
            self._judged(int.from_bytes(rest[:4], "big"), Verdict(rest[4]))
        elif kind == WRITING:
            self.people = json.loads(rest)
        return kind == WELCOME

    def _take(self, seq: bytes, update: bytes) -> None:
        self.seq = int.from_bytes(seq, "big")
        self.doc.apply_update(update)

    def _stand(self, flags: int) -> None:
        self.may_write, self.closed = bool(flags & MAY_WRITE), bool(flags & CLOSED)

    def _judged(self, number: int, verdict: Verdict) -> None:
        self.verdicts.append(verdict)
        if self.sent and number == self.sent[0]:
            if verdict is Verdict.KEPT:
                del self.unsent[: self.sent[1]]
            self.sent = None

    def settle(self, seconds: float = PATIENCE) -> None:
        """Come back as often as it takes until everything is acknowledged, and nothing more comes."""
        deadline = time.monotonic() + seconds
        while self.unsent or self.socket is None:
            assert time.monotonic() < deadline, f"not acknowledged: {self.verdicts[-3:]} {self.sent} {self.code}"
            if self.socket is None and not self.connect():
                time.sleep(0.05)
                continue
            self.send()
            self.hear(0.3)

    def expect(self, words: str, seconds: float = PATIENCE) -> None:
        """Wait until that is the text here."""
        deadline = time.monotonic() + seconds
        while self.words != words:
            assert time.monotonic() < deadline, f"{self.words[:200]!r} is not {words[:200]!r}"
            if self.socket is None:
                self.connect()
            self.hear(0.05)


def same_everywhere(house: House, text_id: int, writers: Sequence[Writer], seconds: float = PATIENCE) -> str:
    """Everybody, once nothing is under way, has what the database has; the words."""
    for writer in writers:
        writer.settle()
    words = now(house, text_id).words
    for writer in writers:
        writer.expect(words, seconds)
    return words


def scribble(writer: Writer, chance: random.Random, fresh: Iterator[str], gone: set[str], put: set[str]) -> None:
    """One change: mostly a character that is nowhere else, sometimes one taken out."""
    words = writer.words
    if words and chance.random() < 0.25:
        gone.add(writer.erase(chance.randrange(len(words))))
    else:
        one = next(fresh)
        put.add(one)
        writer.type(chance.randint(0, len(words)), one)


if __name__ == "__main__":
    from server.cli import main

    with known_kind(), suppress(KeyboardInterrupt):
        raise SystemExit(main())
