"""Processes wake each other through Redis: "these streams have news", and "these people are here".

Redis only wakes. What changed is read from the log, and whatever is lost here the poll of each process finds within a
second (watch.py). So nothing waits for Redis: a commit leaves the numbers of its streams and goes on, and what cannot
be sent is dropped. Who is where is told again and again, and holds for LEASE seconds (decision 0032).
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import random
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import make_url

from server.live.hub import Hub
from server.live.log import TOUCHED
from server.settings import Settings

if TYPE_CHECKING:
    from redis.asyncio import Redis

log = logging.getLogger("sweetspot.live")

# Streams that wait to be named to the others; beyond it the poll is as quick.
MOST_STREAMS = 1_000
BEAT, LEASE = 4.0, 12.0
# People who come within this time are told of together.
TOGETHER = 0.1
# How long Redis may take for anything, and how long to wait between two tries.
PATIENCE = 1.0
FIRST_WAIT, LONGEST_WAIT = 0.05, 0.8


def channel_of(settings: Settings) -> str:
    """The channel of this installation: several may share a Redis, whose database numbers do not divide channels.

    Its processes reach one database under different names of its host, so only what must be the same is in it.
    """
    url = make_url(settings.database_url)
    named = hashlib.sha256(f"{settings.origin}\n{url.database}".encode()).hexdigest()
    return f"sweetspot:{named[:24]}"


class Wakeup:
    """What this process tells the others and hears from them."""

    def __init__(self, settings: Settings, hub: Hub) -> None:
        self.node = secrets.token_hex(6)
        self.channel = channel_of(settings)
        self._url, self._hub = settings.redis_url, hub
        self._loop: asyncio.AbstractEventLoop | None = None
        self._bell = asyncio.Event()
        self._streams: set[int] = set()
        self._places: set[str] = set()
        self._asks = False
        self._all_at = 0.0
        # Whether each way works; None: nobody knows yet.
        self._working: dict[str, bool | None] = {"speaking": None, "listening": None}

    @property
    def works(self) -> bool:
        """Whether this process is heard and hears."""
        return all(self._working.values())

    def start(self) -> list[asyncio.Task[None]]:
        """The tasks that listen and tell, to be cancelled at the end; Redis need not be there. In the event loop.

        Nothing is said at the end. Who was here counts for a while: most are coming back to another process.
        """
        self._loop = asyncio.get_running_loop()
        self._hub.presence.own_changed = self._somebody_came_or_went
        works = {"speaking": self._speak, "listening": self._listen}
        tasks = [asyncio.create_task(self._supervised(name, work)) for name, work in works.items()]
        return [*tasks, asyncio.create_task(self._forget())]

    def after_commit(self, noted: Mapping[Any, Any]) -> None:
        """The listener of the database: called in a worker thread after every commit."""
        touched = noted.get(TOUCHED)
        if touched and self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._note, tuple(touched))

    def _note(self, stream_ids: Iterable[int]) -> None:
        if len(self._streams) < MOST_STREAMS:
            self._streams.update(stream_ids)
            self._bell.set()

    def _somebody_came_or_went(self, place: str) -> None:
        if not self._places:
            asyncio.get_running_loop().call_later(TOGETHER, self._bell.set)
        self._places.add(place)

    async def _supervised(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        wait = FIRST_WAIT
        while True:
            try:
                await work()
            except Exception as problem:
                if self._working[name] is not False:
                    # The address may hold a password, and the text of the error may hold the address.
                    log.warning("Redis is away (%s, %s); the poll delivers", name, type(problem).__name__)
                    wait = FIRST_WAIT
            self._working[name] = False
            await asyncio.sleep(wait * random.uniform(0.8, 1.2))
            wait = min(wait * 2, LONGEST_WAIT)

    def _connected(self) -> Redis:
        from redis.asyncio import Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        # A server that hangs is left as soon as one that is gone. Trying again is ours to do.
        times: dict[str, Any] = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE}
        client: Redis = Redis.from_url(self._url, retry=Retry(NoBackoff(), 0), protocol=2, **times)
        return client

    async def _speak(self) -> None:
        async with self._connected() as redis:
            self._all_at = 0.0
            while True:
                left = self._all_at - asyncio.get_running_loop().time()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._bell.wait(), max(left, 0))
                self._bell.clear()
                await redis.publish(self.channel, self._next())
                self._begun("speaking")

    def _next(self) -> str:
        """What waits to be told, taken; who is here in full when it is time to say it again."""
        now = asyncio.get_running_loop().time()
        told: dict[str, Any] = {"of": self.node, "woken": list(self._streams)}
        presence = self._hub.presence
        if now >= self._all_at:
            told["all"] = {place: list(people) for place, people in presence.own.items()}
            self._all_at = now + BEAT
        elif self._places:
            told["here"] = {place: list(presence.own.get(place, ())) for place in self._places}
        if self._asks:
            told["asks"] = True
        self._streams.clear()
        self._places.clear()
        self._asks = False
        return json.dumps(told)

    async def _listen(self) -> None:
        async with self._connected() as redis, redis.pubsub() as pubsub:
            await pubsub.subscribe(self.channel)
            pinged = False
            while True:
                message = await pubsub.get_message(timeout=PATIENCE)
                if message is None:
                    # Nothing is said for long times; only an answer tells a silent server from one that hangs.
                    if pinged:
                        raise TimeoutError
                    await pubsub.ping()
                elif message["type"] == "subscribe":
                    self._begun("listening")
                    self._asks = True
                    self._bell.set()
                elif message["type"] == "message":
                    self._hear(message["data"])
                pinged = message is None

    def _begun(self, name: str) -> None:
        if not self._working[name]:
            self._working[name] = True
            if self.works:
                log.info("Redis is there")

    def _hear(self, data: bytes) -> None:
        try:
            told = json.loads(data)
            if told["of"] == self.node:
                return
            woken = [int(stream_id) for stream_id in told["woken"]]
            full = "all" in told
            said = told["all"] if full else told.get("here", {})
            here = {str(place): frozenset(map(int, people)) for place, people in said.items()}
        except (ValueError, TypeError, KeyError, AttributeError):
            return log.warning("Redis said something that is not ours")
        if woken:
            self._hub.wake(woken)
        if full or here:
            until = asyncio.get_running_loop().time() + LEASE
            self._hub.presence.heard(str(told["of"]), here, until if full else None)
        if told.get("asks"):
            self._all_at = 0.0
            self._bell.set()

    async def _forget(self) -> None:
        while True:
            await asyncio.sleep(PATIENCE)
            self._hub.presence.expire(asyncio.get_running_loop().time())
