"""A team's follow-through: what it was asked, and what it did with it.

The board differs from vantage to vantage and is wanted on one page only, so nothing of it is pushed: open pages are
told to fetch it again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, NamedTuple

from markupsafe import Markup

from cohorts import initiatives
from cohorts.identity import Author, Byline, shown_as
from cohorts.models import Role
from cohorts.web.doors import OpenCohort, OpenTeam, open_team
from cohorts.web.panels import Panel, panels_of
from feedback import threads
from feedback.advice import board
from feedback.advice.board import Edit
from feedback.advice.models import ResponseKind
from feedback.advice.web.words import KIND_WORDS, OPEN, READ_BY, state_of
from server.calls import Call, Door
from server.languages import N_
from server.live.log import Position
from server.markdown import first_words
from server.pages import Page, Piece
from server.refusals import NotYours
from server.routes import page

# The groups of the board, in their order: the state of their prompts, and a heading for others and one for the team.
GROUPS = (
    (OPEN, N_("Waits for an answer"), N_("Nothing waits for an answer.")),
    (ResponseKind.TOOK_ON, N_("Taken on"), N_("Nothing was taken on yet.")),
    (ResponseKind.PARKED, N_("Parked"), N_("Nothing is parked.")),
    (ResponseKind.DISAGREE, N_("Answered: the team disagrees"), N_("There was no disagreement.")),
)


class Row(NamedTuple):
    """A prompt on the board. `kind` and `audience` are msgids; `words`: the passage, or how the point `item_id` begins;
    `answer`: how the team's words begin. `edit`: the last edit that followed, and from which version on they did."""

    id: int
    kind: str
    opening: str
    item_id: int | None
    words: str
    by: Byline
    audience: str
    at: datetime
    parked_until: date | None
    answer: str
    answered_at: datetime | None
    edit: Edit | None
    since: int


@dataclass(frozen=True, slots=True)
class Board:
    """The prompts by group, what other packages add, and the streams all of it stands on."""

    initiative_id: int | None
    rows: dict[str, list[Row]]
    panels: list[Panel]
    live: tuple[Position | int, ...]


def open_board(call: Call) -> OpenTeam:
    """A team, for those who take part in its cohort."""
    found = open_team(call)
    if not found.vantage.audiences:
        raise NotYours
    return found


BoardDoor = Annotated[OpenTeam, Door(open_board)]


def _board(call: Call, team: OpenTeam) -> Board:
    panels = panels_of(call, team, "asked")
    beside = tuple(one for panel in panels for one in panel.live)
    rows: dict[str, list[Row]] = {state: [] for state, _, _ in GROUPS}
    found = initiatives.read(call.db, team_id=team.id)
    if not found:
        return Board(None, rows, panels, beside)
    here = threads.on_initiative(call.db, team.vantage, found[0].id)
    edits = board.edits(call.db, found[0].id)
    for row in board.read(call.db, team.vantage, found[0].id, call.now):
        rows[state_of(False, row.owed, row.response)].append(_row(row, team, edits))
    # Who was asked longest waits longest; of what was answered the last comes first.
    for state in (state for state in rows if state != OPEN):
        rows[state].sort(key=lambda one: (one.answered_at, one.id), reverse=True)
    live = dict.fromkeys((*(one.around for one in here), *(one.position for one in here), *beside))
    return Board(found[0].id, rows, panels, tuple(live))


def _row(row: Any, team: OpenTeam, edits: Sequence[Edit]) -> Row:
    by = shown_as(Author(*row[:6]), row.attribution, team.vantage)
    answered = row.response is not None and not row.owed
    return Row(
        id=row.id,
        kind=KIND_WORDS[row.kind],
        opening=row.opening,
        item_id=row.item_id,
        words=row.quote,
        by=by,
        audience=READ_BY[row.audience],
        at=row.at,
        parked_until=row.parked_until if answered else None,
        answer=first_words(row.answer) if answered and row.answer else "",
        answered_at=row.answered_at if answered else None,
        edit=board.last_edit(edits, row.chapter, row.since),
        since=row.since,
    )


def _context(found: Board, team: OpenTeam) -> dict[str, Any]:
    return {
        "team": team,
        "initiative_id": found.initiative_id,
        "groups": [(state.replace(" ", "-"), title, none, found.rows[state]) for state, title, none in GROUPS],
        "panels": found.panels,
        "zone": team.cohort.programme.time_zone,
    }


@page("/teams/{team:int}/asked", name="asked.show")
def show(call: Call, team: BoardDoor) -> Page:
    """The whole board, as far as this reader may see it."""
    found = _board(call, team)
    own = Role.MEMBER in team.vantage.roles
    return Page("advice/asked.html", _context(found, team) | {"own": own}, found.live)


@page("/teams/{team:int}/asked/list", name="asked.list")
def show_list(call: Call, team: BoardDoor) -> Piece:
    """The board alone, for a page of it that is open."""
    return Piece("advice/board.html", _context(_board(call, team), team))


def way_to_board(call: Call, team: OpenTeam) -> Panel | None:
    """On the team's page: the way to its board."""
    if not team.vantage.audiences:
        return None
    context = {"team_id": team.id, "own": Role.MEMBER in team.vantage.roles}
    return Panel(Markup(call.house.pages.piece(Piece("advice/to_board.html", context), call.language)), aside=True)


def way_to_reading(call: Call, cohort: OpenCohort) -> Panel | None:
    """On the cohort's page: the way to its reading list."""
    if not cohort.vantage.audiences:
        return None
    piece = Piece("advice/to_reading.html", {"cohort_id": cohort.id})
    return Panel(Markup(call.house.pages.piece(piece, call.language)), aside=True)


routes = [show, show_list]
