"""The composition root: the only file that imports every package."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import uvicorn
from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException

import cohorts.web
import feedback.web
import people.web
import sessions.web
from people.web.demo import public_home
from people.web.doors import viewer_of
from server.calls import Call, Reply
from server.db import Database
from server.house import House
from server.lanes import Lanes
from server.languages import languages
from server.live import channel, watch
from server.live.hub import Hub
from server.live.kinds import Kinds
from server.live.log import write_touched
from server.live.protocol import LendingProtocol
from server.mail import Postman
from server.pages import Page, Pages
from server.routes import call_from, page, respond
from server.settings import Settings
from server.static import StaticFiles, static_file
from server.turned_away import Stranger, turned_away

PACKAGES = (people.web, cohorts.web, feedback.web, sessions.web)
STATUS = {404: Stranger.NO_PAGE, 405: Stranger.NO_VERB, 413: Stranger.TOO_LARGE, 400: Stranger.UNREADABLE}


@page("/", name="home")
def home(call: Call) -> Page | Reply:
    """What Sweetspot is, for strangers; where you are, for everybody else."""
    if call.viewer is None:
        return public_home(call, cohorts.web.cast(call) if call.house.settings.demo else [])
    return cohorts.web.home(call)


def notice_of(call: Call) -> str | None:
    """The sentence for `?done=word` after a redirect."""
    notices = {word: msgid for package in PACKAGES for word, msgid in package.notices.items()}
    msgid = notices.get(call.query.get("done", ""))
    return call.text(msgid) if msgid else None


def build_house(settings: Settings) -> House:
    """One installation, wired together; nothing runs yet."""
    readers = settings.read_threads
    writers = 1 if settings.database_url.startswith("sqlite") else readers
    database = Database(
        settings.database_url, connections=readers + writers + 2, synchronous=settings.sqlite_synchronous
    )
    lanes, static = Lanes(readers=readers, writers=writers), StaticFiles()
    pages = Pages(languages(settings.test_languages), static.url, settings.fragments_kept)
    kinds = Kinds([kind for package in PACKAGES for kind in package.kinds], pages)
    hub = Hub(database, lanes, pages, kinds)
    database.before_commit.append(write_touched)
    database.after_commit.append(hub.after_commit)
    panels: dict[str, tuple[Callable[..., Any], ...]] = {
        "cohort": (*feedback.web.cohort_panels, *sessions.web.cohort_panels),
        "person renamed": (cohorts.web.person_renamed, feedback.web.author_renamed),
    }
    return House(settings, database, lanes, pages, static, hub, viewer_of, cohorts.web.reader_of, notice_of, panels)


def refuse(request: Request[Any, Any, Any], problem: Exception) -> Response[bytes]:
    """What Litestar itself turns away (no such address, no such method, too large) looks like every other refusal."""
    status = problem.status_code if isinstance(problem, HTTPException) else 500
    house: House = request.app.state.house
    answer = turned_away(call_from(house, request), STATUS.get(status, Stranger.BROKEN))
    return respond(answer, house.settings.secure)


def build(settings: Settings) -> Litestar:
    """The application for those settings. The database must be migrated."""
    house = build_house(settings)
    postman = Postman(house.database, settings)
    house.database.after_commit.append(postman.after_commit)

    @contextlib.asynccontextmanager
    async def living(app: Litestar) -> AsyncIterator[None]:
        async def reauthorise(sockets: Any) -> None:
            await channel.reauthorise(house, sockets)

        house.hub.start(reauthorise)
        watches = watch.start(house)
        postman.start()
        try:
            yield
        finally:
            for task in watches:
                task.cancel()
            await asyncio.to_thread(postman.close)
            await asyncio.to_thread(house.lanes.close)
            house.database.close()

    routes = [home, static_file, channel.live_frames, channel.live_socket]
    routes += [route for package in PACKAGES for route in package.routes]
    app = Litestar(
        routes,
        lifespan=[living],
        exception_handlers={HTTPException: refuse, Exception: refuse},
        openapi_config=None,
        logging_config=None,
    )
    app.state.house = house
    return app


def configure(app: Any, settings: Settings) -> uvicorn.Config:
    """How uvicorn runs the application."""
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        ws=LendingProtocol,
        ws_max_size=65_536,
        ws_per_message_deflate=False,
        proxy_headers=settings.behind_proxy,
        server_header=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=5,
    )


def serve(settings: Settings) -> None:
    """Serve until a signal ends it."""
    uvicorn.Server(configure(build(settings), settings)).run()
