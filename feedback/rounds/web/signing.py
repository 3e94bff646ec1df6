"""Signing a feedback for the team: the points as the other team will read them, the signature, and taking it back."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from feedback.rounds import giving
from feedback.rounds.points import Point, first_problem, points
from feedback.rounds.web.readers import of_feedback
from feedback.rounds.web.team_doors import OpenGiven, TakeBackDoor, WriteDoor
from feedback.rounds.web.team_forms import NothingToFill, SignForm
from feedback.rounds.web.unnamed import as_it_is, need_unnamed
from server.calls import Call, Reply
from server.languages import N_
from server.pages import Page
from server.refusals import Message, Rejected, Wrong
from server.routes import page, verb

WROTE_ON = N_("Somebody wrote on after you looked. Here is what it says now: read it again, then sign.")


def signing_page(call: Call, given: OpenGiven) -> Page:
    """What is to be signed, as points by section; or why it cannot be signed as it is."""
    parts = giving.written(call.db, given.pair.id)
    problem = first_problem(parts)
    found: list[Point] = [] if problem else points(parts)
    context = {
        "given": given,
        "told": of_feedback(call, given.giver),
        "mark": giving.mark_of(parts),
        "problem": problem,
        "as_it_is": as_it_is(call),
        "refused": next(iter(call.rejected.errors.values())) if call.rejected else None,
        "sections": [(part, [one for one in found if one.section_id == part.section_id]) for part in parts],
    }
    return Page("rounds/signing.html", context)


@page("/pairs/{pair:int}/signing")
def show(call: Call, given: WriteDoor) -> Page | Reply:
    """The preview, with the button that signs; whoever comes late is shown who did."""
    return Reply(given.url) if given.pair.signed_at or not given.pair.begun_at else signing_page(call, given)


@verb("/pairs/{pair:int}/signature", again=signing_page)
def sign(call: Call, given: WriteDoor, form: SignForm) -> Reply:
    """Sign for the team. Of two who sign at once, the first did."""
    team, me = given.giver, call.signed_in.person_id
    assert team.held is not None
    _look_for_names(call, given, form)
    by = {"membership_id": team.held.id, "author_id": me, "now": call.now}
    try:
        giving.sign(call.db, team.round.now, given.pair.id, mark=form.mark, **by)
    except giving.Changed:
        raise Rejected({"mark": Message(WROTE_ON)}) from None
    except Wrong as wrong:
        raise Rejected({"mark": wrong.message}) from None
    return Reply(f"{given.url}?done=feedback-signed")


def _look_for_names(call: Call, given: OpenGiven, form: SignForm) -> None:
    words = [part.words for part in giving.written(call.db, given.pair.id)]
    need_unnamed(call, given.giver.round.now, given.giver.team.id, words, form.as_it_is)


@verb("/pairs/{pair:int}/taking-back")
def take_back(call: Call, given: TakeBackDoor, form: NothingToFill) -> Reply:
    """Take the signature away and open the texts again. Twice is once."""
    giving.take_back(call.db, given.giver.round.now, given.pair.id)
    return Reply(f"{given.url}?done=feedback-taken-back")


routes: list[HTTPRouteHandler] = [show, sign, take_back]
notices = {
    "feedback-signed": N_("Your team signed its feedback."),
    "feedback-taken-back": N_("The feedback is open again. Sign it when it is ready."),
}
