"""What a team received in a round, and the permanent links of its items."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler
from markupsafe import Markup

from feedback.advice.web.points import on_points
from feedback.rounds.rounds import zone_of
from feedback.rounds.web.readers import of_answers
from feedback.rounds.web.team_doors import ItemDoor, ReceivedDoor, TeamInRound
from feedback.rounds.web.team_kinds import due_now, received_now
from server.calls import Call, Reply
from server.live.log import positions
from server.pages import Page
from server.routes import page


def received_page(call: Call, team: TeamInRound) -> Page:
    """Everything a team received; until the reveal, when that is."""
    facts, zone = team.round.now, zone_of(call.db, team.team.cohort_id)
    asked, live = on_points(call, team.team.id, team.vantage)
    context = {
        "at": team,
        "told": of_answers(call, team),
        "asked": Markup(call.house.pages.piece(asked, call.language)),
        "due": due_now(call.db, facts, call.now, zone, call.language.tag),
        "received": received_now(call.db, facts, team.team.id, team.vantage, call.now, zone),
    }
    return Page("rounds/received.html", context, (*positions(call.db, (team.received_stream_id,)), *live))


@page("/rounds/{round:int}/teams/{team:int}/received")
def show(call: Call, team: ReceivedDoor) -> Page:
    """What a team received in a round."""
    return received_page(call, team)


@page("/items/{item:int}")
def show_item(call: Call, item: ItemDoor) -> Reply:
    """The permanent link of an item."""
    return Reply(item.url)


routes: list[HTTPRouteHandler] = [show, show_item]
