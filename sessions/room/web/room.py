"""The room's page, and the way in."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from cohorts.identity import stricter
from people.web.forms import errors_of
from server.calls import Call, Reply
from server.languages import N_
from server.live.kinds import sharing
from server.live.log import positions
from server.pages import Encoded, Page
from server.refusals import NotAllowed
from server.routes import page, verb
from sessions.room import groups, rooms
from sessions.room.ending import closed_by_itself
from sessions.room.policies import LATE, is_open
from sessions.room.rooms import RoomFacts
from sessions.room.web import light
from sessions.room.web.doors import Entrance, EntranceDoor, OpenRoom, RunRoomDoor, room_behind
from sessions.room.web.keeping import html_of
from sessions.room.web.parts import room_parts
from sessions.room.web.presence import place
from sessions.room.web.zones import zone_known
from sessions.web.words import RULE

OVER = N_("This session is over, so nobody can go in any more. What was said in its room can still be read.")


def room_page(call: Call, room: OpenRoom) -> Page:
    """Everything that happens in a room, part by part."""
    sharing(call.db)
    zone_known(call.db, room.slot.now)
    parts = [(part, html) for part in room_parts if (html := html_of(call, room, part)) is not None]
    slow = light.is_light(call)
    if slow and room.is_open:
        call.house.hub.presence.visited(place(room.id), call.signed_in.person_id, light.STAYS)
    made = light.lightened if slow else Encoded
    streams = (room.now.stream_id, *((room.now.run_stream_id,) if room.runs else ()))
    live = (*positions(call.db, streams), *(one for part, _ in parts for one in part.live(call, room)))
    mine = tuple(one for part, _ in parts for one in part.mine(call, room))
    context = {
        "room": room,
        "session": room.slot.session,
        "main": made(b"\n".join(html for part, html in parts if not part.aside)),
        "beside": made(b"\n".join(html for part, html in parts if part.aside)),
        "video_url": room.slot.now.video_url or room.slot.session.now.video_url,
        "rule": RULE[room.vantage.attribution],
        "problem": errors_of(call).get(""),
        "errors": errors_of(call),
        "closed_by_itself": closed_by_itself(room.now.ended_at, room.slot.now.ends_at),
        "may_resume": may_resume(call, room),
    }
    # Without scripts nothing follows the streams; what is one's own is marked all the same.
    return Page("room/light.html" if slow else "room/room.html", context, () if slow else live, mine)


def may_resume(call: Call, room: OpenRoom) -> bool:
    """Whether a room that was ended by mistake can be opened again by this reader."""
    return room.runs and room.now.ended_at is not None and call.now < room.slot.now.ends_at + LATE


def entrance_page(call: Call, way: Entrance) -> Page:
    """Before one is in: what will happen, and the door."""
    session = way.slot.session
    rule = RULE[stricter(session.now.attribution, session.cohort.vantage.attribution)]
    is_over = call.now >= way.slot.now.ends_at
    context = {"way": way, "slot": way.slot.now, "session": session, "rule": rule, "is_over": is_over}
    return Page("room/entrance.html", context)


@page("/slots/{slot:int}/room")
def show(call: Call, way: EntranceDoor) -> Page:
    """The room, for those who are in it, and what is left of it, for whoever may attend; else the way to it."""
    if way.room is None or not (way.has_come or _is_over(call, way, way.room)):
        return entrance_page(call, way)
    return room_page(call, room_behind(call, way))


def _is_over(call: Call, way: Entrance, room: RoomFacts) -> bool:
    """Whether nothing happens in it any more."""
    return not is_open(room.ended_at, way.slot.now.ends_at, call.now)


@verb("/slots/{slot:int}/room/entry")
def enter(call: Call, way: EntranceDoor) -> Reply:
    """Come in, which is also what is noted of who was there."""
    if not way.may_enter:
        raise NotAllowed(OVER if way.room is not None and way.room.ended_at is not None else None)
    person_id = call.signed_in.person_id
    rooms.open_for(call.db, way.slot.session.now, way.slot.now, by_id=person_id, now=call.now)
    rooms.came(call.db, way.slot.id, person_id=person_id, membership_id=way.held.id, now=call.now)
    placed = groups.place_of(call.db, way.slot.id, person_id) is not None
    return Reply(f"/slots/{way.slot.id}/room{'?done=room-placed' if placed else ''}")


@page("/slots/{slot:int}/room/ending")
def confirm_end(call: Call, room: RunRoomDoor) -> Page:
    """Are you sure?"""
    return Page("room/ending.html", {"room": room, "session": room.slot.session})


@verb("/slots/{slot:int}/room/ending")
def end(call: Call, room: RunRoomDoor) -> Reply:
    """The room is over."""
    rooms.end(call.db, room.slot.session.now, room.now, now=call.now)
    return Reply(f"/slots/{room.id}/room?done=room-ended")


@verb("/slots/{slot:int}/room/resumption")
def resume(call: Call, room: RunRoomDoor) -> Reply:
    """It was ended by mistake."""
    if not may_resume(call, room):
        raise NotAllowed
    rooms.resume(call.db, room.slot.session.now, room.now)
    return Reply(f"/slots/{room.id}/room?done=room-resumed")


routes: list[HTTPRouteHandler] = [show, enter, confirm_end, end, resume]
notices = {
    "room-ended": N_("The room is over. Its recap is being made."),
    "room-placed": N_("The groups are at work and you have a place in one. Go to it under “Groups”."),
    "room-resumed": N_("The room is open again."),
}
