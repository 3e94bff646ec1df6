"""Doors to rooms: through the slot, for those who may attend it, and, as long as things happen there, have gone in.

Whoever goes in is noted as having been there. Who runs a room may look after it from outside.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from cohorts.identity import stricter
from cohorts.policies import Held, Vantage
from server.calls import Call, Door
from server.languages import N_
from server.receipts import new_key
from server.refusals import First, NotAllowed, NotYours
from sessions.room import rooms
from sessions.room.policies import is_open, may_enter, may_run_room
from sessions.room.rooms import ROOM, RoomFacts, There
from sessions.web.doors import OpenSlot, attended, slot_in

GO_IN = N_(
    "Go into the room first: it is noted that you are there, and you see under which rule people speak. Nothing was "
    "sent; go back in your browser to find what you wrote."
)
TO_THE_ROOM = N_("Go to the room")


@dataclass(frozen=True, slots=True)
class OpenRoom:
    """The room of a slot somebody may attend. `vantage`: from where they see it, under the stricter of the rules of the
    session and of the cohort; `held`: as whom they speak; `runs`: whether they run it."""

    now: RoomFacts
    slot: OpenSlot
    vantage: Vantage
    held: Held
    runs: bool
    is_open: bool
    # Stands for the keys of the forms in a part that is kept (keeping.py).
    mark: str = ""

    def form_key(self) -> str:
        """A key for a form about to be shown."""
        return self.mark or new_key()

    @property
    def id(self) -> int:
        """The id of its slot."""
        return self.now.slot_id


@dataclass(frozen=True, slots=True)
class Entrance:
    """The way into a room. `room` None: nobody has been in yet. `may_enter`: at this moment; `has_come`: before."""

    slot: OpenSlot
    room: RoomFacts | None
    held: Held
    runs: bool
    may_enter: bool
    has_come: bool

    @property
    def url(self) -> str:
        """The address of the room, which shows the way in to whoever is not in it."""
        return f"/slots/{self.slot.id}/room"


def open_entrance(call: Call) -> Entrance:
    """The way into the room of the slot the path names."""
    there, slot = _slot(call, call.given["slot"])
    return _entrance(call, attended(slot), there)


def _slot(call: Call, slot_id: int) -> tuple[There, OpenSlot]:
    """That slot, and what there is for the reader. Whether they may know of it is asked after that."""
    there = rooms.there(call.db, slot_id, call.signed_in.person_id)
    if there is None:
        raise NotYours
    return there, slot_in(call, there.around, there.session_id, slot_id)


def _entrance(call: Call, slot: OpenSlot, there: There) -> Entrance:
    held = slot.session.held
    assert held is not None
    runs = may_run_room(slot.session.roles, there.part)
    is_over = there.room is not None and there.room.ended_at is not None
    entered = not is_over and _stands(slot) and may_enter(runs, slot.now.starts_at, slot.now.ends_at, call.now)
    return Entrance(slot, there.room, held, runs, entered, there.has_come)


def _stands(slot: OpenSlot) -> bool:
    """Whether it was let known and not called off: else nothing can happen in its room."""
    session = slot.session.now
    return slot.now.cancelled_at is None and session.cancelled_at is None and session.published_at is not None


def room_behind(call: Call, way: Entrance) -> OpenRoom:
    """The room that way leads into."""
    if way.room is None:
        raise NotYours
    slot, session = way.slot, way.slot.session
    rule = stricter(session.now.attribution, session.cohort.vantage.attribution)
    vantage = replace(session.cohort.vantage, attribution=rule)
    on = _stands(slot) and is_open(way.room.ended_at, slot.now.ends_at, call.now)
    return OpenRoom(way.room, slot, vantage, way.held, way.runs, on)


def _inside(call: Call, way: Entrance) -> OpenRoom:
    """The room, for those who went in and those who run it; when it is over, for whoever may attend."""
    found = room_behind(call, way)
    if found.is_open and not (way.runs or way.has_come):
        raise First(way.url, TO_THE_ROOM, GO_IN)
    return found


def open_room(call: Call) -> OpenRoom:
    """The room of the slot the path names."""
    return _inside(call, open_entrance(call))


def room_of_slot(call: Call, slot_id: int) -> OpenRoom:
    """The room of that slot."""
    there, slot = _slot(call, slot_id)
    if slot.session.held is None:
        raise NotYours
    return _inside(call, _entrance(call, slot, there))


def room_of_stream(call: Call, column: str, stream_id: int) -> OpenRoom:
    """The room one of whose streams that is."""
    found = rooms.read(call.db, ROOM.c[column] == stream_id)
    if not found:
        raise NotYours
    return room_of_slot(call, found[0].slot_id)


def take_part(call: Call) -> OpenRoom:
    """The room, while things can happen in it."""
    found = open_room(call)
    if not found.is_open:
        raise NotAllowed
    return found


def run(call: Call) -> OpenRoom:
    """The room, for those who run it; they may also look after it when it is over."""
    found = open_room(call)
    if not found.runs:
        raise NotAllowed
    return found


def run_open(call: Call) -> OpenRoom:
    """The same, while things can happen in it."""
    found = run(call)
    if not found.is_open:
        raise NotAllowed
    return found


EntranceDoor = Annotated[Entrance, Door(open_entrance)]
RoomDoor = Annotated[OpenRoom, Door(open_room)]
TakePartDoor = Annotated[OpenRoom, Door(take_part)]
RunRoomDoor = Annotated[OpenRoom, Door(run)]
RunOpenRoomDoor = Annotated[OpenRoom, Door(run_open)]
