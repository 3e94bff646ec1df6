"""The two streams of a room: what everybody in it sees, and what those who run it see beyond that."""

from __future__ import annotations

from collections.abc import Sequence

from cohorts.policies import Vantage
from server.calls import Call
from server.clock import utc_now
from server.db import Db
from server.live.kinds import Kind, Placed, shared
from server.pages import Fragment
from server.refusals import NotYours
from sessions.room import rooms
from sessions.room.rooms import ROOM, RoomFacts
from sessions.room.web import presence
from sessions.room.web.doors import room_of_stream
from sessions.room.web.parts import room_parts
from sessions.room.web.presence import Watching

# A thousand who vote at once are counted some seven times a second on every screen: nobody reads faster.
TICK = 0.15


def _listen(call: Call, stream_id: int) -> Watching:
    room = call.once(("room of", stream_id), lambda: room_of_stream(call, "stream_id", stream_id))
    return Watching(room.vantage, call.house.hub.presence)


def _present(call: Call, stream_id: int) -> str:
    return presence.place(call.once(("room of", stream_id), lambda: room_of_stream(call, "stream_id", stream_id)).id)


def _listen_to_run(call: Call, stream_id: int) -> Vantage:
    room = room_of_stream(call, "run_stream_id", stream_id)
    if not room.runs:
        raise NotYours
    return room.vantage


def _show(db: Db, watching: Watching, stream_id: int, regions: Sequence[str]) -> list[Placed]:
    found = shared(db, ("room", stream_id), lambda: rooms.read(db, ROOM.c.stream_id == stream_id))
    now = utc_now()
    parts = [
        placed
        for room in found
        for part in room_parts
        if (mine := part.of(regions))
        for placed in part.placed(db, watching.vantage, room, mine, now)
    ]
    here = [room for room in found if f"presence-{presence.place(room.slot_id)}" in regions]
    parts += [presence.placed(db, watching, room.slot_id) for room in here]
    return parts + [_anew(room) for room in found if f"room-{room.slot_id}" in regions]


def _anew(room: RoomFacts) -> Placed:
    """The room is open or over now: every form in it comes or goes, so that its pages are fetched again. The region
    stands on none of them."""
    shown = Fragment("room/_anew.html", room.version, f"room-anew-{room.slot_id}")
    return Placed(shown.dom_id, shown)


def _show_run(db: Db, vantage: Vantage, stream_id: int, regions: Sequence[str]) -> list[Placed]:
    found = shared(db, ("room run", stream_id), lambda: rooms.read(db, ROOM.c.run_stream_id == stream_id))
    now = utc_now()
    return [
        placed
        for room in found
        for part in room_parts
        if (mine := part.of(regions))
        for placed in part.placed_run(db, vantage, room, mine, now)
    ]


kinds = [Kind("room", _listen, _show, _present, tick=TICK), Kind("room run", _listen_to_run, _show_run)]
