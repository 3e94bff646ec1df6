"""Answering a prompt for one's team; and agreeing or disagreeing with what another adviser asked."""

from __future__ import annotations

from feedback.advice import responses, stances
from feedback.advice.models import ResponseKind
from feedback.advice.prompts import Stale
from feedback.advice.responses import day_begins
from feedback.advice.web.answer_form import SEEN
from feedback.advice.web.asking import prompt_page
from feedback.advice.web.doors import JudgeDoor, OpenPrompt, RespondDoor
from feedback.advice.web.forms import ResponseForm
from feedback.web.drafting import sent
from feedback.web.masks import need_unnamed
from server.calls import Call, Reply
from server.languages import N_
from server.refusals import Message, Rejected
from server.routes import verb

WHY = N_("Say why: the adviser learns from it, and so do the others.")
WHEN = N_("Choose a day that is still to come.")
ANSWERED = N_("The answer changed while you were writing, perhaps by you in another window.")


@verb("/prompts/{prompt:int}/responses", again=prompt_page, once=True)
def respond(call: Call, prompt: RespondDoor, form: ResponseForm) -> Reply:
    """Say what the team does with a prompt."""
    _check(call, prompt, form)
    need_unnamed(call, prompt.thread, form.text, form.attribution, form.as_it_is)
    try:
        _respond(call, prompt, form)
    except Stale:
        raise Rejected({SEEN: Message(ANSWERED)}) from None
    sent(call, f"response-{prompt.now.id}")
    return Reply(f"/prompts/{prompt.now.id}?done=answered", prompt.regions)


def _check(call: Call, prompt: OpenPrompt, form: ResponseForm) -> None:
    if form.kind == ResponseKind.DISAGREE and not form.text:
        raise Rejected({"text": Message(WHY)})
    if form.kind != ResponseKind.PARKED:
        return
    if form.until is None or form.until.year > 2200 or day_begins(form.until, prompt.around.zone) <= call.now:
        raise Rejected({"until": Message(WHEN)})


def _respond(call: Call, prompt: OpenPrompt, form: ResponseForm) -> None:
    held, initiative = prompt.matter.held, prompt.matter.initiative
    assert held is not None
    responses.respond(
        call.db,
        prompt.around,
        prompt.now,
        kind=form.kind,
        text=form.text,
        parked_until=form.until if form.kind == ResponseKind.PARKED else None,
        membership_id=held.id,
        author_id=call.signed_in.person_id,
        attribution=form.attribution,
        seen=form.seen,
        at_version=initiative.version if initiative else 1,
        now=call.now,
    )


@verb("/prompts/{prompt:int}/stances/{stance:str}")
def judge(call: Call, prompt: JudgeDoor) -> Reply:
    """Agree or disagree."""
    kind, held = call.given["stance"], prompt.matter.held
    assert held is not None
    who = {"person_id": call.signed_in.person_id, "membership_id": held.id}
    stances.take(call.db, prompt.around, prompt.now, kind, now=call.now, **who)
    return _judged(prompt, mine=(f"stance-{prompt.now.id}-{kind}",))


@verb("/prompts/{prompt:int}/stances/{stance:str}/removal")
def forget(call: Call, prompt: JudgeDoor) -> Reply:
    """Think nothing of it any more."""
    stances.take_back(call.db, prompt.around, prompt.now, person_id=call.signed_in.person_id)
    return _judged(prompt)


def _judged(prompt: OpenPrompt, mine: tuple[str, ...] = ()) -> Reply:
    id_ = prompt.now.id
    return Reply(f"/prompts/{id_}", prompt.regions, mine, anew=f"stance-{id_}-")


routes = [respond, judge, forget]
notices = {"answered": N_("Your answer is there for everybody who can read the prompt.")}
