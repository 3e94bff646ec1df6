"""What sessions show on a cohort's page and on the start page."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from cohorts.cohorts import CohortFacts
from cohorts.web.doors import OpenCohort, standing
from cohorts.web.panels import Panel
from server.calls import Call
from server.live.log import positions
from server.pages import Fragment, Piece
from sessions import sessions
from sessions.policies import may_attend, may_plan_sessions, may_see_list
from sessions.web import fragments


def _ahead(call: Call, cohort: OpenCohort) -> tuple[Fragment, Fragment]:
    where = call.db, cohort.id, cohort.vantage.roles, cohort.programme.time_zone, call.now
    return call.once(("sessions ahead", cohort.id), lambda: fragments.ahead(*where))


def now_in_cohort(call: Call, cohort: OpenCohort) -> Panel | None:
    """What is on now, before everything else: whoever comes to the page then looks for it. It is live with the list."""
    if not may_see_list(cohort.vantage.roles):
        return None
    head, _ = _ahead(call, cohort)
    return Panel(call.house.pages.show(head, call.language), first=True)


def of_cohort(call: Call, cohort: OpenCohort) -> Panel | None:
    """What is to come, for those who are told of it. Sponsors follow no stream: they see a part of the list, and must
    not learn when the rest of it changes."""
    roles = cohort.vantage.roles
    if not may_see_list(roles):
        return None
    _, shown = _ahead(call, cohort)
    context = {"shown": shown, "cohort_id": cohort.id, "plans": may_plan_sessions(roles)}
    html = Markup(call.house.pages.piece(Piece("sessions/panel.html", context), call.language))
    streams = [sessions.LISTS.of(call.db, cohort.id).stream_id] if may_attend(roles) else []
    return Panel(html, positions(call.db, streams))


def now_at_start(call: Call, seen: Sequence[CohortFacts]) -> Panel | None:
    """What is on now in the cohorts that the reader sees, for those who come to the start page because of it."""
    mine = standing(call)
    roles = {one.id: mine.roles_in_cohort(one.id, one.programme.id) for one in seen}
    on = fragments.on_now(call.db, roles, call.now)
    if not on:
        return None
    names = {one.id: one.name for one in seen}
    piece = Piece("sessions/start.html", {"rows": [(one.id, one.theme, names[one.cohort_id]) for one in on]})
    return Panel(Markup(call.house.pages.piece(piece, call.language)), first=True)


start_panels = (now_at_start,)
cohort_panels = (now_in_cohort, of_cohort)
