"""Taking an answer to a prompt back: a mistake, or words that are regretted. It is the team's, so any of it can."""

from __future__ import annotations

from feedback.advice import withdrawals
from feedback.advice.web.doors import OpenResponse, TakeBackDoor
from feedback.advice.withdrawals import RESTORABLE, Erased
from server.calls import Call, Reply
from server.languages import N_
from server.pages import Page
from server.refusals import NotAllowed
from server.routes import page, verb

ERASED = N_("More than a day has passed since this answer was taken back. Its words are erased.")


@page("/responses/{response:int}/withdrawal", name="responses.withdrawal")
def confirm(call: Call, answer: TakeBackDoor) -> Page:
    """The question before; afterwards, until when it can be put back."""
    at = withdrawals.taken_back_at(call.db, answer.id)
    until = at + RESTORABLE if at and at + RESTORABLE > call.now else None
    context = {"answer": answer, "taken": at, "until": until, "zone": call.signed_in.time_zone or "UTC"}
    return Page("advice/taking_back.html", context)


@verb("/responses/{response:int}/withdrawal")
def take_back(call: Call, answer: TakeBackDoor) -> Reply:
    """Take an answer back."""
    who = {"by_id": call.signed_in.person_id, "now": call.now}
    withdrawals.take_back(call.db, answer.prompt.around.stream_id, answer.prompt.now, answer.id, **who)
    return _shown(answer)


@verb("/responses/{response:int}/restoration")
def put_back(call: Call, answer: TakeBackDoor) -> Reply:
    """Put an answer back, within a day."""
    try:
        withdrawals.put_back(call.db, answer.prompt.around.stream_id, answer.prompt.now, answer.id, now=call.now)
    except Erased:
        raise NotAllowed(ERASED) from None
    return _shown(answer)


def _shown(answer: OpenResponse) -> Reply:
    return Reply(f"/prompts/{answer.prompt.now.id}", answer.prompt.regions)


routes = [confirm, take_back, put_back]
