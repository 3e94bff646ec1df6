"""How times weigh on the teams of a cohort, as the planner shows it: each time across all places, with a word for the
hour there, and what every country would have carried afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from babel.dates import format_date, format_time
from markupsafe import Markup

from cohorts.web.words import city
from server.day_ribbon import EDGE, WORKING, Ribbon, Row, day_ribbon
from server.languages import N_, Language
from server.pages import Pages, Piece, babel_locale, country, date_time
from server.refusals import Message
from sessions.holidays import WEEKEND
from sessions.hours import UNSOCIAL, Falls, burden, falls
from sessions.ledger import TeamPlace
from sessions.suggesting import Weighed

# How the hour of a place is called, by its state, and at a day off by the reason for it.
HOURS: dict[str, str] = {
    WORKING: N_("Working hours"),
    EDGE: N_("Early or late"),
    UNSOCIAL: N_("Unsocial: night"),
    WEEKEND: N_("Unsocial: weekend"),
}
HOLIDAY = N_("Unsocial: public holiday (%(name)s)")
# Cities in the name of a row; the others are counted.
CITIES = 3


class Hour(NamedTuple):
    """Teams for which a time falls alike: the cities whose clock they have and how many more there are, the ribbon's
    row, the word for the hour, how many of its minutes are unsocial, the teams by country, and whether it suits them
    at least as well as the other time that is offered with it."""

    cities: str
    more: int
    row: Row
    state: str
    word: str
    minutes: int
    teams: tuple[tuple[str, tuple[str, ...]], ...]
    suits: bool


class TimeShown(NamedTuple):
    """One time of a way: when it is in words, and how it falls everywhere."""

    at: datetime
    text: str
    ribbon: Ribbon
    hours: tuple[Hour, ...]


class CountryShown(NamedTuple):
    """What a country carried so far, what this way would add, and what it would have carried then, in words."""

    name: str
    now: str
    adds: str
    after: str


class WayShown(NamedTuple):
    """A way to offer the session. `states`: how many teams have which hour at the time that suits them best; `html`:
    its times across all places, and who would carry what."""

    times: tuple[TimeShown, ...]
    states: Mapping[str, int]
    countries: tuple[CountryShown, ...]
    most: str
    html: Markup


class Around(NamedTuple):
    """What all ways in a list have in common: its name in the page, the teams, the minutes carried by country, the
    length of the session in minutes, the zone its times are written in."""

    name: str
    teams: tuple[TeamPlace, ...]
    carried: tuple[tuple[str, int], ...]
    minutes: int
    zone: str


def length_words(say: Callable[[Message], str], minutes: int) -> str:
    """A length in hours and minutes: `2 h 30 min`."""
    hours, rest = divmod(minutes, 60)
    if hours and rest:
        return say(Message(N_("%(hours)s h %(minutes)s min"), {"hours": hours, "minutes": rest}))
    if hours:
        return say(Message(N_("%(hours)s h"), {"hours": hours}))
    return say(Message(N_("%(minutes)s min"), {"minutes": rest}))


def ways_shown(pages: Pages, ways: tuple[Weighed, ...], around: Around, language: Language) -> tuple[WayShown, ...]:
    """Those ways as they are shown. Kept by all that it is made of: the ribbons of five ways are most of the work."""
    return pages.made(_made, ways, around, language)


def _made(pages: Pages, ways: tuple[Weighed, ...], around: Around, language: Language) -> tuple[WayShown, ...]:
    return tuple(_way(pages, f"{around.name}-{at}", way, around, language) for at, way in enumerate(ways, 1))


def _way(pages: Pages, name: str, way: Weighed, around: Around, language: Language) -> WayShown:
    say = partial(pages.say, language=language)
    times = tuple(_time(say, at, way.times, around, language) for at in way.times)
    countries = tuple(_countries(say, way, dict(around.carried), language))
    context = {"name": name, "times": times, "countries": countries, "minutes": around.minutes}
    html = Markup(pages.piece(Piece("sessions/planner_way.html", context), language))
    return WayShown(times, _states(way.times, around), countries, length_words(say, way.most), html)


def _best(team: TeamPlace, times: Sequence[datetime], minutes: int) -> datetime:
    return min(times, key=lambda at: (burden(at, minutes, team.place), at))


def _states(times: Sequence[datetime], around: Around) -> dict[str, int]:
    counted = dict.fromkeys((WORKING, EDGE, UNSOCIAL), 0)
    for team in around.teams:
        counted[falls(_best(team, times, around.minutes), team.place).state] += 1
    return counted


def _countries(say: Any, way: Weighed, carried: Mapping[str, int], language: Language) -> Iterable[CountryShown]:
    """Those that would carry something, the one that will have carried most first."""
    adding = [(code, carried.get(code, 0), adds) for code, adds in way.burdens if adds]
    for code, before, adds in sorted(adding, key=lambda one: (-one[1] - one[2], one[0])):
        yield CountryShown(country(code, language), *(length_words(say, one) for one in (before, adds, before + adds)))


def _time(
    say: Callable[[Message], str], at: datetime, times: Sequence[datetime], around: Around, language: Language
) -> TimeShown:
    groups: dict[tuple[timedelta, Falls, int, bool], list[TeamPlace]] = {}
    for team in around.teams:
        fell = falls(at, team.place, babel_locale(language))
        costs = burden(at, around.minutes, team.place)
        suits = costs <= min(burden(one, around.minutes, team.place) for one in times)
        # The same clock under another name of its zone is the same clock.
        alike = fell._replace(local=fell.local.replace(tzinfo=None))
        groups.setdefault((fell.local.utcoffset() or timedelta(), alike, costs[0], suits), []).append(team)
    found = sorted(groups.items(), key=lambda one: (one[0][0], one[0][1].state, one[0][1].day_off, one[0][2:]))
    # The first place is the axis, and is not shown as one of them.
    places = [("", around.zone), *((_cities(teams, language), teams[0].place.zone) for _, teams in found)]
    ribbon = _ribbon(at, places, language)
    hours = tuple(
        _hour(say, row, fell, costs, suits, teams, language)
        for row, ((_, fell, costs, suits), teams) in zip(ribbon.rows[1:], found, strict=True)
    )
    return TimeShown(at, date_time(at, around.zone, language), ribbon, hours)


def _ribbon(at: datetime, places: Sequence[tuple[str, str]], language: Language) -> Ribbon:
    locale = babel_locale(language)
    return day_ribbon(
        at,
        places,
        time_text=lambda local: format_time(local, "HH:mm", locale=locale),
        day_text=lambda local: format_date(local, "EEE d MMM", locale=locale),
    )


def _hour(
    say: Callable[[Message], str],
    row: Row,
    fell: Falls,
    costs: int,
    suits: bool,
    teams: Sequence[TeamPlace],
    language: Language,
) -> Hour:
    by_country: dict[str, list[str]] = {}
    for team in teams:
        by_country.setdefault(country(team.place.country, language), []).append(team.name)
    named = tuple((name, tuple(found)) for name, found in sorted(by_country.items()))
    more = max(len({team.place.zone for team in teams}) - CITIES, 0)
    return Hour(row.label, more, row, fell.state, _word(say, fell), costs, named, suits)


def _word(say: Callable[[Message], str], fell: Falls) -> str:
    if fell.day_off and fell.day_off != WEEKEND:
        return say(Message(HOLIDAY, {"name": fell.day_off}))
    return say(Message(HOURS[fell.day_off or fell.state]))


def _cities(teams: Iterable[TeamPlace], language: Language) -> str:
    names = sorted({team.place.zone for team in teams})
    return ", ".join(city(name, language) for name in names[:CITIES])
