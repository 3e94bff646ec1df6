"""A prompt on its own page, with its discussion; and second thoughts about one's own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cohorts.web.forms import in_summary
from feedback.advice import prompts, withdrawals
from feedback.advice.prompts import LONGEST, Stale
from feedback.advice.web.answer_form import answering
from feedback.advice.web.doors import EditDoor, OpenPrompt, PromptDoor, WithdrawDoor
from feedback.advice.web.forms import RevisionForm
from feedback.advice.web.shown import Asked, about_of, asked, asked_own
from feedback.advice.withdrawals import RESTORABLE, Erased
from feedback.web.drafting import kept, sent
from feedback.web.masks import need_unnamed
from feedback.web.talk import talk
from server.calls import Call, Reply
from server.languages import N_
from server.pages import Page, Piece
from server.refusals import Message, NotAllowed, NotYours, Rejected
from server.routes import page, verb

CHANGED = N_("This prompt was changed while you were editing it, perhaps by you in another window.")
ERASED = N_("More than a day has passed since this prompt was withdrawn. Its words are erased.")


def _asked(call: Call, prompt: OpenPrompt) -> Asked:
    vantage, on, id_ = prompt.matter.vantage, about_of(call.db, prompt.around), prompt.now.id
    if prompt.outside:
        found = asked_own(call.db, vantage, on, id_, call.signed_in.person_id, call.now)
    else:
        found = asked(call.db, vantage, on, id_, call.now)
    if found is None:
        raise NotYours
    return found


def _own_page(call: Call, prompt: OpenPrompt) -> Page:
    """One's own prompt and what became of it: who it is for talks about it among themselves."""
    found = _asked(call, prompt)
    context = {"matter": prompt.matter, "asked": found.fragment}
    mine = found.mine(call.signed_in.person_id)
    return Page("advice/own.html", context | {"id": prompt.now.id}, (prompt.around.around,), mine)


def prompt_page(call: Call, prompt: OpenPrompt) -> Page:
    """A prompt, what became of it and what is said about it."""
    if prompt.outside:
        return _own_page(call, prompt)
    found = _asked(call, prompt)
    answer, call.rejected, refused = answering(call, prompt), None, call.rejected
    # What is refused here is an answer; the form of the conversation stays as it was.
    said = talk(call, prompt.thread)
    call.rejected = refused
    context = {
        "matter": prompt.matter,
        "asked": found.fragment,
        "answering": answer,
        **said.context,
    }
    live = (prompt.around.around, prompt.around.position, prompt.thread.now.position)
    mine = (*said.mine, *found.mine(call.signed_in.person_id))
    return Page("advice/prompt.html", context, live, mine, status=409 if answer and answer["stale"] else 200)


@page("/prompts/{prompt:int}", name="prompts.show")
def show(call: Call, prompt: PromptDoor) -> Page:
    """The permanent link of a prompt."""
    return prompt_page(call, prompt)


@page("/prompts/{prompt:int}/alone", name="prompts.alone")
def show_alone(call: Call, prompt: PromptDoor) -> Piece:
    """A prompt and what became of it, for a page that is open and follows nothing that is said about it."""
    return Piece("advice/alone.html", {"asked": _asked(call, prompt).fragment, "id": prompt.now.id})


def edit_page(call: Call, prompt: OpenPrompt) -> Page:
    """The form, filled in as it was sent if it was refused, or from its draft."""
    now, refused, draft = prompt.now, call.rejected, kept(call, f"revision-{prompt.now.id}")
    values = {"text": now.text, "url": now.url, "source": now.source, "version": str(now.version)}
    values |= dict(refused.values if refused else draft.fields or {})
    errors = refused.errors if refused else {}
    stale = "version" in errors
    if stale:
        values["version"] = str(now.version)
    context = {
        "prompt": prompt,
        "values": values,
        "errors": errors,
        "stale": stale,
        "sentences": in_summary(call, errors, "text"),
        "draft": draft,
        "longest": LONGEST,
        "as_it_is": getattr(refused, "mark", ""),
    }
    return Page("advice/edit.html", context, status=409 if stale else 200)


@page("/prompts/{prompt:int}/edit", name="prompts.edit")
def edit(call: Call, prompt: EditDoor) -> Page:
    """The form that edits a prompt."""
    return edit_page(call, prompt)


@verb("/prompts/{prompt:int}/versions", again=edit_page)
def revise(call: Call, prompt: EditDoor, form: RevisionForm) -> Reply:
    """Change a prompt; what it said stays in its history."""
    need_unnamed(call, prompt.thread, f"{form.text}\n{form.source}\n{form.url}", prompt.now.attribution, form.as_it_is)
    words: dict[str, Any] = {"text": form.text, "url": form.url, "source": form.source, "version": form.version}
    try:
        prompts.edit(call.db, prompt.around.stream_id, prompt.now, now=call.now, **words)
    except Stale:
        raise Rejected({"version": Message(CHANGED)}) from None
    sent(call, f"revision-{prompt.now.id}")
    return shown(prompt)


@page("/prompts/{prompt:int}/withdrawal", name="prompts.withdrawal")
def confirm(call: Call, prompt: WithdrawDoor) -> Page:
    """The question before a prompt is taken back; afterwards, until when it can be put back."""
    at: datetime | None = withdrawals.withdrawn_at(call.db, prompt.now.id)
    until = at + RESTORABLE if at and at + RESTORABLE > call.now else None
    context = {"prompt": prompt, "taken": at, "until": until, "zone": call.signed_in.time_zone or "UTC"}
    return Page("advice/withdrawal.html", context)


@verb("/prompts/{prompt:int}/withdrawal")
def withdraw(call: Call, prompt: WithdrawDoor) -> Reply:
    """Take a prompt back. What was said about it stays."""
    withdrawals.withdraw(call.db, prompt.around.stream_id, prompt.now, now=call.now)
    return shown(prompt)


@verb("/prompts/{prompt:int}/restoration")
def restore(call: Call, prompt: WithdrawDoor) -> Reply:
    """Put a prompt back, within a day of taking it back."""
    try:
        withdrawals.restore(call.db, prompt.around.stream_id, prompt.now, now=call.now)
    except Erased:
        raise NotAllowed(ERASED) from None
    return shown(prompt)


def shown(prompt: OpenPrompt) -> Reply:
    """Back to the prompt, as it is now."""
    return Reply(f"/prompts/{prompt.now.id}", prompt.regions)


routes = [show, show_alone, edit, revise, confirm, withdraw, restore]
