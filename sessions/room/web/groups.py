"""Groups on the room's page: where to go, for everybody; for those who run the room all that is done with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from litestar.handlers import HTTPRouteHandler

from cohorts.policies import Vantage
from people.web.forms import errors_of, typed_in
from server.calls import Call, Region, Reply
from server.db import Db
from server.languages import N_
from server.live.kinds import Placed
from server.pages import Fragment, Page, Piece
from server.receipts import new_key
from server.refusals import Message, NotAllowed, Rejected
from server.routes import verb
from sessions.room import groups, placing
from sessions.room.groups import RoundFacts
from sessions.room.known import NOTHING
from sessions.room.placing import How, NothingBefore, TooFew
from sessions.room.rooms import Elsewhen, RoomFacts
from sessions.room.web import group_fragments
from sessions.room.web.doors import OpenRoom, RunOpenRoomDoor, TakePartDoor
from sessions.room.web.group_forms import CallForm, ExtendForm, OpenForm, PrepareForm, PutForm, RoundForm
from sessions.room.web.parts import RoomPart, known_in
from sessions.room.web.room import room_page
from sessions.room.web.words import SOMEBODY_ELSE
from sessions.slots import SLOT

HOWS: tuple[tuple[str, str], ...] = (
    (How.RANDOM, N_("At random")),
    (How.COUNTRIES, N_("Mixing countries")),
    (How.BEFORE, N_("Same as last time")),
    (How.HAND, N_("By hand: people are put, or go, where they belong")),
)
TOO_FEW = N_("There are more groups than people: %(people)s can be placed now.")
NOTHING_BEFORE = N_("Nobody who is here was in groups before. Choose another way.")
THERE_ALREADY = N_("There are groups already. End them first.")
SAY_SOMETHING = N_("Write a message first.")


def _placed(db: Db, vantage: Vantage, room: RoomFacts, regions: Sequence[str], now: datetime) -> list[Placed]:
    return list(_shown(db, vantage, room.slot_id, regions))


def _shown(db: Db, vantage: Vantage, slot_id: int, regions: Sequence[str]) -> Iterator[Placed]:
    if f"room-called-{slot_id}" in regions:
        last = group_fragments.last_opened(db, slot_id)
        said = group_fragments.called_shown(last, slot_id)
        yield Placed(said.dom_id, said, elsewhere=True, say=group_fragments.sentence(last) if last else None)
    if f"room-groups-time-{slot_id}" in regions:
        shown = group_fragments.all_time_shown(db, slot_id)
        more = Message(group_fragments.MORE_TIME) if group_fragments.last_is_open(db, slot_id) else None
        yield Placed(shown.dom_id, shown, elsewhere=True, say=more)
    if f"room-groups-{slot_id}" in regions:
        shown, own = group_fragments.groups_shown(db, vantage, slot_id), group_fragments.holders(db, slot_id)
        yield Placed(shown.dom_id, shown, elsewhere=True, holders=own, anew=f"place-{slot_id}-")


def _placed_run(db: Db, vantage: Vantage, room: RoomFacts, regions: Sequence[str], now: datetime) -> list[Placed]:
    session_id = db.execute(SLOT.select().where(SLOT.c.id == room.slot_id)).one().session_id
    shown = group_fragments.run_shown(db, vantage, room, session_id)
    return [Placed(shown.dom_id, shown, elsewhere=True)]


def _piece(call: Call, room: OpenRoom) -> Piece:
    if room.runs:
        run = group_fragments.run_shown(call.db, room.vantage, room.now, room.slot.session.id)
        context = {"run": run, "form": preparing(call, room), "errors": errors_of(call)}
        return Piece("room/groups_run.html", {"room": room, **context})
    said = group_fragments.called_shown(group_fragments.last_opened(call.db, room.id), room.id)
    shown = group_fragments.groups_shown(call.db, room.vantage, room.id)
    time = group_fragments.all_time_shown(call.db, room.id)
    context = {"room": room, "groups": shown, "said": said, "time": time, "errors": errors_of(call)}
    return Piece("room/groups.html", context)


def preparing(call: Call, room: OpenRoom) -> dict[str, object]:
    """What the form that prepares groups shows."""
    ours = call.rejected is not None and "group_how" in call.rejected.values
    fresh = {"group_how": How.RANDOM.value, "group_count": "3", "group_task": "", "group_names": ""}
    return {
        "room": room,
        "hows": [(value, call.text(label)) for value, label in HOWS],
        "typed": typed_in(call, **fresh),
        "errors": errors_of(call) if ours else {},
        "key": new_key(),
    }


def form_alone(call: Call, room: RunOpenRoomDoor) -> Piece:
    """The form that prepares groups, for an answer that is put in its place."""
    return Piece("room/groups_form.html", {"form": preparing(call, room)})


def message_alone(call: Call, room: RunOpenRoomDoor) -> Piece:
    """The form that says something to all groups."""
    around = groups.current(call.db, room.id)
    saying = {"slot_id": room.id, "round_id": around.id if around else 0, **typed_in(call, message="")}
    return Piece("room/groups_message.html", {"saying": saying | {"error": errors_of(call).get("groups")}})


def _mine(call: Call, room: OpenRoom) -> tuple[str, ...]:
    if known_in(call, room).rounds == NOTHING:
        return ()
    around = groups.now_of(group_fragments.rounds_of(call.db, room.id))
    if around is None or not around.is_open:
        return ()
    mine = groups.group_of(call.db, around.id, call.signed_in.person_id)
    return group_fragments.places(room.id, mine) if mine is not None else ()


def _projected(call: Call, room: OpenRoom) -> tuple[Fragment, ...]:
    """What was said to all groups, and until when they work: who is where is nobody else's."""
    said = group_fragments.called_shown(group_fragments.last_opened(call.db, room.id), room.id)
    return group_fragments.all_time_shown(call.db, room.id), said


def again(call: Call, room: RunOpenRoomDoor) -> Page:
    """The room as it stands, with what went wrong."""
    return room_page(call, room)


def take_again(call: Call, room: TakePartDoor) -> Page:
    """The same for those who are in it."""
    return room_page(call, room)


def _wrong(msgid: str, **values: object) -> Rejected:
    return Rejected({"groups": Message(msgid, values)})


def _round(call: Call, room: OpenRoom, round_id: int) -> RoundFacts:
    """The groups the form was made from. Raises Rejected where there are others by now."""
    around = groups.current(call.db, room.id)
    if around is None or around.id != round_id:
        raise _wrong(SOMEBODY_ELSE)
    return around


def _back(room: OpenRoom) -> Reply:
    run = Region(room.now.run_stream_id, f"room-groups-run-{room.id}")
    return Reply(f"/slots/{room.id}/room#groups", (run,))


@verb("/slots/{slot:int}/room/groups", again=again, form=form_alone, once=True)
def prepare(call: Call, room: RunOpenRoomDoor, form: PrepareForm) -> Reply:
    """Lay out groups that those who run the room alone know of."""
    wanted, by_id = form.read(), call.signed_in.person_id
    try:
        placing.prepare(call.db, room.now, room.slot.session.now, wanted, by_id=by_id, now=call.now)
    except TooFew as problem:
        raise Rejected({"group_count": Message(TOO_FEW, {"people": problem.people})}) from None
    except NothingBefore:
        raise _wrong(NOTHING_BEFORE) from None
    except Elsewhen:
        raise _wrong(THERE_ALREADY) from None
    return _back(room)


@verb("/slots/{slot:int}/room/groups/opening", again=again)
def open_all(call: Call, room: RunOpenRoomDoor, form: OpenForm) -> Reply:
    """Everybody goes to their group, for so many minutes."""
    around = _round(call, room, form.round)
    groups.open_all(call.db, room.now, around, form.read(), now=call.now)
    return _back(room)


@verb("/slots/{slot:int}/room/groups/time", again=again)
def extend(call: Call, room: RunOpenRoomDoor, form: ExtendForm) -> Reply:
    """Give all groups more time."""
    around = _round(call, room, form.round)
    try:
        groups.extend(call.db, room.now, around, form.read(), base=form.base, now=call.now)
    except Elsewhen:
        raise _wrong(SOMEBODY_ELSE) from None
    return _back(room)


@verb("/slots/{slot:int}/room/groups/message", again=again, form=message_alone)
def call_all(call: Call, room: RunOpenRoomDoor, form: CallForm) -> Reply:
    """Say something to all groups."""
    around = _round(call, room, form.round)
    if not form.message or not around.is_open:
        raise _wrong(SAY_SOMETHING if around.is_open else SOMEBODY_ELSE)
    groups.call_all(call.db, room.now, around, form.message, now=call.now)
    return _back(room)


@verb("/slots/{slot:int}/room/groups/return", again=again)
def end(call: Call, room: RunOpenRoomDoor, form: RoundForm) -> Reply:
    """Everybody comes back; groups that were never opened are put away."""
    groups.end(call.db, room.now, _round(call, room, form.round), now=call.now)
    return _back(room)


def _put(call: Call, room: OpenRoom, form: PutForm, person_id: int) -> int:
    around = _round(call, room, form.round)
    there = placing.to_place(call.db, room.now, room.slot.session.id)
    if person_id not in {one.person_id for one in there}:
        raise _wrong(SOMEBODY_ELSE)
    try:
        return placing.put(call.db, room.now, around, form.group or None, person_id, now=call.now)
    except Elsewhen:
        raise _wrong(SOMEBODY_ELSE) from None


@verb("/slots/{slot:int}/room/groups/places", again=again)
def put(call: Call, room: RunOpenRoomDoor, form: PutForm) -> Reply:
    """Put somebody into a group. Where people are not named, nobody is moved by name: they go by themselves."""
    if not group_fragments.is_named(room.vantage):
        raise NotAllowed
    _put(call, room, form, form.person)
    return _back(room)


@verb("/slots/{slot:int}/room/groups/place", again=take_again)
def go(call: Call, room: TakePartDoor, form: PutForm) -> Reply:
    """Go into a group oneself: whoever came late, or belongs elsewhere. Those who run the room need no place."""
    if room.runs or not _round(call, room, form.round).is_open:
        raise _wrong(SOMEBODY_ELSE)
    group_id = _put(call, room, form, call.signed_in.person_id)
    return Reply(f"/slots/{room.id}/room/groups/{group_id}")


groups_part = RoomPart(
    *("groups", ("room-groups-", "room-called-"), _piece, _placed, _placed_run),
    mine=_mine,
    projected=_projected,
    made_of=lambda known, room: () if known.rounds == NOTHING else None,
)
routes: list[HTTPRouteHandler] = [prepare, open_all, extend, call_all, end, put, go]
