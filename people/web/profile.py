"""What a person says of themselves, and the one question about their clock."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from people import persons
from people.web.doors import SelfDoor
from people.web.forms import PreferencesForm, ZoneForm, errors_of, typed_in
from server.calls import Call, Reply
from server.clock import zone_names
from server.languages import N_
from server.pages import Page
from server.refusals import Message, Rejected
from server.routes import page, verb

# Called with (db, person_id) when a person changes their name; filled by higher packages, whose regions show it.
RENAMED = "person renamed"
# What other packages let somebody choose: functions from a call to the HTML of a section.
PROFILE = "profile"


def profile_page(call: Call, viewer: SelfDoor) -> Page:
    """The form, filled in; the zone's error stands at its box even when it was asked elsewhere."""
    typed = typed_in(call, name=viewer.name, time_zone=viewer.time_zone, language=viewer.language)
    errors = errors_of(call)
    if "zone" in errors:
        errors["time_zone"] = errors.pop("zone")
    names = (*([] if viewer.time_zone else [""]), *zone_names(typed["time_zone"] or viewer.time_zone))
    context = {
        "email": viewer.email,
        "typed": typed,
        "errors": errors,
        "zones": [(name, name or call.text(N_("Choose one"))) for name in names],
        "languages": [(language.tag, language.name) for language in call.house.pages.languages.values()],
        "panels": [make(call) for make in call.house.panels.get(PROFILE, ())],
    }
    return Page("people/profile.html", context)


@verb("/profile/preferences", again=profile_page)
def prefer(call: Call, viewer: SelfDoor, form: PreferencesForm) -> Reply:
    """Save name, time zone and language."""
    if form.language and form.language not in call.house.pages.languages:
        raise Rejected({"language": Message(N_("Choose a language from the list."))})
    persons.change(call.db, viewer.person_id, viewer.stream_id, **form.model_dump())
    if form.name != viewer.name:
        for tell in call.house.panels.get(RENAMED, ()):
            tell(call.db, viewer.person_id)
    return Reply("/profile?done=profile-saved")


@verb("/profile/zone", again=profile_page)
def set_zone(call: Call, viewer: SelfDoor, form: ZoneForm) -> Reply:
    """Answer the question for the time zone, and go back to where it was asked."""
    persons.change(call.db, viewer.person_id, viewer.stream_id, time_zone=form.zone)
    return Reply(form.next)


show_profile = page("/profile")(profile_page)

routes: list[HTTPRouteHandler] = [show_profile, prefer, set_zone]
