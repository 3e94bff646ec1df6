"""Practising on the example of a round: write first, then compare with what good feedback says."""

from __future__ import annotations

from typing import Annotated

from litestar.handlers import HTTPRouteHandler

from feedback.rounds import practice, rounds
from feedback.rounds.phases import is_known
from feedback.rounds.web.doors import OpenRound, open_round
from feedback.rounds.web.team_forms import MOST_TRY, TryForm
from feedback.web.drafting import kept as draft_kept
from feedback.web.drafting import sent
from server.calls import Call, Door, Reply
from server.pages import Page
from server.refusals import NotYours
from server.routes import page, verb


def open_example(call: Call) -> OpenRound:
    """The round the path names, where it has an example and others than facilitators may know of it."""
    found = open_round(call)
    if not found.now.example or not is_known(found.phase, found.now.released_at):
        raise NotYours
    return found


ExampleDoor = Annotated[OpenRound, Door(open_example)]


def practice_page(call: Call, round: ExampleDoor) -> Page:
    """The example and the reader's own try; the model only beside one that was kept."""
    refused, draft = call.rejected, draft_kept(call, f"try-{round.id}")
    kept = practice.tried(call.db, round.id, call.signed_in.person_id)
    context = {
        "round": round.now,
        "cohort": round.cohort,
        "sections": rounds.sections_of(call.db, round.id),
        "kept": kept,
        "draft": draft,
        "value": (refused.values if refused else draft.fields or {}).get("text", kept or ""),
        "error": next(iter(refused.errors.values())) if refused else None,
        "most": MOST_TRY,
    }
    return Page("rounds/practice.html", context)


show = page("/rounds/{round:int}/practice", name="rounds.practice")(practice_page)


@verb("/rounds/{round:int}/tries", again=practice_page)
def keep(call: Call, round: ExampleDoor, form: TryForm) -> Reply:
    """Keep one's own try; nobody else reads it."""
    practice.keep(call.db, round.id, call.signed_in.person_id, form.text, call.now)
    sent(call, f"try-{round.id}")
    return Reply(f"/rounds/{round.id}/practice#model")


routes: list[HTTPRouteHandler] = [show, keep]
