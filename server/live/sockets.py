"""One open page: what it follows, what was written to it, and whether it still keeps up."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Protocol

from server.calls import Call
from server.live.frames import text_frame
from server.live.kinds import Kind
from server.live.log import Position

# Bytes waiting in front of a page before it counts as behind.
MOST_WAITING = 256 * 1024
BROKEN = 1011


class Writer(Protocol):
    """A way to a page that never blocks."""

    def write(self, frame: bytes, text: str) -> None:
        """Send one text frame; `frame` is `text`, already encoded."""

    def waiting(self) -> int:
        """Bytes not yet taken by the network."""


class TransportWriter:
    """Writes encoded frames straight to the transport."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport

    def write(self, frame: bytes, text: str) -> None:
        # uvloop raises for a transport that is gone; its handler is about to notice.
        if not self._transport.is_closing():
            self._transport.write(frame)

    def waiting(self) -> int:
        return int(self._transport.get_write_buffer_size())


class AsgiWriter:
    """The same over plain ASGI, for any server: one task a page drains what waits."""

    def __init__(self, send: Any) -> None:
        self._send = send
        self._texts: deque[str] = deque()
        self._size = 0
        self._task: asyncio.Task[None] | None = None

    def write(self, frame: bytes, text: str) -> None:
        self._texts.append(text)
        self._size += len(frame)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain())

    def waiting(self) -> int:
        return self._size

    async def _drain(self) -> None:
        with contextlib.suppress(Exception):  # the page is gone; its handler notices by itself
            while self._texts:
                text = self._texts.popleft()
                await self._send(text)
                self._size -= len(text.encode()) + 2


@dataclass(frozen=True, slots=True)
class Followed:
    """A stream as this page follows it."""

    kind: Kind
    vantage: Any
    place: str | None


@dataclass(eq=False, slots=True)
class Socket:
    """An open page. `at` is where it was brought to: what was written to it, not what was meant to be."""

    writer: Writer
    call: Call
    closing: asyncio.Future[int]
    person_id: int = 0
    person_stream: int = 0
    ends_at: float = 0.0
    followed: dict[int, Followed] = field(default_factory=dict)
    at: dict[int, Position] = field(default_factory=dict)
    behind_since: float | None = None
    catching_up: bool = False

    def offer(self, frame: bytes, text: str, now: float) -> bool:
        """Write unless the page is behind. What is not written is not queued: the log has it."""
        if self.behind_since is not None:
            return False
        if self.writer.waiting() > MOST_WAITING:
            self.behind_since = now
            return False
        try:
            self.writer.write(frame, text)
        except RuntimeError:
            # One page that cannot be written to must not cost the others theirs.
            self.close(BROKEN)
            return False
        return True

    def tell(self, text: str) -> None:
        """Write one frame for this page alone."""
        self.writer.write(text_frame(text), text)

    def close(self, code: int) -> None:
        """Ask the handler to close with that code; the first code stands."""
        if not self.closing.done():
            self.closing.set_result(code)
