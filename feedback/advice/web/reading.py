"""The reading list of a cohort, by initiative, the newest first. Like the board it is live, and fetched, not pushed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from cohorts import initiatives
from cohorts.audiences import vantages_in_teams
from cohorts.identity import Author, Byline, shown_as
from cohorts.initiatives import InitiativeHead
from cohorts.models import Cohort, Role
from cohorts.policies import PEER, visible_initiatives
from cohorts.web.doors import OpenCohort, open_cohort, standing
from feedback.advice import reading
from feedback.advice.following import of_initiatives
from feedback.advice.web.words import READ_BY
from server.calls import Call, Door
from server.live.log import Position
from server.pages import Page, Piece
from server.refusals import NotYours
from server.routes import page
from server.settings import LARGEST_ID

A_PAGE = 50


class Recommended(NamedTuple):
    """Something to read. `why`: how the words begin with which it was recommended; `audience` is a msgid."""

    id: int
    url: str
    source: str
    why: str
    by: Byline
    at: datetime
    audience: str


def open_reading(call: Call) -> OpenCohort:
    """A cohort, for those who take part in it."""
    found = open_cohort(call)
    if not found.vantage.audiences:
        raise NotYours
    return found


ReadingDoor = Annotated[OpenCohort, Door(open_reading)]


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list: what was recommended by initiative, its reader's own team first; the id before which the list
    goes on, if it does; and what the page follows."""

    groups: list[tuple[InitiativeHead, list[Recommended]]]
    more: int | None
    live: tuple[Position, ...]


@page("/cohorts/{cohort:int}/reading", name="reading.show")
def show(call: Call, cohort: ReadingDoor) -> Page:
    """What was recommended there, as far as this reader may see it."""
    found = _read(call, cohort)
    return Page("advice/reading.html", _context(call, cohort, found), found.live)


@page("/cohorts/{cohort:int}/reading/list", name="reading.list")
def show_list(call: Call, cohort: ReadingDoor) -> Piece:
    """The list alone, for a page of it that is open."""
    return Piece("advice/reading_list.html", _context(call, cohort, _read(call, cohort)))


def _context(call: Call, cohort: OpenCohort, found: Listed) -> dict[str, Any]:
    before, zone = _before(call), call.signed_in.time_zone or cohort.programme.time_zone
    own = PEER in cohort.vantage.roles
    told = {"groups": found.groups, "more": found.more, "before": before, "own": own}
    return {"cohort": cohort, "zone": zone, **told}


def _read(call: Call, cohort: OpenCohort) -> Listed:
    mine, here = standing(call), Cohort.__table__.c.id == cohort.id  # type: ignore[attr-defined]
    heads = initiatives.heads(call.db, visible_initiatives(mine), here)
    vantages = vantages_in_teams(call.db, mine, (one.place for one in heads), call.language.tag)
    rows = reading.read(call.db, heads, vantages, before=_before(call), most=A_PAGE + 1)
    by_id = {one.id: one for one in heads}
    grouped: dict[int, list[Recommended]] = {}
    for row in rows[:A_PAGE]:
        head = by_id[row.initiative_id]
        shown = _recommended(row, shown_as(Author(*row[:6]), row.attribution, vantages[head.place.team_id]))
        grouped.setdefault(head.id, []).append(shown)
    groups = [(by_id[id_], items) for id_, items in grouped.items()]
    # What a team was told to read is what it came for; the others follow as they were, the newest first.
    groups.sort(key=lambda group: Role.MEMBER not in vantages[group[0].place.team_id].roles)
    audiences = frozenset().union(*(one.audiences for one in vantages.values()))
    return Listed(groups, _more(rows), of_initiatives(call.db, list(by_id), audiences))


def _before(call: Call) -> int | None:
    given = call.query.get("before", "")
    if not given:
        return None
    if not given.isdecimal() or len(given) > 10 or int(given) > LARGEST_ID:
        raise NotYours
    return int(given)


def _more(rows: Sequence[Any]) -> int | None:
    return rows[A_PAGE - 1].id if len(rows) > A_PAGE else None


def _recommended(row: Any, by: Byline) -> Recommended:
    return Recommended(row.id, row.url, row.source, row.opening, by, row.at, READ_BY[row.audience])


routes = [show, show_list]
