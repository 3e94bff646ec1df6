"""The reading list of a cohort, by initiative and session, the newest first. Like the board it is live: fetched, not
pushed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from cohorts import initiatives
from cohorts.audiences import vantages_in_teams
from cohorts.identity import Author, Byline, shown_as, stricter
from cohorts.initiatives import InitiativeHead
from cohorts.models import Cohort, Role
from cohorts.policies import PEER, Vantage, visible_initiatives
from cohorts.web.doors import OpenCohort, open_cohort, standing
from feedback.advice import reading
from feedback.advice.following import of_cohort
from feedback.advice.web.words import READ_BY
from feedback.models import Matter
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


@dataclass(frozen=True, slots=True)
class Group:
    """What was recommended on one matter: an initiative of `team`, or (empty) a session. `own`: of one's own team."""

    key: str
    url: str
    title: str
    language: str
    team: str
    own: bool
    items: list[Recommended]


def open_reading(call: Call) -> OpenCohort:
    """A cohort, for those who take part in it."""
    found = open_cohort(call)
    if not found.vantage.audiences:
        raise NotYours
    return found


ReadingDoor = Annotated[OpenCohort, Door(open_reading)]


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list: what was recommended by matter, its reader's own team first; the id before which the list
    goes on, if it does; and what the page follows."""

    groups: list[Group]
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
    by_id = {one.id: one for one in heads}
    audiences = cohort.vantage.audiences.union(*(one.audiences for one in vantages.values()))
    rows = reading.read(call.db, cohort.id, list(by_id), audiences, before=_before(call), most=A_PAGE + 1)
    found: dict[Matter, Group] = {}
    for row in rows[:A_PAGE]:
        head = by_id.get(row.initiative_id)
        vantage = vantages[head.place.team_id] if head else _on_session(cohort, row)
        matter = Matter(row.initiative_id, row.session_id)
        group = found.setdefault(matter, _group(matter, head, row.theme, own=Role.MEMBER in vantage.roles))
        group.items.append(_recommended(row, shown_as(Author(*row[:6]), row.attribution, vantage)))
    # What a team was told to read is what it came for; the others follow as they were, the newest first.
    groups = sorted(found.values(), key=lambda group: not group.own)
    return Listed(groups, _more(rows), of_cohort(call.db, cohort.id, list(by_id), audiences))


def _on_session(cohort: OpenCohort, row: Any) -> Vantage:
    """From where its reader sees a session: under the stricter of its rule and the cohort's."""
    return replace(cohort.vantage, attribution=stricter(row.rule, cohort.vantage.attribution))


def _group(matter: Matter, head: InitiativeHead | None, theme: str, *, own: bool) -> Group:
    if head is None:
        return Group(matter.key, f"/sessions/{matter.session_id}", theme, "", "", own=False, items=[])
    return Group(matter.key, f"/initiatives/{head.id}", head.title, head.language, head.team, own, [])


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
