"""Answering to a slot: I will come, if need be, I cannot. Who said yes to another time is asked before they move."""

from __future__ import annotations

from typing import Annotated

from litestar.handlers import HTTPRouteHandler
from pydantic import AfterValidator

from people.web.forms import errors_of, typed_in
from server.calls import Call, Door, Reply
from server.forms import Form, number
from server.languages import N_
from server.pages import Page
from server.refusals import Message, NotAllowed, Rejected, Wrong
from server.routes import page, verb
from sessions import answers
from sessions.answers import Elsewhere, Over, Who
from sessions.models import Rsvp
from sessions.policies import may_answer_slot
from sessions.web.doors import OpenSlot, attend
from sessions.web.forms import NOT_OURS
from sessions.web.words import ANSWERS

OVER = N_("This time is over, or was called off, so nobody can answer to it any more.")
MOVES = N_("You said yes to another time of this session. Say if you come to this one instead.")


def _known(answer: str) -> str:
    if answer not in ANSWERS:
        raise Wrong(N_("Choose one of these."))
    return answer


class AnswerForm(Form):
    """An answer; `instead`: the id of the slot they leave for this one."""

    answer: Annotated[str, AfterValidator(_known)] = ""
    instead: Annotated[int, number(NOT_OURS)] = 0

    model_config = {**Form.model_config, "validate_default": True}


def open_to_answer(call: Call) -> OpenSlot:
    """The slot the path names, for those who may come to it, until it is over."""
    found = attend(call)
    session, slot = found.session, found.now
    ended = session.now.cancelled_at or slot.cancelled_at
    if session.now.published_at is None or not may_answer_slot(session.roles, slot.stops_at, ended, call.now):
        raise NotAllowed(OVER)
    return found


AnswerDoor = Annotated[OpenSlot, Door(open_to_answer)]


def answer_page(call: Call, opened: AnswerDoor) -> Page:
    """The answers to choose from; or, for who said yes to another time, if they come to this one instead."""
    facts, me = opened.session.now, call.signed_in.person_id
    given = answers.given(call.db, facts.id, me)
    others = [one for one in opened.session.slots if one.id != opened.id and answers.is_open(one, call.now)]
    left = [one for one in others if one.id in given and given[one.id].answer == Rsvp.YES]
    mine = given[opened.id].answer if opened.id in given else ""
    values = typed_in(call, answer=mine)
    context = {"opened": opened.session, "slot": opened.now, "cohort": opened.session.cohort, "values": values}
    asks = left[0] if left and call.rejected is not None and values["answer"] == Rsvp.YES else None
    context["waits"] = asks is not None and given[asks.id].seated_at is None
    return Page("sessions/answer.html", context | {"asks": asks, "words": ANSWERS, "errors": errors_of(call)})


ask = page("/slots/{slot:int}/answers", name="slots.answers")(answer_page)


@verb("/slots/{slot:int}/answers", again=answer_page)
def answer(call: Call, opened: AnswerDoor, form: AnswerForm) -> Reply:
    """Say whether one comes. Harmless twice."""
    done = "slot-waiting" if _said(call, opened, form) else f"slot-{form.answer.replace(' ', '-')}"
    return Reply(f"/sessions/{opened.session.id}?done={done}#answers-{opened.id}")


def _said(call: Call, opened: OpenSlot, form: AnswerForm) -> bool:
    """Whether they wait for a seat now. Raises Rejected and NotAllowed."""
    session, me, held = opened.session, call.signed_in.person_id, opened.session.held
    assert held is not None
    who = Who(me, held.id, answers.runs(call.db, session.id, session.roles, me))
    instead = form.instead or None
    try:
        return answers.say(call.db, session.now, opened.id, who, form.answer, instead=instead, now=call.now)
    except Elsewhere:
        raise Rejected({"": Message(MOVES)}) from None
    except Over:
        raise NotAllowed(OVER) from None


routes: list[HTTPRouteHandler] = [ask, answer]
notices = {
    "slot-yes": N_("It is noted that you come."),
    "slot-waiting": N_("All seats are taken. You are on the waiting list, and we write to you when you have a seat."),
    "slot-if-need-be": N_("It is noted that you come if need be."),
    "slot-no": N_("It is noted that you cannot come."),
}
