"""A port that speaks TLS before a server that cannot: the wheel's Valkey was built without it."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.house import PATIENCE


@contextmanager
def tls_front(behind: Path, context: ssl.SSLContext) -> Iterator[int]:
    """The port of 127.0.0.1 that leads to the socket at `behind`, for the length of the block."""
    loop = asyncio.new_event_loop()
    open_now: set[asyncio.Task[None]] = set()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while some := await reader.read(65_536):
                writer.write(some)
                await writer.drain()
        writer.close()

    async def arrived(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(str(behind))
        for one in (pump(reader, back), pump(there, writer)):
            task = loop.create_task(one)
            open_now.add(task)
            task.add_done_callback(open_now.discard)

    server = loop.run_until_complete(asyncio.start_server(arrived, "127.0.0.1", 0, ssl=context))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def end() -> None:
        server.close()
        for task in open_now:
            task.cancel()
        await asyncio.gather(*open_now, return_exceptions=True)

    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        asyncio.run_coroutine_threadsafe(end(), loop).result(PATIENCE)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)
        loop.close()
