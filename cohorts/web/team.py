"""A team's page, and the form that names it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from markupsafe import escape

from cohorts import initiatives, memberships, teams
from cohorts.cohorts import CohortFacts
from cohorts.initiatives import InitiativeFacts
from cohorts.models import Role
from cohorts.policies import READERS, may_edit_cohort, may_edit_initiative, visible_initiatives, visible_summaries
from cohorts.web import fragments
from cohorts.web.cohort import present
from cohorts.web.day import ribbon_now
from cohorts.web.doors import EditTeamDoor, OpenCohort, OpenTeam, TeamDoor, standing
from cohorts.web.forms import TeamForm, in_summary
from cohorts.web.panels import panels_of
from cohorts.web.words import PART_CHOICES, PART_SENTENCES, SECTOR_WORDS, city, language_names
from server.calls import Call, Region, Reply
from server.languages import N_
from server.markdown import first_words
from server.pages import Page
from server.routes import page, verb

MOST_BEGINNING = 320


@page("/teams/{team:int}")
def show(call: Call, team: TeamDoor) -> Page:
    """The organisation, the people and the beginning of the initiative."""
    found = call.once(("initiative of team", team.id), lambda: _initiative(call, team))
    panels = panels_of(call, team, "team")
    streams = [team.cohort.stream_id, *([found[0].stream_id] if found and found[1] else [])]
    live = (*streams, *(one for panel in panels for one in panel.live))
    work = (*found, _beginning(*found)) if found else None
    return Page("cohorts/team.html", _shown(call, team) | {"initiative": work, "panels": panels}, live)


def _beginning(facts: InitiativeFacts, reads: bool) -> str:
    # The summary is no Markdown: what looks like markup in it is words.
    return first_words(facts.challenge_html if reads else str(escape(facts.released_summary)), MOST_BEGINNING)


def _shown(call: Call, team: OpenTeam) -> dict[str, Any]:
    people = memberships.members_of(call.db, team.id)
    return {
        "team": team,
        "organisation": _facts(call, team),
        "members": fragments.members(team, people, team.vantage),
        "presence": present(call, _cohort(team)),
        "ribbon": ribbon_now(call, [team.organisation.time_zone], team.cohort.programme.time_zone),
        "part_word": PART_SENTENCES[team.part],
        "no_initiative": _why_none(team),
        "may_edit": may_edit_cohort(team.vantage),
        "may_write": may_edit_initiative(team.vantage),
    }


def _initiative(call: Call, team: OpenTeam) -> tuple[InitiativeFacts, bool] | None:
    """The team's initiative, and whether the reader may read more of it than the released summary."""
    if found := initiatives.read(call.db, visible_initiatives(standing(call)), team_id=team.id):
        return found[0], True
    found = initiatives.read(call.db, visible_summaries(standing(call)), team_id=team.id)
    return (found[0], False) if found else None


def _why_none(team: OpenTeam) -> str:
    if team.vantage.roles & (READERS | {Role.SPONSOR}):
        return N_("The team has not begun its initiative yet.")
    return N_("What teams write is open to the people who learn together, not to those who run the installation.")


def _cohort(team: OpenTeam) -> OpenCohort:
    facts = {each.name: getattr(team.cohort, each.name) for each in fields(CohortFacts)}
    return OpenCohort(**facts, vantage=team.vantage)


def _facts(call: Call, team: OpenTeam) -> dict[str, str]:
    home = team.organisation
    return {
        "name": home.name,
        "country": home.country,
        "sector": call.text(SECTOR_WORDS[home.sector]),
        "languages": language_names(home.languages, call.language),
        "city": city(home.time_zone, call.language),
    }


def form_page(call: Call, team: EditTeamDoor) -> Page:
    """The form for its name and part."""
    values = {"name": team.name, "part": team.part} | (call.rejected.values if call.rejected else {})
    errors = call.rejected.errors if call.rejected else {}
    parts = [(part, call.text(words)) for part, words in PART_CHOICES.items()]
    context = {"team": team, "values": values, "errors": errors, "parts": parts}
    return Page("cohorts/edit_team.html", context | {"sentences": in_summary(call, errors, "name")})


edit = page("/teams/{team:int}/edit", name="teams.edit")(form_page)


@verb("/teams/{team:int}/details", again=form_page)
def describe(call: Call, team: EditTeamDoor, form: TeamForm) -> Reply:
    """Rename the team and say again what it does in its cohort."""
    teams.describe(call.db, team.id, name=form.name, part=form.part)
    regions = (Region(team.cohort.stream_id, f"team-{team.id}"),)
    return Reply(to=f"/teams/{team.id}?done=team-saved", regions=regions)


routes = [show, edit, describe]
notices = {"team-saved": N_("The team is saved.")}
