"""uvicorn's websocket protocol, lending its transport to the hub.

A frame for a thousand pages is encoded once and written to each transport: 5.4 µs of CPU a delivery where an ASGI
`send` costs 10 (docs/decisions/0005). Under another server the extension is absent and the hub uses ASGI.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

TRANSPORT = "sweetspot.transport"
# Bytes waiting in front of a page before it counts as behind.
MOST_WAITING = 256 * 1024


class Lent:
    """A page's transport. `full` is called when more than MOST_WAITING bytes wait in it: nobody has to keep asking."""

    def __init__(self, transport: Any) -> None:
        self.transport = transport
        self.full: Callable[[], None] = lambda: None


class Inbox:
    """What uvicorn needs of an asyncio.Queue, for one reader: the five deques of a real one take 3.8 KB."""

    __slots__ = ("_items", "_waiter")

    def __init__(self) -> None:
        self._items: list[Any] = []
        self._waiter: asyncio.Future[None] | None = None

    def put_nowait(self, item: Any) -> None:
        """One more."""
        self._items.append(item)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def empty(self) -> bool:
        """Whether nothing waits."""
        return not self._items

    async def get(self) -> Any:
        """The oldest, as soon as there is one."""
        while not self._items:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self._items.pop(0)


class Open:
    """What uvicorn needs of an asyncio.Event that is mostly set: one is made only while something waits for it."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event: asyncio.Event | None = None

    def clear(self) -> None:
        """Whoever comes now waits."""
        self._event = self._event or asyncio.Event()

    def set(self) -> None:
        """Nobody waits any more."""
        if self._event is not None:
            self._event.set()
            self._event = None

    async def wait(self) -> None:
        """Until it is set."""
        while self._event is not None:
            await self._event.wait()


class LendingProtocol(WebSocketsSansIOProtocol):
    """Puts the transport into the scope's extensions; everything else is uvicorn's."""

    lent: Lent | None = None

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.queue = Inbox()  # type: ignore[assignment]
        self.writable = Open()  # type: ignore[assignment]

    async def run_asgi(self) -> None:
        """Run the application with the transport at hand."""
        self.transport.set_write_buffer_limits(high=MOST_WAITING)
        self.lent = Lent(self.transport)
        extensions: dict[str, Any] = self.scope.setdefault("extensions", {})
        extensions[TRANSPORT] = self.lent
        await super().run_asgi()

    def start_keepalive(self) -> None:
        """The page is open: what was said to open it is forgotten."""
        super().start_keepalive()
        del self.request, self.response

    def pause_writing(self) -> None:
        """The transport holds more than it should."""
        super().pause_writing()
        if self.lent:
            self.lent.full()
