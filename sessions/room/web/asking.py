"""Asking in the room, wanting others' questions answered, and settling them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar.handlers import HTTPRouteHandler

from people.web.forms import errors_of, typed_in
from server.calls import Call, Region, Reply
from server.languages import N_
from server.pages import Page, Piece
from server.refusals import Message, Rejected
from server.routes import page, verb
from sessions.room import questions
from sessions.room.questions import MOST_EACH, SETTLED, Settled, Spot, TooMany, Wanted, in_room
from sessions.room.web.ask_form import AnswerForm, QuestionForm, SettleForm, asking, need_unnamed
from sessions.room.web.doors import OpenRoom, TakePartDoor
from sessions.room.web.questions import (
    OpenQuestion,
    OthersQuestionDoor,
    OwnQuestionDoor,
    RunQuestionDoor,
    own_id,
    starts,
)
from sessions.room.web.room import room_page
from sessions.room.web.words import NOT_OURS

ENOUGH = N_("You have asked %(most)s questions here, which is the most. Withdraw one, or want others’ answered.")
DEALT_WITH = N_("This question was settled or taken back meanwhile. This is how it stands now.")
OTHERS_WANT = N_("Others want it answered as it stands, so it cannot be changed. You can withdraw it and ask anew.")


def again(call: Call, room: TakePartDoor) -> Page:
    """The room as it stands, with what went wrong."""
    return room_page(call, room)


def form_alone(call: Call, room: OpenRoom) -> Piece:
    """The form that asks."""
    return Piece("room/ask.html", {"ask": asking(call, room, in_room(room.now))})


def ask_in(call: Call, room: OpenRoom, spot: Spot, form: QuestionForm) -> Reply:
    """Ask in that place. Raises Rejected."""
    told = questions.told_of(call.db, room.held.id, room.vantage.attribution, form.wish())
    need_unnamed(call, room, form.text, told, form.as_it_is)
    by = {"author_id": call.signed_in.person_id, "membership_id": room.held.id}
    try:
        made = questions.ask(call.db, spot, form.text, attribution=told, now=call.now, **by)
    except TooMany:
        raise Rejected({"text": Message(ENOUGH, {"most": MOST_EACH})}) from None
    region = questions.region(made)
    return Reply(f"/slots/{room.id}/room#{region}", _regions(spot, made, runs=room.runs), (region,))


def _regions(spot: Spot, id_: int, *, runs: bool) -> tuple[Region, ...]:
    run = (Region(spot.run_stream_id, questions.run_region(id_)),) if runs else ()
    return (Region(spot.stream_id, questions.region(id_)), *run)


@verb("/slots/{slot:int}/room/questions", again=again, form=form_alone, once=True)
def ask(call: Call, room: TakePartDoor, form: QuestionForm) -> Reply:
    """Ask the room."""
    return ask_in(call, room, in_room(room.now), form)


def _or_say(act: Callable[[], None]) -> None:
    try:
        act()
    except Settled:
        raise Rejected({"": Message(DEALT_WITH)}) from None
    except Wanted:
        raise Rejected({"": Message(OTHERS_WANT)}) from None


def _page(call: Call, question: OpenQuestion, template: str, **fresh: str) -> Page:
    context: dict[str, Any] = {"question": question, "values": typed_in(call, **fresh), "errors": errors_of(call)}
    return Page(template, context | {"as_it_is": getattr(call.rejected, "mark", "")})


def edit_page(call: Call, question: OwnQuestionDoor) -> Page:
    """The reader's own question, to be said better or taken back."""
    return _page(call, question, "room/question_edit.html", text=question.now.text)


edit = page("/questions/{question:int}/edit", name="questions.edit")(edit_page)


@verb("/questions/{question:int}/details", again=edit_page)
def change(call: Call, question: OwnQuestionDoor, form: QuestionForm) -> Reply:
    """Say it better. In whose name stays as it was."""
    told = questions.told_of(
        call.db, question.room.held.id, question.room.vantage.attribution, question.now.attribution
    )
    need_unnamed(call, question.room, form.text, told, form.as_it_is)
    _or_say(lambda: questions.edit(call.db, question.spot, question.now, form.text))
    return _back(question)


@verb("/questions/{question:int}/withdrawal", again=edit_page)
def withdraw(call: Call, question: OwnQuestionDoor) -> Reply:
    """Take it back."""
    _or_say(lambda: questions.withdraw(call.db, question.spot, question.now, now=call.now))
    return _back(question)


@verb("/questions/{question:int}/restoration", again=edit_page)
def restore(call: Call, question: OwnQuestionDoor) -> Reply:
    """Put it back."""
    _or_say(lambda: questions.restore(call.db, question.spot, question.now))
    return _back(question)


def others_page(call: Call, question: OthersQuestionDoor) -> Page:
    """What became of a question meanwhile."""
    return _page(call, question, "room/question_gone.html")


@verb("/questions/{question:int}/wants", again=others_page)
def want(call: Call, question: OthersQuestionDoor) -> Reply:
    """Want it answered too."""
    me, bell = call.signed_in.person_id, call.signed_in.bell
    own = {"person_id": me, "own_stream_id": bell.stream_id if bell else None}
    _or_say(lambda: questions.want(call.db, question.spot, question.now, now=call.now, **own))
    return _back(question, mine=(own_id(question.id),))


@verb("/questions/{question:int}/wants/removal", again=others_page)
def want_no_more(call: Call, question: OthersQuestionDoor) -> Reply:
    """No more."""
    me, bell = call.signed_in.person_id, call.signed_in.bell
    own = {"person_id": me, "own_stream_id": bell.stream_id if bell else None}
    _or_say(lambda: questions.want_no_more(call.db, question.spot, question.now, **own))
    return _back(question, anew=starts(question.id))


def answer_page(call: Call, question: RunQuestionDoor) -> Page:
    """What was answered, to be written down."""
    return _page(call, question, "room/question_answer.html", answer=question.now.answer)


show_answer = page("/questions/{question:int}/answer", name="questions.answer")(answer_page)


@verb("/questions/{question:int}/answer", again=answer_page)
def answer(call: Call, question: RunQuestionDoor, form: AnswerForm) -> Reply:
    """Write it down."""
    by_id = call.signed_in.person_id
    _or_say(lambda: questions.answer(call.db, question.spot, question.now, form.answer, by_id=by_id, now=call.now))
    return _settled(question)


@verb("/questions/{question:int}/state", again=answer_page)
def settle(call: Call, question: RunQuestionDoor, form: SettleForm) -> Reply:
    """Answered, parked, hidden, or open again."""
    if form.state not in SETTLED:
        raise Rejected({"": Message(NOT_OURS)})
    by_id = call.signed_in.person_id
    _or_say(lambda: questions.settle(call.db, question.spot, question.now, form.state, by_id=by_id, now=call.now))
    return _settled(question)


def _settled(question: OpenQuestion) -> Reply:
    if question.spot.group_id is None:
        return _back(question)
    # The page of the room, where this is done, shows nothing else of a group's questions.
    run = Region(question.spot.run_stream_id, questions.run_region(question.id))
    return Reply(question.run_place, (run,))


def _back(question: OpenQuestion, *, mine: tuple[str, ...] = (), anew: str = "") -> Reply:
    regions = _regions(question.spot, question.id, runs=question.room.runs)
    return Reply(question.place, regions, mine, anew=anew)


routes: list[HTTPRouteHandler] = [
    *(ask, edit, change, withdraw, restore, want, want_no_more, show_answer, answer, settle),
]
