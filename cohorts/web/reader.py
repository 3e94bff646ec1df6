"""Who reads, for the head of every page; and the people whom one can enter as in the demo."""

from __future__ import annotations

from cohorts.identity import ROLE_WORDS
from cohorts.memberships import Standing, invented
from cohorts.models import Role
from cohorts.web.doors import standing
from people import organisations
from people.web.demo import Entry
from server.calls import Call
from server.house import Place, Reader
from server.languages import N_

FIRST_ROLE = (Role.FACILITATOR, Role.MEMBER, Role.ADVISER, Role.SPONSOR, Role.OWNER)
MOST_MEMBERS = 12


def reader_of(call: Call) -> tuple[Reader | None, tuple[Place, ...]]:
    """The name and role in the page's head, and the places this reader goes to. Costs no query beside the standing, and
    one more for somebody who has not said where they are."""
    if call.viewer is None:
        return None, ()
    mine = standing(call)
    roles = {one.role for one in mine.held}
    role = next((one for one in FIRST_ROLE if one in roles), None)
    zone = "" if call.viewer.time_zone else _likely_zone(call)
    reader = Reader(call.viewer.name, role, call.text(ROLE_WORDS[role]) if role else "", zone)
    places = [*_places(call, mine, roles), (call.text(N_("Profile")), "/profile")]
    return reader, tuple(Place(label, url, call.path == url) for label, url in places)


def _likely_zone(call: Call) -> str:
    home = organisations.by_id(call.db, call.signed_in.organisation_id)
    return home.time_zone if home else ""


def _places(call: Call, mine: Standing, roles: set[str]) -> list[tuple[str, str]]:
    """Own teams, then the one cohort somebody has or the list of all of them."""
    own = list(dict.fromkeys(one.team_id for one in mine.held if one.team_id is not None))
    found = [(call.text(N_("My team")), f"/teams/{own[0]}")] if own else []
    # What waits for an adviser is collected by feedback; the way there is the same wherever they are.
    found += [(call.text(N_("Desk")), "/desk")] if Role.ADVISER in roles else []
    wide = bool(roles - {Role.MEMBER, Role.ADVISER})
    cohorts = list(dict.fromkeys(one.cohort_id for one in mine.held if one.cohort_id is not None))
    if wide:
        label = N_("Cohorts") if Role.OWNER in roles else N_("Programme")
        return [*found, (call.text(label), "/")]
    if len(cohorts) == 1:
        return [*found, (call.text(N_("My cohort")), f"/cohorts/{cohorts[0]}")]
    return [*found, (call.text(N_("My cohorts")), "/")] if cohorts else [(call.text(N_("Start")), "/")]


def cast(call: Call) -> list[Entry]:
    """Invented people with a role, in the order of the roles; one of each team, and no more than fits a page."""
    found: dict[int, Entry] = {}
    for row in invented(call.db):
        word = call.text(ROLE_WORDS[row.role])
        found.setdefault(row.person_id, Entry(row.person_id, row.name, row.role, word, row.team))
    ordered = sorted(found.values(), key=lambda one: FIRST_ROLE.index(Role(one.role)))
    members = [one for one in ordered if one.role == Role.MEMBER]
    return [one for one in ordered if one.role != Role.MEMBER or one in members[:MOST_MEMBERS]]
