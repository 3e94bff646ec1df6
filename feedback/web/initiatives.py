"""The page of an initiative: a team's work, and the conversation about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cohorts.audiences import AUDIENCE_WORDS
from cohorts.policies import may_read_initiative
from cohorts.web.doors import InitiativeDoor, OpenInitiative
from cohorts.web.fragments import initiative as initiative_fragment
from cohorts.web.fragments import whereabouts
from feedback.web.doors import OpenThread, threads_on
from feedback.web.talk import talk
from server.calls import Call
from server.live.log import positions
from server.pages import Page
from server.routes import page


def initiative_page(call: Call, initiative: OpenInitiative, threads: Sequence[OpenThread]) -> Page:
    """The page as this reader may see it. A sponsor alone reads the summary and follows nothing."""
    shown = initiative_fragment(initiative, initiative.vantage)
    context: dict[str, Any] = {"initiative": initiative, "shown": shown, "conversation": None}
    context["whereabouts"] = whereabouts(initiative)
    if not may_read_initiative(initiative.vantage) or not threads:
        return Page("feedback/initiative.html", context)
    of_cohort, *smaller = threads
    found = talk(call, of_cohort)
    live = positions(call.db, (initiative.stream_id, found.stream_id))
    context["circles"] = [(one.now.page, AUDIENCE_WORDS[one.now.kind]) for one in smaller]
    return Page("feedback/initiative.html", context | found.context, live, found.mine)


@page("/initiatives/{initiative:int}")
def show(call: Call, initiative: InitiativeDoor) -> Page:
    """An initiative with its conversation."""
    return initiative_page(call, initiative, threads_on(call, initiative))


routes = [show]
