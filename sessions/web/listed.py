"""The sessions of a cohort as a list, and the page of one session: what it is about, and when it is offered."""

from __future__ import annotations

from typing import Any

from litestar.handlers import HTTPRouteHandler

from cohorts.web.panels import Panel, bytes_of
from server.calls import Call
from server.live.log import positions
from server.pages import Fragment, Page
from server.routes import page
from sessions import sessions
from sessions.policies import may_attend, may_plan_sessions
from sessions.web import fragments, shown
from sessions.web.doors import OpenSession, SessionDoor, SessionsDoor
from sessions.web.parts import parts_of, parts_of_slot


@page("/cohorts/{cohort:int}/sessions", name="sessions.list")
def show_list(call: Call, cohort: SessionsDoor) -> Page:
    """All sessions of a cohort; for those who plan them also the drafts."""
    where = call.db, cohort.id, cohort.vantage.roles, cohort.programme.time_zone, call.now
    plans, lists = may_plan_sessions(cohort.vantage.roles), sessions.LISTS.of(call.db, cohort.id)
    context = {"cohort": cohort, "plans": plans, "sessions": fragments.everything(*where)}
    context["drafts"] = fragments.drafts(*where) if plans else None
    streams = [lists.stream_id] if may_attend(cohort.vantage.roles) else []
    return Page(
        "sessions/list.html", context, positions(call.db, [*streams, *([lists.run_stream_id] if plans else [])])
    )


@page("/sessions/{session:int}", name="sessions.show")
def show(call: Call, opened: SessionDoor) -> Page:
    """One session with all that this reader has to do with it."""
    offered = [(_slot(call, opened, at), parts_of_slot(call, opened, one)) for at, one in enumerate(opened.slots)]
    above, below = parts_of(call, opened)
    context: dict[str, Any] = {"opened": opened, "cohort": opened.cohort, "slots": offered}
    context |= {"parts": above, "below": below} | _live_parts(call, opened) | bytes_of(below)
    beside = [*above, *below, *(panel for _, panels in offered for panel in panels)]
    mine = tuple(dom_id for panel in beside for dom_id in panel.mine)
    live = (*positions(call.db, _streams(opened)), *(one for panel in beside for one in panel.live))
    return Page("sessions/session.html", context, tuple(dict.fromkeys(live)), mine=mine)


def _slot(call: Call, opened: OpenSession, at: int) -> Fragment:
    return shown.slot_shown(call.db, opened.now, opened.slots[at], opened.cohort.vantage, call.now)


def _live_parts(call: Call, opened: OpenSession) -> dict[str, Fragment | Panel | None]:
    facts, vantage = opened.now, opened.cohort.vantage
    return {
        "about": shown.session_shown(call.db, facts, vantage, vantage.attribution, call.now),
        "agenda": shown.agenda_shown(call.db, facts, call.language.tag),
        "run": shown.run_shown(call.db, facts, opened.roles, call.now) if opened.plans else None,
    }


def _streams(opened: OpenSession) -> list[int]:
    """Those who look on see a page that stands still: they must not learn when something happens."""
    if not may_attend(opened.roles):
        return []
    run = [opened.now.run_stream_id] if opened.plans else []
    return [opened.now.stream_id, *run, *(slot.stream_id for slot in opened.slots)]


routes: list[HTTPRouteHandler] = [show_list, show]
