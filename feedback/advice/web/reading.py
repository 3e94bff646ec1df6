"""The reading list of a cohort, by initiative, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from cohorts import initiatives
from cohorts.audiences import AUDIENCE_WORDS, vantages_in_teams
from cohorts.identity import Author, Byline, shown_as
from cohorts.initiatives import InitiativeHead
from cohorts.models import Cohort
from cohorts.policies import visible_initiatives
from cohorts.web.doors import OpenCohort, open_cohort, standing
from feedback.advice import reading
from server.calls import Call, Door
from server.pages import Page
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


@page("/cohorts/{cohort:int}/reading", name="reading.show")
def show(call: Call, cohort: ReadingDoor) -> Page:
    """What was recommended there, as far as this reader may see it."""
    found, more = _read(call, cohort)
    context = {"cohort": cohort, "groups": found, "more": more, "first": "before" not in call.query}
    return Page("advice/reading.html", context | {"zone": call.signed_in.time_zone or cohort.programme.time_zone})


def _read(call: Call, cohort: OpenCohort) -> tuple[list[tuple[InitiativeHead, list[Recommended]]], int | None]:
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
    return [(by_id[id_], items) for id_, items in grouped.items()], _more(rows)


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
    return Recommended(row.id, row.url, row.source, row.opening, by, row.at, AUDIENCE_WORDS[row.audience])


routes = [show]
