"""Noting how far somebody has read, and marking it unread again."""

from __future__ import annotations

from typing import Annotated

from feedback import visits
from feedback.notices import read_in
from feedback.web.doors import CommentDoor, ThreadDoor
from feedback.web.forms import NOT_OURS
from server.calls import Call, Reply
from server.forms import Form, number
from server.languages import N_
from server.routes import verb

notices = {"unread": N_("Marked as unread. When you open that conversation again, it shows what is new from there on.")}


class VisitForm(Form):
    """The last comment somebody has seen."""

    upto: Annotated[int, number(NOT_OURS)] = 0


@verb("/threads/{thread:int}/visit")
def create(call: Call, thread: ThreadDoor, form: VisitForm) -> Reply:
    """Note how far the thread was read."""
    me = call.signed_in.person_id
    visits.visit(call.db, me, thread.now.id, form.upto, now=call.now)
    read_in(call.db, me, thread.now.id, form.upto, now=call.now)
    return Reply(f"{thread.now.page}#conversation")


@verb("/comments/{comment:int}/unread")
def mark_unread(call: Call, comment: CommentDoor) -> Reply:
    """Mark the thread as unread from that comment on, and leave it: whoever stays reads it."""
    now = comment.now
    visits.mark_unread(call.db, call.signed_in.person_id, now.thread_id, now.id, now=call.now)
    return Reply(f"/cohorts/{comment.thread.matter.cohort_id}?done=unread")


routes = [create, mark_unread]
