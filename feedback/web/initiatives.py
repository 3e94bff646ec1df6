"""The page of an initiative: a team's work, and the conversation about it."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from cohorts.policies import may_read_initiative
from cohorts.web.doors import InitiativeDoor, OpenInitiative
from cohorts.web.fragments import initiative as initiative_fragment
from cohorts.web.fragments import whereabouts
from feedback import comments
from feedback.policies import may_comment
from feedback.web import fragments
from feedback.web.composer import composing
from feedback.web.doors import OpenThread, thread_on
from server.calls import Call
from server.live.log import positions
from server.pages import Fragment, Page
from server.routes import page


def initiative_page(call: Call, initiative: OpenInitiative, thread: OpenThread | None) -> Page:
    """The page as this reader may see it. A sponsor alone reads the summary and follows nothing."""
    shown = initiative_fragment(initiative, initiative.vantage)
    context: dict[str, Any] = {"initiative": initiative, "shown": shown, "conversation": None}
    context["whereabouts"] = whereabouts(initiative)
    if not may_read_initiative(initiative.vantage) or thread is None:
        return Page("feedback/initiative.html", context)
    live = positions(call.db, (initiative.stream_id, thread.now.stream_id))
    rows = comments.in_thread(call.db, thread.now.id)
    context |= {
        "conversation": _shown(call, fragments.conversation(rows, thread.now, initiative.vantage)),
        "resolution": fragments.resolution(thread.now, initiative.vantage, empty=not rows),
        "thread": thread.now,
        "talks": may_comment(initiative.vantage, initiative.held),
        **composing(call, thread),
    }
    me = call.signed_in.person_id
    return Page("feedback/initiative.html", context, live, tuple(f"comment-{r.id}" for r in rows if r.author_id == me))


def _shown(call: Call, conversation: list[Fragment]) -> Markup:
    # Joined here: a template would look at each of a hundred fragments again to see whether it must be escaped.
    return Markup("".join(call.house.pages.show(one, call.language) for one in conversation))


@page("/initiatives/{initiative:int}")
def show(call: Call, initiative: InitiativeDoor) -> Page:
    """An initiative with its conversation."""
    return initiative_page(call, initiative, thread_on(call, initiative))


routes = [show]
