"""The facilitators' view over all teams of a cohort, in any order, and as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from litestar.handlers import HTTPRouteHandler
from markupsafe import Markup

from cohorts.spreadsheets import as_csv
from cohorts.web.doors import OpenCohort, open_cohort, standing
from cohorts.web.panels import Panel
from feedback.rounds import overview
from feedback.rounds.overview import TeamCounts
from feedback.rounds.policies import may_run_rounds, may_see_rounds
from server.audit import note
from server.calls import Call, Door
from server.headers import page_headers
from server.house import Answer
from server.languages import N_
from server.pages import Page, Piece
from server.refusals import NotAllowed, NotYours
from server.routes import page, verb

EXPORTED = "follow-through downloaded"


class Column(NamedTuple):
    """A column that can be ordered by: its heading, its value in a row, and whether the greatest comes first."""

    name: str
    heading: str
    value: Callable[[TeamCounts, datetime], Any]
    greatest: bool = False


COLUMNS = (
    Column("team", N_("Team"), lambda one, now: one.name),
    Column("received", N_("Feedback received"), lambda one, now: one.received),
    Column("given", N_("Feedback given"), lambda one, now: one.signed),
    Column("heard", N_("Comments received"), lambda one, now: one.heard),
    Column("said", N_("Comments given"), lambda one, now: one.said),
    Column("waiting", N_("Prompts waiting"), lambda one, now: one.waiting, greatest=True),
    Column("days", N_("Days the longest waits"), lambda one, now: one.days(now), greatest=True),
    Column("taken", N_("Taken on"), lambda one, now: one.taken_on),
    Column("parked", N_("Parked"), lambda one, now: one.parked),
    Column("disagreed", N_("Disagreed"), lambda one, now: one.disagreed),
)
FIRST = "days"
# A chart shows those that matter most; the table has all.
CHARTED = 10


def open_overview(call: Call) -> OpenCohort:
    """A cohort, for its facilitators; those who take part know that there is such a page and do not read it."""
    found = open_cohort(call)
    if may_run_rounds(found.vantage.roles):
        return found
    raise NotAllowed if may_see_rounds(found.vantage.roles) else NotYours


OverviewDoor = Annotated[OpenCohort, Door(open_overview)]


def _read(call: Call, cohort: OpenCohort) -> list[TeamCounts]:
    return overview.read(call.db, standing(call), cohort.id, call.language.tag, call.now)


def _ordered(found: Sequence[TeamCounts], by: Column, now: datetime) -> list[TeamCounts]:
    """By that column, then by name; what is not told comes last."""

    def place(one: TeamCounts) -> tuple[Any, ...]:
        value = by.value(one, now)
        if isinstance(value, str):
            return (False, value.casefold(), one.team_id)
        return (value is None, (-value if by.greatest else value) if value is not None else 0, one.name.casefold())

    return sorted(found, key=place)


@page("/cohorts/{cohort:int}/follow-through", name="overview.show")
def show(call: Call, cohort: OverviewDoor) -> Page:
    """The table, and two charts of it."""
    columns = {one.name: one for one in COLUMNS}
    by = columns.get(call.query.get("by", ""), columns[FIRST])
    found = _ordered(_read(call, cohort), by, call.now)
    context = {"cohort": cohort, "columns": COLUMNS, "by": by, "told": all(one.said is not None for one in found)}
    context["rows"] = [(one, [each.value(one, call.now) for each in COLUMNS[1:]]) for one in found]
    context["none_received"] = sum(not one.received for one in found)
    context["none_given"] = sum(not one.signed for one in found)
    context["received"] = _chart(found, columns["received"], call.now)
    context["waits"] = _chart(found, columns[FIRST], call.now)
    return Page("rounds/overview.html", context)


def _chart(found: Sequence[TeamCounts], by: Column, now: datetime) -> list[tuple[str, int]]:
    """Name and number of the first teams in the order of that column that have one."""
    known = [(one.name, by.value(one, now)) for one in _ordered(found, by, now) if by.value(one, now) is not None]
    return known[:CHARTED]


@verb("/cohorts/{cohort:int}/follow-through")
def download(call: Call, cohort: OverviewDoor) -> Answer:
    """The same table as CSV. That it was taken is noted."""
    who = {"by_id": call.signed_in.person_id, "programme_id": cohort.programme.id}
    note(call.db, EXPORTED, now=call.now, words=cohort.name, **who)
    name = f"follow-through-{cohort.id}-{call.now:%Y-%m-%d}.csv"
    headers = page_headers(call.house.settings, call.house.policy, call.nonce)
    headers |= {"content-type": "text/csv; charset=utf-8", "content-disposition": f'attachment; filename="{name}"'}
    return Answer(as_csv(_lines(call, _read(call, cohort))), 200, headers)


def _lines(call: Call, found: Sequence[TeamCounts]) -> Iterator[Sequence[str]]:
    yield [call.text(one.heading) for one in COLUMNS]
    for team in found:
        values = (one.value(team, call.now) for one in COLUMNS)
        yield ["" if value is None else str(value) for value in values]


def way_to_overview(call: Call, cohort: OpenCohort) -> Panel | None:
    """On the cohort's page: the way to it, for facilitators."""
    if not may_run_rounds(cohort.vantage.roles):
        return None
    piece = Piece("rounds/to_overview.html", {"cohort_id": cohort.id})
    return Panel(Markup(call.house.pages.piece(piece, call.language)), aside=True)


routes: list[HTTPRouteHandler] = [show, download]
