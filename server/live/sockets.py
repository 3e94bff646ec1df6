"""One open page: what it follows, how it is written to, and whether it still keeps up."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from server.calls import Call
from server.live.frames import BINARY, bytes_in, text_frame, text_in
from server.live.kinds import Kind
from server.live.protocol import MOST_WAITING, Lent

BROKEN = 1011

Write = Callable[[bytes], None]


class Writer(Protocol):
    """A way to a page that never blocks. `write` sends one encoded text frame; RuntimeError: the page is gone."""

    write: Write

    def when_full(self, full: Callable[[], None]) -> None:
        """Call `full` whenever more than MOST_WAITING bytes wait."""

    def waiting(self) -> int:
        """Bytes not yet taken by the network."""


class TransportWriter:
    """Writes encoded frames straight to the transport."""

    def __init__(self, lent: Lent) -> None:
        # The transport's own method, with nothing of ours around it: this is called once a page for every change.
        self.write: Write = lent.transport.write
        self._lent = lent

    def when_full(self, full: Callable[[], None]) -> None:
        self._lent.full = full

    def waiting(self) -> int:
        return int(self._lent.transport.get_write_buffer_size())


class AsgiWriter:
    """The same over plain ASGI, for any server: one task a page drains what waits."""

    def __init__(self, send_text: Any, send_bytes: Any) -> None:
        self.write: Write = self._put
        self._send_text, self._send_bytes = send_text, send_bytes
        self._frames: deque[bytes] = deque()
        self._size = 0
        self._task: asyncio.Task[None] | None = None
        self._full: Callable[[], None] = lambda: None

    def when_full(self, full: Callable[[], None]) -> None:
        self._full = full

    def waiting(self) -> int:
        return self._size

    def _put(self, frame: bytes) -> None:
        self._frames.append(frame)
        self._size += len(frame)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain())
        if self._size > MOST_WAITING:
            self._full()

    async def _drain(self) -> None:
        with contextlib.suppress(Exception):  # the page is gone; its handler notices by itself
            while self._frames:
                frame = self._frames.popleft()
                if frame[0] == BINARY:
                    await self._send_bytes(bytes_in(frame))
                else:
                    await self._send_text(text_in(frame))
                self._size -= len(frame)


@dataclass(frozen=True, slots=True)
class Followed:
    """A stream as this page follows it."""

    kind: Kind
    vantage: Any
    place: str | None


@dataclass(eq=False, slots=True)
class Socket:
    """An open page. Where it was brought to is known by the groups it is in (groups.py)."""

    writer: Writer
    call: Call
    person_id: int = 0
    person_stream: int = 0
    ends_at: float = 0.0
    followed: dict[int, Followed] = field(default_factory=dict)
    behind_since: float | None = None
    # The code to close with, and who waits until then.
    code: int | None = None
    waiting: asyncio.Task[Any] | None = None
    # For a socket that follows something other than streams: the code to close it with now, or 0.
    again: Callable[[Call], int] | None = None

    def offer(self, frame: bytes) -> None:
        """Write one encoded frame, unless the page is behind: what is not written then is not queued either."""
        if self.behind_since is None:
            self._put(frame)

    def tell(self, text: str) -> None:
        """Write one frame for this page alone."""
        self._put(text_frame(text))

    def _put(self, frame: bytes) -> None:
        try:
            self.writer.write(frame)
        except RuntimeError:
            # uvloop raises for a transport that is gone. One such page must not cost the others theirs.
            self.close(BROKEN)

    def close(self, code: int) -> None:
        """Ask the handler to close with that code; the first code stands."""
        if self.code is None:
            self.code = code
            if self.waiting is not None:
                self.waiting.cancel()
