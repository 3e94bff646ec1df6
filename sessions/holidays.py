"""Which days are off where: the weekend of a country (Unicode CLDR's week data), and its public holidays where the
library `holidays` knows them. A country nobody knows rests on Saturday and Sunday and has no holidays."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from babel import Locale, UnknownLocaleError

WEEKEND = "weekend"
# What names are asked for where no reader is: without a language the library follows the machine's.
ENGLISH = "en_US"


@lru_cache(maxsize=20_000)
def day_off(country: str, day: date, language: str = ENGLISH) -> str:
    """Why that day is off in that country: WEEKEND, or the name of the holiday, in that language (a locale such as
    `fr`) where the library has it and in English else; empty on a working day."""
    if day.weekday() in weekend(country):
        return WEEKEND
    return _holidays(country, day.year, language).get(day, "")


@lru_cache(maxsize=512)
def _holidays(country: str, year: int, language: str) -> dict[date, str]:
    # Only whoever plans needs them, and a start need not wait for a hundred countries.
    import holidays

    known = country in holidays.list_supported_countries()
    return dict(holidays.country_holidays(country, years=year, language=language)) if known else {}


@lru_cache(maxsize=512)
def weekend(country: str) -> frozenset[int]:
    """The days of the weekend there, Monday is 0."""
    try:
        there = Locale.parse(f"und_{country}", resolve_likely_subtags=True)
    except (UnknownLocaleError, ValueError):
        return frozenset({5, 6})
    length = (there.weekend_end - there.weekend_start) % 7 + 1
    return frozenset((there.weekend_start + step) % 7 for step in range(length))
