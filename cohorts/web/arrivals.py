"""Who has arrived in a cohort, for those who run it; sending invitations again, and taking them back."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from litestar.handlers import HTTPRouteHandler

from cohorts import acceptance, arrivals, cohorts, invitations
from cohorts.acceptance import Opened, State
from cohorts.arrival_windows import FIRST, Key, read_key, window
from cohorts.arrivals import Arrival
from cohorts.policies import may_invite
from cohorts.web import arriving
from cohorts.web.doors import EditCohortDoor, OpenCohort, standing
from cohorts.web.forms import NoForm
from cohorts.web.inviting import desk_of, list_of
from server.calls import Call, Door, Region, Reply
from server.languages import N_
from server.live.log import positions
from server.pages import Page, Piece
from server.refusals import NotYours
from server.routes import page, verb

CHOICES = {
    "": N_("Everybody"),
    "arrived": N_("Arrived"),
    "invited": N_("Invited"),
    "expired": N_("Expired"),
    "failed": N_("Mail went wrong"),
}


@page("/cohorts/{cohort:int}/arrivals")
def show(call: Call, cohort: EditCohortDoor) -> Page:
    """How far the whole cohort is; then every team with its people and those who are invited, and the board."""
    found = arrivals.in_cohort(call.db, cohort.id)
    context = _listed(call, cohort, found) | {"cohort": cohort, "counts": arriving.summary(cohort.id, found)}
    live = positions(call.db, [cohorts.arrivals_stream(call.db, cohort.id)])
    return Page("cohorts/arrivals.html", context | {"tabs": _tabs(call, cohort, context["chosen"])}, live)


@page("/cohorts/{cohort:int}/arrivals/list")
def show_list(call: Call, cohort: EditCohortDoor) -> Piece:
    """The same window of the list, for an open page on which something changed."""
    found = arrivals.in_cohort(call.db, cohort.id)
    return Piece("cohorts/arrivals_list.html", _listed(call, cohort, found) | {"cohort": cohort})


def _tabs(call: Call, cohort: OpenCohort, chosen: str) -> list[tuple[str, str, bool, None]]:
    here = f"/cohorts/{cohort.id}/arrivals"
    return [(call.text(words), f"{here}?show={one}", one == chosen, None) for one, words in CHOICES.items()]


def _listed(call: Call, cohort: OpenCohort, found: list[Arrival]) -> dict[str, Any]:
    chosen = call.query.get("show", "")
    chosen = chosen if chosen in CHOICES else ""
    wanted = [one for one in found if not chosen or arriving.SHOWN_AS[one.stage] == chosen]
    begin = read_key(call.query.get("from", ""))
    shown = window(wanted, begin)
    return {
        "chosen": chosen,
        "parts": arriving.parts_of(call, cohort, found, shown, chosen),
        "asked": _query(chosen, begin),
        "earlier": shown.earlier and _query(chosen, shown.earlier),
        "later": shown.end and _query(chosen, shown.end),
    }


def _query(chosen: str, begin: Key) -> str:
    """A window as an address asks for it."""
    place = ".".join(map(str, begin)) if begin != FIRST else ""
    asked = urlencode({name: value for name, value in (("show", chosen), ("from", place)) if value})
    return f"?{asked}" if asked else ""


def again_page(call: Call, cohort: EditCohortDoor) -> Page:
    """Ask whether everybody who has not come is to get another mail."""
    waiting = arrivals.count(arrivals.in_cohort(call.db, cohort.id)).waiting
    return Page("cohorts/send_all_again.html", {"cohort": cohort, "waiting": waiting})


ask_again = page("/cohorts/{cohort:int}/arrivals/mails", name="arrivals.mails")(again_page)


@verb("/cohorts/{cohort:int}/arrivals/mails", again=again_page)
def send_all_again(call: Call, cohort: EditCohortDoor, form: NoForm) -> Reply:
    """Send all of them another mail, in the background."""
    arrivals.ask_to_send_again(call.db, cohort.id, by_id=call.signed_in.person_id, now=call.now)
    return Reply(f"/cohorts/{cohort.id}/arrivals?done=all-sent-again")


def open_invitation(call: Call) -> Opened:
    """The invitation the path names, for those who may make such a one. The others do not know that it is there."""
    mine = standing(call)
    found = acceptance.find(call.db, call.given["invitation"], call.now)
    if found is None or found.makes_first_owner or not may_invite(mine, found.role, found.place.programme_id):
        raise NotYours
    return found


InvitationDoor = Annotated[Opened, Door(open_invitation)]


@verb("/invited/{invitation:int}/mails")
def send_again(call: Call, invitation: InvitationDoor, form: NoForm) -> Reply:
    """Send somebody another mail, with another link."""
    sent = invitations.send_again(call.db, desk_of(call), invitation.id, call.now)
    word = "sent-again" if sent else "answered" if invitation.state in (State.USED, State.RETRACTED) else "just-sent"
    return Reply(list_of(invitation.place, word), regions=_regions(call, invitation))


def retraction_page(call: Call, invitation: InvitationDoor) -> Page:
    """Ask whether an invitation is to be taken back."""
    return Page("cohorts/retract.html", {"invitation": invitation, "back": list_of(invitation.place)})


ask_retraction = page("/invited/{invitation:int}/retraction", name="invitations.retraction")(retraction_page)


@verb("/invited/{invitation:int}/retraction", again=retraction_page)
def retract(call: Call, invitation: InvitationDoor, form: NoForm) -> Reply:
    """Take an invitation back."""
    done = invitations.retract(call.db, invitation.id, by_id=call.signed_in.person_id, now=call.now)
    word = "taken-back" if done or invitation.state is State.RETRACTED else "answered"
    return Reply(list_of(invitation.place, word), regions=_regions(call, invitation))


def _regions(call: Call, invitation: Opened) -> tuple[Region, ...]:
    place = invitation.place
    if place.cohort_id is None:
        return ()
    stream_id = cohorts.arrivals_stream(call.db, place.cohort_id)
    part = f"team-{place.team_id}" if place.team_id is not None else f"board-{place.cohort_id}"
    return Region(stream_id, f"arrivals-{part}"), Region(stream_id, f"arrivals-counts-{place.cohort_id}")


routes: list[HTTPRouteHandler] = [show, show_list, ask_again, send_all_again, send_again, ask_retraction, retract]
notices = {
    "sent-again": N_("Another mail is on its way."),
    "just-sent": N_("A mail left less than a minute ago, so no other was sent."),
    "all-sent-again": N_("Everybody who has not arrived gets another mail in the next minutes."),
    "taken-back": N_("The invitation is taken back. Its links open nothing any more."),
    "answered": N_("Nothing was done: this invitation was accepted or taken back before."),
}
