"""The form for a new team: of an organisation that is known in the programme, or of a new one."""

from __future__ import annotations

from cohorts import founding, teams
from cohorts.models import Cohort
from cohorts.web.doors import EditCohortDoor
from cohorts.web.forms import NEW_ORGANISATION, NewTeamForm
from cohorts.web.words import PART_CHOICES, SECTOR_WORDS, country_choices
from people import organisations
from people.models import Organisation, Sector
from people.web.forms import errors_of, typed_in
from server.audit import note
from server.calls import Call, Reply
from server.clock import zone_names
from server.languages import N_
from server.pages import Page, country
from server.receipts import new_key
from server.refusals import Message, Rejected
from server.routes import page, verb


def form_page(call: Call, cohort: EditCohortDoor) -> Page:
    """The form. Only organisations of this programme are offered: the others are nobody's business here."""
    known = teams.organisations_in(call.db, cohort.programme.id)
    fresh = {"name": "", "part": "learns", "organisation_name": "", "country": "", "sector": "", "key": new_key()}
    zone = cohort.programme.time_zone
    values = typed_in(call, **fresh, organisation="" if known else NEW_ORGANISATION, time_zone=zone)
    choose = ("", call.text(N_("Choose one")))
    named = ((str(one.id), f"{one.name} ({country(one.country, call.language)})") for one in known)
    context = {
        "cohort": cohort,
        "values": values,
        "errors": errors_of(call),
        "parts": [(part, call.text(words)) for part, words in PART_CHOICES.items()],
        "organisations": [choose, *named],
        "countries": [choose, *country_choices(call.language)],
        "sectors": [choose, *((sector, call.text(words)) for sector, words in SECTOR_WORDS.items())],
        "zones": [(name, name) for name in zone_names(values["time_zone"])],
    }
    return Page("cohorts/new_team.html", context)


new = page("/cohorts/{cohort:int}/teams/new", name="teams.new")(form_page)


@verb("/cohorts/{cohort:int}/teams", again=form_page, once=True)
def create(call: Call, cohort: EditCohortDoor, form: NewTeamForm) -> Reply:
    """Make a team, with its audiences, an initiative to write and the discussion on it."""
    home, into = _organisation(call, cohort.programme.id, form), call.db.get_one(Cohort, cohort.id)
    by_id = call.signed_in.person_id
    made = founding.found_team(call.db, into, home, name=form.name, part=form.part, by_id=by_id, now=call.now)
    note(call.db, "team made", by_id=by_id, now=call.now, programme_id=cohort.programme.id, words=made.name)
    return Reply(f"/teams/{made.id}?done=team-made")


def _organisation(call: Call, programme_id: int, form: NewTeamForm) -> Organisation:
    """The organisation that was chosen or described; one of the same name and country is not made twice."""
    if missing := form.missing():
        raise Rejected(missing)
    known = teams.organisations_in(call.db, programme_id)
    if form.organisation == NEW_ORGANISATION:
        named = (form.organisation_name.casefold(), form.country)
        found = next((one for one in known if (one.name.casefold(), one.country) == named), None)
    else:
        found = next((one for one in known if str(one.id) == form.organisation), None)
        if found is None:
            raise Rejected({"organisation": Message(N_("Choose the team's organisation."))})
    if found is not None:
        return call.db.get_one(Organisation, found.id)
    sector = Sector(form.sector)
    return organisations.add(
        call.db, name=form.organisation_name, country=form.country, sector=sector, time_zone=form.time_zone
    )


routes = [new, create]
notices = {"team-made": N_("The team is there. Invite its people next.")}
