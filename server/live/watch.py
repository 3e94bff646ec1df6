"""What the hub does without being woken: heartbeats, the slow poll, pages that fell behind, logins that ended.

One supervised task each: an error is noted and the watch goes on.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from server.clock import utc_now
from server.house import House
from server.live import frames
from server.live.channel import FORBIDDEN, TRY_AGAIN, replayed, snapshot
from server.live.log import Position, positions
from server.live.sockets import Socket

log = logging.getLogger("sweetspot.live")

POLL = 1.0
PATIENCE = 20.0


async def supervised(every: float, work: Callable[[], Awaitable[None]]) -> None:
    """Run `work` every so many seconds, whatever happens in it."""
    while True:
        await asyncio.sleep(every)
        try:
            await work()
        except Exception:
            log.exception("watching live pages")


async def beat(house: House) -> None:
    """Tell every page where it was brought to; pages with the same positions share the encoded frame."""
    encoded: dict[str, bytes] = {}
    now, time = utc_now(), asyncio.get_running_loop().time()
    for socket in list(house.hub.sockets):
        shown = [at for stream_id, at in socket.at.items() if stream_id != socket.person_stream]
        text = frames.beat(shown, now)
        frame = encoded.setdefault(text, b"") or frames.text_frame(text)
        encoded[text] = frame
        socket.offer(frame, text, time)
        if socket.ends_at < now.timestamp():
            socket.close(FORBIDDEN)


async def poll(house: House) -> None:
    """Read the numbers of every stream that is followed: what another process wrote, or a wake-up that was lost."""
    hub = house.hub
    followed = hub.listened()
    if not followed:
        return

    def numbers() -> tuple[Position, ...]:
        with house.database.transaction(writing=False) as db:
            return positions(db, followed)

    now = await house.lanes.reads.run(numbers)
    hub.wake(at.stream_id for at in now if hub.delivered.get(at.stream_id, at) != at)


async def catch_up(house: House) -> None:
    """A page that fell behind gets what it missed, once its network takes it again; one that never does is closed."""
    time = asyncio.get_running_loop().time()
    for socket in [socket for socket in house.hub.sockets if socket.behind_since is not None]:
        if socket.writer.waiting() == 0:
            await _brought_up(house, socket)
        elif socket.behind_since is not None and time - socket.behind_since > PATIENCE:
            socket.close(TRY_AGAIN)


async def _brought_up(house: House, socket: Socket) -> None:
    since = [at for stream_id, at in socket.at.items() if stream_id != socket.person_stream]

    def work() -> tuple[list[str], list[Position]]:
        with house.database.transaction(writing=False) as db:
            call = replace(socket.call, db=db, memo={})
            told, reached = replayed(call, since, socket.followed)
            return [*told, *snapshot(call, socket.followed)], reached

    told, reached = await house.lanes.reads.run(work)
    socket.behind_since = None
    for text in told:
        socket.tell(text)
    socket.at |= {at.stream_id: at for at in reached}


def start(house: House) -> list[asyncio.Task[None]]:
    """The watching tasks, to be cancelled at the end."""
    watches = ((house.settings.heartbeat, beat), (POLL, poll), (POLL, catch_up))
    return [asyncio.create_task(supervised(every, partial(work, house))) for every, work in watches]
