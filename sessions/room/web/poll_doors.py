"""Doors to polls: through the room they are held in. What is prepared is known to those who run it alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from server.calls import Call, Door
from server.refusals import NotAllowed, NotYours
from sessions.room import polls
from sessions.room.polls import PollFacts
from sessions.room.votes import Voter
from sessions.room.web.doors import OpenRoom, room_of_slot


@dataclass(frozen=True, slots=True)
class OpenPoll:
    """A poll this reader may know of, and the room it is held in."""

    now: PollFacts
    room: OpenRoom

    @property
    def id(self) -> int:
        """The poll's id."""
        return self.now.id

    @property
    def place(self) -> str:
        """Where it stands in its room."""
        return f"/slots/{self.room.id}/room#{polls.region(self.id)}"


def open_poll(call: Call) -> OpenPoll:
    """The poll the path names, once it was put to the room; those who run the room know of it before."""
    found = polls.one(call.db, call.given["poll"])
    if found is None:
        assert call.signed_in
        raise NotYours
    room = room_of_slot(call, found.slot_id)
    if found.opened_at is None and not room.runs:
        raise NotYours
    return OpenPoll(found, room)


def run_poll(call: Call) -> OpenPoll:
    """The same, for those who run its room, while things can happen in it."""
    found = open_poll(call)
    if not (found.room.runs and found.room.is_open):
        raise NotAllowed
    return found


def look_after_poll(call: Call) -> OpenPoll:
    """The same, also when the room is over: its results can still be revealed."""
    found = open_poll(call)
    if not found.room.runs:
        raise NotAllowed
    return found


def voter(call: Call, poll: OpenPoll) -> Voter:
    """The reader as somebody who votes."""
    viewer = call.signed_in
    own = viewer.bell.stream_id if viewer.bell else None
    return Voter(viewer.person_id, poll.room.held.id, poll.room.vantage.attribution, own)


PollDoor = Annotated[OpenPoll, Door(open_poll)]
RunPollDoor = Annotated[OpenPoll, Door(run_poll)]
LookAfterPollDoor = Annotated[OpenPoll, Door(look_after_poll)]
