"""The agenda of a room and its timer: what everybody sees, and how those who run the room move them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, NamedTuple

from litestar.handlers import HTTPRouteHandler

from cohorts.policies import Vantage
from people.web.forms import errors_of, typed_in
from server.calls import Call, Region, Reply
from server.db import Db
from server.forms import Form, number, one_line
from server.languages import N_
from server.live.kinds import Placed, shared
from server.pages import Fragment, Page, Piece
from server.refusals import Message, NotYours, Rejected
from server.routes import verb
from sessions import agenda
from sessions.agenda import ItemFacts
from sessions.room import running
from sessions.room.rooms import Elsewhen, RoomFacts
from sessions.room.web.doors import OpenRoom, RunOpenRoomDoor
from sessions.room.web.parts import RoomPart
from sessions.room.web.room import room_page
from sessions.room.web.words import NOT_OURS, SOMEBODY_ELSE
from sessions.room.web.zones import zone_of

HOW_LONG = N_("Give a number of minutes from 1 to %(most)s.")


class ItemShown(NamedTuple):
    """An item of the agenda: `is_on` now, or `is_done`; `at`: when it began, or is planned to."""

    id: int
    title: str
    minutes: int
    hint: str
    is_on: bool
    is_done: bool


class AgendaShown(NamedTuple):
    """The agenda of a room."""

    slot_id: int
    items: tuple[ItemShown, ...]


class WallShown(NamedTuple):
    """What the wall shows of the agenda: the item it is at, and the title of the one that comes next, empty without."""

    now: ItemShown | None
    ahead: str
    is_over: bool


class ControlsShown(NamedTuple):
    """What those who run a room can do with it, from the state `version`. `may_take_back`: that
    the last item was finished; `moment`: the round of sentences that is open."""

    slot_id: int
    items: tuple[ItemShown, ...]
    is_on: bool
    runs_down: bool
    stands: bool
    may_take_back: bool
    moment: str
    is_over: bool
    version: int


class TimerShown(NamedTuple):
    """The timer: it runs until `ends_at`, or stands at `left` seconds, or there is none."""

    slot_id: int
    label: str
    ends_at: datetime | None
    left: int | None
    zone: str


def items_of(db: Db, slot_id: int) -> list[ItemFacts]:
    """The agenda of a slot's session."""
    return shared(db, ("agenda of slot", slot_id), lambda: agenda.of_slot(db, slot_id))


def _items(db: Db, room: RoomFacts) -> tuple[ItemShown, ...]:
    return shared(db, ("items of room", room.slot_id), lambda: _items_now(db, room))


def _items_now(db: Db, room: RoomFacts) -> tuple[ItemShown, ...]:
    done = {one.item_id for one in running.ran(db, room.slot_id)} - {room.item_id}
    return tuple(
        ItemShown(one.id, one.title, one.minutes, one.hint, one.id == room.item_id, one.id in done)
        for one in items_of(db, room.slot_id)
    )


def agenda_shown(db: Db, room: RoomFacts) -> Fragment:
    """The agenda with the item it is at."""
    shown = AgendaShown(room.slot_id, _items(db, room))
    return Fragment("room/_agenda.html", shown, f"room-agenda-{room.slot_id}")


def controls_shown(db: Db, room: RoomFacts) -> Fragment:
    """The buttons of those who run the room."""
    shown = ControlsShown(
        room.slot_id,
        _items(db, room),
        is_on=room.item_id is not None,
        runs_down=room.timer_ends_at is not None,
        stands=room.timer_left is not None,
        may_take_back=running.last_ended(db, room) is not None,
        moment=room.moment,
        is_over=room.ended_at is not None,
        version=room.version,
    )
    return Fragment("room/_controls.html", shown, f"room-controls-{room.slot_id}")


def wall_shown(db: Db, room: RoomFacts) -> Fragment:
    """The item it is at and the one after it, for the wall."""
    items = _items(db, room)
    at = next((number for number, one in enumerate(items) if one.is_on), None)
    ahead = items[at + 1 :] if at is not None else tuple(one for one in items if not one.is_done)
    shown = WallShown(items[at] if at is not None else None, ahead[0].title if ahead else "", room.ended_at is not None)
    return Fragment("room/_wall.html", shown, f"room-wall-{room.slot_id}")


def timer_shown(db: Db, room: RoomFacts) -> Fragment:
    """The timer as it stands."""
    zone = zone_of(db, room.slot_id)
    shown = TimerShown(room.slot_id, room.timer_label, room.timer_ends_at, room.timer_left, zone)
    return Fragment("room/_timer.html", shown, f"room-timer-{room.slot_id}")


def _placed(db: Db, vantage: Vantage, room: RoomFacts, regions: Sequence[str], now: datetime) -> list[Placed]:
    agenda_at, timer_at = running.regions(room)
    shown = [agenda_shown(db, room), wall_shown(db, room)] if agenda_at in regions else []
    shown += [timer_shown(db, room)] if timer_at in regions else []
    return [Placed(one.dom_id, one, elsewhere=True) for one in shown]


def _projected(call: Call, room: OpenRoom) -> tuple[Fragment, ...]:
    return wall_shown(call.db, room.now), timer_shown(call.db, room.now)


def _placed_run(db: Db, vantage: Vantage, room: RoomFacts, regions: Sequence[str], now: datetime) -> list[Placed]:
    shown = controls_shown(db, room)
    return [Placed(shown.dom_id, shown, elsewhere=True)]


def _piece(call: Call, room: OpenRoom) -> Piece:
    return Piece(
        "room/agenda.html",
        {
            "room": room,
            "agenda": agenda_shown(call.db, room.now),
            "timer": timer_shown(call.db, room.now),
            "controls": controls_shown(call.db, room.now) if room.runs else None,
            "values": typed_in(call, minutes="5", label=""),
            "errors": errors_of(call),
        },
    )


class ItemForm(Form):
    """Which item, from which state of the room."""

    item: Annotated[int, number(NOT_OURS)] = 0
    version: Annotated[int, number(NOT_OURS)] = 0


class TimerForm(Form):
    """What to do with the timer: a word of _ACTS, with minutes and a label where it starts or is extended."""

    act: Annotated[str, one_line(10)] = ""
    minutes: Annotated[str, one_line(5)] = ""
    label: Annotated[str, one_line(200)] = ""
    version: Annotated[int, number(NOT_OURS)] = 0

    def read(self) -> int:
        """How many minutes. Raises Rejected."""
        if not (self.minutes.isascii() and self.minutes.isdigit() and 1 <= int(self.minutes) <= running.LONGEST):
            raise Rejected({"minutes": Message(HOW_LONG, {"most": running.LONGEST})})
        return int(self.minutes)


def again(call: Call, room: RunOpenRoomDoor) -> Page:
    """The room as it stands, with what went wrong."""
    return room_page(call, room)


def _or_say(act: Callable[[], None]) -> None:
    try:
        act()
    except Elsewhen:
        raise Rejected({"": Message(SOMEBODY_ELSE)}) from None


def _back(room: OpenRoom) -> Reply:
    regions = [Region(room.now.stream_id, one) for one in running.regions(room.now)]
    mine = Region(room.now.run_stream_id, f"room-controls-{room.id}")
    return Reply(f"/slots/{room.id}/room#room-agenda-{room.id}", (*regions, mine))


@verb("/slots/{slot:int}/room/item", again=again)
def go_to(call: Call, room: RunOpenRoomDoor, form: ItemForm) -> Reply:
    """Go to an item of the agenda, or, with none, end the one it is at."""
    by_id = call.signed_in.person_id
    if form.item == 0:
        _or_say(lambda: running.finish(call.db, room.now, base=form.version, now=call.now))
        return _back(room)
    item = next((one for one in items_of(call.db, room.id) if one.id == form.item), None)
    if item is None:
        raise NotYours
    _or_say(lambda: running.start(call.db, room.now, item, base=form.version, by_id=by_id, now=call.now))
    return _back(room)


class BackForm(Form):
    """From which state of the room."""

    version: Annotated[int, number(NOT_OURS)] = 0


@verb("/slots/{slot:int}/room/item/undoing", again=again)
def take_back(call: Call, room: RunOpenRoomDoor, form: BackForm) -> Reply:
    """The item was not finished after all."""
    _or_say(lambda: running.take_back(call.db, room.now, base=form.version))
    return _back(room)


def _start(call: Call, room: OpenRoom, form: TimerForm) -> None:
    running.set_timer(call.db, room.now, form.label, form.read(), now=call.now)


def _extend(call: Call, room: OpenRoom, form: TimerForm) -> None:
    running.extend(call.db, room.now, form.read(), base=form.version, now=call.now)


_ACTS: dict[str, Callable[[Call, OpenRoom, TimerForm], None]] = {
    "start": _start,
    "extend": _extend,
    "pause": lambda call, room, form: running.pause(call.db, room.now, base=form.version, now=call.now),
    "go on": lambda call, room, form: running.go_on(call.db, room.now, base=form.version, now=call.now),
    "stop": lambda call, room, form: running.stop(call.db, room.now, base=form.version),
}


@verb("/slots/{slot:int}/room/timer", again=again)
def turn_timer(call: Call, room: RunOpenRoomDoor, form: TimerForm) -> Reply:
    """Start, pause, go on with, extend or stop the timer of the room."""
    if form.act not in _ACTS:
        raise Rejected({"": Message(NOT_OURS)})
    _or_say(lambda: _ACTS[form.act](call, room, form))
    return _back(room)


_REGIONS = ("room-agenda-", "room-timer-", "room-controls-")
agenda_part = RoomPart(
    *("agenda", _REGIONS, _piece, _placed, _placed_run),
    aside=True,
    projected=_projected,
    made_of=lambda known, room: (known.agenda, known.ran),
)
routes: list[HTTPRouteHandler] = [go_to, take_back, turn_timer]
