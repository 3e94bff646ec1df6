"""The present moment across the places of a cohort or a team, as the day ribbon shows it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from babel.dates import format_date, format_time

from cohorts.web.words import city
from server.calls import Call
from server.clock import zone
from server.day_ribbon import Ribbon, day_ribbon
from server.languages import N_
from server.pages import babel_locale

MOST_NAMED = 2


def ribbon_now(call: Call, zone_names: Iterable[str], programme_zone: str) -> Ribbon:
    """This minute in those zones, the reader's own place first. Places that keep the same time share a row."""
    now = call.now.replace(second=0, microsecond=0)
    own = call.viewer.time_zone or programme_zone
    groups: dict[tuple[timedelta, ...], list[str]] = {_offsets(now, own): []}
    for name in sorted(set(zone_names) - {own}, key=lambda name: (_offsets(now, name), name)):
        groups.setdefault(_offsets(now, name), []).append(name)
    first, *others = groups.values()
    locale = babel_locale(call.language)
    return day_ribbon(
        now,
        [(_label(call, [own, *first]), own), *((_label(call, names), names[0]) for names in others)],
        time_text=lambda local: format_time(local, "HH:mm", locale=locale),
        day_text=lambda local: format_date(local, "EEE", locale=locale),
    )


def _offsets(now: datetime, zone_name: str) -> tuple[timedelta, ...]:
    """Two zones with the same offsets a day before and after show the same row."""
    days = (now + timedelta(hours=hours) for hours in (0, -24, 24))
    return tuple(day.astimezone(zone(zone_name)).utcoffset() or timedelta() for day in days)


def _label(call: Call, zone_names: list[str]) -> str:
    cities = [city(name, call.language) for name in zone_names]
    named = ", ".join(cities[:MOST_NAMED])
    more = len(cities) - MOST_NAMED
    return call.text(N_("%(places)s and %(count)s more"), places=named, count=more) if more > 0 else named
