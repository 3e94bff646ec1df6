"""The way to an open shared text: the socket at /texts/5/live, and the same over plain HTTP for strict networks.

A page says which number it is at and is told what it lacks. What it sends is acknowledged when it is committed, one
update at a time: whoever was not answered sends it again, which does no harm. What does not fit into a frame is posted.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from litestar import WebSocket, websocket
from litestar.connection import ASGIConnection

from server.calls import Call, Door
from server.clock import utc_now
from server.headers import is_our_origin, page_headers
from server.house import Answer, House
from server.live import watch
from server.live.channel import (
    FORBIDDEN,
    NO_DB,
    NOT_FOUND,
    SIGNED_OUT,
    TOO_MUCH,
    call_of,
    code_for,
    until_closed,
    writer_of,
)
from server.live.log import Position, positions
from server.live.texts import Locked
from server.live.texts_frames import parse_sent, verdict_frame, welcome_frame
from server.live.texts_rooms import Room, Texts, TextSocket
from server.live.texts_taking import OpenText, Since, Verdict, open_text, since, take
from server.refusals import NotYours, Refusal, SignInFirst
from server.routes import finish, page, verb
from server.settings import LARGEST_ID

MALFORMED = 1007
# Open at once by one person, who may have several pages with several texts each.
MOST_TEXTS = 120
# A frame may have 64 KB (server/app.py). What is posted is a form, of which base64 makes four thirds.
MOST_UPDATE = 700_000


def _opened(call: Call) -> OpenText:
    return open_text(call, call.given["text"])


TextDoor = Annotated[OpenText, Door(_opened)]


def number_of(call: Call, name: str) -> int:
    """A number the page was told. Raises NotYours for anything we never said."""
    given = call.query.get(name, "")
    if not given.isdecimal() or int(given) > LARGEST_ID:
        raise NotYours
    return int(given)


@page("/texts/{text:int}/changes", name="texts.changes")
def changes(call: Call, text: TextDoor) -> Answer:
    """What a socket would have said to a page at `?after=…` when it opened."""
    told = _told(call, text)
    return _answer(call, welcome_frame(told, may_write=text.right.write and not told.closed))


@verb("/texts/{text:int}/updates")
def send(call: Call, text: TextDoor) -> Answer:
    """An update that is too large for a frame, or comes from where no socket opens. Answers as a socket does."""
    try:
        update = base64.b64decode(call.sent.get("update", ("",))[0], validate=True)
    except (binascii.Error, ValueError):
        update = b""
    if len(update) > MOST_UPDATE:
        return _answer(call, verdict_frame(0, Verdict.FULL))
    locked = Locked(call.db, text.id)
    verdict = take(call, locked, update)
    if locked.has_news:
        locked.done()
    return _answer(call, verdict_frame(0, verdict))


def _told(call: Call, text: OpenText) -> Since:
    if call.query.get("epoch") != text.epoch:
        raise NotYours
    return since(call.db, text.id, number_of(call, "after"), vector=True)


def _answer(call: Call, body: bytes) -> Answer:
    headers = page_headers(call.house.settings, call.house.policy, call.nonce)
    return Answer(body, 200, headers | {"content-type": "application/octet-stream"})


@websocket("/texts/{text:int}/live", name="texts.socket")
async def text_socket(socket: WebSocket[Any, Any, Any]) -> None:
    """Accepts first and closes then, as /live does."""
    house: House = socket.app.state.house
    await socket.accept()
    asked = ASGIConnection[Any, Any, Any, Any](socket.scope)
    if not is_our_origin(house.settings, asked.headers.get("origin")):
        return await socket.close(code=FORBIDDEN)
    call = call_of(house, asked)
    names = ("after", "epoch")
    call.query = {name: value for name in names if (value := asked.query_params.get(name)) is not None}
    one = TextSocket(writer_of(socket), call)
    # What the request said is in the call now, and a page is open for hours.
    del asked, call
    socket.scope["headers"], socket.scope["state"] = [], {}
    try:
        room = await _open(house, one)
    except Exception as problem:
        return await socket.close(code=code_for(problem))
    try:
        await until_closed(socket, one, partial(_read, room))
    finally:
        house.texts.leave(one, room)
        house.hub.leave(one)


async def _open(house: House, one: TextSocket) -> Room:
    """Authorise, tell what is lacking, register; again when the others were told more meanwhile."""

    def work() -> tuple[OpenText, Since, Position]:
        with house.database.transaction(writing=False) as db:
            call = one.call = replace(one.call, db=db, memo={}, now=utc_now())
            call.viewer = house.viewer_of(call)
            _ = call.signed_in
            if call.given["text"] > LARGEST_ID:
                raise NotYours
            opened = _opened(call)
            one.person_id, one.person_stream = call.viewer.person_id, call.viewer.stream_id
            one.ends_at = call.viewer.login_ends_at.timestamp()
            return opened, _told(call, opened), positions(db, [call.viewer.stream_id])[0]

    texts: Texts = house.texts
    room: Room | None = None
    while room is None:
        async with house.hub.opening:
            opened, told, own = await house.lanes.reads.run(work)
        finish(one.call)
        one.may_write, one.again = opened.right.write, partial(_again, opened)
        if sum(other.again is not None for other in house.hub.pages_of(one.person_id)) >= MOST_TEXTS:
            one.close(TOO_MUCH)
        if not house.hub.join(one, [], own):
            continue
        if (room := texts.join(one, opened, told)) is None:
            house.hub.leave(one)
    one.call = replace(one.call, db=NO_DB, memo={}, afterwards=[], viewer=None, query={})
    one.tell_bytes(welcome_frame(told, may_write=one.may_write and not told.closed))
    return room


def _again(opened: OpenText, call: Call) -> int:
    """The code to close this socket with when its reader would not get the same right again; 0: they would."""
    try:
        same = open_text(call, opened.id).right == opened.right
    except Refusal as refusal:
        return SIGNED_OUT if isinstance(refusal, SignInFirst) else NOT_FOUND
    return 0 if same else FORBIDDEN


async def _read(room: Room, socket: WebSocket[Any, Any, Any], one: Any) -> None:
    """Takes one update after the other: whoever sends faster than we write waits, in their own network."""
    while True:
        message: Any = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        try:
            number, update = parse_sent(message.get("bytes") or b"")
        except ValueError:
            one.waiting = None
            return one.close(MALFORMED)
        # A page that is closed meanwhile has still sent it.
        verdict = await asyncio.shield(room.take(one, update))
        one.tell_bytes(verdict_frame(number, verdict))


def start(house: House) -> list[asyncio.Task[None]]:
    """The task that looks for what no wake-up told, to be cancelled at the end."""
    return [asyncio.create_task(watch.supervised(house.settings.poll, house.texts.poll))]


routes = [changes, send, text_socket]
