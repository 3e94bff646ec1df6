"""The page of an initiative: a team's work, and the conversation about it."""

from __future__ import annotations

from typing import Any

from cohorts.policies import may_read_initiative
from cohorts.web.doors import InitiativeDoor, OpenInitiative
from cohorts.web.fragments import initiative as initiative_fragment
from cohorts.web.fragments import whereabouts
from feedback.policies import may_comment
from feedback.web import fragments
from feedback.web.composer import composing
from feedback.web.conversations import conversation, window_asked
from feedback.web.doors import OpenThread, thread_on
from feedback.web.since import since_last_visit
from server.calls import Call
from server.live.log import positions
from server.pages import Page
from server.routes import page


def initiative_page(call: Call, initiative: OpenInitiative, thread: OpenThread | None) -> Page:
    """The page as this reader may see it. A sponsor alone reads the summary and follows nothing."""
    shown = initiative_fragment(initiative, initiative.vantage)
    context: dict[str, Any] = {"initiative": initiative, "shown": shown, "conversation": None}
    context["whereabouts"] = whereabouts(initiative)
    if not may_read_initiative(initiative.vantage) or thread is None:
        return Page("feedback/initiative.html", context)
    live = positions(call.db, (initiative.stream_id, thread.now.stream_id))
    window = window_asked(call, thread.now)
    said = conversation(call, thread.now, initiative.vantage, window)
    context |= {
        "conversation": said.shown,
        "window": window,
        "since": since_last_visit(call, thread.now, window, said.standing),
        "resolution": fragments.resolution(thread.now, initiative.vantage, empty=not thread.now.tops),
        "thread": thread.now,
        "talks": may_comment(initiative.vantage, initiative.held),
        **composing(call, thread),
    }
    return Page("feedback/initiative.html", context, live, tuple(said.mine.get(call.signed_in.person_id, ())))


@page("/initiatives/{initiative:int}")
def show(call: Call, initiative: InitiativeDoor) -> Page:
    """An initiative with its conversation."""
    return initiative_page(call, initiative, thread_on(call, initiative))


routes = [show]
