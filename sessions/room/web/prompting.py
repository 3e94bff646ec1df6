"""The way from a room to leaving a prompt on its session, for advisers who do not run it: in another window, so that
nobody loses the room by it."""

from __future__ import annotations

from feedback.advice.policies import advises
from server.calls import Call
from server.pages import Piece
from sessions.room.web.doors import OpenRoom
from sessions.room.web.parts import RoomPart


def _piece(call: Call, room: OpenRoom) -> Piece | None:
    if room.runs or not advises(room.vantage):
        return None
    return Piece("room/prompting.html", {"session_id": room.slot.session.id})


prompting_part = RoomPart("prompting", ("room-prompting-",), _piece)
