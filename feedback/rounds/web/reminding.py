"""The page that the last line of a reminder leads to: no more of them for this round, or again."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from feedback.rounds import reminders
from feedback.rounds.web.doors import RoundDoor
from server.calls import Call, Reply
from server.languages import N_
from server.pages import Page
from server.routes import page, verb


def reminders_page(call: Call, round: RoundDoor) -> Page:
    """Whether the reader is reminded of the round."""
    wants = reminders.wants_reminders(call.db, round.id, call.signed_in.person_id)
    return Page("rounds/reminders.html", {"round": round.now, "cohort": round.cohort, "wants": wants})


show = page("/rounds/{round:int}/reminders", name="rounds.reminders")(reminders_page)


@verb("/rounds/{round:int}/silence")
def stop(call: Call, round: RoundDoor) -> Reply:
    """Be reminded of this round no more."""
    reminders.stop(call.db, round.id, call.signed_in.person_id, call.now)
    return Reply(f"/rounds/{round.id}/reminders?done=reminders-stopped")


@verb("/rounds/{round:int}/reminders")
def start(call: Call, round: RoundDoor) -> Reply:
    """Be reminded again."""
    reminders.start(call.db, round.id, call.signed_in.person_id)
    return Reply(f"/rounds/{round.id}/reminders?done=reminders-started")


routes: list[HTTPRouteHandler] = [show, stop, start]
notices = {
    "reminders-stopped": N_("You get no more reminders of this round."),
    "reminders-started": N_("You are reminded of this round again."),
}
