"""Check-in and check-out: what everybody said in one sentence, and the place where each says theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, NamedTuple

from litestar.handlers import HTTPRouteHandler
from markupsafe import Markup

from cohorts.identity import Byline, shown_as
from cohorts.policies import Vantage
from people.web.forms import errors_of, typed_in
from server.calls import Call, Region, Reply
from server.db import Db
from server.forms import Form, number, one_line
from server.languages import N_
from server.live.kinds import Placed, shared
from server.pages import Fragment, Page, Piece
from server.refusals import Message, NotAllowed, Rejected
from server.routes import page, verb
from sessions.room import sentences
from sessions.room.models import Moment
from sessions.room.rooms import Elsewhen, RoomFacts
from sessions.room.web.doors import OpenRoom, RoomDoor, RunOpenRoomDoor, TakePartDoor
from sessions.room.web.parts import RoomPart
from sessions.room.web.room import room_page
from sessions.room.web.words import NOT_OURS, SOMEBODY_ELSE

HEADS: dict[str, str] = {Moment.IN: N_("Check-in"), Moment.OUT: N_("Check-out")}
ASKS: dict[str, str] = {
    Moment.IN: N_("How do you arrive? Say it in one sentence."),
    Moment.OUT: N_("What do you take with you? Say it in one sentence."),
}
LONGEST = 300


class MomentShown(NamedTuple):
    """A moment: its msgid, who said what in it, whether it is open, and then how many have said nothing yet."""

    head: str
    said: tuple[tuple[Byline, str], ...]
    is_open: bool
    silent: int


class MomentsShown(NamedTuple):
    """The moments of a room in which something was said, or is asked for now."""

    slot_id: int
    moments: tuple[MomentShown, ...]


def sentences_shown(db: Db, vantage: Vantage, room: RoomFacts) -> Fragment:
    """What was said at check-in and at check-out."""
    said = shared(db, ("said in", room.slot_id), lambda: sentences.said(db, room.slot_id))
    silent = shared(db, ("silent in", room.slot_id), lambda: sentences.silent(db, room)) if room.moment else 0
    found = []
    for moment, head in HEADS.items():
        mine = [(shown_as(one.author, one.attribution, vantage), one.words) for one in said if one.moment == moment]
        is_open = room.moment == moment
        if mine or is_open:
            found.append(MomentShown(head, tuple(mine), is_open, silent if is_open else 0))
    shown = MomentsShown(room.slot_id, tuple(found))
    return Fragment("room/_sentences.html", shown, sentences.regions(room.slot_id)[0])


def own_sentence(call: Call, room: OpenRoom) -> Piece:
    """Where this reader says theirs, while a moment is open. Pages are told when to fetch it anew."""
    moment = room.now.moment if room.is_open else ""
    before = sentences.own(call.db, room.now, call.signed_in.person_id) if moment else ""
    context = {
        "dom_id": sentences.regions(room.id)[1],
        "room": room,
        "moment": moment,
        "asks": ASKS.get(moment, ""),
        "is_said": bool(before),
        "values": typed_in(call, sentence=before),
        "errors": errors_of(call),
        "longest": LONGEST,
    }
    return Piece("room/own_sentence.html", context)


def _placed(db: Db, vantage: Vantage, room: RoomFacts, regions: Sequence[str], now: datetime) -> list[Placed]:
    shown, own = sentences.regions(room.slot_id)
    placed = [Placed(own, None, poke=True)] if own in regions else []
    if shown in regions:
        placed.append(Placed(shown, sentences_shown(db, vantage, room), elsewhere=True))
    return placed


def _piece(call: Call, room: OpenRoom) -> Piece:
    own = Markup(call.house.pages.piece(own_sentence(call, room), call.language))
    return Piece("room/sentences.html", {"shown": sentences_shown(call.db, room.vantage, room.now), "own": own})


class MomentForm(Form):
    """Which moment to open, a word of Moment; none ends the one that is open. From which state of the room."""

    moment: Annotated[str, one_line(10)] = ""
    version: Annotated[int, number(NOT_OURS)] = 0

    def read(self) -> Moment | None:
        """The moment. Raises Rejected."""
        if self.moment and self.moment not in set(Moment):
            raise Rejected({"": Message(NOT_OURS)})
        return Moment(self.moment) if self.moment else None


class SentenceForm(Form):
    """One sentence."""

    sentence: Annotated[str, one_line(LONGEST, N_("Write one sentence."))] = ""


def again(call: Call, room: RunOpenRoomDoor) -> Page:
    """The room as it stands, with what went wrong."""
    return room_page(call, room)


def said_wrong(call: Call, room: TakePartDoor) -> Page:
    """The same for whoever takes part."""
    return room_page(call, room)


def own_form(call: Call, room: TakePartDoor) -> Piece:
    """The place to write alone, as it is now."""
    return own_sentence(call, room)


@verb("/slots/{slot:int}/room/moment", again=again)
def ask(call: Call, room: RunOpenRoomDoor, form: MomentForm) -> Reply:
    """Ask everybody for a sentence, or end that."""
    try:
        sentences.open_moment(call.db, room.now, form.read(), base=form.version)
    except Elsewhen:
        raise Rejected({"": Message(SOMEBODY_ELSE)}) from None
    shown = Region(room.now.stream_id, sentences.regions(room.id)[0])
    return Reply(f"/slots/{room.id}/room", (shown, Region(room.now.run_stream_id, f"room-controls-{room.id}")))


@page("/slots/{slot:int}/room/sentence")
def show(call: Call, room: RoomDoor) -> Piece:
    """The place where this reader says theirs."""
    return own_sentence(call, room)


@verb("/slots/{slot:int}/room/sentence", again=said_wrong, form=own_form)
def say(call: Call, room: TakePartDoor, form: SentenceForm) -> Reply:
    """Say it, or say it otherwise."""
    if not room.now.moment:
        raise NotAllowed
    me = {"person_id": call.signed_in.person_id, "membership_id": room.held.id}
    sentences.say(call.db, room.now, form.sentence, attribution=room.vantage.attribution, now=call.now, **me)
    shown = sentences.regions(room.id)[0]
    return Reply(f"/slots/{room.id}/room#{shown}", (Region(room.now.stream_id, shown),))


# While a moment is open everybody has a form of their own.
sentences_part = RoomPart(
    *("sentences", ("room-sentences-", "room-moment-"), _piece, _placed),
    made_of=lambda known, room: None if room.now.moment else (known.said,),
)
routes: list[HTTPRouteHandler] = [ask, show, say]
