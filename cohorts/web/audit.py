"""The audit log: everything for owners, their programmes for facilitators."""

from __future__ import annotations

from urllib.parse import urlencode

from cohorts import audit
from cohorts.audit import Filter
from cohorts.web.places import AuditDoor
from server.calls import Call
from server.forms import clean
from server.languages import N_
from server.pages import Page
from server.routes import page

MOST = 50
# An entry's `what` in words; what is not here is shown as it stands.
WORDS = {
    "programme made": N_("Made a programme"),
    "cohort made": N_("Made a cohort"),
    "team made": N_("Made a team"),
    "membership began": N_("Gave a role"),
    "membership ended": N_("Ended a membership"),
    "attribution set": N_("Set in whose name things are shown"),
    "facilitators see authors": N_("Set whether facilitators see authors"),
    "quote asked": N_("Asked to quote somebody"),
    "quote answered": N_("An author answered about a quote"),
    "moved": N_("Moved to another team"),
    "invited": N_("Invited"),
    "invitation sent again": N_("Sent an invitation again"),
    "invitation taken back": N_("Took an invitation back"),
    "invitation accepted": N_("Accepted an invitation"),
    "imported": N_("Imported a list"),
    "import confirmed": N_("Confirmed an import"),
    "data downloaded": N_("Downloaded their data"),
    "follow-through downloaded": N_("Downloaded the follow-through of a cohort"),
    "person erased": N_("Erased a person"),
    "logins ended": N_("Ended other logins"),
    "comment hidden": N_("Hid a comment"),
    "comment shown again": N_("Showed a hidden comment again"),
    "report dismissed": N_("Left a reported comment as it is"),
    "appeal decided": N_("Decided about a hidden comment again"),
    "attendance noted": N_("Noted that somebody came to a session"),
    "attendance taken back": N_("Noted that somebody did not come to a session"),
}


@page("/audit")
def show(call: Call, programmes: AuditDoor) -> Page:
    """The newest entries, or those before an id; filtered by kind or person."""
    person, before = (_number(call.query.get(name, "")) for name in ("person", "before"))
    wanted = Filter(programmes, clean(call.query.get("what", "")), person, before)
    found = audit.read(call.db, wanted, MOST + 1)
    choices = {"whats": _whats(call, wanted), "people": _people(call, wanted), "older": _older(call, wanted, found)}
    entries = [(one, _word(call, one.what)) for one in found[:MOST]]
    zone = call.viewer.time_zone or "UTC"
    return Page("cohorts/audit.html", {"entries": entries, "wanted": wanted, "zone": zone, **choices})


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _word(call: Call, what: str) -> str:
    return call.text(WORDS[what]) if what in WORDS else what.capitalize()


def _whats(call: Call, wanted: Filter) -> list[tuple[str, str]]:
    everything = ("", call.text(N_("Everything")))
    return [everything, *((what, _word(call, what)) for what in audit.whats(call.db, wanted.programmes))]


def _people(call: Call, wanted: Filter) -> list[tuple[str, str]]:
    everybody = ("", call.text(N_("Everybody")))
    return [everybody, *((str(id_), name) for id_, name in audit.people_in(call.db, wanted.programmes))]


def _older(call: Call, wanted: Filter, found: list[audit.Entry]) -> str | None:
    """Where the log goes on, with the same filter."""
    if len(found) <= MOST:
        return None
    given = {"what": wanted.what, "person": wanted.person_id, "before": found[MOST - 1].id}
    return "/audit?" + urlencode({name: value for name, value in given.items() if value})


routes = [show]
