"""A cohort's page, and the form that names it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cohorts import cohorts, teams
from cohorts.attributions import set_for_cohort
from cohorts.models import Team
from cohorts.policies import may_edit_cohort, may_see_presence
from cohorts.teams import TeamFacts
from cohorts.web import fragments
from cohorts.web.day import ribbon_now
from cohorts.web.doors import CohortDoor, EditCohortDoor, OpenCohort, standing
from cohorts.web.forms import CohortForm, attribution_choices, in_summary
from cohorts.web.kinds import place
from cohorts.web.panels import panels_of
from server.calls import Call, Region, Reply
from server.day_ribbon import Ribbon
from server.languages import N_
from server.pages import Fragment, Page, Piece
from server.routes import page, verb


@page("/cohorts/{cohort:int}")
def show(call: Call, cohort: CohortDoor) -> Page:
    """Its teams, how many are here, what is new, and what time it is for everybody."""
    panels = panels_of(call, cohort)
    live = (cohort.stream_id, *(one for panel in panels for one in panel.live))
    return Page("cohorts/cohort.html", _shown(call, cohort) | {"panels": panels}, live, own_rows(call, cohort))


def _shown(call: Call, cohort: OpenCohort) -> dict[str, Any]:
    found = teams.read(call.db, Team.cohort_id == cohort.id)  # type: ignore[arg-type]
    return {
        "cohort": cohort,
        "head": fragments.cohort_head(cohort, cohort.vantage),
        "rows": [fragments.team_row(team) for team in found],
        "presence": present(call, cohort),
        "may_edit": may_edit_cohort(cohort.vantage),
        "ribbon": _ribbon(call, cohort, found),
    }


def _ribbon(call: Call, cohort: OpenCohort, found: Iterable[TeamFacts]) -> Ribbon:
    return ribbon_now(call, (team.organisation.time_zone for team in found), cohort.programme.time_zone)


@page("/cohorts/{cohort:int}/day")
def show_day(call: Call, cohort: CohortDoor) -> Piece:
    """What time it is for everybody, for an open page to which a team came."""
    found = teams.read(call.db, Team.cohort_id == cohort.id)  # type: ignore[arg-type]
    return Piece("cohorts/day.html", {"cohort": cohort, "ribbon": _ribbon(call, cohort, found)})


def own_rows(call: Call, cohort: OpenCohort) -> tuple[str, ...]:
    """The ids of the rows of the reader's own teams."""
    held = standing(call).held
    return tuple(dict.fromkeys(f"team-{one.team_id}" for one in held if one.team_id and one.cohort_id == cohort.id))


def present(call: Call, cohort: OpenCohort) -> Fragment | None:
    """How many are here now; None for those who may not see it."""
    if not may_see_presence(cohort.vantage):
        return None
    return fragments.presence(cohort.id, len(call.house.hub.presence.people_at(place(cohort.id))))


def form_page(call: Call, cohort: EditCohortDoor) -> Page:
    """The form for its name and purpose."""
    now = {name: getattr(cohort, name) for name in ("name", "purpose", "attribution")}
    values = now | (call.rejected.values if call.rejected else {})
    errors = call.rejected.errors if call.rejected else {}
    context = {"cohort": cohort, "values": values, "errors": errors, "sentences": in_summary(call, errors, "name")}
    context["attributions"] = attribution_choices(call)
    return Page("cohorts/edit_cohort.html", context)


edit = page("/cohorts/{cohort:int}/edit", name="cohorts.edit")(form_page)


@verb("/cohorts/{cohort:int}/details", again=form_page)
def describe(call: Call, cohort: EditCohortDoor, form: CohortForm) -> Reply:
    """Rename the cohort and say again what it is for."""
    cohorts.describe(call.db, cohort.id, name=form.name, purpose=form.purpose)
    chosen = form.attribution or cohort.attribution
    set_for_cohort(call.db, cohort.id, chosen, by_id=call.signed_in.person_id, now=call.now)
    regions = (Region(cohort.stream_id, f"cohort-head-{cohort.id}"),)
    return Reply(to=f"/cohorts/{cohort.id}?done=cohort-saved", regions=regions)


routes = [show, show_day, edit, describe]
notices = {"cohort-saved": N_("The cohort is saved.")}
