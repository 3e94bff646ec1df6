"""The composition root: the only file that imports every package."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from functools import partial
from socket import socket
from typing import Any

import uvicorn
from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException, MethodNotAllowedException

import cohorts.traces
import cohorts.web
import feedback.advice.prompts
import feedback.advice.traces
import feedback.advice.web
import feedback.rounds.traces
import feedback.rounds.web
import feedback.traces
import feedback.web
import people.traces
import people.web
import sessions.answers
import sessions.attendance
import sessions.leaders
import sessions.room.leaving
import sessions.room.rooms
import sessions.room.traces
import sessions.room.web
import sessions.sessions
import sessions.traces
import sessions.web
from cohorts.cohorts import when_people_change, with_new_cohorts
from cohorts.founding import with_new_initiatives
from cohorts.initiatives import when_saved
from cohorts.memberships import when_facilitators_change
from cohorts.web.kinds import marking
from feedback.rounds.conflicts import tell_facilitators
from feedback.threads import open_for_new
from feedback.web.kinds import shown_too
from people.web.demo import public_home
from people.web.doors import viewer_of
from server import clearing, logs
from server.calls import Call, Reply
from server.counting import new_number, number, tell, write_lines
from server.db import Database
from server.figures import Figures
from server.health import Asking, show_health, show_ready
from server.house import House
from server.job_loop import JobLoop
from server.lanes import Lanes
from server.languages import languages
from server.live import channel, texts_channel, texts_page, watch
from server.live.hub import Hub
from server.live.kinds import Kinds
from server.live.log import write_touched
from server.live.protocol import LendingProtocol
from server.live.texts import TextKind, forget_sender
from server.live.texts_rooms import Texts
from server.live.wakeup import Wakeup
from server.logs import ABOUT
from server.metrics import LEFT_EVERY, leave, show_metrics
from server.pages import Page, Pages
from server.postman import Postman
from server.reading import without_content
from server.routes import call_from, page, respond
from server.settings import Settings
from server.static import StaticFiles, static_file
from server.turned_away import Stranger, turned_away

log = logging.getLogger("sweetspot.requests")

PACKAGES = (
    *(people.web, cohorts.web, feedback.web, feedback.advice.web, feedback.rounds.web),
    *(sessions.web, sessions.room.web),
)
# What one package does or shows where another has its own part. Commands use these too, without a house.
PANELS: dict[str, tuple[Callable[..., Any], ...]] = {
    "cohort": (
        *feedback.rounds.web.cohort_panels,
        *feedback.web.cohort_panels,
        feedback.rounds.web.way_to_overview,
        feedback.advice.web.way_to_reading,
        *sessions.web.cohort_panels,
    ),
    "team": (feedback.advice.web.on_team, *feedback.rounds.web.team_panels, feedback.advice.web.way_to_board),
    "asked": feedback.rounds.web.board_panels,
    "initiative": (feedback.advice.web.on_initiative,),
    "initiative form": (feedback.advice.web.beside_form,),
    "bell": feedback.web.bells,
    "home": feedback.web.home_panels,
    "start": sessions.web.start_panels,
    "profile": (*feedback.web.profile_panels, *sessions.web.profile_panels),
    "draft kept": (feedback.web.draft_kept,),
    "draft sent": (feedback.web.draft_sent,),
    "person renamed": (
        cohorts.web.person_renamed,
        feedback.web.author_renamed,
        feedback.web.person_renamed,
        feedback.advice.traces.author_renamed,
        feedback.rounds.web.author_renamed,
        sessions.leaders.person_renamed,
        sessions.answers.person_renamed,
        sessions.attendance.person_renamed,
        sessions.room.traces.person_renamed,
    ),
    "person erased": (
        cohorts.traces.erase,
        feedback.traces.erase,
        feedback.advice.traces.erase,
        feedback.rounds.traces.erase,
        sessions.traces.erase,
        sessions.room.traces.erase,
        lambda db, leaving: forget_sender(db, leaving.person_id),
    ),
    "my data": (
        people.traces.about,
        cohorts.traces.about,
        feedback.traces.about,
        feedback.advice.traces.about,
        feedback.rounds.traces.about,
        sessions.traces.about,
        sessions.room.traces.about,
    ),
}
with_new_initiatives.append(open_for_new)
when_saved.append(feedback.advice.prompts.text_changed)
marking.append(feedback.advice.web.marks_of)
shown_too.append(feedback.advice.web.show)
with_new_cohorts += [feedback.rounds.rounds.LISTS.begin, sessions.sessions.LISTS.begin]
leave_sessions = (sessions.answers.people_changed, sessions.room.leaving.people_changed)
when_people_change += [tell_facilitators, feedback.web.people_changed, *leave_sessions]
when_facilitators_change += leave_sessions
sessions.room.rooms.when_somebody_comes.append(sessions.attendance.somebody_came)
TEXT_KINDS: list[TextKind] = [kind for package in PACKAGES for kind in getattr(package, "text_kinds", ())]
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


def build_house(settings: Settings, static: StaticFiles | None = None) -> House:
    """One installation, wired together; nothing runs yet. `static`: where they were read already."""
    readers = settings.read_threads
    writers = 1 if settings.database_url.startswith("sqlite") else readers
    database = Database(
        settings.database_url, connections=readers + writers + 2, synchronous=settings.sqlite_synchronous
    )
    lanes, static = Lanes(readers=readers, writers=writers), static or StaticFiles()
    pages = Pages(languages(settings.test_languages), static.url, settings.fragments_kept)
    kinds = Kinds([kind for package in PACKAGES for kind in package.kinds], pages)
    hub = Hub(database, lanes, pages, kinds)
    texts = Texts(TEXT_KINDS, hub, database, lanes)
    database.before_commit.append(write_touched)
    database.after_commit.append(hub.after_commit)
    wakeup = Wakeup(settings, hub) if settings.redis_url else None
    if wakeup:
        database.after_commit.append(wakeup.after_commit)
    hooks = (viewer_of, cohorts.web.reader_of, notice_of, PANELS)
    return House(settings, database, lanes, pages, static, hub, texts, *hooks, wakeup=wakeup)


def refuse(request: Request[Any, Any, Any], problem: Exception) -> Response[bytes]:
    """What Litestar itself turns away (no such address, no such method, too large) looks like every other refusal."""
    status = problem.status_code if isinstance(problem, HTTPException) else 500
    house: House = request.app.state.house
    mine = number() or new_number()
    ABOUT.set({"request": mine})
    if status not in STATUS:
        log.error("the request broke", exc_info=problem)
    answer = turned_away(call_from(house, request), STATUS.get(status, Stranger.BROKEN))
    response = respond(answer, house.settings.secure)
    if isinstance(problem, MethodNotAllowedException):
        response.headers |= problem.headers or {}
    # Its address is anything a stranger may type.
    tell(request, f"{request.method} (no route)", mine, response, 0.0)
    return response


OWN_ROUTES = (
    *(home, static_file, show_metrics, show_health, show_ready, channel.live_frames, channel.live_socket),
    *(*texts_channel.routes, *texts_page.routes),
)


@contextlib.asynccontextmanager
async def living(app: Litestar) -> AsyncIterator[None]:
    """What runs beside the requests, from before the first one until after the last."""
    house, jobs, postman = app.state.house, app.state.jobs, app.state.postman

    async def reauthorise(sockets: Any) -> None:
        await channel.reauthorise(house, sockets)

    house.hub.start(reauthorise)
    watches = [*watch.start(house), *texts_channel.start(house), *(house.wakeup.start() if house.wakeup else ())]
    watches.append(asyncio.create_task(watch.supervised(LEFT_EVERY, partial(leave, house))))
    jobs.start()
    try:
        yield
    finally:
        for task in watches:
            task.cancel()
        jobs.stop()
        await asyncio.to_thread(postman.close)
        await jobs.ended()
        await asyncio.to_thread(house.lanes.close)
        write_lines()
        house.database.close()


def furnish(
    app: Litestar, settings: Settings, figures: Figures | None = None, static: StaticFiles | None = None
) -> Litestar:
    """Put a house of those settings behind the routes of `app`, which must not be running."""
    house = build_house(settings, static)
    house.hub.figures = figures or house.hub.figures
    postman = Postman(settings)
    works = [*postman.works(), *clearing.works(settings), *(work for package in PACKAGES for work in package.works)]
    jobs = JobLoop(house.database, house.lanes, works, house)
    house.database.after_commit.append(jobs.after_commit)
    app.state.house, app.state.jobs, app.state.postman = house, jobs, postman
    app.state.asking = Asking(house.database)
    return app


def build(settings: Settings, figures: Figures | None = None) -> Litestar:
    """The application for those settings; the database must be migrated. `figures`: of one process among several."""
    app = Litestar(
        [*OWN_ROUTES, *(route for package in PACKAGES for route in package.routes)],
        lifespan=[living],
        exception_handlers={HTTPException: refuse, Exception: refuse},
        before_send=[without_content],
        openapi_config=None,
        logging_config=None,
    )
    return furnish(app, settings, figures)


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
        log_config=None,
        log_level="warning",
        timeout_graceful_shutdown=5,
    )


class Server(uvicorn.Server):
    """uvicorn's, telling when it serves."""

    def __init__(self, config: uvicorn.Config, serving: Callable[[], None]) -> None:
        super().__init__(config)
        self._serving = serving

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Listen, then tell."""
        await super().startup(sockets)
        if self.started:
            self._serving()


def serve(
    settings: Settings,
    figures: Figures | None = None,
    listening: socket | None = None,
    serving: Callable[[], None] = lambda: None,
) -> None:
    """Serve until a signal ends it; on a port that listens already, if one is given. `serving` is called then."""
    logs.configure(settings.log)
    server = Server(configure(build(settings, figures), settings), serving)
    server.run(sockets=[listening] if listening else None)
