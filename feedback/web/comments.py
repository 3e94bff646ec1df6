"""Comments: say, answer, and read what was said before."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from cohorts.differences import differences
from feedback import comments
from feedback.comments import AnswersWithdrawn, Posted
from feedback.policies import may_comment
from feedback.web import attaching, mentioning
from feedback.web.composer import composer
from feedback.web.doors import CommentDoor, OpenThread, ThreadDoor, place_in, place_of, threads_on
from feedback.web.drafting import sent
from feedback.web.forms import CommentForm
from feedback.web.initiatives import initiative_page
from feedback.web.masks import need_unnamed
from feedback.web.talk import talk_page
from server.calls import Call, Region, Reply
from server.languages import N_
from server.pages import Page
from server.refusals import Message, NotAllowed, Rejected
from server.routes import page, verb

GONE = N_("The comment you answer is gone. Your words are still here: send them as a comment of their own.")


def thread_page(call: Call, thread: OpenThread) -> Page:
    """The page that holds the form for new comments; a conversation alone, where that page has more on it."""
    initiative = thread.matter.initiative
    if initiative is None or not thread.now.page.startswith("/initiatives/"):
        return talk_page(call, thread)
    return initiative_page(call, initiative, threads_on(call, initiative))


@verb(
    "/threads/{thread:int}/comments",
    again=thread_page,
    form=composer,
    once=True,
    most_body=attaching.MOST_FORM,
    takes=attaching.take,
)
def create(call: Call, thread: ThreadDoor, form: CommentForm) -> Reply:
    """Say something, or answer."""
    held = thread.matter.held
    if held is None or not may_comment(thread.matter.vantage, held):
        raise NotAllowed
    attaching.need_whole(call)
    need_unnamed(call, thread, form.text, form.attribution, form.as_it_is, files=True)
    new = _said(call, thread, form, held.id)
    attaching.send(call, thread, new.id)
    sent(call, f"thread-{thread.now.id}")
    return _shown(thread, new)


def _said(call: Call, thread: OpenThread, form: CommentForm, membership_id: int) -> Posted:
    marked = mentioning.read(call, thread, form.text)
    # Nobody is asked which language they write in, and the one they read pages in tells where they may come from.
    said: dict[str, Any] = {"text": form.text, "language": "", "parent_id": form.parent, "now": call.now}
    said |= {"membership_id": membership_id, "author_id": call.signed_in.person_id, "attribution": form.attribution}
    try:
        new = comments.post(call.db, thread.now, marked=marked.html, **said)
    except AnswersWithdrawn:
        raise Rejected({"text": Message(GONE)}) from None
    mentioning.tell(call, thread, new.id, marked, parent_id=form.parent)
    return new


def _shown(thread: OpenThread, new: Posted) -> Reply:
    dom_id = f"comment-{new.id}"
    regions = tuple(Region(thread.now.stream_id, name) for name in new.regions)
    return Reply(place_in(thread, new.number, new.id), regions, (dom_id,))


@page("/comments/{comment:int}")
def show(call: Call, comment: CommentDoor) -> Reply:
    """The permanent link of a comment."""
    return Reply(place_of(comment))


@page("/comments/{comment:int}/history")
def history(call: Call, comment: CommentDoor) -> Page:
    """What a comment said before it was edited, and what each edit changed."""
    versions = mentioning.shown_versions(call, comment.now.id)
    told = [(new, differences(old.text, new.text) if old else None) for new, old in zip_longest(versions, versions[1:])]
    context = {"comment": comment.now, "thread": comment.thread, "versions": told, "back": place_of(comment)}
    return Page("feedback/history.html", context)


routes = [create, show, history]
