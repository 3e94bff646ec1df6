"""Words for what the tables hold in one: sectors, languages, and the places where a team's clock hangs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.dates import get_timezone_location

from people.models import Sector
from server.languages import N_, Language
from server.pages import babel_locale, country

SECTOR_WORDS: dict[str, str] = {
    Sector.PUBLIC: N_("Public sector"),
    Sector.PRIVATE: N_("Company"),
    Sector.NGO: N_("Non-governmental organisation"),
    Sector.ACADEMIA: N_("University or research"),
}

# Two letters in the Unicode data that are no country of ISO 3166-1: unions, private codes, parts of others.
NO_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"})
COUNTRIES = frozenset(
    str(code) for code in Locale("en").territories if re.fullmatch("[A-Z]{2}", str(code)) and code not in NO_COUNTRIES
)


@lru_cache(maxsize=16)
def country_choices(language: Language) -> tuple[tuple[str, str], ...]:
    """Every country as (code, name in that language), in the order of the names."""
    return tuple(sorted(((code, country(code, language)) for code in COUNTRIES), key=lambda one: one[1].casefold()))


PART_CHOICES: dict[str, str] = {
    "learns": N_("It learns"),
    "asks": N_("It asks: the challenge is its own"),
    "brings": N_("It brings a solution"),
}

PART_SENTENCES: dict[str, str] = {
    "learns": N_("Learns with the others"),
    "asks": N_("Asks: the challenge is its own"),
    "brings": N_("Brings a solution"),
}


@lru_cache(maxsize=2048)
def city(zone_name: str, language: Language) -> str:
    """The place an IANA zone is named after, in that language: `São Paulo`."""
    return str(get_timezone_location(zone_name, locale=babel_locale(language), return_city=True))


def language_names(tags: Iterable[str], language: Language) -> str:
    """BCP 47 tags as names in that language; a tag nobody knows stays as it is."""
    return ", ".join(_language_name(tag, language) for tag in tags)


@lru_cache(maxsize=2048)
def _language_name(tag: str, language: Language) -> str:
    try:
        return Locale.parse(tag, sep="-").get_display_name(babel_locale(language)) or tag
    except (UnknownLocaleError, ValueError):
        return tag
