"""A cohort's page, and the form that names it."""

from __future__ import annotations

from cohorts import cohorts, teams
from cohorts.memberships import names_of
from cohorts.models import Team
from cohorts.policies import may_see_presence
from cohorts.teams import TeamFacts
from cohorts.web import fragments
from cohorts.web.day import ribbon_now
from cohorts.web.doors import CohortDoor, EditCohortDoor, OpenCohort, standing
from cohorts.web.forms import CohortForm, in_summary
from cohorts.web.kinds import place
from cohorts.web.panels import panels_of
from server.calls import Call, Region, Reply
from server.languages import N_
from server.live.log import positions
from server.pages import Fragment, Page
from server.routes import page, verb


@page("/cohorts/{cohort:int}")
def show(call: Call, cohort: CohortDoor) -> Page:
    """Its teams, who is here, what is new, and what time it is for everybody."""
    found = teams.read(call.db, Team.cohort_id == cohort.id)  # type: ignore[arg-type]
    panels = panels_of(call, cohort)
    live = (*positions(call.db, [cohort.stream_id]), *(one for panel in panels for one in panel.live))
    context = {
        "cohort": cohort,
        "head": fragments.cohort_head(cohort, cohort.vantage),
        "rows": [fragments.team_row(team) for team in found],
        "presence": present(call, cohort),
        "ribbon": _ribbon(call, cohort, found),
        "panels": panels,
    }
    own = (f"team-{one.team_id}" for one in standing(call).held if one.team_id and one.cohort_id == cohort.id)
    return Page("cohorts/cohort.html", context, live=live, mine=tuple(dict.fromkeys(own)))


def present(call: Call, cohort: OpenCohort) -> Fragment | None:
    """Who is here now; None for those who may not see it."""
    if not may_see_presence(cohort.vantage):
        return None
    return fragments.presence(cohort.id, names_of(call.db, call.house.hub.presence.people_at(place(cohort.id))))


def _ribbon(call: Call, cohort: OpenCohort, found: list[TeamFacts]) -> object:
    return ribbon_now(call, (team.organisation.time_zone for team in found), cohort.programme.time_zone)


def form_page(call: Call, cohort: EditCohortDoor) -> Page:
    """The form for its name and purpose."""
    values = {"name": cohort.name, "purpose": cohort.purpose} | (call.rejected.values if call.rejected else {})
    errors = call.rejected.errors if call.rejected else {}
    context = {"cohort": cohort, "values": values, "errors": errors, "sentences": in_summary(call, errors, "name")}
    return Page("cohorts/edit_cohort.html", context)


edit = page("/cohorts/{cohort:int}/edit", name="cohorts.edit")(form_page)


@verb("/cohorts/{cohort:int}/details", again=form_page)
def describe(call: Call, cohort: EditCohortDoor, form: CohortForm) -> Reply:
    """Rename the cohort and say again what it is for."""
    cohorts.describe(call.db, cohort.id, name=form.name, purpose=form.purpose)
    regions = (Region(cohort.stream_id, f"cohort-head-{cohort.id}"),)
    return Reply(to=f"/cohorts/{cohort.id}?done=cohort-saved", regions=regions)


routes = [show, edit, describe]
notices = {"cohort-saved": N_("The cohort is saved.")}
