"""What feedback shows on other packages' pages."""

from __future__ import annotations

from cohorts.web.doors import OpenCohort
from cohorts.web.panels import Panel
from feedback import visits
from feedback.policies import may_follow_news
from feedback.web import fragments
from server.calls import Call
from server.languages import N_


def news(call: Call, cohort: OpenCohort) -> Panel | None:
    """What is new in a cohort, for those who take part in it."""
    if not may_follow_news(cohort.vantage):
        return None
    shown = fragments.news(call.db, cohort.vantage, cohort.id, cohort.programme.time_zone)
    unread = visits.unread_teams(call.db, call.signed_in.person_id, cohort.vantage, cohort.id)
    marked = tuple(f"team-{id_}" for id_ in unread)
    html, way = call.house.pages.show(shown, call.language), (shown.dom_id, N_("What is new"))
    return Panel(html, (cohort.talk_stream_id,), aside=True, unread=marked, way=way)


def new_by_cohort(call: Call) -> dict[int, int]:
    """In how many conversations of each cohort something is new to the reader."""
    return visits.unread_by_cohort(call.db, call.signed_in.person_id)


# What the start page is to show of this package, by cohort; and what a cohort's page is.
home_panels = (new_by_cohort,)
cohort_panels = (news,)
