"""The hub: shows what changed to whoever is looking.

It is woken after commits and reads the log, so a lost wake-up costs time and never data. Each touched region is
rendered as it is now, once for each vantage that listens, and the frame is encoded once and written to every page of
that vantage. Everything here runs in the event loop but the reading and rendering, which are worker calls.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from server.db import Database
from server.lanes import Lanes
from server.live import frames
from server.live.kinds import Kind, Kinds, Shown
from server.live.log import TOUCHED, Position, changes_since, positions
from server.live.presence import Presence
from server.live.sockets import Socket
from server.pages import Pages

log = logging.getLogger("sweetspot.live")

TICK = 0.05
POLL = 1.0
RESTART = 1012
# Pages that are opening at the same time.
OPENING = 8


@dataclass(frozen=True, slots=True)
class News:
    """What a delivery found: where the stream is now, and the regions for each vantage. None: start over."""

    at: Position | None
    shown: Mapping[Any, Shown]


class Hub:
    """Who listens to what in this process, and the way from a commit to their pages."""

    def __init__(self, database: Database, lanes: Lanes, pages: Pages, kinds: Kinds) -> None:
        self.kinds = kinds
        self.presence = Presence(self._presence_changed)
        self.sockets: set[Socket] = set()
        self.delivered: dict[int, Position] = {}
        self.opening = asyncio.Semaphore(OPENING)
        self._database, self._lanes, self._pages = database, lanes, pages
        self._listeners: dict[int, dict[Any, set[Socket]]] = {}
        self._persons: dict[int, set[Socket]] = {}
        self._dirty: set[int] = set()
        self._passing: dict[int, set[str]] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._reauthorise: Any = None

    def start(self, reauthorise: Any) -> None:
        """Bind to the running loop. `reauthorise(sockets)` is called when what those people may see has changed."""
        self._loop = asyncio.get_running_loop()
        self._reauthorise = reauthorise

    def after_commit(self, noted: Mapping[Any, Any]) -> None:
        """The listener of the database: called in a worker thread after every commit."""
        touched = noted.get(TOUCHED)
        if touched and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.wake, tuple(touched))

    def wake(self, stream_ids: Iterable[int]) -> None:
        """Streams may have news. At once for the first, then what comes within a tick shares a frame."""
        for stream_id in stream_ids:
            if stream_id in self.delivered and stream_id not in self._dirty:
                self._dirty.add(stream_id)
                if stream_id not in self._tasks:
                    self._tasks[stream_id] = asyncio.create_task(self._serve(stream_id))

    def listened(self) -> list[int]:
        """The streams somebody follows, persons included."""
        return list(self.delivered)

    async def _serve(self, stream_id: int) -> None:
        try:
            while stream_id in self._dirty:
                self._dirty.discard(stream_id)
                try:
                    await self._deliver(stream_id)
                except Exception:
                    log.exception("delivering stream %s", stream_id)
                    self._dirty.add(stream_id)
                    await asyncio.sleep(POLL)
                await asyncio.sleep(TICK)
        finally:
            self._tasks.pop(stream_id, None)

    async def _deliver(self, stream_id: int) -> None:
        since = self.delivered.get(stream_id)
        if since is None:
            return
        if stream_id in self._persons:
            await self._person_changed(stream_id, since)
            return
        passing = self._passing.pop(stream_id, set())
        news = await self._lanes.reads.run(partial(self._news, stream_id, since, self._vantages(stream_id)))
        # A vantage that joined while we rendered is rendered too, before anything is written.
        while missing := self._vantages(stream_id).keys() - news.shown.keys():
            if news.at is None:
                break
            kinds = {vantage: kind for vantage, kind in self._vantages(stream_id).items() if vantage in missing}
            more = await self._lanes.reads.run(partial(self._news, stream_id, since, kinds))
            # The earlier position stays: what came between is delivered again to all, and does no harm.
            news = News(None if more.at is None else news.at, {**news.shown, **more.shown})
        self._write(stream_id, since, news)
        if passing:
            await self._deliver_passing(stream_id, passing)

    def _vantages(self, stream_id: int) -> dict[Any, Kind]:
        listeners = self._listeners.get(stream_id, {})
        return {vantage: next(iter(s)).followed[stream_id].kind for vantage, s in listeners.items() if s}

    def _news(self, stream_id: int, since: Position, kinds: Mapping[Any, Kind]) -> News:
        with self._database.transaction(writing=False) as db:
            found = changes_since(db, since)
            if found is None:
                return News(None, dict.fromkeys(kinds, Shown("")))
            seq, regions = found
            at = Position(stream_id, since.epoch, seq)
            if not regions:
                return News(at, dict.fromkeys(kinds, Shown("")))
            return News(at, {v: self._shown(kind.show(db, v, stream_id, regions), v) for v, kind in kinds.items()})

    def _shown(self, placed: Any, vantage: Any) -> Shown:
        return self.kinds.shown(placed, self._pages.languages[vantage.language])

    def _write(self, stream_id: int, since: Position, news: News) -> None:
        listeners = self._listeners.get(stream_id, {})
        if news.at is None:
            # The log began anew. A page that comes back is told to start over; see channel.py.
            for socket in [socket for sockets in listeners.values() for socket in sockets]:
                socket.close(RESTART)
            return
        if news.at.seq == since.seq:
            return
        self.delivered[stream_id] = news.at
        for vantage, shown in news.shown.items():
            self._spread(listeners.get(vantage, ()), shown, news.at, since)

    def _spread(self, sockets: Iterable[Socket], shown: Shown, at: Position, since: Position) -> None:
        """The same bytes to every page of a vantage. This loop is what a room of a thousand waits for."""
        text = frames.change(shown, at, since)
        frame, now = frames.text_frame(text), asyncio.get_running_loop().time()
        stream_id, seq, owners = at.stream_id, at.seq, shown.owners
        for socket in sockets:
            if socket.at[stream_id].seq >= seq:
                continue
            if owners and (own := owners.get(socket.person_id)):
                personal = frames.change(shown, at, since, own)
                written = socket.offer(frames.text_frame(personal), personal, now)
            else:
                written = socket.offer(frame, text, now)
            if written:
                socket.at[stream_id] = at

    def _tell_all(self, listeners: Mapping[Any, set[Socket]], text: str) -> None:
        frame = frames.text_frame(text)
        now = asyncio.get_running_loop().time()
        for sockets in listeners.values():
            for socket in sockets:
                socket.offer(frame, text, now)

    async def _deliver_passing(self, stream_id: int, regions: set[str]) -> None:
        kinds = self._vantages(stream_id)

        def shown() -> dict[Any, Shown]:
            with self._database.transaction(writing=False) as db:
                return {v: self._shown(k.show(db, v, stream_id, sorted(regions)), v) for v, k in kinds.items()}

        for vantage, what in (await self._lanes.reads.run(shown)).items():
            if what.html:
                listeners = self._listeners.get(stream_id, {})
                self._tell_all({vantage: listeners.get(vantage, set())}, frames.passing(what))

    def _presence_changed(self, place: str) -> None:
        for stream_id, listeners in self._listeners.items():
            if any(s.followed[stream_id].place == place for sockets in listeners.values() for s in sockets):
                self._passing.setdefault(stream_id, set()).add(f"presence-{place}")
                self.wake([stream_id])

    async def _person_changed(self, stream_id: int, since: Position) -> None:
        def now() -> Position | None:
            with self._database.transaction(writing=False) as db:
                return next(iter(positions(db, [stream_id])), None)

        at = await self._lanes.reads.run(now)
        if at is None or at != since:
            if at is not None:
                self.delivered[stream_id] = at
            await self._reauthorise(list(self._persons.get(stream_id, ())))

    def join(self, socket: Socket, reached: Mapping[int, Position]) -> bool:
        """Register a page brought to `reached`. False: the hub has meanwhile gone further; catch up and try again."""
        for stream_id, at in reached.items():
            delivered = self.delivered.get(stream_id)
            if delivered is not None and (delivered.epoch != at.epoch or delivered.seq > at.seq):
                return False
        for stream_id, at in reached.items():
            self.delivered.setdefault(stream_id, at)
            if stream_id == socket.person_stream:
                self._persons.setdefault(stream_id, set()).add(socket)
                continue
            followed = socket.followed[stream_id]
            self._listeners.setdefault(stream_id, {}).setdefault(followed.vantage, set()).add(socket)
        socket.at = dict(reached)
        self.sockets.add(socket)
        return True

    def leave(self, socket: Socket) -> None:
        """Forget a page; a stream nobody follows any more is forgotten with it."""
        self.sockets.discard(socket)
        for stream_id, followed in socket.followed.items():
            listeners = self._listeners.get(stream_id, {})
            listeners.get(followed.vantage, set()).discard(socket)
            if not listeners.get(followed.vantage):
                listeners.pop(followed.vantage, None)
            if not listeners:
                self._listeners.pop(stream_id, None)
                self.delivered.pop(stream_id, None)
        own = self._persons.get(socket.person_stream, set())
        own.discard(socket)
        if not own:
            self._persons.pop(socket.person_stream, None)
            self.delivered.pop(socket.person_stream, None)
