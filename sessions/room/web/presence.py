"""Who is in a room now. Where what is said there is masked, a name that comes when a hand goes up would tell whose it
is: there it is only how many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from cohorts.models import Attribution
from cohorts.policies import Vantage
from server.calls import Call
from server.db import Db
from server.live.kinds import Placed
from server.live.presence import Presence
from server.pages import Fragment, Piece
from sessions.room.rooms import names_of
from sessions.room.web.doors import OpenRoom
from sessions.room.web.parts import RoomPart


@dataclass(frozen=True, slots=True)
class Watching:
    """A vantage on a room, and where this house keeps who is there: one object, shared by all who watch."""

    vantage: Vantage
    presence: Presence

    @property
    def language(self) -> str:
        """The tag of the language it is read in."""
        return self.vantage.language


class Here(NamedTuple):
    """How many people are in the room, and who, where they are named."""

    people: int
    names: tuple[str, ...]


def place(slot_id: int) -> str:
    """The name of a room as a place where people are present."""
    return f"room-{slot_id}"


def here_shown(db: Db, slot_id: int, people: Iterable[int], vantage: Vantage) -> Fragment:
    """Who is in the room, for everybody in it."""
    ids = sorted(people)
    named = names_of(db, ids) if vantage.attribution == Attribution.NAMED else ()
    return Fragment("room/_presence.html", Here(len(ids), named), f"presence-{place(slot_id)}")


def placed(db: Db, watching: Watching, slot_id: int) -> Placed:
    """The same where it changed."""
    shown = here_shown(db, slot_id, watching.presence.people_at(place(slot_id)), watching.vantage)
    return Placed(shown.dom_id, shown, elsewhere=True)


def _piece(call: Call, room: OpenRoom) -> Piece | None:
    if not room.is_open:
        return None
    people = call.house.hub.presence.people_at(place(room.id))
    return Piece("room/presence.html", {"here": here_shown(call.db, room.id, people, room.vantage)})


# Its region moves no position: web/kinds.py shows it by `placed`.
presence_part = RoomPart("presence", (), _piece, aside=True)
