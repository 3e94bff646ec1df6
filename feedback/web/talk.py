"""A conversation with the form that goes on with it: on the page of an initiative, and on one of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cohorts.audiences import AUDIENCE_WORDS
from feedback.follows import VOLUMES
from feedback.models import Volume
from feedback.policies import may_comment
from feedback.web import fragments
from feedback.web.composer import composed, composing
from feedback.web.conversations import conversation, window_asked
from feedback.web.doors import OpenThread, ThreadDoor
from feedback.web.since import since_last_visit
from server.calls import Call
from server.pages import Page
from server.routes import page


@dataclass(frozen=True, slots=True)
class Talk:
    """What feedback/talk.html shows of a thread, and the ids of the reader's items."""

    context: dict[str, Any]
    mine: tuple[str, ...]


def talk(call: Call, thread: OpenThread) -> Talk:
    """The conversation of a thread as this reader may see it."""
    window, talks = window_asked(call, thread.now), may_comment(thread.matter.vantage, thread.matter.held)
    said = conversation(call, thread.now, thread.matter.vantage, window)
    since, written = since_last_visit(call, thread.now, window, said.standing), composing(call, thread)
    context = {
        "conversation": said.shown,
        "window": window,
        "since": since,
        "resolution": fragments.resolution(thread.now, thread.matter.vantage, empty=not thread.now.tops),
        "seen_by": AUDIENCE_WORDS[thread.now.kind],
        "volume": call.once(("volume", thread.now.id), lambda: Volume.ANSWERS),
        "volumes": VOLUMES,
        "composer": composed(call, written) if talks else "",
        "rule": written["rule"],
        "thread": thread.now,
    }
    return Talk(context, tuple(said.mine.get(call.signed_in.person_id, ())))


def talk_page(call: Call, thread: OpenThread) -> Page:
    """A conversation alone."""
    found = talk(call, thread)
    live = (thread.now.around, thread.now.position)
    context = {"matter": thread.matter, **found.context}
    return Page("feedback/thread.html", context, live, found.mine)


@page("/threads/{thread:int}")
def show(call: Call, thread: ThreadDoor) -> Page:
    """A conversation among fewer people than the whole cohort."""
    return talk_page(call, thread)


routes = [show]
