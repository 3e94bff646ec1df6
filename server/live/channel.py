"""The way to an open page: the socket at /live, and the same over plain HTTP at /live/frames for strict networks.

Both authorise every stream through its door, then replay what the log has since the page's positions, collapsed to the
regions touched and shown as they are now. A first visit, a hidden tab, a drop, a restart and a deploy are one path.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from litestar import WebSocket, websocket
from litestar.connection import ASGIConnection

from server.calls import Call
from server.clock import utc_now
from server.db import refusal_of as refusal_for
from server.headers import is_our_origin, page_headers
from server.house import Answer, House
from server.languages import choose
from server.live import frames
from server.live.kinds import Kind
from server.live.log import Position, changes_since, parse_positions, positions
from server.live.protocol import TRANSPORT
from server.live.sockets import AsgiWriter, Followed, Socket, TransportWriter, Writer
from server.refusals import Busy, NotAllowed, NotYours, Refusal, SignInFirst
from server.routes import finish, page

log = logging.getLogger("sweetspot.live")

SIGNED_OUT, FORBIDDEN, NOT_FOUND, TRY_AGAIN, TOO_MUCH = 4401, 4403, 4404, 1013, 1008
# A room that comes back after a restart spreads its whole-page reloads over these seconds.
SPREAD = 3.0
MOST_SOCKETS = 40
MOST_MESSAGES = 60
# A call between two transactions has none.
NO_DB: Any = None


def authorised(call: Call, stream_ids: Sequence[int]) -> dict[int, Followed]:
    """Every stream through its door. Raises SignInFirst, NotYours."""
    _ = call.signed_in
    opened = call.house.hub.kinds.listen(call, stream_ids)
    return {id_: Followed(kind, vantage, place) for id_, (kind, vantage, place) in opened.items()}


def replayed(
    call: Call, since: Sequence[Position], followed: dict[int, Followed], access: str = ""
) -> tuple[list[str], list[Position]]:
    """The frames that bring a page from `since` to now, and where that is.

    `access` is the number the page was made with. When it is another by now, this reader may see other things than the
    page shows: it starts over, or, where nothing live tells whether it may still be read, is refused (NotAllowed).
    """
    if access and access != str(call.viewer.access):
        if not since:
            raise NotAllowed
        return [frames.resync(0)], list(positions(call.db, [each.stream_id for each in since]))
    told: list[str] = []
    reached: list[Position] = []
    for position, found in zip(since, changes_since(call.db, since), strict=True):
        if found is None:
            call.house.hub.figures.resyncs += 1
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
    told, reached = replayed(call, since, followed, call.query.get("access", ""))
    told += [*snapshot(call, followed), frames.beat(reached, call.now)]
    headers = page_headers(call.house.settings, call.house.policy, call.nonce)
    body = f"[{','.join(told)}]".encode()
    return Answer(body, 200, headers | {"content-type": "application/json; charset=utf-8"})


@websocket("/live", name="live.socket")
async def live_socket(socket: WebSocket[Any, Any, Any]) -> None:
    """Accepts first and closes then: a refusal before the accept reaches the browser as 1006, and it would retry."""
    house: House = socket.app.state.house
    await socket.accept()
    asked = ASGIConnection[Any, Any, Any, Any](socket.scope)
    if not is_our_origin(house.settings, asked.headers.get("origin")):
        return await socket.close(code=FORBIDDEN)
    one = Socket(writer_of(socket), call_of(house, asked))
    at = asked.query_params.get("at", "")
    # What the request said is in the call now, and a page is open for hours.
    del asked
    socket.scope["headers"], socket.scope["state"] = [], {}
    try:
        await _open(house, one, parse_positions(at))
    except Exception as problem:
        return await socket.close(code=code_for(problem))
    try:
        await until_closed(socket, one, _read)
    finally:
        _left(house, one)


def writer_of(socket: WebSocket[Any, Any, Any]) -> Writer:
    """The best way to write to that socket."""
    lent: Any = (socket.scope.get("extensions") or {}).get(TRANSPORT)
    return TransportWriter(lent) if lent else AsgiWriter(socket.send_text, socket.send_bytes)


def code_for(problem: Exception) -> int:
    """How a socket is closed that could not be opened. Raises what is a fault of ours."""
    if isinstance(problem, NotYours | ValueError):
        return NOT_FOUND
    if isinstance(problem, Refusal) and not isinstance(problem, Busy):
        return FORBIDDEN
    if isinstance(problem, Busy) or refusal_for(problem) is not None:
        return TRY_AGAIN
    raise problem


def call_of(house: House, asked: ASGIConnection[Any, Any, Any, Any]) -> Call:
    """The call that opens a socket."""
    headers = asked.headers
    return Call(
        house=house,
        method="GET",
        path=asked.url.path,
        given=asked.path_params,
        query={"access": asked.query_params.get("access", "")},
        cookies=asked.cookies,
        language=choose(None, headers.get("accept-language", ""), tuple(house.pages.languages.values())),
        client=asked.client.host if asked.client else "",
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
            told, reached = replayed(call, since, one.followed, call.query.get("access", ""))
            told += snapshot(call, one.followed)
            return told, [*reached, *positions(db, [call.viewer.stream_id])]

    own_stream: Position | None = None
    while True:
        # A thousand pages come back at once after a restart: they wait here, and leave the lane to everybody else.
        async with house.hub.opening:
            told, reached = await house.lanes.reads.run(work)
        finish(one.call)
        own_stream = reached.pop()
        if sum(other.again is None for other in house.hub.pages_of(one.person_id)) >= MOST_SOCKETS:
            one.close(TOO_MUCH)
        if house.hub.join(one, reached, own_stream):
            break
        since = since if any('"resync"' in text for text in told) else reached
        for text in told:
            one.tell(text)
    for text in told:
        one.tell(text)
    # A page is open for hours: of what opening it needed, only who asks and in which language is kept.
    one.call = replace(one.call, db=NO_DB, memo={}, afterwards=[], viewer=None, query={})
    one.tell(frames.beat(reached, utc_now()))
    for followed in one.followed.values():
        if followed.place:
            house.hub.presence.arrive(followed.place, one, one.person_id)


Read = Callable[[WebSocket[Any, Any, Any], Socket], Awaitable[None]]


async def until_closed(socket: WebSocket[Any, Any, Any], one: Socket, read: Read) -> None:
    """Waits in the task that is there anyway: one more for each page would be 2 KB (decision 0032)."""
    if one.code is None:
        one.waiting = asyncio.current_task()
        try:
            await read(socket, one)
        except asyncio.CancelledError:
            if one.code is None or one.waiting is None:
                raise
            one.waiting.uncancel()
        finally:
            one.waiting = None
    if one.code is not None:
        with contextlib.suppress(Exception):
            await asyncio.wait_for(socket.close(code=one.code), 2)


async def _read(socket: WebSocket[Any, Any, Any], one: Socket) -> None:
    """Pages say nothing over their socket; who says a lot is no page of ours."""
    for _ in range(MOST_MESSAGES):
        if (await socket.receive())["type"] == "websocket.disconnect":
            return
    one.waiting = None
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
    """What these people may see has changed: whoever would not get the same page again is sent away to ask for it.

    So is every page that shows nothing live: only asking for it again tells whether it may still be read.
    """

    def asked() -> list[tuple[Socket, int, int]]:
        found = []
        for one in sockets:
            with house.database.transaction(writing=False) as db:
                call = replace(one.call, db=db, memo={}, afterwards=[], now=utc_now())
                code = refusal_of(call, one)
                lasts = one.followed or one.again
                # A page that stays open is told the number, or it would be taken for one that is out of date.
                found.append((one, code or (0 if lasts else FORBIDDEN), call.viewer.access if not code else 0))
        return found

    for one, code, access in await house.lanes.reads.run(asked):
        if code:
            one.close(code)
        else:
            one.tell(frames.access(access))


def refusal_of(call: Call, one: Socket) -> int:
    """The code to close this page with when its reader would not get the same page again; 0: they would."""
    try:
        call.viewer = call.house.viewer_of(call)
        if one.again:
            return one.again(call)
        same = _vantages(authorised(call, list(one.followed))) == _vantages(one.followed)
    except Refusal as refusal:
        return SIGNED_OUT if isinstance(refusal, SignInFirst) else FORBIDDEN
    return 0 if same else FORBIDDEN


def _vantages(followed: dict[int, Followed]) -> dict[int, tuple[Kind, Any]]:
    return {stream_id: (each.kind, each.vantage) for stream_id, each in followed.items()}
