"""Decisions and actions in the room: one list that whoever takes part writes at."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, NamedTuple

from litestar.handlers import HTTPRouteHandler
from markupsafe import Markup

from cohorts.policies import Vantage
from people.web.forms import errors_of, typed_in
from server.calls import Call, Door, Region, Reply
from server.db import Db
from server.forms import Form, one_line, words
from server.languages import N_, Language
from server.live.kinds import Placed
from server.pages import Fragment, Page, Pages, Piece
from server.receipts import new_key
from server.refusals import Message, NotAllowed, NotYours, Rejected
from server.routes import page, verb
from sessions.room import outcomes, recaps
from sessions.room.models import OutcomeKind
from sessions.room.outcomes import OUTCOME, Agreed, OutcomeFacts, TooMany
from sessions.room.rooms import Elsewhen, RoomFacts
from sessions.room.web.doors import OpenRoom, open_room
from sessions.room.web.parts import RoomPart
from sessions.room.web.room import room_page
from sessions.room.web.words import NOT_OURS, SOMEBODY_ELSE

KINDS: dict[str, str] = {OutcomeKind.DECISION: N_("Decision"), OutcomeKind.ACTION: N_("Action")}
HEADS: dict[str, str] = {OutcomeKind.DECISION: N_("Decisions"), OutcomeKind.ACTION: N_("Actions")}
LONGEST, OWNER = 1000, 200
# What stands for the key of a form where that is kept.
MARK = secrets.token_hex(16)
NO_DAY = N_("Give the day as year, month and day, such as 2027-03-31.")
FULL = N_("A room has at most %(most)s decisions and actions.")


class OutcomeShown(NamedTuple):
    """An outcome in a list; `word`: msgid of its kind."""

    id: int
    word: str
    text: str
    owner: str
    due: date | None
    dropped: bool


class OutcomesShown(NamedTuple):
    """What a room agreed: (msgid of a heading, outcomes), without empty groups. `is_over`: attending people change
    nothing any more."""

    slot_id: int
    groups: tuple[tuple[str, tuple[OutcomeShown, ...]], ...]
    is_over: bool


class OpenOutcome(NamedTuple):
    """An outcome of a room whose reader may change it."""

    now: OutcomeFacts
    room: OpenRoom


def grouped(found: Sequence[OutcomeFacts]) -> tuple[tuple[str, tuple[OutcomeShown, ...]], ...]:
    """Outcomes under the headings of their kinds."""
    listed = {kind: tuple(_shown(one) for one in found if one.said.kind == kind) for kind in HEADS}
    return tuple((HEADS[kind], rows) for kind, rows in listed.items() if rows)


def _shown(one: OutcomeFacts) -> OutcomeShown:
    said = one.said
    return OutcomeShown(one.id, KINDS[said.kind], said.text, said.owner, said.due, one.dropped)


def outcomes_shown(db: Db, room: RoomFacts) -> Fragment:
    """The outcomes as everybody in the room sees them."""
    found = outcomes.of_slot(db, room.slot_id)
    shown = OutcomesShown(room.slot_id, grouped(found), room.ended_at is not None)
    return Fragment("room/_outcomes.html", shown, outcomes.region(room.slot_id))


def _placed(db: Db, vantage: Vantage, room: RoomFacts, regions: Sequence[str], now: datetime) -> list[Placed]:
    shown = outcomes_shown(db, room)
    return [Placed(shown.dom_id, shown, elsewhere=True)]


def _fields(call: Call, said: Agreed) -> dict[str, str]:
    due = said.due.isoformat() if said.due else ""
    return typed_in(call, outcome_kind=said.kind, outcome=said.text, outcome_owner=said.owner, outcome_due=due)


def _piece(call: Call, room: OpenRoom) -> Piece:
    form = _form(call, room) if room.is_open else ""
    return Piece("room/outcomes.html", {"outcomes": outcomes_shown(call.db, room.now), "form": Markup(form)})


def _form(call: Call, room: OpenRoom) -> str:
    """One that nobody has written in is kept: it is alike for all but for its key."""
    if call.rejected is not None:
        return call.house.pages.piece(new_form(call, room), call.language)
    return call.house.pages.made(_unwritten, room.id, call.language).replace(MARK, room.form_key())


def _unwritten(pages: Pages, room_id: int, language: Language) -> str:
    values = {"outcome_kind": OutcomeKind.DECISION.value, "outcome": "", "outcome_owner": "", "outcome_due": ""}
    kinds = [(kind, pages.say(word, language)) for kind, word in KINDS.items()]
    context = {"room": {"id": room_id}, "values": values, "errors": {}, "kinds": kinds, "key": MARK}
    return pages.piece(Piece("room/new_outcome.html", context), language)


def open_to_write(call: Call) -> OpenRoom:
    """The room, for those in it; when it is over, for those who run it: some of what was agreed is written up later."""
    found = open_room(call)
    if not (found.is_open or found.runs):
        raise NotAllowed
    return found


def new_form(call: Call, room: OpenRoom) -> Piece:
    """The form that writes one down."""
    context = {"room": room, "values": _fields(call, Agreed(OutcomeKind.DECISION, "")), "errors": errors_of(call)}
    return Piece("room/new_outcome.html", context | {"kinds": _kinds(call), "key": new_key()})


def _kinds(call: Call) -> list[tuple[str, str]]:
    return [(kind, call.text(word)) for kind, word in KINDS.items()]


class OutcomeForm(Form):
    """What was agreed."""

    outcome_kind: Annotated[str, one_line(10)] = ""
    outcome: Annotated[str, words(LONGEST, N_("Write what was agreed."))] = ""
    outcome_owner: Annotated[str, one_line(OWNER)] = ""
    outcome_due: Annotated[str, one_line(20)] = ""

    def read(self) -> Agreed:
        """The outcome. Raises Rejected."""
        if self.outcome_kind not in KINDS:
            raise Rejected({"outcome_kind": Message(NOT_OURS)})
        return Agreed(self.outcome_kind, self.outcome, self.outcome_owner, _day(self.outcome_due))


class ChangedForm(OutcomeForm):
    """The same, with what it was when the form was made."""

    was_kind: Annotated[str, one_line(10)] = ""
    was_outcome: Annotated[str, words(LONGEST)] = ""
    was_owner: Annotated[str, one_line(OWNER)] = ""
    was_due: Annotated[str, one_line(20)] = ""

    def base(self) -> Agreed:
        """What it was."""
        return Agreed(self.was_kind, self.was_outcome, self.was_owner, _day(self.was_due))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Rejected({"outcome_due": Message(NO_DAY)}) from None


def open_outcome(call: Call) -> OpenOutcome:
    """The outcome the path names, for those in its room; when that is over, for those who run it."""
    room = open_room(call)
    here = OUTCOME.c.id == call.given["outcome"], OUTCOME.c.slot_id == room.id
    found = outcomes.read(call.db, *here)
    if not found:
        raise NotYours
    if not (room.is_open or room.runs):
        raise NotAllowed
    return OpenOutcome(found[0], room)


OutcomeDoor = Annotated[OpenOutcome, Door(open_outcome)]
WriteDoor = Annotated[OpenRoom, Door(open_to_write)]


def new_page(call: Call, room: WriteDoor) -> Page:
    """The form that writes one down, on a page of its own: when the room is over it stands nowhere else."""
    form = new_form(call, room)
    back = f"/slots/{room.id}/room" if room.is_open else recaps.url_of(room.slot.session.id)
    return Page("room/add_outcome.html", dict(form.context) | {"session": room.slot.session, "back": back})


add = page("/slots/{slot:int}/room/outcomes/new", name="room.add_outcome")(new_page)


def again(call: Call, room: WriteDoor) -> Page:
    """The room as it stands, with what went wrong; the form alone, when it is over."""
    return room_page(call, room) if room.is_open else new_page(call, room)


@verb("/slots/{slot:int}/room/outcomes", again=again, form=new_form, once=True)
def write_down(call: Call, room: WriteDoor, form: OutcomeForm) -> Reply:
    """Write down what was agreed."""
    rule = room.vantage.attribution
    try:
        outcomes.write_down(call.db, room.now, form.read(), membership_id=room.held.id, attribution=rule, now=call.now)
    except TooMany:
        raise Rejected({"outcome": Message(FULL, {"most": outcomes.MOST_OUTCOMES})}) from None
    return _back(room) if room.is_open else Reply(f"{recaps.url_of(room.slot.session.id)}?done=outcome-written")


def edit_page(call: Call, one: OutcomeDoor) -> Page:
    """The form that says it otherwise. It is made from what stands now, so that who was too late can save after all."""
    said = one.now.said
    due = said.due.isoformat() if said.due else ""
    was = {"was_kind": said.kind, "was_outcome": said.text, "was_owner": said.owner, "was_due": due}
    context = {"room": one.room, "session": one.room.slot.session, "one": one.now, "was": was, "kinds": _kinds(call)}
    return Page("room/outcome.html", context | {"values": _fields(call, said), "errors": errors_of(call)})


edit = page("/slots/{slot:int}/room/outcomes/{outcome:int}", name="room.outcome")(edit_page)


@verb("/slots/{slot:int}/room/outcomes/{outcome:int}", again=edit_page)
def change(call: Call, one: OutcomeDoor, form: ChangedForm) -> Reply:
    """Say it otherwise."""
    try:
        outcomes.change(call.db, one.room.now, one.now, form.read(), base=form.base())
    except Elsewhen:
        raise Rejected({"": Message(SOMEBODY_ELSE)}) from None
    return _back(one.room)


@verb("/slots/{slot:int}/room/outcomes/{outcome:int}/dropping")
def drop(call: Call, one: OutcomeDoor) -> Reply:
    """It was not agreed after all."""
    outcomes.drop(call.db, one.room.now, one.now.id, now=call.now)
    return _back(one.room, one.now.id)


@verb("/slots/{slot:int}/room/outcomes/{outcome:int}/restoring")
def restore(call: Call, one: OutcomeDoor) -> Reply:
    """It was dropped by mistake."""
    outcomes.take_back(call.db, one.room.now, one.now.id)
    return _back(one.room, one.now.id)


def _back(room: OpenRoom, dropped: int | None = None) -> Reply:
    """To the list. Where that has no buttons any more, to the page of the one that was dropped or taken back."""
    shown = outcomes.region(room.id)
    to = f"/outcomes/{dropped}" if dropped and not room.is_open else f"#{shown}"
    return Reply(f"/slots/{room.id}/room{to}", (Region(room.now.stream_id, shown),))


outcomes_part = RoomPart(
    *("outcomes", ("room-outcomes-",), _piece, _placed),
    made_of=lambda known, room: (known.outcomes,),
)
routes: list[HTTPRouteHandler] = [write_down, add, edit, change, drop, restore]
notices = {"outcome-written": N_("It is written down.")}
