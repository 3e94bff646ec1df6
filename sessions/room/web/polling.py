"""Running polls: prepare one, put it to the room, close it, show its results, say it anew."""

from __future__ import annotations

from collections.abc import Callable

from litestar.handlers import HTTPRouteHandler

from cohorts.models import Attribution
from people.web.forms import errors_of, typed_in
from server.calls import Call, Region, Reply
from server.languages import N_
from server.pages import Page, Piece
from server.receipts import new_key
from server.refusals import Message, Rejected
from server.routes import page, verb
from sessions.room import polls, tallies
from sessions.room.polls import MOST_POLLS, Answered, TooMany
from sessions.room.rooms import Elsewhen
from sessions.room.web.doors import OpenRoom, RunOpenRoomDoor
from sessions.room.web.poll_doors import LookAfterPollDoor, OpenPoll, RunPollDoor
from sessions.room.web.poll_forms import KINDS, PollForm, TurnForm
from sessions.room.web.polls import preparing
from sessions.room.web.room import room_page
from sessions.room.web.words import NOT_OURS

ANSWERED = N_("Somebody has voted already, so this poll cannot be changed. Close it and copy it, then change the copy.")
ENOUGH = N_("A room has at most %(most)s polls.")
MEANWHILE = N_(
    "Somebody else changed, closed or took down this poll first, so nothing was done. Go back to the room, look at the "
    "poll as it stands now, and do again what you still want."
)
OVER = N_("This session is over. Only the results of a poll can still be shown or hidden.")


def again(call: Call, room: RunOpenRoomDoor) -> Page:
    """The room as it stands, with what went wrong."""
    return room_page(call, room)


def form_alone(call: Call, room: OpenRoom) -> Piece:
    """The form that prepares a poll."""
    return Piece("room/poll_form.html", {"form": preparing(call, room)})


def _or_say(act: Callable[[], object]) -> None:
    try:
        act()
    except Elsewhen:
        raise Rejected({"": Message(MEANWHILE)}) from None
    except Answered:
        raise Rejected({"": Message(ANSWERED)}) from None
    except TooMany:
        raise Rejected({"": Message(ENOUGH, {"most": MOST_POLLS})}) from None


def _may_name(room: OpenRoom) -> bool:
    return room.vantage.attribution == Attribution.NAMED


@verb("/slots/{slot:int}/room/polls", again=again, form=form_alone, once=True)
def prepare(call: Call, room: RunOpenRoomDoor, form: PollForm) -> Reply:
    """A poll for later: nobody but those who run the room knows of it."""
    plan, made = form.plan(may_name=_may_name(room)), []
    by = {"by_id": call.signed_in.person_id, "now": call.now}
    _or_say(lambda: made.append(polls.prepare(call.db, room.now, plan, **by)))
    region = polls.run_region(made[0])
    return Reply(f"/slots/{room.id}/room#{region}", (Region(room.now.run_stream_id, region),))


def _at(act: Callable[..., None]) -> Callable[[Call, OpenPoll, int, int], None]:
    return lambda call, poll, base, by_id: act(call.db, poll.room.now, poll.now, base=base, by_id=by_id, now=call.now)


def _whenever(act: Callable[..., None]) -> Callable[[Call, OpenPoll, int, int], None]:
    return lambda call, poll, base, by_id: act(call.db, poll.room.now, poll.now, base=base, by_id=by_id)


_ACTS: dict[str, Callable[[Call, OpenPoll, int, int], None]] = {
    "open": _at(polls.open_poll),
    "close": _at(polls.close),
    "reveal": _at(polls.reveal),
    "conceal": _whenever(polls.conceal),
    "take down": _whenever(polls.take_down),
    "discard": _whenever(polls.discard),
}
# What can still be done when the room is over.
_AFTERWARDS = ("reveal", "conceal")


def edit_page(call: Call, poll: LookAfterPollDoor) -> Page:
    """The poll as it stands, to be said anew, with what went wrong."""
    now = poll.now
    fresh = {"kind": now.kind, "question": now.question, "version": str(now.version)}
    fresh |= {"options": "\n".join(text for _, text in now.options), "named": "" if now.secret else "yes"}
    context = {
        "poll": poll,
        "values": typed_in(call, **fresh),
        "errors": errors_of(call),
        "kinds": [(kind, call.text(word), call.text(hint)) for kind, (word, hint) in KINDS.items()],
        "may_name": _may_name(poll.room),
        "is_answered": tallies.of_polls(call.db, [poll.id])[poll.id].answered > 0,
        "key": new_key(),
    }
    return Page("room/poll_edit.html", context)


edit = page("/polls/{poll:int}/edit", name="polls.edit")(edit_page)


@verb("/polls/{poll:int}/turns", again=edit_page)
def turn(call: Call, poll: LookAfterPollDoor, form: TurnForm) -> Reply:
    """Open it, close it, show its results; and take each of these back."""
    if form.act not in _ACTS:
        raise Rejected({"": Message(NOT_OURS)})
    if not poll.room.is_open and form.act not in _AFTERWARDS:
        raise Rejected({"": Message(OVER)})
    _or_say(lambda: _ACTS[form.act](call, poll, form.version, call.signed_in.person_id))
    return _back(poll)


def _back(poll: OpenPoll) -> Reply:
    room = poll.room.now
    regions = Region(room.stream_id, polls.region(poll.id)), Region(room.run_stream_id, polls.run_region(poll.id))
    return Reply(f"/slots/{room.slot_id}/room#{polls.run_region(poll.id)}", regions)


@verb("/polls/{poll:int}/details", again=edit_page)
def change(call: Call, poll: RunPollDoor, form: PollForm) -> Reply:
    """Say it anew, while nobody has voted."""
    plan = form.plan(may_name=_may_name(poll.room))
    by = {"base": form.version, "by_id": call.signed_in.person_id}
    _or_say(lambda: polls.change(call.db, poll.room.now, poll.now, plan, **by))
    return _back(poll)


@verb("/polls/{poll:int}/copies", again=edit_page, once=True)
def copy(call: Call, poll: RunPollDoor) -> Reply:
    """The same once more, prepared; the first one takes no more votes."""
    made: list[int] = []
    by = {"by_id": call.signed_in.person_id, "now": call.now}
    _or_say(lambda: made.append(polls.copy(call.db, poll.room.now, poll.now, **by)))
    return Reply(f"/polls/{made[0]}/edit")


routes: list[HTTPRouteHandler] = [prepare, edit, turn, change, copy]
