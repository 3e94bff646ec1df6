"""What a list of teams and people can say: the columns it may have, and what is meant by what stands in them.

People write "UK", "Großbritannien" or "GB"; all of it is understood, and what is not is said beside the cell.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from cohorts.models import Part, Role
from people.models import Sector
from server.clock import is_zone, known_zones, zone_names
from server.forms import clean
from server.languages import N_
from server.refusals import Message, Wrong

# In the order of the template, with the words people put above such a column.
COLUMNS: dict[str, tuple[str, ...]] = {
    "team": ("team", "team name", "name of team", "group", "équipe", "equipo", "equipe", "squadra"),
    "organisation": (
        *("organisation", "organization", "organisation name", "organization name", "org", "institution", "employer"),
        *("company", "agency", "organización", "organização", "organizzazione", "einrichtung"),
    ),
    "country": ("country", "country code", "nation", "pays", "país", "paese", "land"),
    "sector": ("sector", "kind of organisation", "type of organisation", "organisation type", "secteur", "sektor"),
    "part": ("part", "team part", "part of the team", "what the team does", "participation"),
    "role": ("role", "role in team", "function", "rôle", "rol", "ruolo", "rolle"),
    "name": (
        *("name", "full name", "person", "person name", "participant", "member", "contact", "contact person"),
        *("nom", "nombre", "nome"),
    ),
    "email": (
        *("email", "e mail", "email address", "mail", "mail address", "e mail address", "contact email", "address"),
        *("courriel", "correo", "correo electrónico"),
    ),
    "language": ("language", "language code", "preferred language", "lang", "langue", "idioma", "lingua", "sprache"),
    "time zone": ("time zone", "timezone", "tz", "zone", "fuseau horaire", "zona horaria", "fuso orario", "zeitzone"),
}
NEEDED = ("team", "email")
HEADER = tuple(COLUMNS)
EXAMPLE = (
    *("Harbour", "Harbour City Council", "Portugal", "public", "learns", "member"),
    *("Maria Santos", "maria.santos@example.org", "pt", "Europe/Lisbon"),
)
MOST_CELL = {"team": 200, "organisation": 200, "name": 120, "email": 254}

# A cell may hold a list of roles or a remark in brackets; only the words themselves count.
ROLES = {
    Role.MEMBER: ("member", "team member", "participant", "learner"),
    Role.ADVISER: ("adviser", "advisor", "advisory board", "board", "board member", "critical friend", "mentor"),
    Role.SPONSOR: ("sponsor", "observer", "funder"),
}
PARTS = {
    Part.LEARNS: ("learns", "learn", "learner", "learning", "participant", "participates", "it learns"),
    Part.ASKS: ("asks", "ask", "challenge owner", "owner of the challenge", "problem owner", "it asks"),
    Part.BRINGS: ("brings", "bring", "solution provider", "provider", "supplier", "solver", "it brings a solution"),
}
SECTORS = {
    Sector.PUBLIC: ("public", "public sector", "government", "public administration", "municipality", "state"),
    Sector.PRIVATE: ("private", "private sector", "company", "business", "private company", "startup", "start up"),
    Sector.NGO: ("ngo", "non governmental organisation", "nonprofit", "non profit", "civil society", "charity"),
    Sector.ACADEMIA: ("academia", "academic", "university", "research", "university or research", "research centre"),
}
# Names that are used and that the Unicode data does not have.
_ALSO = {
    "GB": ("uk", "great britain", "england", "scotland", "wales", "großbritannien"),
    "US": ("usa", "united states of america"),
    "NL": ("holland", "the netherlands"),
    "CZ": ("czech republic",),
    "TR": ("turkey",),
    "KR": ("korea", "republic of korea"),
    "SK": ("slovak republic",),
    "GR": ("el",),
    "VN": ("viet nam",),
}
# Where most people of a country with several zones live.
_USUAL = (
    *("Europe/Lisbon", "Europe/Madrid", "Europe/Berlin", "Europe/Kyiv", "Europe/Moscow", "America/New_York"),
    *("America/Sao_Paulo", "America/Toronto", "America/Mexico_City", "America/Santiago", "Australia/Sydney"),
    *("Pacific/Auckland", "Asia/Jakarta", "Asia/Almaty", "America/Argentina/Buenos_Aires", "Asia/Shanghai"),
)
_READ_IN = ("en", "fr", "de", "es", "pt", "it", "nl")
_ADDRESS = re.compile(r"[^@\s,;<>\"()\[\]\\]{1,64}@[^@\s,;<>\"()\[\]\\]+\.[^@\s,;<>\"()\[\]\\.]+")


def plain(words: str) -> str:
    """Words as they are compared: without case, accents, signs and doubled spaces."""
    letters = unicodedata.normalize("NFKD", words.casefold())
    return " ".join("".join(one if one.isalnum() else " " for one in letters if not unicodedata.combining(one)).split())


_MEANS = {plain(heading): field for field, headings in COLUMNS.items() for heading in headings}


def understood(header: tuple[str, ...]) -> tuple[dict[str, int], list[str], list[str]]:
    """Where each known column is, the headings nobody knows, and the columns that are there more than once."""
    places: dict[str, int] = {}
    unknown, twice = [], []
    for place, heading in enumerate(header):
        field = _MEANS.get(plain(heading)) or _MEANS.get(plain(heading.partition("(")[0]))
        if field is None:
            unknown += [heading.strip()] if heading.strip() else []
        elif field in places:
            twice.append(field)
        else:
            places[field] = place
    return places, unknown, twice


def _turned(table: Mapping[Any, tuple[str, ...]]) -> dict[str, str]:
    return {plain(word): str(value) for value, words in table.items() for word in words}


def _one_of(table: Mapping[Any, tuple[str, ...]], wrong: str) -> Callable[[str], str]:
    known = _turned(table)

    def read(typed: str) -> str:
        found = known.get(plain(typed)) or known.get(plain(typed.partition("(")[0]))
        if found is None:
            raise Wrong(wrong, known=", ".join(str(value) for value in table))
        return found

    return read


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    everywhere = [
        (str(code), str(name)) for tag in reversed(_READ_IN) for code, name in Locale(tag).territories.items()
    ]
    named = [(code, name) for code, name in everywhere if re.fullmatch("[A-Z]{2}", code) and code not in _NO_COUNTRY]
    return {plain(name): code for code, name in named} | {code.lower(): code for code, _ in named} | _turned(_ALSO)


_NO_COUNTRY = {"EU", "EZ", "UN", "QO", "ZZ", "XA", "XB"}


def _country(typed: str) -> str:
    code = _countries().get(plain(typed))
    if code is None:
        raise Wrong(N_("We do not know this country. Write its English name or its two-letter code."))
    return code


@lru_cache(maxsize=1)
def _languages() -> dict[str, str]:
    named = {plain(name): tag for tag, name in Locale("en").languages.items()}
    return named | {plain(Locale(tag).languages.get(tag, tag)): tag for tag in _READ_IN}


def _language(typed: str) -> str:
    if named := _languages().get(plain(typed)):
        return named.replace("_", "-")
    try:
        # Whoever parses it later must be able to.
        return str(Locale.parse(typed, sep="_" if "_" in typed else "-")).replace("_", "-")
    except (ValueError, LookupError, TypeError, UnknownLocaleError):
        raise Wrong(N_("We do not know this language. Write its English name or a code such as “pt”.")) from None


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    regions = {name.partition("/")[0] for name in zone_names()}
    # Lists say "Kiev" and "Calcutta" as well. What a place is called now comes last and wins.
    known = [*sorted(name for name in known_zones() if name.partition("/")[0] in regions), *reversed(zone_names())]
    places = {plain(name.rpartition("/")[2]): name for name in known}
    return places | {plain(name): name for name in known}


def _zone(typed: str) -> str:
    found = _zones().get(plain(typed)) or (typed if is_zone(typed) else None)
    if found is None:
        raise Wrong(N_("We do not know this time zone. Write a name such as Europe/Lisbon."))
    return found


def _address(typed: str) -> str:
    if not _ADDRESS.fullmatch(typed):
        raise Wrong(N_("This is no email address. It needs to look like name@example.org."))
    if typed == EXAMPLE[HEADER.index("email")]:
        raise Wrong(N_("This is the example of the template. Take the line out."))
    return typed.lower()


_READERS: dict[str, Callable[[str], str]] = {
    "country": _country,
    "sector": _one_of(SECTORS, N_("We do not know this sector. Use one of: %(known)s.")),
    "part": _one_of(PARTS, N_("We do not know this part. Use one of: %(known)s.")),
    "role": _one_of(ROLES, N_("A list can bring these roles: %(known)s. Give other roles by hand.")),
    "email": _address,
    "language": _language,
    "time zone": _zone,
}


def meant(field: str, typed: str) -> str:
    """What a cell means, normal and safe to store; "" for an empty one. Raises Wrong."""
    text = typed.strip()
    if text.startswith("="):
        raise Wrong(N_("This is a formula. Write what it should say."))
    if field == "email" and not text.isprintable():
        raise Wrong(N_("There is a line break or a hidden character in this address. Type it again."))
    text = " ".join(clean(text).split())
    most = MOST_CELL.get(field, 100)
    if len(text) > most:
        raise Wrong(N_("This is longer than %(most)s characters."), most=most)
    return _READERS[field](text) if text and field in _READERS else text


@lru_cache(maxsize=512)
def zone_of(country: str, otherwise: str) -> str:
    """The zone most people of that country live in; `otherwise` where that cannot be told."""
    here = [zone for zone, code in get_global("zone_territories").items() if code == country and is_zone(zone)]
    if len(here) == 1:
        return str(here[0])
    return next((zone for zone in _USUAL if zone in here), otherwise)


def say_missing(places: Mapping[str, int]) -> Message | None:
    """What to say when columns are missing that every list needs."""
    missing = [field for field in NEEDED if field not in places]
    if not missing:
        return None
    words = N_("The first line must name the columns. Missing: %(columns)s. The template has all of them.")
    return Message(words, {"columns": ", ".join(missing)})
