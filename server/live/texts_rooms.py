"""The open pages of each shared text in this process: what they send is kept, and what is kept is told to all.

Nobody is told anything that is not committed. What was, is read from the database, whichever process wrote it: the
hub's wake-ups, or a poll, only say when to look. No text is held in memory; a room is its pages and how far it told.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from sqlalchemy import bindparam, select

from server.clock import utc_now
from server.db import Database, ask
from server.lanes import Lanes
from server.live.frames import binary_frame
from server.live.hub import POLL, TICK, Hub
from server.live.sockets import Socket
from server.live.texts import Locked, SharedText, TextKind
from server.live.texts_frames import news_frame, standing_frame, writing_frame
from server.live.texts_taking import OpenText, Since, Verdict, since, take
from server.refusals import NotYours

log = logging.getLogger("sweetspot.live")

NOT_FOUND, TRY_AGAIN = 4404, 1013
# Seconds after somebody's last key in which they count as writing.
WRITING = 5.0
MOST_TOGETHER = 40
PLACE = "writing-"

_TEXT: Any = SharedText.__table__  # type: ignore[attr-defined]
_NUMBERS = select(_TEXT.c.id, _TEXT.c.seq, _TEXT.c.closed).where(_TEXT.c.id.in_(bindparam("ids", expanding=True)))


@dataclass(eq=False, slots=True)
class TextSocket(Socket):
    """An open page's socket for one text."""

    # What the owner's package lets its reader do, whether it is closed or not.
    may_write: bool = False
    said: bytes = b""
    writes_until: float = 0.0

    def tell_bytes(self, data: bytes) -> None:
        """Write one frame for this page alone, whether it is behind or not."""
        self._put(binary_frame(data))


@dataclass(eq=False, slots=True)
class Sent:
    """An update that waits to be written, and whoever waits for what became of it."""

    by: TextSocket
    update: bytes
    verdict: asyncio.Future[Verdict] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Room:
    """The pages of one text. `seq` and `closed`: what they were last told."""

    def __init__(self, texts: Texts, opened: OpenText, told: Since) -> None:
        self.texts, self.opened, self.seq = texts, opened, told.seq
        self.closed: bool | None = told.closed
        self.sockets: set[TextSocket] = set()
        # Of those who write now, asked again whenever these are others: who may be named can change at any time.
        self.names: Mapping[int, str] = {}
        self._asked: frozenset[int] = frozenset()
        self._sent: list[Sent] = []
        self._writing: asyncio.Task[None] | None = None
        self._telling: asyncio.Task[None] | None = None
        self._words_changed = self._people_changed = False

    @property
    def place(self) -> str:
        return f"{PLACE}{self.opened.id}"

    async def take(self, by: TextSocket, update: bytes) -> Verdict:
        """Keep what somebody sent, together with what others send at the same time: one commit for all of it."""
        sent = Sent(by, update)
        self._sent.append(sent)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        verdict = await sent.verdict
        if verdict is Verdict.KEPT:
            self._noted(by)
        return verdict

    async def _write(self) -> None:
        try:
            while self._sent:
                batch, self._sent = self._sent[:MOST_TOGETHER], self._sent[MOST_TOGETHER:]
                try:
                    verdicts = await self.texts.lanes.writes.run(partial(self._written, batch))
                except NotYours:
                    verdicts = [Verdict.NOT_ALLOWED] * len(batch)
                except Exception as problem:
                    log.warning("a shared text was not written: %s", type(problem).__name__)
                    verdicts = [Verdict.BUSY] * len(batch)
                for sent, verdict in zip(batch, verdicts, strict=True):
                    if not sent.verdict.done():
                        sent.verdict.set_result(verdict)
        finally:
            self._writing = None

    def _written(self, batch: list[Sent]) -> list[Verdict]:
        with self.texts.database.transaction(writing=True) as db:
            locked, verdicts = Locked(db, self.opened.id), []
            for sent in batch:
                call = replace(sent.by.call, db=db, memo={}, afterwards=[], method="POST", now=utc_now())
                call.viewer = call.house.viewer_of(call)
                verdicts.append(take(call, locked, sent.update))
            if locked.has_news:
                locked.done()
            return verdicts

    def _noted(self, by: TextSocket) -> None:
        """They count as writing for a while."""
        if by not in self.sockets:
            return
        loop = asyncio.get_running_loop()
        if not by.writes_until:
            self.texts.hub.presence.arrive(self.place, by, by.person_id)
            loop.call_later(WRITING, self._still_writing, by)
        by.writes_until = loop.time() + WRITING

    def _still_writing(self, by: TextSocket) -> None:
        loop = asyncio.get_running_loop()
        if by.writes_until > loop.time() and by in self.sockets:
            loop.call_at(by.writes_until, self._still_writing, by)
        elif by.writes_until:
            self._stopped(by)

    def _stopped(self, by: TextSocket) -> None:
        by.writes_until = 0.0
        self.texts.hub.presence.leave(self.place, by)

    def join(self, one: TextSocket, told: Since) -> bool:
        """One more page, which was told that. False: the others were told more meanwhile."""
        if told.seq < self.seq:
            return False
        if told.closed is not self.closed:
            # Which of the two is older, no number tells: all are told again.
            self.closed = None
            self.words_changed()
        self.sockets.add(one)
        self.people_changed()
        return True

    def leave(self, one: TextSocket) -> None:
        """Forget a page."""
        self.sockets.discard(one)
        if one.writes_until:
            self._stopped(one)

    def words_changed(self) -> None:
        """There may be news. At once for the first, then what comes within a tick shares a frame."""
        self._words_changed = True
        self._tell()

    def people_changed(self) -> None:
        """Somebody began to write, or stopped."""
        self._people_changed = True
        self._tell()

    def _tell(self) -> None:
        if self._telling is None:
            self._telling = asyncio.create_task(self._told())

    async def _told(self) -> None:
        try:
            while self.sockets and (self._words_changed or self._people_changed):
                words, self._words_changed, self._people_changed = self._words_changed, False, False
                try:
                    await self._tell_words() if words else None
                    await self._tell_people()
                except NotYours:
                    for one in list(self.sockets):
                        one.close(NOT_FOUND)
                except Exception:
                    log.exception("telling the pages of shared text %s", self.opened.id)
                    self._words_changed = self._people_changed = True
                    await asyncio.sleep(POLL)
                await asyncio.sleep(TICK)
        finally:
            self._telling = None

    async def _tell_words(self) -> None:
        def work() -> Since:
            with self.texts.database.transaction(writing=False) as db:
                return since(db, self.opened.id, self.seq)

        news = await self.texts.lanes.reads.run(work)
        if news.seq != self.seq:
            frame = binary_frame(news_frame(news.seq, news.update))
            for one in list(self.sockets):
                # What is not written to a page that waits for something would be missing in it for good.
                one.close(TRY_AGAIN) if one.behind_since is not None else one.offer(frame)
        self.seq = news.seq
        if news.closed != self.closed:
            self.closed = news.closed
            for one in list(self.sockets):
                one.offer(binary_frame(standing_frame(may_write=one.may_write and not news.closed, closed=news.closed)))

    async def _tell_people(self) -> None:
        people = self.texts.hub.presence.people_at(self.place)
        names_of = self.opened.kind.names
        if names_of and people != self._asked:

            def work() -> Mapping[int, str]:
                with self.texts.database.transaction(writing=False) as db:
                    return names_of(db, self.opened.owner_id, sorted(people)) if people else {}

            self.names, self._asked = await self.texts.lanes.reads.run(work), people
        for one in list(self.sockets):
            others = sorted(people - {one.person_id})
            names = [self.names[other] for other in others if other in self.names]
            told = writing_frame(len(others), names)
            if told != (one.said or writing_frame(0, [])):
                one.said = told
                one.offer(binary_frame(told))


class Texts:
    """Every shared text that somebody has open in this process, and the kinds there are."""

    def __init__(self, kinds: Iterable[TextKind], hub: Hub, database: Database, lanes: Lanes) -> None:
        self.kinds = {kind.name: kind for kind in kinds}
        self.hub, self.database, self.lanes = hub, database, lanes
        self._rooms: dict[int, Room] = {}
        hub.woken_too.append(self.woken)
        hub.moved_too.append(self.came_or_went)

    def join(self, one: TextSocket, opened: OpenText, told: Since) -> Room | None:
        """The room of that text, with one more page in it, which was told that. None: ask again, others know more."""
        room = self._rooms.setdefault(opened.id, Room(self, opened, told))
        return room if room.join(one, told) else None

    def leave(self, one: TextSocket, room: Room) -> None:
        """Forget a page, and a room without pages."""
        room.leave(one)
        if not room.sockets:
            self._rooms.pop(room.opened.id, None)

    def woken(self, stream_ids: Iterable[int]) -> None:
        """The hub was told that these streams may have news."""
        woken = set(stream_ids)
        for room in self._rooms.values():
            if room.opened.stream_id in woken:
                room.words_changed()

    def came_or_went(self, place: str) -> None:
        """Who is present there has changed."""
        number = place.removeprefix(PLACE)
        if number != place and (room := self._rooms.get(int(number))):
            room.people_changed()

    async def poll(self) -> None:
        """Look what another process wrote, or a wake-up that was lost did not tell."""
        if not self._rooms:
            return
        ids = list(self._rooms)

        def work() -> dict[int, tuple[int, bool]]:
            with self.database.transaction(writing=False) as db:
                return {row.id: (row.seq, row.closed) for row in ask(db, _NUMBERS, ids=ids)}

        found = await self.lanes.reads.run(work)
        for room in list(self._rooms.values()):
            if room.opened.id in ids and found.get(room.opened.id) != (room.seq, room.closed):
                room.words_changed()
