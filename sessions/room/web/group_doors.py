"""Doors to groups: through their room, for those who are in them and those who run the room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from server.calls import Call, Door
from server.refusals import NotAllowed, NotYours
from sessions.room import groups
from sessions.room.groups import GROUP, ROUND, GroupFacts, RoundFacts
from sessions.room.web.doors import OpenRoom, open_room, room_of_slot


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """A group of a room somebody may be in. `inside`: they are in it or run the room; else they only learn that it is
    there. `is_mine`: they are one of its people."""

    now: GroupFacts
    around: RoundFacts
    room: OpenRoom
    is_mine: bool

    @property
    def id(self) -> int:
        """The group's id."""
        return self.now.id

    @property
    def inside(self) -> bool:
        """Whether its page is open to them."""
        return self.is_mine or self.room.runs

    @property
    def is_open(self) -> bool:
        """Whether things can happen in it."""
        return self.around.is_open and self.room.is_open

    @property
    def url(self) -> str:
        """The address of its page."""
        return f"/slots/{self.room.id}/room/groups/{self.id}"


def _group(call: Call, room: OpenRoom, group_id: int) -> OpenGroup:
    found = groups.read(call.db, GROUP.c.id == group_id)
    around = groups.rounds(call.db, ROUND.c.id == found[0].round_id, ROUND.c.slot_id == room.id) if found else []
    # Those who run the room alone know of groups that were not opened.
    if not around or (around[0].opened_at is None and not room.runs):
        raise NotYours
    mine = groups.group_of(call.db, around[0].id, call.signed_in.person_id) == group_id
    return OpenGroup(found[0], around[0], room, mine)


def look_at_group(call: Call) -> OpenGroup:
    """The group the path names, for everybody in its room."""
    return _group(call, open_room(call), call.given["group"])


def group_by_id(call: Call, group_id: int) -> OpenGroup:
    """That group, for those inside."""
    assert call.signed_in
    slot_id = groups.slot_of(call.db, GROUP.c.id == group_id)
    if slot_id is None:
        raise NotYours
    found = _group(call, room_of_slot(call, slot_id), group_id)
    if not found.inside:
        raise NotYours
    return found


def group_of_stream(call: Call, stream_id: int) -> OpenGroup:
    """The group that stream carries, for those inside."""
    found = groups.read(call.db, GROUP.c.stream_id == stream_id)
    if not found:
        raise NotYours
    return group_by_id(call, found[0].id)


def ask_in_group(call: Call) -> OpenGroup:
    """The group the path names alone, while something can be asked in it."""
    found = group_by_id(call, call.given["group"])
    if not found.is_open:
        raise NotAllowed
    return found


LookAtGroupDoor = Annotated[OpenGroup, Door(look_at_group)]
AskGroupDoor = Annotated[OpenGroup, Door(ask_in_group)]
