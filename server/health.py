"""/health and /ready, for whatever watches the installation or shares its work out.

They answer whoever asks, by any name of this machine, and tell no more than whether it works. Neither waits in a lane:
a process that is busy is healthy, and one whose database hangs must be able to say so.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import sqlite3
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from sqlalchemy import Engine, NullPool, create_engine
from sqlalchemy.exc import SQLAlchemyError

from server.db import Database
from server.headers import page_headers
from server.house import Answer, House
from server.migrate import CannotMigrate, is_current
from server.reading import reading
from server.routes import respond

Asked = Request[Any, Any, Any]
OK = "ok"
# How long the database may take to answer.
PATIENCE = 2


@reading("/health", name="health")
async def show_health(request: Asked) -> Response[bytes]:
    """The process turns: it read this and answers. Nothing else is asked."""
    return _told(request.app.state.house, {"healthy": True}, 200)


@reading("/ready", name="ready")
async def show_ready(request: Asked) -> Response[bytes]:
    """Whether people could be sent here. Without Redis they could: news only take a second longer."""
    house: House = request.app.state.house
    database = await request.app.state.asking.answer()
    redis = "not used" if house.wakeup is None else OK if house.wakeup.works else "away"
    ready = database == OK
    return _told(house, {"ready": ready, "database": database, "redis": redis}, 200 if ready else 503)


def _told(house: House, what: dict[str, Any], status: int) -> Response[bytes]:
    headers = page_headers(house.settings, house.policy, secrets.token_urlsafe(12))
    body = json.dumps(what).encode()
    return respond(Answer(body, status, headers | {"content-type": "application/json"}), house.settings.secure)


class Asking:
    """Asks the database whether it answers, one question at a time in a thread of its own: of those that hang there is
    never more than one, and a pool that is all in use says nothing here."""

    def __init__(self, database: Database) -> None:
        self._engine = fresh_connections(database)
        self._asked: asyncio.Future[str] | None = None

    async def answer(self) -> str:
        """OK, or what is wrong; after PATIENCE seconds that it does not answer."""
        if self._asked is None or self._asked.done():
            self._asked = _in_a_thread(lambda: state_of(self._engine))
        try:
            return await asyncio.wait_for(asyncio.shield(self._asked), PATIENCE)
        except TimeoutError:
            return "does not answer in time"


def _in_a_thread(work: Callable[[], str]) -> asyncio.Future[str]:
    loop = asyncio.get_running_loop()
    future: asyncio.Future[str] = loop.create_future()

    def run() -> None:
        found = work()
        if not loop.is_closed():
            loop.call_soon_threadsafe(future.set_result, found)

    # A daemon: a database that hangs must not keep the program from ending.
    threading.Thread(target=run, name="ready", daemon=True).start()
    return future


def fresh_connections(database: Database) -> Engine:
    """An engine that connects anew each time, with short limits, and never makes the file it looks for."""
    if database.is_sqlite:
        place = f"file:{quote(str(database.url.database))}?mode=ro"
        return create_engine(
            "sqlite://", creator=lambda: sqlite3.connect(place, uri=True, timeout=PATIENCE), poolclass=NullPool
        )
    limits = {"connect_timeout": PATIENCE, "options": f"-c statement_timeout={PATIENCE * 1000}"}
    return create_engine(database.url, connect_args=limits, poolclass=NullPool, hide_parameters=True)


def state_of(engine: Engine) -> str:
    """OK, or what is wrong in words for everybody: no address, no name, no version."""
    try:
        with engine.connect() as connection:
            return OK if is_current(connection) else "has not the shape of this version"
    except CannotMigrate:
        return "has not the shape of this version"
    except (SQLAlchemyError, sqlite3.Error, OSError):
        return "does not answer"
