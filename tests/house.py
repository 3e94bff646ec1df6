"""The real application under the real uvicorn, in a thread of the test's own process, on a free port.

`House.visit(person)` is a browser without JavaScript: httpx with that person's login. `House.socket(person, at)` is the
socket of an open page.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import socket
import sys
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import jinja2
import uvicorn
from litestar import Litestar
from sqlalchemy import select
from websockets.sync.client import ClientConnection, connect

from people.models import Login
from server.app import build, configure, furnish
from server.clock import utc_now
from server.mail import Mail
from server.settings import Settings

# Seconds after which what should have come is given up, on the slowest machine: a clock that only ends a hang.
PATIENCE = 120.0

QUICK: dict[str, Any] = {
    "heartbeat": 0.4,
    "presence_grace": 0.3,
    "sqlite_synchronous": "NORMAL",
    "test_languages": True,
}


# Applications that ran and ended: the routes of one serve another house as well, and making them takes 0.15 s.
IDLE: list[Litestar] = []


class Compiled(jinja2.BytecodeCache):
    """The code of templates in one language: compiling those of one page takes 0.15 s, in every house anew."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.code


# By language, and whether what is shown is escaped.
COMPILED: defaultdict[tuple[str, bool], Compiled] = defaultdict(Compiled)


# By the class of the dialect: its statements as SQL, and a class of which all dialects are one and the same.
STATEMENTS: dict[type, tuple[Any, type]] = {}


def application(settings: Settings) -> Litestar:
    """The real application for those settings, with a house of its own. Houses share what none of them can change."""
    if IDLE:
        app = IDLE.pop()
        furnish(app, settings, static=app.state.house.static)
    else:
        app = build(settings)
    pages, engine = app.state.house.pages, app.state.house.database.engine
    for escaped, environments in ((True, pages._environments), (False, pages._plain)):
        for tag, environment in environments.items():
            environment.bytecode_cache = COMPILED[tag, escaped]
    share_statements(engine)
    return app


def share_statements(engine: Any) -> None:
    """SQLAlchemy writes every statement anew for every engine: of one page and the jobs 0.05 s."""
    own = type(engine.dialect)
    if own not in STATEMENTS:
        alike = {"__eq__": lambda one, other: type(one) is type(other), "__hash__": lambda one: hash(type(one))}
        STATEMENTS[own] = engine._compiled_cache, type(own.__name__, (own,), alike | {"supports_statement_cache": True})
    engine._compiled_cache, engine.dialect.__class__ = STATEMENTS[own]


class Quick(uvicorn.Server):
    """uvicorn's, which looks every 0.1 s whether it is to end: a thousand tests wait for that."""

    async def main_loop(self) -> None:
        """Until it is to end."""
        while not self.should_exit:
            await self.on_tick(0)
            await asyncio.sleep(0.02)


class House:
    """A running installation. `url` is where it answers; the database outlives `stop` and `start`. `inside` is the
    application's own House: its database, hub and pages."""

    inside: Any

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.url = f"http://127.0.0.1:{settings.port}"
        self.app: Litestar
        self.clients: list[httpx.Client] = []
        self.cookies: dict[int, str] = {}
        self.before_closing: list[Callable[[], None]] = []

    def start(self) -> None:
        """Listen; returns when requests are answered."""
        self.app = application(self.settings)
        self.inside = self.app.state.house
        self._server = Quick(configure(self.app, self.settings))
        self._server.config.timeout_graceful_shutdown = 1
        listening = bound(self.settings.port)
        self._thread = threading.Thread(target=self._server.run, args=([listening],), daemon=True)
        self._thread.start()
        deadline = time.monotonic() + PATIENCE
        while not self._server.started:
            assert self._thread.is_alive(), "the server did not start"
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.005)

    def stop(self) -> None:
        """End the server as a deploy does; the port stays ours to use again."""
        if not self._thread.is_alive():
            return
        self._server.should_exit = True
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the server did not stop"
        IDLE.append(self.app)

    def restart(self) -> None:
        """A deploy: another process' memory, the same database and address."""
        self.stop()
        self.start()

    def close(self) -> None:
        for act in self.before_closing:
            act()
        for client in self.clients:
            client.close()
        self.stop()

    def sign_in(self, person_id: int) -> str:
        """A new login of that person; the token for its cookie."""
        token, now = secrets.token_urlsafe(32), utc_now()
        with self.database(writing=True) as db:
            db.add(
                Login(
                    person_id=person_id,
                    token_hash=hashlib.sha256(token.encode()).hexdigest(),
                    began_at=now,
                    seen_at=now,
                    ends_at=now + timedelta(days=1),
                )
            )
        return token

    def cookie(self, person_id: int) -> str:
        """The token of this person's one login, made when first asked for."""
        if person_id not in self.cookies:
            self.cookies[person_id] = self.sign_in(person_id)
        return self.cookies[person_id]

    def visit(self, person_id: int | None, **headers: str) -> httpx.Client:
        """A browser that runs no scripts, signed in as that person; None: a stranger's."""
        cookies = {self.settings.login_cookie: self.cookie(person_id)} if person_id else {}
        client = plain_client(self.url, cookies=cookies, headers={"sec-fetch-site": "same-origin", **headers})
        self.clients.append(client)
        return client

    def socket(self, person_id: int | None, positions: str, *, origin: str | None = "") -> ClientConnection:
        """The socket of a page that shows `positions`. `origin` "": our own; None: none at all."""
        given = {"cookie": f"{self.settings.login_cookie}={self.cookie(person_id)}"} if person_id else {}
        ours: Any = self.url if origin == "" else origin
        return connect(
            f"ws://127.0.0.1:{self.settings.port}/live?at={positions}",
            additional_headers=given,
            origin=ours,
            compression=None,
            max_size=None,
            close_timeout=1,
            legacy=True,
            open_timeout=PATIENCE,
        )

    def database(self, *, writing: bool = False) -> Any:
        """A transaction on the running application's own database: what is touched in it is shown live."""
        return self.inside.database.transaction(writing=writing)

    def rows(self, table: type[Any]) -> list[Any]:
        """Every row of a table."""
        with self.database() as db:
            return list(db.execute(select(table)).scalars())

    def sign_in_mails(self) -> list[Mail]:
        """The mails that were asked for to sign in, oldest first."""
        return [mail for mail in self.rows(Mail) if mail.kind == "sign-in"]


def plain_client(url: str, **given: Any) -> httpx.Client:
    """A client for plain http: reading the certificates that it never needs would take 40 ms, thousands of times."""
    return httpx.Client(base_url=url, verify=False, timeout=PATIENCE, **given)  # noqa: S501 - nothing is encrypted here


def bound(port: int) -> socket.socket:
    """A socket bound to that port of 127.0.0.1; 0: to any free one."""
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    one.bind(("127.0.0.1", port))
    return one


# Sockets that hold the ports that were given out, the latest: the system gives a port that somebody is bound to to
# nobody else who asks for any, be it in another process; and Linux lets a server of ours listen there all the same.
HELD: deque[socket.socket] = deque(maxlen=200)


def free_port() -> int:
    """A port of 127.0.0.1 at which nobody answers, and that is nobody else's until a server of ours takes it."""
    probe = bound(0)
    port = int(probe.getsockname()[1])
    if sys.platform == "linux":
        HELD.append(probe)
        if len(HELD) == HELD.maxlen:
            HELD.popleft().close()
    else:
        probe.close()
    return port


def met(seconds: float, attempt: Callable[[], float], tries: int = 3) -> bool:
    """Whether `attempt`, which says how long it took, keeps a promised time. A machine that has much else to do may be
    late once; one attempt in time shows that nothing in the programme takes longer."""
    return any(attempt() <= seconds for _ in range(tries))


@contextmanager
def running(database_url: str, **changed: Any) -> Iterator[House]:
    """A house on that database for the length of the block."""
    settings = replace(Settings(database_url=database_url, port=free_port()), **(QUICK | changed))
    house = House(settings)
    house.start()
    try:
        yield house
    finally:
        house.close()
