"""The fairness ledger of a cohort: what each country has carried so far, and who is next to be spared."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from litestar.handlers import HTTPRouteHandler

from server.calls import Call
from server.pages import Page, country
from server.routes import page
from sessions import ledger
from sessions.ledger import Carried, Ledger
from sessions.web.doors import PlanDoor
from sessions.web.weighing import length_words


class LedgerRow(NamedTuple):
    """A country: its name, how many teams it has, what it carried in words and in minutes, and in how many sessions."""

    name: str
    teams: int
    carried: str
    minutes: int
    sessions: int


@page("/cohorts/{cohort:int}/sessions/fairness", name="sessions.fairness")
def show(call: Call, cohort: PlanDoor) -> Page:
    """Every country with teams, the one that carried most first."""
    told = ledger.so_far(call.db, cohort.id, cohort.attribution, call.now)
    rows = [_row(call, told, one) for one in told.countries.values()]
    rows.sort(key=lambda one: (-one.minutes, -one.sessions, one.name))
    context = {"cohort": cohort, "told": told, "rows": rows, "most": max([1, *(one.minutes for one in rows)])}
    return Page("sessions/ledger.html", context)


def _row(call: Call, told: Ledger, one: Carried) -> LedgerRow:
    say = partial(call.house.pages.say, language=call.language)
    teams = sum(team.place.country == one.country for team in told.teams)
    return LedgerRow(
        country(one.country, call.language), teams, length_words(say, one.minutes), one.minutes, one.sessions
    )


routes: list[HTTPRouteHandler] = [show]
