"""Comments: say, answer, and read what was said before."""

from __future__ import annotations

from itertools import zip_longest

from cohorts.differences import differences
from feedback import comments
from feedback.comments import AnswersWithdrawn, Posted
from feedback.policies import may_comment
from feedback.web.composer import composer
from feedback.web.doors import CommentDoor, OpenThread, ThreadDoor, place_in, place_of, threads_on
from feedback.web.drafting import sent
from feedback.web.forms import CommentForm
from feedback.web.initiatives import initiative_page
from feedback.web.talk import talk_page
from server.calls import Call, Region, Reply
from server.languages import N_
from server.pages import Page
from server.refusals import Message, NotAllowed, Rejected
from server.routes import page, verb

GONE = N_("The comment you answer was withdrawn. Your words are still here: send them as a comment of their own.")


def thread_page(call: Call, thread: OpenThread) -> Page:
    """The page that holds the form for new comments; a conversation alone, where that page has more on it."""
    on_initiative = thread.now.page.startswith("/initiatives/")
    if not on_initiative:
        return talk_page(call, thread)
    return initiative_page(call, thread.initiative, threads_on(call, thread.initiative))


@verb("/threads/{thread:int}/comments", again=thread_page, form=composer, once=True)
def create(call: Call, thread: ThreadDoor, form: CommentForm) -> Reply:
    """Say something, or answer."""
    held, me = thread.initiative.held, call.signed_in
    if held is None or not may_comment(thread.initiative.vantage, held):
        raise NotAllowed
    said = {"text": form.text, "language": me.language, "parent_id": form.parent, "now": call.now}
    try:
        new = comments.post(call.db, thread.now, membership_id=held.id, author_id=me.person_id, **said)
    except AnswersWithdrawn:
        raise Rejected({"text": Message(GONE)}) from None
    sent(call, f"thread-{thread.now.id}")
    return _shown(thread, new)


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
    versions = comments.versions(call.db, comment.now.id)
    told = [(new, differences(old.text, new.text) if old else None) for new, old in zip_longest(versions, versions[1:])]
    context = {"comment": comment.now, "thread": comment.thread, "versions": told, "back": place_of(comment)}
    return Page("feedback/history.html", context)


routes = [create, show, history]
