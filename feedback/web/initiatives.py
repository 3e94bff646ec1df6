"""The page of an initiative: a team's work, and the conversation about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cohorts.audiences import AUDIENCE_WORDS
from cohorts.policies import may_read_initiative
from cohorts.web.doors import InitiativeDoor, OpenInitiative
from cohorts.web.fragments import initiative as initiative_fragment
from cohorts.web.fragments import whereabouts
from cohorts.web.panels import bytes_of, panels_of
from feedback.web.doors import OpenThread, threads_on
from feedback.web.talk import talk
from server.calls import Call
from server.pages import Page
from server.routes import page


def initiative_page(call: Call, initiative: OpenInitiative, threads: Sequence[OpenThread]) -> Page:
    """The page as this reader may see it. A sponsor alone reads the summary and follows nothing."""
    context: dict[str, Any] = {"initiative": initiative, "conversation": None, "panels": ()}
    context["whereabouts"] = whereabouts(initiative)
    if not may_read_initiative(initiative.vantage) or not threads:
        context["shown"] = initiative_fragment(initiative, initiative.vantage)
        return Page("feedback/initiative.html", context)
    of_cohort, *smaller = threads
    # Panels look at the same threads, and stand on their streams.
    call.once(("threads", initiative.id), lambda: [one.now for one in threads])
    found, panels = talk(call, of_cohort), panels_of(call, initiative, "initiative")
    marked = {name: html for panel in panels for name, html in panel.marked.items()}
    context |= {"shown": initiative_fragment(initiative, initiative.vantage, marked), "panels": panels}
    context["circles"] = [(one.now.page, AUDIENCE_WORDS[one.now.kind]) for one in smaller]
    live = (of_cohort.now.around, *(one.now.position for one in threads))
    mine = (*found.mine, *(id_ for panel in panels for id_ in panel.mine))
    return Page("feedback/initiative.html", context | found.context | bytes_of(panels), live, mine)


@page("/initiatives/{initiative:int}")
def show(call: Call, initiative: InitiativeDoor) -> Page:
    """An initiative with its conversation."""
    return initiative_page(call, initiative, threads_on(call, initiative))


routes = [show]
