"""Writing help: whether words that are to be shown without a name carry the name themselves.

People unmask themselves by accident: a greeting, "here in …", an address under the text. What is found is shown to the
author before it is posted. It is help and no guarantee: who writes well known things is known by them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from cohorts.models import Membership, Removal, Team
from people.models import Organisation, Person
from server.db import Db

_PERSON: Any = Person.__table__  # type: ignore[attr-defined]
_HOME: Any = Organisation.__table__  # type: ignore[attr-defined]
_HELD: Any = Membership.__table__  # type: ignore[attr-defined]
_GONE: Any = Removal.__table__  # type: ignore[attr-defined]
_TEAM: Any = Team.__table__  # type: ignore[attr-defined]

# A shorter part of a name is too often a word of some language.
SHORTEST = 3
MOST = 6


@dataclass(frozen=True, slots=True)
class Traits:
    """What would tell who somebody is; `country`: its names, in the languages they may write in."""

    name: str
    email: str
    organisation: str
    teams: tuple[str, ...]
    country: tuple[str, ...]


def traits_of(db: Db, person_id: int, countries: Callable[[str], tuple[str, ...]]) -> Traits:
    """Those of that person, in two queries; `countries` gives the names of a country from its code."""
    columns = (_PERSON.c.name, _PERSON.c.email, _HOME.c.name.label("organisation"), _HOME.c.country)
    home = select(*columns).join_from(_PERSON, _HOME, _HOME.c.id == _PERSON.c.organisation_id)
    row = db.execute(home.where(_PERSON.c.id == person_id)).one()
    held = _TEAM.join(_HELD, _HELD.c.team_id == _TEAM.c.id).outerjoin(_GONE, _GONE.c.membership_id == _HELD.c.id)
    teams = select(_TEAM.c.name).select_from(held)
    found = db.execute(teams.where(_HELD.c.person_id == person_id, _GONE.c.membership_id.is_(None))).scalars()
    return Traits(row.name, row.email, row.organisation, tuple(found), countries(row.country))


def given_away(text: str, traits: Traits) -> tuple[str, ...]:
    """The pieces of `text`, as they are written in it, that tell who wrote it: each once, at most MOST."""
    folded, places = _folded(text)
    found: dict[str, str] = {}
    for phrase in _phrases(traits):
        for match in _pattern(phrase).finditer(folded):
            piece = text[places[match.start()] : places[match.end() - 1] + 1]
            found.setdefault(piece.casefold(), piece)
    return tuple(found.values())[:MOST]


def _phrases(traits: Traits) -> Iterator[str]:
    whole: Iterable[str] = (traits.email, traits.organisation, *traits.teams, *traits.country, traits.name)
    yield from dict.fromkeys(phrase for phrase in whole if len(phrase.strip()) > 1)
    yield from (part for part in re.split(r"[\W_]+", traits.name) if len(part) >= SHORTEST)


def _pattern(phrase: str) -> re.Pattern[str]:
    """Whole words only, with any blanks between them. Scripts without capitals are often written without blanks."""
    words = [re.escape(word) for word in _folded(phrase)[0].split()]
    edge = (r"(?<![^\W_])", r"(?![^\W_])") if phrase.strip()[0].lower() != phrase.strip()[0].upper() else ("", "")
    return re.compile(edge[0] + r"\s+".join(words) + edge[1])


def _folded(text: str) -> tuple[str, list[int]]:
    """`text` without capitals and accents, and where in it each of those characters came from."""
    folded, places = [], []
    for place, character in enumerate(text):
        for one in unicodedata.normalize("NFKD", character).casefold():
            if not unicodedata.combining(one):
                folded.append(one)
                places.append(place)
    return "".join(folded), places
