"""The hub: shows what changed to whoever is looking.

It is woken after commits and reads the log, so a lost wake-up costs time and never data. Each touched region is
rendered as it is now, once for each vantage that listens, and the frame is encoded once and written to every page of
that vantage. Everything here runs in the event loop but the reading and rendering, which are worker calls.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from time import perf_counter
from typing import Any

from server.db import Database
from server.figures import Figures
from server.lanes import Lanes
from server.live import frames
from server.live.groups import Groups
from server.live.kinds import Kind, Kinds, Shown
from server.live.log import TOUCHED, Position, positions
from server.live.news import News, Wanted, news_of
from server.live.presence import Presence
from server.live.protocol import MOST_WAITING
from server.live.sockets import Socket
from server.pages import Pages

log = logging.getLogger("sweetspot.live")

TICK = 0.05
POLL = 1.0
# Personal streams wait no longer for a room in which there is always something new.
LATEST = 0.5
RESTART = 1012
# Pages that are opening at the same time.
OPENING = 8


class Hub:
    """Who listens to what in this process, and the way from a commit to their pages."""

    def __init__(self, database: Database, lanes: Lanes, pages: Pages, kinds: Kinds) -> None:
        self.kinds = kinds
        self.presence = Presence(self._presence_changed)
        self.sockets: set[Socket] = set()
        self.behind: set[Socket] = set()
        self.groups = Groups()
        self.figures = Figures()
        self.opening = asyncio.Semaphore(OPENING)
        # Who else is told which streams were woken, and at which places people came or went.
        self.woken_too: list[Callable[[Iterable[int]], None]] = []
        self.moved_too: list[Callable[[str], None]] = []
        self._database, self._lanes, self._pages = database, lanes, pages
        # The stream of a person to that person, and a person to their pages.
        self._persons: dict[int, int] = {}
        self._pages_of: dict[int, set[Socket]] = {}
        self._dirty: set[int] = set()
        self._passing: dict[int, set[str]] = {}
        # When the first commit was made that a stream has not delivered yet.
        self._committed: dict[int, float] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        # Personal streams that may have news, and what was woken with them and goes ahead.
        self._later, self._ahead = set[int](), set[int]()
        self._last: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._reauthorise: Any = None

    def start(self, reauthorise: Any) -> None:
        """Bind to the running loop. `reauthorise(sockets)` is called when what those people may see has changed."""
        self._loop = self.presence.loop = asyncio.get_running_loop()
        self._reauthorise = reauthorise

    def after_commit(self, noted: Mapping[Any, Any]) -> None:
        """The listener of the database: called in a worker thread after every commit."""
        touched = noted.get(TOUCHED)
        if touched and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._woken, tuple(touched), perf_counter())

    def _woken(self, stream_ids: Iterable[int], committed: float) -> None:
        for stream_id in stream_ids:
            if stream_id in self.groups.delivered:
                self._committed.setdefault(stream_id, committed)
        self.wake(stream_ids)

    def wake(self, stream_ids: Iterable[int]) -> None:
        """Streams may have news. At once for the first, then what comes within a tick shares a frame. Personal ones
        follow a tick later, together: a comment that thirty people are told of is shown to all before."""
        stream_ids = list(stream_ids)
        for act in self.woken_too:
            act(stream_ids)
        for stream_id in stream_ids:
            # What is said after somebody was sent away must not reach them while we look who that was.
            if stream_id in self._persons:
                for socket in list(self.pages_of(self._persons[stream_id])):
                    self.hold(socket)
            if self.groups.is_personal(stream_id):
                self._later.add(stream_id)
            else:
                self._look(stream_id)
        if self._later:
            self._ahead.update(stream_ids)
            if self._last is None or self._last.done():
                self._last = asyncio.create_task(self._serve_later())

    def _look(self, stream_id: int) -> None:
        if stream_id in self.groups.delivered and stream_id not in self._dirty:
            self._dirty.add(stream_id)
            if stream_id not in self._tasks:
                self._tasks[stream_id] = asyncio.create_task(self._serve(stream_id))

    def listened(self) -> list[int]:
        """The streams somebody follows, persons included."""
        return list(self.groups.delivered)

    def pages_of(self, person_id: int) -> Collection[Socket]:
        """The open pages of a person."""
        return self._pages_of.get(person_id, frozenset())

    async def _serve(self, stream_id: int) -> None:
        try:
            while stream_id in self._dirty:
                self._dirty.discard(stream_id)
                try:
                    if stream_id in self._persons:
                        await self._person_changed(stream_id)
                    else:
                        await self._deliver([stream_id])
                except Exception:
                    log.exception("delivering stream %s", stream_id)
                    self._dirty.add(stream_id)
                    await asyncio.sleep(POLL)
                await asyncio.sleep(max((kind.tick for kind in self._vantages(stream_id).values()), default=TICK))
        finally:
            self._tasks.pop(stream_id, None)
            self._committed.pop(stream_id, None)

    async def _serve_later(self) -> None:
        while self._later:
            await asyncio.sleep(TICK)
            if ahead := [task for id_, task in self._tasks.items() if id_ in self._ahead]:
                await asyncio.wait(ahead, timeout=LATEST)
            stream_ids, self._later, self._ahead = sorted(self._later), set(), set()
            try:
                await self._deliver(stream_ids)
            except Exception:
                log.exception("delivering %s personal streams", len(stream_ids))
                # One that fails must not keep the others from theirs: each is tried alone.
                for stream_id in stream_ids:
                    self._look(stream_id)

    async def _deliver(self, stream_ids: Iterable[int]) -> None:
        since = [at for id_ in stream_ids if (at := self.groups.delivered.get(id_))]
        found: dict[Position, News] = {}
        # A vantage that joined while we rendered is rendered too, before anything is written.
        while wanted := {at: kinds for at in since if (kinds := self._missing(at, found.get(at)))}:
            for at, news in (await self._lanes.reads.run(partial(self._news, wanted))).items():
                found[at] = found[at].joined(news) if at in found else news
        for at, news in found.items():
            self._write(at.stream_id, at, news)
        for at in since:
            if passing := self._passing.pop(at.stream_id, None):
                try:
                    await self._deliver_passing(at.stream_id, passing)
                except Exception:
                    # No log has it: what is lost here would be wrong until it changes again.
                    self._passing.setdefault(at.stream_id, set()).update(passing)
                    raise

    def _missing(self, since: Position, found: News | None) -> dict[Any, Kind]:
        if found is not None and found.at is None:
            return {}
        vantages = self._vantages(since.stream_id)
        return {vantage: kind for vantage, kind in vantages.items() if found is None or vantage not in found.shown}

    def _vantages(self, stream_id: int) -> dict[Any, Kind]:
        return {vantage: group.kind for vantage, group in self.groups.of(stream_id).items()}

    def _news(self, wanted: Wanted) -> dict[Position, News]:
        with self._database.transaction(writing=False) as db:
            return news_of(db, wanted, self._shown)

    def _shown(self, placed: Any, vantage: Any) -> Shown:
        return self.kinds.shown(placed, self._pages.languages[vantage.language])

    def _write(self, stream_id: int, since: Position, news: News) -> None:
        groups, committed = self.groups.of(stream_id), self._committed.pop(stream_id, None)
        if news.at is None:
            # The log began anew. A page that comes back is told to start over; see channel.py.
            for socket in [socket for group in groups.values() for socket in group]:
                socket.close(RESTART)
            return
        if news.at.seq == since.seq:
            return
        self.groups.delivered[stream_id] = news.at
        for vantage, shown in news.shown.items():
            if group := groups.get(vantage):
                group.gather(news.at)
                self.figures.deliveries += len(group.together)
                group.write(frames.text_frame(frames.change(shown, news.at, since)), self._own(shown, news.at, since))
        if committed is not None:
            self.figures.lag.note(perf_counter() - committed)

    def _own(self, shown: Shown, at: Position, since: Position) -> dict[Socket, bytes]:
        """The same news for the pages of those who did it."""
        own: dict[Socket, bytes] = {}
        for person_id, dom_ids in shown.owners.items():
            if pages := self.pages_of(person_id):
                own |= dict.fromkeys(pages, frames.text_frame(frames.change(shown, at, since, dom_ids)))
        return own

    async def _deliver_passing(self, stream_id: int, regions: set[str]) -> None:
        kinds = self._vantages(stream_id)

        def shown() -> dict[Any, Shown]:
            with self._database.transaction(writing=False) as db:
                return {v: self._shown(k.show(db, v, stream_id, sorted(regions)), v) for v, k in kinds.items()}

        for vantage, what in (await self._lanes.reads.run(shown)).items():
            if what.html:
                self._tell_all(self.groups.of(stream_id).get(vantage, ()), frames.passing(what))

    @staticmethod
    def _tell_all(sockets: Iterable[Socket], text: str) -> None:
        frame = frames.text_frame(text)
        for socket in list(sockets):
            socket.offer(frame)

    def _presence_changed(self, place: str) -> None:
        for act in self.moved_too:
            act(place)
        for stream_id in list(self.groups.streams()):
            groups = self.groups.of(stream_id).values()
            if any(socket.followed[stream_id].place == place for group in groups for socket in group):
                self._passing.setdefault(stream_id, set()).add(f"presence-{place}")
                self.wake([stream_id])

    async def _person_changed(self, stream_id: int) -> None:
        since = self.groups.delivered.get(stream_id)

        def now() -> Position | None:
            with self._database.transaction(writing=False) as db:
                return next(iter(positions(db, [stream_id])), None)

        if since and (at := await self._lanes.reads.run(now)) != since:
            if at is not None:
                self.groups.delivered[stream_id] = at
            await self._reauthorise(list(self.pages_of(self._persons.get(stream_id, 0))))

    def join(self, socket: Socket, reached: Collection[Position], own: Position) -> bool:
        """Register a page brought to `reached`, and its person's stream to `own`.

        False: the hub has meanwhile gone further; catch up and try again.
        """
        if self.groups.is_passed([*reached, own]):
            return False
        self.groups.put(socket, reached)
        self.groups.delivered.setdefault(own.stream_id, own)
        self._persons[own.stream_id] = socket.person_id
        self._pages_of.setdefault(socket.person_id, set()).add(socket)
        self.sockets.add(socket)
        socket.writer.when_full(partial(self.fell_behind, socket))
        if socket.writer.waiting() > MOST_WAITING:
            self.fell_behind(socket)
        return True

    def leave(self, socket: Socket) -> None:
        """Forget a page."""
        self.sockets.discard(socket)
        self.behind.discard(socket)
        self.groups.take(socket)
        pages = self._pages_of.get(socket.person_id, set())
        pages.discard(socket)
        if not pages:
            self._pages_of.pop(socket.person_id, None)
            self._persons.pop(socket.person_stream, None)
            self.groups.delivered.pop(socket.person_stream, None)

    def fell_behind(self, socket: Socket) -> None:
        """A page does not take what is written to it. Nothing more is: the log has it (watch.py)."""
        if socket in self.sockets and socket.behind_since is None:
            self.figures.slow += 1
            self.hold(socket)

    def hold(self, socket: Socket) -> None:
        """Write nothing more to a page until it is brought up again, which asks anew what its reader may see."""
        if socket in self.sockets and socket.behind_since is None:
            socket.behind_since = asyncio.get_running_loop().time()
            self.behind.add(socket)
            self.groups.part(socket)

    def caught_up(self, socket: Socket, reached: Collection[Position]) -> None:
        """A page that was behind was told everything until `reached`; when the hub is further, it still is behind."""
        if socket not in self.sockets:
            return
        self.groups.move(socket, reached)
        if not self.groups.is_passed(reached) and socket.writer.waiting() <= MOST_WAITING:
            socket.behind_since = None
            self.behind.discard(socket)
