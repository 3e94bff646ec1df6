"""The queue of hands: seen by everybody the same, moved by those who run the room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, NamedTuple

from litestar.handlers import HTTPRouteHandler

from cohorts.identity import Byline, shown_as
from cohorts.policies import Vantage
from server.calls import Call, Region, Reply
from server.db import Db
from server.forms import Form, number
from server.live.kinds import Placed, shared
from server.pages import Fragment, Piece
from server.routes import verb
from sessions.room import hands
from sessions.room.hands import Raised
from sessions.room.rooms import RoomFacts
from sessions.room.web.doors import OpenRoom, RunOpenRoomDoor, TakePartDoor
from sessions.room.web.parts import RoomPart, known_in
from sessions.room.web.words import NOT_OURS


class HandShown(NamedTuple):
    """A hand that is up. `place` counts those who wait, from 1; 0: has the word."""

    id: int
    place: int
    who: Byline


class HandsShown(NamedTuple):
    """The queue of a room. `is_over`: nobody can raise a hand any more."""

    slot_id: int
    hands: tuple[HandShown, ...]
    is_over: bool


def _queue(db: Db, slot_id: int) -> list[Raised]:
    return shared(db, ("hands of", slot_id), lambda: hands.queue(db, slot_id))


def _context(db: Db, vantage: Vantage, room: RoomFacts) -> HandsShown:
    up = _queue(db, room.slot_id)
    spoken = sum(one.called for one in up)
    listed = tuple(
        HandShown(one.id, max(number - spoken, 0), shown_as(one.author, one.attribution, vantage))
        for number, one in enumerate(up, 1)
    )
    return HandsShown(room.slot_id, listed, room.ended_at is not None)


def hands_shown(db: Db, vantage: Vantage, room: RoomFacts) -> Fragment:
    """The queue as everybody in the room sees it."""
    return Fragment("room/_hands.html", _context(db, vantage, room), hands.regions(room.slot_id)[0])


def queue_shown(db: Db, vantage: Vantage, room: RoomFacts) -> Fragment:
    """What those who run the room do with the queue."""
    return Fragment("room/_queue.html", _context(db, vantage, room), hands.regions(room.slot_id)[1])


def _own(slot_id: int, *hand_ids: int) -> tuple[str, ...]:
    """The ids inside the queue that belong to whoever raised that hand; all begin alike."""
    return tuple(f"hand-{slot_id}-{one}" for one in ("own", *hand_ids))


def _placed(db: Db, vantage: Vantage, room: RoomFacts, regions: Sequence[str], now: datetime) -> list[Placed]:
    fragment = hands_shown(db, vantage, room)
    holders = tuple(
        (one.person_id, dom_id) for one in _queue(db, room.slot_id) for dom_id in _own(room.slot_id, one.id)
    )
    return [Placed(fragment.dom_id, fragment, elsewhere=True, holders=holders, anew=f"hand-{room.slot_id}-")]


def _placed_run(db: Db, vantage: Vantage, room: RoomFacts, regions: Sequence[str], now: datetime) -> list[Placed]:
    fragment = queue_shown(db, vantage, room)
    return [Placed(fragment.dom_id, fragment, elsewhere=True)]


def _piece(call: Call, room: OpenRoom) -> Piece | None:
    if not room.is_open:
        return None
    run = queue_shown(call.db, room.vantage, room.now) if room.runs else None
    return Piece("room/hands.html", {"hands": hands_shown(call.db, room.vantage, room.now), "queue": run})


def _mine(call: Call, room: OpenRoom) -> tuple[str, ...]:
    up = known_in(call, room).hand
    return _own(room.id, up) if up is not None else ()


def _back(room: OpenRoom, *, mine: tuple[str, ...] = (), anew: str = "") -> Reply:
    everybody, run = hands.regions(room.id)
    regions = [Region(room.now.stream_id, everybody)]
    if room.runs:
        regions.append(Region(room.now.run_stream_id, run))
    return Reply(f"/slots/{room.id}/room#{everybody}", tuple(regions), mine, anew=anew)


class HandForm(Form):
    """Which hand; 0: all."""

    hand: Annotated[int, number(NOT_OURS)] = 0


@verb("/slots/{slot:int}/room/hand")
def raise_own(call: Call, room: TakePartDoor) -> Reply:
    """Ask for the word."""
    me = {"person_id": call.signed_in.person_id, "membership_id": room.held.id}
    hands.raise_hand(call.db, room.now, attribution=room.vantage.attribution, now=call.now, **me)
    return _back(room, mine=_own(room.id))


@verb("/slots/{slot:int}/room/hand/lowering")
def lower_own(call: Call, room: TakePartDoor) -> Reply:
    """Take one's own hand down."""
    hands.lower_own(call.db, room.now, person_id=call.signed_in.person_id, now=call.now)
    return _back(room, anew=f"hand-{room.id}-")


@verb("/slots/{slot:int}/room/hands/word")
def call_on(call: Call, room: RunOpenRoomDoor, form: HandForm) -> Reply:
    """Give somebody the word."""
    hands.call_on(call.db, room.now, form.hand, by_id=call.signed_in.person_id, now=call.now)
    return _back(room)


@verb("/slots/{slot:int}/room/hands/lowering")
def lower(call: Call, room: RunOpenRoomDoor, form: HandForm) -> Reply:
    """Take a hand down, or all of them."""
    hands.lower(call.db, room.now, form.hand or None, by_id=call.signed_in.person_id, now=call.now)
    return _back(room)


hands_part = RoomPart(
    *("hands", ("room-hands-", "room-queue-"), _piece, _placed, _placed_run),
    aside=True,
    mine=_mine,
    made_of=lambda known, room: (known.hands,),
)
routes: list[HTTPRouteHandler] = [raise_own, lower_own, call_on, lower]
