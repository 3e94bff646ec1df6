"""Who has which role, for those who run a programme or the installation; taking a role away, and moving somebody."""

from __future__ import annotations

from typing import Any

from cohorts import memberships, roles, teams
from cohorts.identity import ROLE_WORDS
from cohorts.memberships import LastOwner
from cohorts.models import Cohort, Membership
from cohorts.roles import NotThere, RoleFacts
from cohorts.web.forms import MoveForm, NoForm
from cohorts.web.places import MemberDoor, OpenProgramme, OwnerDoor, RoleDoor, RunProgrammeDoor
from people.web.forms import errors_of, typed_in
from server.calls import Call, Region, Reply
from server.languages import N_
from server.pages import Page
from server.refusals import Message, Rejected
from server.routes import page, verb

# As many as fit a page that is read from top to bottom.
MOST = 100
TABS = {
    "": N_("Everybody"),
    "facilitator": N_("Facilitators"),
    "adviser": N_("Advisers"),
    "sponsor": N_("Sponsors"),
    "member": N_("Team members"),
}
LAST_OWNER = N_("This is the only owner of the installation. Make somebody else an owner first.")


@page("/programmes/{programme:int}/people")
def show(call: Call, programme: RunProgrammeDoor) -> Page:
    """Everybody with a role in the programme, a page at a time, or those with one role."""
    role = call.query.get("role", "")
    role, after = role if role in TABS else "", call.query.get("after", "")
    beyond = int(after) if after.isdecimal() and len(after) < 10 else 0
    found = roles.in_programme(call.db, programme.id, role=role, after=beyond, most=MOST + 1)
    context = {"programme": programme, "tabs": _tabs(call, programme, role), "rest": _rest(programme, role, found)}
    return Page("cohorts/people.html", context | _listed(call, found[:MOST]))


def _tabs(call: Call, programme: OpenProgramme, role: str) -> list[tuple[str, str, bool, None]]:
    here = f"/programmes/{programme.id}/people"
    return [(call.text(words), f"{here}?role={one}" if one else here, one == role, None) for one, words in TABS.items()]


def _rest(programme: OpenProgramme, role: str, found: list[RoleFacts]) -> str | None:
    """Where the list goes on."""
    if len(found) <= MOST:
        return None
    return f"/programmes/{programme.id}/people?role={role}&after={found[MOST - 1].id}"


def _listed(call: Call, found: list[RoleFacts]) -> dict[str, Any]:
    people = [(one, call.text(ROLE_WORDS[one.role])) for one in found]
    return {"people": people, "zone": call.viewer.time_zone or "UTC"}


@page("/owners")
def show_owners(call: Call, owner: OwnerDoor) -> Page:
    """Those who run the installation."""
    return Page("cohorts/owners.html", _listed(call, roles.owners(call.db)))


def _place(role: RoleFacts) -> str:
    """The page from which a role is taken away, and to which one returns."""
    if role.team_id is not None:
        return f"/teams/{role.team_id}"
    return f"/programmes/{role.programme_id}/people" if role.programme_id is not None else "/owners"


def removal_page(call: Call, role: RoleDoor) -> Page:
    """Ask whether somebody is to lose that role."""
    word = call.text(ROLE_WORDS[role.role])
    errors = errors_of(call)
    return Page("cohorts/remove_role.html", {"role": role, "word": word, "back": _place(role), "errors": errors})


ask_removal = page("/memberships/{membership:int}/removal", name="memberships.removal")(removal_page)


@verb("/memberships/{membership:int}/removal", again=removal_page)
def remove(call: Call, role: RoleDoor, form: NoForm) -> Reply:
    """End somebody's membership; their open pages close within two seconds."""
    try:
        ended = call.db.get_one(Membership, role.id)
        memberships.remove(call.db, ended, by=call.signed_in.person_id, now=call.now)
    except LastOwner:
        raise Rejected({"": Message(LAST_OWNER)}) from None
    return Reply(to=f"{_still_open(call, role)}?done=member-removed", regions=_regions(call, role))


def _still_open(call: Call, role: RoleFacts) -> str:
    """Who took away their own role may have no way back to where they did it."""
    return _place(role) if role.person_id != call.signed_in.person_id else "/"


def _regions(call: Call, role: RoleFacts) -> tuple[Region, ...]:
    if role.team_id is None or role.person_id == call.signed_in.person_id:
        return ()
    return (Region(call.db.get_one(Cohort, role.cohort_id).stream_id, f"members-{role.team_id}"),)


def move_page(call: Call, role: MemberDoor) -> Page:
    """Ask to which team of the programme somebody moves."""
    found = teams.read(call.db, Cohort.programme_id == role.programme_id)  # type: ignore[arg-type]
    choices = [("", call.text(N_("Choose one")))]
    choices += [(str(one.id), f"{one.name} ({one.organisation.name})") for one in found if one.id != role.team_id]
    context = {"role": role, "teams": choices, "chosen": typed_in(call, team="")["team"], "errors": errors_of(call)}
    return Page("cohorts/move_member.html", context)


ask_move = page("/memberships/{membership:int}/move", name="memberships.move")(move_page)


@verb("/memberships/{membership:int}/moves", again=move_page)
def move(call: Call, role: MemberDoor, form: MoveForm) -> Reply:
    """End the one membership and begin the other, in one transaction."""
    try:
        ended = call.db.get_one(Membership, role.id)
        begun = roles.move(call.db, ended, form.team, by=call.signed_in.person_id, now=call.now)
    except NotThere:
        raise Rejected({"team": Message(N_("Choose another team of this programme."))}) from None
    return Reply(to=f"/teams/{begun.team_id}?done=member-moved")


routes = [show, show_owners, ask_removal, remove, ask_move, move]
notices = {
    "member-removed": N_("The membership has ended."),
    "member-moved": N_("They are in this team now."),
}
