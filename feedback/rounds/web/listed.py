"""The rounds of a cohort as a list, and the page of one round: what it asks, and when."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from feedback.rounds import rounds
from feedback.rounds.policies import may_run_rounds
from feedback.rounds.web import fragments
from feedback.rounds.web.doors import ListDoor, RoundDoor
from feedback.rounds.web.parts import parts_of
from server.calls import Call
from server.languages import N_
from server.live.log import positions
from server.pages import Page
from server.routes import page

NONE_YET = N_("There were no rounds here yet.")
NOTHING_PLANNED = N_("Nothing is planned.")


@page("/cohorts/{cohort:int}/rounds")
def show_list(call: Call, cohort: ListDoor) -> Page:
    """All rounds of a cohort; for facilitators also those that are planned."""
    zone = cohort.programme.time_zone
    lists, runs = rounds.LISTS.of(call.db, cohort.id), may_run_rounds(cohort.vantage.roles)
    context = {
        "cohort": cohort,
        "runs": runs,
        "rounds": fragments.everything(call.db, cohort.id, zone, call.now, NONE_YET),
        "planned": fragments.planned(call.db, cohort.id, zone, call.now, NOTHING_PLANNED) if runs else None,
    }
    streams = (lists.stream_id, *((lists.run_stream_id,) if runs else ()))
    return Page("rounds/list.html", context, positions(call.db, streams))


@page("/rounds/{round:int}")
def show(call: Call, round: RoundDoor) -> Page:
    """What a round asks and when, and what this reader has to do in it."""
    parts = parts_of(call, round)
    shown = fragments.round_shown(call.db, round.now, call.now, round.cohort.vantage)
    context = {"round": round.now, "cohort": round.cohort, "shown": shown, "parts": parts, "runs": round.runs}
    live = (*positions(call.db, [round.now.stream_id]), *(one for part in parts for one in part.live))
    return Page("rounds/round.html", context, live)


routes: list[HTTPRouteHandler] = [show_list, show]
