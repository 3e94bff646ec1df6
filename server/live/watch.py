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
from server.live.channel import FORBIDDEN, TRY_AGAIN, refusal_of, replayed, snapshot
from server.live.log import Position, positions
from server.live.sockets import Socket

log = logging.getLogger("sweetspot.live")

BEHIND = 1.0
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
    encoded: dict[tuple[Position, ...], bytes] = {}
    now = utc_now()
    for socket in list(house.hub.sockets):
        reached = tuple(house.hub.groups.reached(socket))
        if reached not in encoded:
            encoded[reached] = frames.text_frame(frames.beat(reached, now))
        socket.offer(encoded[reached])
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
    hub.wake(at.stream_id for at in now if hub.groups.delivered.get(at.stream_id, at) != at)


async def catch_up(house: House) -> None:
    """A page that fell behind gets what it missed, once its network takes it again; one that never does is closed."""
    time = asyncio.get_running_loop().time()
    for socket in list(house.hub.behind):
        if socket.writer.waiting() == 0:
            await _brought_up(house, socket)
        elif socket.behind_since is not None and time - socket.behind_since > PATIENCE:
            house.hub.figures.closed_slow += 1
            socket.close(TRY_AGAIN)


async def _brought_up(house: House, socket: Socket) -> None:
    since = house.hub.groups.reached(socket)

    def work() -> tuple[list[str], list[Position], int]:
        with house.database.transaction(writing=False) as db:
            call = replace(socket.call, db=db, memo={}, afterwards=[], now=utc_now())
            # Pages are also held while what their readers may see is looked up; whoever comes first must ask.
            if code := refusal_of(call, socket):
                return [], [], code
            told, reached = replayed(call, since, socket.followed)
            return [*told, *snapshot(call, socket.followed)], reached, 0

    told, reached, refused = await house.lanes.reads.run(work)
    if refused:
        return socket.close(refused)
    for text in told:
        socket.tell(text)
    house.hub.caught_up(socket, reached)


def start(house: House) -> list[asyncio.Task[None]]:
    """The watching tasks, to be cancelled at the end."""
    watches = ((house.settings.heartbeat, beat), (house.settings.poll, poll), (BEHIND, catch_up))
    return [asyncio.create_task(supervised(every, partial(work, house))) for every, work in watches]
