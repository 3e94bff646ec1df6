"""The parts of a room, such as its agenda, its hands and its polls: what each shows on the page and over the socket.

A part owns the regions whose names begin with its own. The page, the reply and the push show the same fragments, so a
part says what they are in one place, `placed`, and puts the forms beside them in `piece`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cohorts.policies import Vantage
from server.calls import Call
from server.db import Db
from server.live.kinds import Placed
from server.live.log import Position
from server.pages import Fragment, Piece
from sessions.room import known
from sessions.room.known import Known
from sessions.room.rooms import RoomFacts
from sessions.room.web.doors import OpenRoom

Place = Callable[[Db, Vantage, RoomFacts, Sequence[str], datetime], list[Placed]]


def _nothing(db: Db, vantage: Vantage, room: RoomFacts, regions: Sequence[str], now: datetime) -> list[Placed]:
    return []


@dataclass(frozen=True, slots=True)
class RoomPart:
    """One part. `regions`: how the names of its regions begin. `piece`: its section of the page for this reader, forms
    and all; None: not for them. `placed`: those of the regions asked for that are its own, for everybody in the room;
    `placed_run`: what those who run it see beyond that. `aside`: it stands beside the rest. `mine`: the ids of the
    reader's own items in it. `live`: streams it shows beside the room's. `projected`: what of
    it is shown on the wall, large: live like the rest, without controls and without anything about a person. `made_of`:
    what of the room it is made of for those who do not run it; as long as that stays, so does its HTML (keeping.py);
    None: it is made anew for each."""

    name: str
    regions: tuple[str, ...]
    piece: Callable[[Call, OpenRoom], Piece | None]
    placed: Place = _nothing
    placed_run: Place = _nothing
    aside: bool = False
    mine: Callable[[Call, OpenRoom], tuple[str, ...]] = lambda call, room: ()
    live: Callable[[Call, OpenRoom], tuple[Position, ...]] = lambda call, room: ()
    projected: Callable[[Call, OpenRoom], tuple[Fragment, ...]] = lambda call, room: ()
    made_of: Callable[[Known, OpenRoom], tuple[Hashable, ...] | None] = lambda known, room: None

    def of(self, regions: Sequence[str]) -> list[str]:
        """Those of the regions that are its own."""
        return [one for one in regions if one.startswith(self.regions)]


def known_in(call: Call, room: OpenRoom) -> Known:
    """What there is in the room, and what of it is the reader's own: asked once in a call."""
    return call.once(("known in", room.id), lambda: known.of_room(call.db, room.id, call.signed_in.person_id))


# In the order of the page; each file of a part puts its own here, and web/__init__.py imports them in that order.
room_parts: list[RoomPart] = []
