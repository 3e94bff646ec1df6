"""A programme's page, and the forms that make it and describe it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cohorts import cohorts, programmes
from cohorts.attributions import Promised, set_for_programme
from cohorts.models import Attribution
from cohorts.policies import visible_cohorts
from cohorts.web.doors import standing
from cohorts.web.forms import CohortForm, ProgrammeForm, attribution_choices
from cohorts.web.places import OwnerDoor, ProgrammeDoor, RunProgrammeDoor
from people.web.forms import errors_of, typed_in
from server.audit import note
from server.calls import Call, Reply
from server.clock import zone_names
from server.languages import N_
from server.pages import Page
from server.receipts import new_key
from server.refusals import Message, Rejected
from server.routes import page, verb

TEXTS = ("name", "edition", "purpose", "host", "time_zone")
SEES = "facilitators_see_authors"
PROMISED = N_(
    "Something has been said while facilitators were not told by whom. That promise is kept: this stays switched off."
)


@page("/programmes/{programme:int}")
def show(call: Call, programme: ProgrammeDoor) -> Page:
    """What it is, and its cohorts as far as this reader sees them."""
    found = cohorts.read(call.db, visible_cohorts(standing(call)), programme_id=programme.id)
    return Page("cohorts/programme.html", {"programme": programme, "cohorts": found})


def new_page(call: Call, owner: OwnerDoor) -> Page:
    """The form for a programme that is not there yet."""
    zone = call.viewer.time_zone or "UTC"
    typed = typed_in(call, name="", edition="", purpose="", host="", time_zone=zone, key=new_key())
    return _form(call, typed | _ticked(call, False), programme=None)


new = page("/programmes/new", name="programmes.new")(new_page)


@verb("/programmes", again=new_page, once=True)
def create(call: Call, owner: OwnerDoor, form: ProgrammeForm) -> Reply:
    """Make a programme."""
    made = programmes.create(call.db, **form.model_dump())
    by_id = call.signed_in.person_id
    note(call.db, "programme made", by_id=by_id, now=call.now, programme_id=made.id, words=made.name)
    return Reply(f"/programmes/{made.id}?done=programme-made")


def form_page(call: Call, programme: RunProgrammeDoor) -> Page:
    """The form of a programme, filled in."""
    facts = programme.facts
    typed = typed_in(call, **{name: getattr(facts, name) for name in TEXTS})
    return _form(call, typed | _ticked(call, facts.facilitators_see_authors), programme)


def _ticked(call: Call, now: bool) -> dict[str, str]:
    """A box that is not ticked is not sent."""
    typed = call.rejected.values if call.rejected else {SEES: "yes" if now else ""}
    return {SEES: typed.get(SEES, "")}


edit = page("/programmes/{programme:int}/edit", name="programmes.edit")(form_page)


@verb("/programmes/{programme:int}/details", again=form_page)
def describe(call: Call, programme: RunProgrammeDoor, form: ProgrammeForm) -> Reply:
    """Describe the programme again."""
    programmes.describe(call.db, programme.id, **form.model_dump(exclude={SEES}))
    try:
        sees = form.facilitators_see_authors
        set_for_programme(call.db, programme.id, sees, by_id=call.signed_in.person_id, now=call.now)
    except Promised:
        raise Rejected({SEES: Message(PROMISED)}) from None
    return Reply(f"/programmes/{programme.id}?done=programme-saved")


def _form(call: Call, typed: Mapping[str, str], programme: Any) -> Page:
    zones = [(name, name) for name in zone_names(typed["time_zone"])]
    context = {"programme": programme, "values": typed, "errors": errors_of(call), "zones": zones}
    return Page("cohorts/edit_programme.html", context)


def new_cohort_page(call: Call, programme: RunProgrammeDoor) -> Page:
    """The form for another cohort of the programme."""
    values = typed_in(call, name="", purpose="", attribution=Attribution.NAMED, key=new_key())
    context = {"programme": programme, "values": values, "errors": errors_of(call)}
    return Page("cohorts/new_cohort.html", context | {"attributions": attribution_choices(call)})


new_cohort = page("/programmes/{programme:int}/cohorts/new", name="cohorts.new")(new_cohort_page)


@verb("/programmes/{programme:int}/cohorts", again=new_cohort_page, once=True)
def create_cohort(call: Call, programme: RunProgrammeDoor, form: CohortForm) -> Reply:
    """Make a cohort."""
    chosen = form.model_dump(exclude_defaults=True)
    made = cohorts.create(call.db, programme, **chosen)
    by_id = call.signed_in.person_id
    note(call.db, "cohort made", by_id=by_id, now=call.now, programme_id=programme.id, words=made.name)
    return Reply(f"/cohorts/{made.id}?done=cohort-made")


routes = [show, new, create, edit, describe, new_cohort, create_cohort]
notices = {
    "programme-made": N_("The programme is there. Invite its facilitators, or make its first cohort."),
    "programme-saved": N_("The programme is saved."),
    "cohort-made": N_("The cohort is there. Its teams come next."),
}
