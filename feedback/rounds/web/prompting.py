"""The way from a point of feedback to a prompt about it, for those who read it and advise its team."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from cohorts import initiatives
from cohorts.models import AudienceKind
from feedback.advice.anchors import shown_text
from feedback.advice.policies import advises
from feedback.advice.web.points import LONGEST, Point
from feedback.rounds.web.team_doors import ItemDoor, TeamInRound, open_item
from server.calls import Call, Reply
from server.refusals import NotAllowed, NotYours
from server.routes import page


def _receiver(found: TeamInRound | None) -> TeamInRound:
    # Whoever reads it only as one of those who wrote it is not asked what others make of it.
    if found is None:
        raise NotYours
    return found


def point(call: Call, item_id: int) -> Point:
    """That point, if it is revealed and this reader may read it."""
    call.given = {**call.given, "item": item_id}
    found = open_item(call)
    team = _receiver(found.receiver)
    one = next(each for each in found.feedback.items if each.id == item_id)
    shared = team.round.now.shared_with == AudienceKind.COHORT
    return Point(one.id, team.team.id, shown_text(one.html)[:LONGEST] or one.section[:LONGEST], shared)


@page("/items/{item:int}/prompts/new", name="items.prompt")
def ask(call: Call, item: ItemDoor) -> Reply:
    """The form for a prompt about a point stands with the initiative of the team that received it."""
    team = _receiver(item.receiver)
    found = initiatives.read(call.db, team_id=team.team.id)
    if not advises(team.vantage) or not found:
        raise NotAllowed
    return Reply(f"/initiatives/{found[0].id}/prompts/new?item={item.at.id}")


routes: list[HTTPRouteHandler] = [ask]
