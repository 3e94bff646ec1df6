"""The planner: when could a session be, and who would carry the unsocial hours of it? Nothing is stored: whoever has
the address sees the same. A time that was chosen goes on to the form that offers it (moving.py)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from litestar.handlers import HTTPRouteHandler

from cohorts.web.doors import OpenCohort
from feedback.rounds.phases import instants
from feedback.rounds.web.times import typed
from people.web.forms import errors_of
from server.calls import Call
from server.clock import zone
from server.languages import N_
from server.pages import Page, country, date_time
from server.refusals import Rejected
from server.routes import page
from sessions import clashes, ledger
from sessions.clashes import Clash
from sessions.ledger import Ledger
from sessions.sessions import SessionFacts
from sessions.suggesting import suggest, weigh
from sessions.web import planner_asked
from sessions.web.doors import PlanDoor
from sessions.web.planner_asked import FIELDS, Asked
from sessions.web.weighing import Around, WayShown, length_words, ways_shown


@page("/cohorts/{cohort:int}/sessions/planner", name="sessions.planner")
def show(call: Call, cohort: PlanDoor) -> Page:
    """The form, and below it the ways it leads to; with something wrong in it the form alone."""
    known, told = planner_asked.choices(call, cohort), ledger.so_far(call.db, cohort.id, cohort.attribution, call.now)
    values = _values(call, cohort, known)
    try:
        found = _found(call, cohort, planner_asked.read(call, cohort, known, values), told)
    except Rejected as rejected:
        call.rejected, found = rejected, None
    context = {"cohort": cohort, "values": values, "errors": errors_of(call), "found": found, "teams": told.teams}
    more = _choices(call, cohort, known, told, values["zone"])
    return Page("sessions/planner.html", context | more | {"spared": _spared(call, told)})


def _values(call: Call, cohort: OpenCohort, known: Sequence[SessionFacts]) -> dict[str, str]:
    given = {name: call.query[name][:60] for name in FIELDS if name in call.query}
    wanted = planner_asked.chosen(known, given.get("session", ""))
    return planner_asked.fresh(call, cohort, wanted) | given


def _choices(
    call: Call, cohort: OpenCohort, known: Iterable[SessionFacts], told: Ledger, zone_name: str
) -> dict[str, Any]:
    zones = {team.place.zone for team in told.teams} | {cohort.programme.time_zone, call.signed_in.time_zone, zone_name}
    return {
        "sessions": [("", call.text(N_("No session yet"))), *((str(one.id), one.theme) for one in known)],
        "zones": [(name, name) for name in sorted(name for name in zones if name and planner_asked.is_known(name))],
    }


def _spared(call: Call, told: Ledger) -> list[tuple[str, str]]:
    """Those who have carried most: country, and how much in words."""
    say = partial(call.house.pages.say, language=call.language)
    most = [one for one in ledger.most_first(told.countries.values()) if one.minutes][:3]
    return [(country(one.country, call.language), length_words(say, one.minutes)) for one in most]


def _found(call: Call, cohort: OpenCohort, asked: Asked, told: Ledger) -> dict[str, Any]:
    """The time somebody thought of, and what is suggested, each as it weighs on the teams."""
    carried, wish = told.minutes, asked.wish
    around = Around("way", told.teams, tuple(carried.items()), wish.minutes, wish.zone)
    places = [team.place for team in told.teams]
    own = (weigh(asked.proposed, wish.minutes, places, carried),) if asked.proposed and places else ()
    suggested = suggest(places, carried, wish, now=call.now)
    then = (_then(call, cohort, asked, at) for at in asked.proposed)
    return {
        "own": _leading(call, asked, ways_shown(call.house.pages, own, around._replace(name="own"), call.language)),
        "suggested": _leading(call, asked, ways_shown(call.house.pages, suggested, around, call.language)),
        "clashes": list(dict.fromkeys(one for found in then for one in found)),
        "session": asked.session,
    }


def _then(call: Call, cohort: OpenCohort, asked: Asked, at: datetime) -> list[Clash]:
    return clashes.among(call.db, cohort.id, at, asked.wish.minutes, people=planner_asked.people(call, asked.session))


def _leading(call: Call, asked: Asked, ways: Iterable[WayShown]) -> list[tuple[WayShown, list[tuple[str, str]]]]:
    """Each way with where its times lead: (address of the form that offers it, the time in words)."""
    return [(way, [_offer(call, asked, one.at) for one in way.times]) for way in ways]


def _offer(call: Call, asked: Asked, at: datetime) -> tuple[str, str]:
    words = date_time(at, asked.wish.zone, call.language)
    if asked.session is None:
        return "", words
    here = asked.wish.zone
    # An hour that comes twice there comes once in UTC.
    there = here if len(instants(at.astimezone(zone(here)).replace(tzinfo=None), here)) == 1 else "UTC"
    query = {"at": typed(at, there), "zone": there, "minutes": str(asked.wish.minutes)}
    return f"/sessions/{asked.session.id}/slots/new?{urlencode(query)}", words


routes: list[HTTPRouteHandler] = [show]
