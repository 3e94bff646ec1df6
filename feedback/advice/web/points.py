"""Prompts about points of feedback that a team received: what a prompt needs to know of one, and where they are listed.

Rounds stand above advice: they say here how one of their points is opened, and show the list on their own page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from cohorts import initiatives
from cohorts.models import AudienceKind
from cohorts.policies import Vantage
from cohorts.web.doors import OpenInitiative
from feedback import threads
from feedback.advice.web.board import BoardDoor
from feedback.advice.web.fragments import Card
from feedback.advice.web.shown import cards_on
from feedback.advice.web.words import KIND_WORDS, READ_BY, STATE_NAMES, STATE_WORDS, state_of
from feedback.models import Matter
from server.calls import Call
from server.live.log import Position
from server.pages import Piece
from server.refusals import NotYours
from server.routes import page

LONGEST = 300
# Of a point that the whole cohort does not read, its words stay with those who read it.
AMONG_READERS = (AudienceKind.TEAM, AudienceKind.FACILITATORS)


@dataclass(frozen=True, slots=True)
class Point:
    """A point of feedback that this reader may read as one who was not its giver: the team that received it, how it
    begins, and whether the whole cohort reads it."""

    id: int
    team_id: int
    words: str
    shared: bool


# How a point is opened: with the call and its id; raises NotYours. Rounds put theirs in, once.
opening: list[Callable[[Call, int], Point]] = []


class AskedOf(NamedTuple):
    """A prompt about a point. `kind`, `audience` and `state_word` are msgids; `words`: how the point began."""

    id: int
    item_id: int
    words: str
    kind: str
    opening: str
    audience: str
    state: str
    state_word: str


def point_of(call: Call, initiative: OpenInitiative, item_id: int) -> Point:
    """That point, which the team of the initiative received. Raises NotYours."""
    found = next((one for one in (opens(call, item_id) for opens in opening)), None)
    if found is None or found.team_id != initiative.team.id:
        raise NotYours
    return found


def _asked(one: Card) -> AskedOf:
    assert one.item_id is not None
    state = state_of(one.withdrawn, one.owed, one.response)
    words = KIND_WORDS[one.kind], one.opening, READ_BY[one.audience]
    return AskedOf(one.id, one.item_id, one.quote, *words, STATE_NAMES[state], STATE_WORDS[state])


def on_points(call: Call, team_id: int, vantage: Vantage) -> tuple[Piece, tuple[Position, ...]]:
    """What was asked about points that a team received, as far as it can be read from there, and the streams it stands
    on. An open page fetches it again."""
    found = initiatives.read(call.db, team_id=team_id)
    items: list[AskedOf] = []
    live: tuple[Position, ...] = ()
    if found and vantage.audiences:
        cards = cards_on(call.db, vantage, Matter(found[0].id), call.now)
        items = [_asked(one) for one in cards if one.item_id is not None and not one.withdrawn]
        live = tuple(one.position for one in threads.on_initiative(call.db, vantage, found[0].id))
    return Piece("advice/on_points.html", {"team_id": team_id, "items": items}), live


@page("/teams/{team:int}/asked/points", name="asked.points")
def show(call: Call, team: BoardDoor) -> Piece:
    """The same alone, for a page that is open."""
    return on_points(call, team.id, team.vantage)[0]


routes = [show]
