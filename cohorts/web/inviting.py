"""Inviting people: into a team, to a cohort's board, to run a programme, or to own the installation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from litestar.handlers import HTTPRouteHandler

from cohorts import arrivals
from cohorts.identity import ROLE_WORDS
from cohorts.invitations import Desk, Outcome, invite
from cohorts.models import Role
from cohorts.places import Place, place_of
from cohorts.web import arriving
from cohorts.web.doors import edit_cohort, edit_team
from cohorts.web.invitation_forms import Invited, InviteForm
from cohorts.web.places import run_installation, run_programme
from people.web.forms import errors_of, typed_in
from server.calls import Call, Door, Reply
from server.languages import N_
from server.pages import Page
from server.receipts import new_key
from server.refusals import Message, Rejected
from server.routes import page, verb


@dataclass(frozen=True, slots=True)
class Inviting:
    """Where somebody invites, to which roles, and the address of that place's own page."""

    place: Place
    roles: tuple[Role, ...]
    at: str


def into_team(call: Call) -> Inviting:
    """A team, for those who run its cohort."""
    team = edit_team(call)
    return Inviting(place_of(call.db, team_id=team.id), (Role.MEMBER,), f"/teams/{team.id}")


def into_cohort(call: Call) -> Inviting:
    """A cohort's board, for those who run it."""
    cohort = edit_cohort(call)
    return Inviting(place_of(call.db, cohort_id=cohort.id), (Role.ADVISER, Role.SPONSOR), f"/cohorts/{cohort.id}")


def into_programme(call: Call) -> Inviting:
    """A programme, for those who run it."""
    programme = run_programme(call)
    return Inviting(place_of(call.db, programme_id=programme.id), (Role.FACILITATOR,), f"/programmes/{programme.id}")


def to_own(call: Call) -> Inviting:
    """The installation, for its owners."""
    run_installation(call)
    return Inviting(Place(), (Role.OWNER,), "/owners")


TeamDoor = Annotated[Inviting, Door(into_team)]
CohortDoor = Annotated[Inviting, Door(into_cohort)]
ProgrammeDoor = Annotated[Inviting, Door(into_programme)]
OwnersDoor = Annotated[Inviting, Door(to_own)]


def desk_of(call: Call) -> Desk:
    """Invitations in the name of the reader."""
    return Desk(call.house.pages, call.house.settings.origin, call.signed_in.person_id, call.signed_in.name)


def list_of(place: Place, done: str = "") -> str:
    """The page that lists who is invited to that place."""
    query = f"?done={done}" if done else ""
    if place.cohort_id is not None:
        anchor = f"#arrivals-team-{place.team_id}" if place.team_id is not None else ""
        return f"/cohorts/{place.cohort_id}/arrivals{query}{anchor}"
    return (
        f"/programmes/{place.programme_id}/invitations{query}" if place.programme_id else f"/owners/invitations{query}"
    )


def _form(call: Call, into: Inviting) -> Page:
    fresh = {"people": "", "role": into.roles[0].value, "language": call.language.tag, "key": new_key()}
    context = {
        "into": into,
        "back": list_of(into.place),
        "values": typed_in(call, **fresh),
        "errors": errors_of(call),
        "roles": [(role.value, call.text(ROLE_WORDS[role])) for role in into.roles],
        "languages": [(one.tag, one.name) for one in call.house.pages.languages.values()],
    }
    return Page("cohorts/invite.html", context)


def _invite(call: Call, into: Inviting, form: InviteForm) -> Reply:
    role = form.role if form.role in into.roles else into.roles[0]
    desk, outcomes = desk_of(call), []
    for one in form.people:
        whom = {"email": one.email, "name": one.name, "language": form.language}
        outcomes.append((one, invite(call.db, desk, into.place, role, **whom, now=call.now).outcome))
    left_out = [(one, outcome) for one, outcome in outcomes if outcome is not Outcome.INVITED]
    if len(left_out) == len(outcomes):
        raise Rejected({"people": _why(*left_out[0]) if len(left_out) == 1 else Message(NOBODY_NEW)})
    return Reply(list_of(into.place, "some-invited" if left_out else "invited"))


NOBODY_NEW = N_("All of them are here already or were invited before. No mail was sent.")
_WHY = {
    Outcome.HERE: N_("%(email)s is here already, in this role. No mail was sent."),
    Outcome.OPEN: N_("%(email)s was invited before and has not come yet. You can send the invitation again."),
}


def _why(one: Invited, outcome: Outcome) -> Message:
    return Message(_WHY[outcome], {"email": one.email})


def team_page(call: Call, into: TeamDoor) -> Page:
    """The form that invites into a team."""
    return _form(call, into)


def cohort_page(call: Call, into: CohortDoor) -> Page:
    """The form that invites advisers and sponsors."""
    return _form(call, into)


def programme_page(call: Call, into: ProgrammeDoor) -> Page:
    """The form that invites facilitators."""
    return _form(call, into)


def owners_page(call: Call, into: OwnersDoor) -> Page:
    """The form that invites owners."""
    return _form(call, into)


@verb("/teams/{team:int}/invitations", again=team_page, once=True)
def invite_members(call: Call, into: TeamDoor, form: InviteForm) -> Reply:
    """Invite people into a team."""
    return _invite(call, into, form)


@verb("/cohorts/{cohort:int}/invitations", again=cohort_page, once=True)
def invite_board(call: Call, into: CohortDoor, form: InviteForm) -> Reply:
    """Invite advisers or sponsors to a cohort."""
    return _invite(call, into, form)


@verb("/programmes/{programme:int}/invitations", again=programme_page, once=True)
def invite_facilitators(call: Call, into: ProgrammeDoor, form: InviteForm) -> Reply:
    """Invite people to run a programme."""
    return _invite(call, into, form)


@verb("/owners/invitations", again=owners_page, once=True)
def invite_owners(call: Call, into: OwnersDoor, form: InviteForm) -> Reply:
    """Invite people to own the installation."""
    return _invite(call, into, form)


def _listed(call: Call, into: Inviting) -> Page:
    rows = [arriving.row(one) for one in arrivals.invited_to(call.db, into.place, into.roles[0])]
    return Page("cohorts/invitations.html", {"into": into, "rows": rows, "zone": into.place.time_zone})


@page("/programmes/{programme:int}/invitations")
def show_programme(call: Call, into: ProgrammeDoor) -> Page:
    """Who is invited to run the programme and has not come."""
    return _listed(call, into)


@page("/owners/invitations")
def show_owners(call: Call, into: OwnersDoor) -> Page:
    """Who is invited to own the installation and has not come."""
    return _listed(call, into)


routes: list[HTTPRouteHandler] = [
    page("/teams/{team:int}/invitations/new", name="invitations.into_team")(team_page),
    page("/cohorts/{cohort:int}/invitations/new", name="invitations.into_cohort")(cohort_page),
    page("/programmes/{programme:int}/invitations/new", name="invitations.into_programme")(programme_page),
    page("/owners/invitations/new", name="invitations.to_own")(owners_page),
    *(invite_members, invite_board, invite_facilitators, invite_owners, show_programme, show_owners),
]
notices = {
    "invited": N_("The invitations are on their way."),
    "some-invited": N_(
        "The new invitations are on their way. Who is here already, or was invited before, got no mail."
    ),
}
