"""Second thoughts about one's own comment: edit it, take it back, put it back."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from cohorts.differences import differences
from feedback import comments, withdrawals
from feedback.comments import Stale
from feedback.history import taken_back
from feedback.policies import may_edit_comment, may_withdraw_comment
from feedback.web import mentioning
from feedback.web.doors import OpenComment, open_comment, place_of
from feedback.web.drafting import kept, sent
from feedback.web.forms import EMPTY, EditForm
from feedback.web.masks import need_unnamed
from feedback.withdrawals import Erased
from server.calls import Call, Door, Region, Reply
from server.languages import N_
from server.pages import Page
from server.refusals import Message, NotAllowed, Rejected
from server.routes import page, verb

CHANGED = N_("This comment was changed while you were editing it, perhaps by you in another window.")
ERASED = N_("More than a day has passed since this comment was withdrawn. Its words are erased.")


def open_to_edit(call: Call) -> OpenComment:
    """One's own comment, as long as it stands."""
    found = open_comment(call)
    if not may_edit_comment(call.signed_in.person_id, found.now):
        raise NotAllowed
    return found


def open_to_withdraw(call: Call) -> OpenComment:
    """One's own comment."""
    found = open_comment(call)
    if not may_withdraw_comment(call.signed_in.person_id, found.now):
        raise NotAllowed
    return found


EditDoor = Annotated[OpenComment, Door(open_to_edit)]
WithdrawDoor = Annotated[OpenComment, Door(open_to_withdraw)]


def edit_page(call: Call, comment: OpenComment) -> Page:
    """The form, filled in as it was sent if it was refused, or from its draft; a conflict shows both texts."""
    now, refused, draft = comment.now, call.rejected, kept(call, f"edit-{comment.now.id}")
    if draft.fields and draft.fields.get("text") == now.text:
        draft = replace(draft, fields=None, at=None)
    values, errors = (refused.values, refused.errors) if refused else (draft.fields or {}, {})
    stale = "version" in errors
    mine = values.get("mine" if values.get("text_choice") == "mine" else "text", now.text)
    context = {
        "comment": now,
        "thread": comment.thread,
        "back": place_of(comment),
        "mine": mine,
        "version": now.version if stale else values.get("version", now.version),
        "stale": stale,
        "parts": differences(mine, now.text) if stale else (),
        "errors": errors,
        "as_it_is": getattr(refused, "mark", ""),
        "draft": draft,
        "longest": comments.LONGEST,
    }
    return Page("feedback/edit.html", context, status=409 if stale else 422 if errors else 200)


@page("/comments/{comment:int}/edit")
def edit(call: Call, comment: EditDoor) -> Page:
    """The form that edits a comment."""
    return edit_page(call, comment)


@verb("/comments/{comment:int}/versions", again=edit_page)
def revise(call: Call, comment: EditDoor, form: EditForm) -> Reply:
    """Change a comment; what it said stays in its history."""
    if form.chosen == "":
        raise Rejected({"text": Message(EMPTY)})
    try:
        if form.chosen is not None:
            need_unnamed(call, comment.thread, form.chosen, comment.now.attribution, form.as_it_is)
            _edit(call, comment, form.chosen, form.version)
    except Stale:
        raise Rejected({"version": Message(CHANGED)}) from None
    sent(call, f"edit-{comment.now.id}")
    return _shown(comment)


@page("/comments/{comment:int}/withdrawal")
def confirm(call: Call, comment: WithdrawDoor) -> Page:
    """The question before a comment is taken back; afterwards, how long it can be put back."""
    taken = taken_back(call.db, comment.now.id, call.now)
    context = {"comment": comment.now, "thread": comment.thread, "back": place_of(comment), "taken": taken}
    return Page("feedback/withdrawal.html", context | {"now": call.now, "zone": call.signed_in.time_zone or "UTC"})


@verb("/comments/{comment:int}/withdrawal")
def withdraw(call: Call, comment: WithdrawDoor) -> Reply:
    """Take a comment back. Its replies stay."""
    withdrawals.withdraw(call.db, comment.thread.now, comment.now, now=call.now)
    return _shown(comment)


@verb("/comments/{comment:int}/restoration")
def restore(call: Call, comment: WithdrawDoor) -> Reply:
    """Put a comment back, within a day of taking it back."""
    try:
        withdrawals.restore(call.db, comment.thread.now, comment.now, now=call.now)
    except Erased:
        raise NotAllowed(ERASED) from None
    return _shown(comment)


def _edit(call: Call, comment: OpenComment, text: str, version: int) -> None:
    marked = mentioning.read(call, comment.thread, text, comment.now.id)
    thread, now = comment.thread.now, call.now
    comments.edit(call.db, thread, comment.now, text=text, version=version, now=now, marked=marked.html)
    mentioning.tell(call, comment.thread, comment.now.id, marked, parent_id=comment.now.parent_id, edited=True)


def _shown(comment: OpenComment) -> Reply:
    return Reply(place_of(comment), (Region(comment.thread.now.stream_id, f"comment-{comment.now.id}"),))


routes = [edit, revise, confirm, withdraw, restore]
