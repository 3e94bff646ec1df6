"""Was it worth your time? Asked once of everybody who was there, when a room is over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from litestar.handlers import HTTPRouteHandler

from people.web.forms import errors_of, typed_in
from server.calls import Call, Door, Reply
from server.forms import Form, one_line, words
from server.languages import N_
from server.pages import Page, Piece
from server.refusals import Message, NotAllowed, Rejected
from server.routes import page, verb
from sessions.room import impressions
from sessions.room.impressions import CHANGEABLE, LEVELS
from sessions.room.web.doors import OpenRoom, open_room
from sessions.room.web.parts import RoomPart

LONGEST = 2_000
CHOOSE = N_("Choose a level from 1 to 5.")
ENDS: dict[int, str] = {1: N_("1, not at all"), 5: N_("5, very much")}


@dataclass(frozen=True, slots=True)
class OpenImpression:
    """A room that is over, and in which its reader was."""

    room: OpenRoom

    @property
    def id(self) -> int:
        """The id of its slot."""
        return self.room.id


def open_impression(call: Call) -> OpenImpression:
    """The slot the path names, for those who were there, as long as they can say how it was."""
    room = open_room(call)
    if not _may_say(call, room):
        raise NotAllowed
    return OpenImpression(room)


def _may_say(call: Call, room: OpenRoom) -> bool:
    came = impressions.was_there(call.db, room.id, call.signed_in.person_id)
    return impressions.may_say(came, room.now.ended_at, call.now)


ImpressionDoor = Annotated[OpenImpression, Door(open_impression)]


class ImpressionForm(Form):
    """A level and words."""

    level: Annotated[str, one_line(5)] = ""
    impression: Annotated[str, words(LONGEST)] = ""

    def read(self) -> int:
        """The level. Raises Rejected."""
        if self.level not in {str(one) for one in LEVELS}:
            raise Rejected({"level": Message(CHOOSE)})
        return int(self.level)


def _context(call: Call, room: OpenRoom) -> dict[str, object]:
    own = impressions.own(call.db, room.id, call.signed_in.person_id)
    assert room.now.ended_at is not None
    return {
        "room": room,
        "session": room.slot.session,
        "url": impressions.url_of(room.id),
        "values": typed_in(call, level=str(own.level) if own else "", impression=own.words if own else ""),
        "levels": [(str(one), call.text(ENDS[one]) if one in ENDS else str(one)) for one in LEVELS],
        "errors": errors_of(call),
        "is_said": own is not None,
        "until": room.now.ended_at + CHANGEABLE,
        "longest": LONGEST,
    }


def form_page(call: Call, one: ImpressionDoor) -> Page:
    """The form on a page of its own."""
    return Page("room/impression_page.html", _context(call, one.room))


show = page("/slots/{slot:int}/impression", name="room.impression")(form_page)


@verb("/slots/{slot:int}/impression", again=form_page)
def say(call: Call, one: ImpressionDoor, form: ImpressionForm) -> Reply:
    """Say it, or say it otherwise."""
    level = form.read()
    me = {"person_id": call.signed_in.person_id, "membership_id": one.room.held.id}
    impressions.say(call.db, one.room.now, level, form.impression, now=call.now, **me)
    return Reply(f"{impressions.url_of(one.id)}?done=impression")


def _piece(call: Call, room: OpenRoom) -> Piece | None:
    """In the room that is over, in front of everything else."""
    if room.is_open or not (room.runs or _may_say(call, room)):
        return None
    asked = _context(call, room) if _may_say(call, room) else None
    return Piece("room/impression.html", {"room": room, "asked": asked})


impression_part = RoomPart("impression", (), _piece)
routes: list[HTTPRouteHandler] = [show, say]
notices = {"impression": N_("Thank you. You can change it here for 14 days.")}
