"""What is shown of a room on a wall: large, live, without controls and without anything about a person."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from server.calls import Call
from server.live.kinds import sharing
from server.live.log import positions
from server.pages import Page
from server.routes import page
from sessions.room.web.doors import RoomDoor
from sessions.room.web.parts import room_parts
from sessions.room.web.zones import zone_known


@page("/slots/{slot:int}/room/projector")
def show(call: Call, room: RoomDoor) -> Page:
    """For a screen that is shared: whoever may be in the room may show it."""
    sharing(call.db)
    zone_known(call.db, room.slot.now)
    shown = [one for part in room_parts for one in part.projected(call, room)]
    context = {"room": room, "session": room.slot.session, "shown": shown}
    return Page("room/projector.html", context, positions(call.db, [room.now.stream_id]))


routes: list[HTTPRouteHandler] = [show]
