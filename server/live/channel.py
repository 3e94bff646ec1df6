"""The way to an open page: the socket at /live, and the same over plain HTTP at /live/frames for strict networks.

Both authorise every stream through its door, then replay what the log has since the page's positions, collapsed to the
regions touched and shown as they are now. A first visit, a hidden tab, a drop, a restart and a deploy are one path.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from litestar import WebSocket, websocket

from server.calls import Call
from server.clock import utc_now
from server.headers import is_our_origin, page_headers
from server.house import Answer, House
from server.languages import choose
from server.live import frames
from server.live.kinds import Kind
from server.live.log import Position, changes_since, parse_positions, positions
from server.live.protocol import TRANSPORT
from server.live.sockets import AsgiWriter, Followed, Socket, TransportWriter
from server.refusals import Busy, NotYours, Refusal
from server.routes import page

log = logging.getLogger("sweetspot.live")

FORBIDDEN, NOT_FOUND, TRY_AGAIN, TOO_MUCH = 4403, 4404, 1013, 1008
# A room that comes back after a restart spreads its whole-page reloads over these seconds.
SPREAD = 3.0
MOST_SOCKETS = 40
MOST_MESSAGES = 60


def authorised(call: Call, stream_ids: Sequence[int]) -> dict[int, Followed]:
    """Every stream through its door. Raises SignInFirst, NotYours."""
    _ = call.signed_in
    opened = call.house.hub.kinds.listen(call, stream_ids)
    return {id_: Followed(kind, vantage, place) for id_, (kind, vantage, place) in opened.items()}


def replayed(call: Call, since: Sequence[Position], followed: dict[int, Followed]) -> tuple[list[str], list[Position]]:
    """The frames that bring a page from `since` to now, and where that is."""
    told: list[str] = []
    reached: list[Position] = []
    for position in since:
        found = changes_since(call.db, position)
        if found is None:
            told = [frames.resync(SPREAD)]
            reached = list(positions(call.db, [each.stream_id for each in since]))
            break
        seq, regions = found
        at = replace(position, seq=seq)
        reached.append(at)
        if regions:
            told.append(_shown(call, followed[position.stream_id], at, regions))
    return told, reached


def _shown(call: Call, followed: Followed, at: Position, regions: Sequence[str]) -> str:
    kinds, language = call.house.hub.kinds, call.house.pages.languages[followed.vantage.language]
    placed = followed.kind.show(call.db, followed.vantage, at.stream_id, regions)
    shown = kinds.shown(placed, language)
    return frames.change(shown, at, None, shown.owners.get(call.viewer.person_id, ()))


def snapshot(call: Call, followed: dict[int, Followed]) -> list[str]:
    """What is not in the log and so cannot be replayed: who is here, as it is now."""
    told = []
    for stream_id, each in followed.items():
        if each.place:
            placed = each.kind.show(call.db, each.vantage, stream_id, [f"presence-{each.place}"])
            shown = call.house.hub.kinds.shown(placed, call.house.pages.languages[each.vantage.language])
            told += [frames.passing(shown)] if shown.html else []
    return told


@page("/live/frames", name="live.frames")
def live_frames(call: Call) -> Answer:
    """What a socket would have said since `?at=…`, for a page whose network refuses sockets."""
    try:
        since = parse_positions(call.query.get("at", ""))
    except ValueError:
        raise NotYours from None
    followed = authorised(call, [position.stream_id for position in since])
    told, reached = replayed(call, since, followed)
    told += [*snapshot(call, followed), frames.beat(reached, call.now)]
    headers = page_headers(call.house.settings, call.house.policy, call.nonce)
    body = f"[{','.join(told)}]".encode()
    return Answer(body, 200, headers | {"content-type": "application/json; charset=utf-8"})


@websocket("/live", name="live.socket")
async def live_socket(socket: WebSocket[Any, Any, Any]) -> None:
    """Accepts first and closes then: a refusal before the accept reaches the browser as 1006, and it would retry."""
    house: House = socket.app.state.house
    await socket.accept()
    if not is_our_origin(house.settings, socket.headers.get("origin")):
        return await socket.close(code=FORBIDDEN)
    call = _call(house, socket)
    transport = (socket.scope.get("extensions") or {}).get(TRANSPORT)
    writer = TransportWriter(transport) if transport else AsgiWriter(socket.send_text)
    one = Socket(writer, call, asyncio.get_running_loop().create_future())
    try:
        since = parse_positions(socket.query_params.get("at", ""))
        await _open(house, one, since)
    except (NotYours, ValueError):
        return await socket.close(code=NOT_FOUND)
    except Busy:
        return await socket.close(code=TRY_AGAIN)
    except Refusal:
        return await socket.close(code=FORBIDDEN)
    try:
        await _until_closed(socket, one)
    finally:
        _left(house, one)


def _call(house: House, socket: WebSocket[Any, Any, Any]) -> Call:
    headers = socket.headers
    return Call(
        house=house,
        method="GET",
        path="/live",
        given={},
        query={},
        cookies=socket.cookies,
        language=choose(None, headers.get("accept-language", ""), tuple(house.pages.languages.values())),
        client=socket.client.host if socket.client else "",
        now=utc_now(),
        accepts=headers.get("accept-language", ""),
    )


async def _open(house: House, one: Socket, since: Sequence[Position]) -> None:
    """Authorise, replay, register; again from where we are when the hub went further meanwhile."""

    def work() -> tuple[list[str], list[Position]]:
        with house.database.transaction(writing=False) as db:
            call = one.call = replace(one.call, db=db, memo={}, now=utc_now())
            call.viewer = house.viewer_of(call)
            one.followed = authorised(call, [position.stream_id for position in since])
            one.person_id, one.person_stream = call.viewer.person_id, call.viewer.stream_id
            one.ends_at = call.viewer.login_ends_at.timestamp()
            told, reached = replayed(call, since, one.followed)
            told += snapshot(call, one.followed)
            return told, [*reached, *positions(db, [call.viewer.stream_id])]

    own_stream: Position | None = None
    while True:
        # A thousand pages come back at once after a restart: they wait here, and leave the lane to everybody else.
        async with house.hub.opening:
            told, reached = await house.lanes.reads.run(work)
        own_stream = reached.pop()
        if sum(other.person_id == one.person_id for other in house.hub.sockets) >= MOST_SOCKETS:
            one.close(TOO_MUCH)
        if house.hub.join(one, {each.stream_id: each for each in (*reached, own_stream)}):
            break
        since = since if any('"resync"' in text for text in told) else reached
        for text in told:
            one.tell(text)
    for text in told:
        one.tell(text)
    one.tell(frames.beat(reached, utc_now()))
    for followed in one.followed.values():
        if followed.place:
            house.hub.presence.arrive(followed.place, one, one.person_id)


async def _until_closed(socket: WebSocket[Any, Any, Any], one: Socket) -> None:
    reading = asyncio.create_task(_read(socket, one))
    waits: set[asyncio.Future[Any]] = {reading, one.closing}
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    reading.cancel()
    if one.closing.done():
        with contextlib.suppress(Exception):
            await asyncio.wait_for(socket.close(code=one.closing.result()), 2)


async def _read(socket: WebSocket[Any, Any, Any], one: Socket) -> None:
    """Pages say nothing over their socket; who says a lot is no page of ours."""
    for _ in range(MOST_MESSAGES):
        if (await socket.receive())["type"] == "websocket.disconnect":
            return
    one.close(TOO_MUCH)


def _left(house: House, one: Socket) -> None:
    house.hub.leave(one)

    def gone() -> None:
        for followed in one.followed.values():
            if followed.place:
                house.hub.presence.leave(followed.place, one)

    # Somebody who only loads the page again has not left.
    asyncio.get_running_loop().call_later(house.settings.presence_grace, gone)


async def reauthorise(house: House, sockets: Sequence[Socket]) -> None:
    """What these people may see has changed: whoever would not get the same page again is sent away to ask for it."""

    def refused() -> list[Socket]:
        found = []
        for one in sockets:
            with house.database.transaction(writing=False) as db:
                call = replace(one.call, db=db, memo={}, now=utc_now())
                try:
                    call.viewer = house.viewer_of(call)
                    same = _vantages(authorised(call, list(one.followed))) == _vantages(one.followed)
                except Refusal:
                    same = False
                if not same:
                    found.append(one)
        return found

    for one in await house.lanes.reads.run(refused):
        one.close(FORBIDDEN)


def _vantages(followed: dict[int, Followed]) -> dict[int, tuple[Kind, Any]]:
    return {stream_id: (each.kind, each.vantage) for stream_id, each in followed.items()}
