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

from sqlalchemy import or_, select

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
# From so many letters on a word is known again when it is inflected: two of them and an ending would be any word.
INFLECTED, ENDING = 5, 3
MOST = 6
MOST_ALIKE = 200
# Words for kinds of organisations, in names where they begin with a capital: they tell nothing of which one it is.
_KINDS = """
agency authority board bureau center central centre city college commission council county department digital
directorate federal foundation general government health innovation institute laboratory labs ministry municipal
municipality national office programme public region regional research school service services social society
state union united university world affairs education amt behorde bezirk bund bundesamt gemeinde hochschule
institut kreis landkreis ministerium stadt stadtverwaltung stiftung universitat verband verwaltung agence
centrale commune conseil departement direction ecole fondation mairie ministere nationale prefecture regionale
universite ville agencia ayuntamiento camara ciudad fundacion gobierno instituto ministerio universidad
"""
KINDS = frozenset(_KINDS.split())


@dataclass(frozen=True, slots=True)
class Traits:
    """What would tell who somebody is; `country`: its names and those of its languages and people, in the languages
    they may write in. `places`: the words of their organisation's name that no other organisation has in its own."""

    name: str
    email: str
    organisation: str
    teams: tuple[str, ...]
    country: tuple[str, ...]
    places: tuple[str, ...] = ()


def traits_of(db: Db, person_id: int, countries: Callable[[str], tuple[str, ...]]) -> Traits:
    """Those of that person, in three queries; `countries` gives the words for a country from its code."""
    columns = (_PERSON.c.name, _PERSON.c.email, _HOME.c.id, _HOME.c.name.label("organisation"), _HOME.c.country)
    home = select(*columns).join_from(_PERSON, _HOME, _HOME.c.id == _PERSON.c.organisation_id)
    row = db.execute(home.where(_PERSON.c.id == person_id)).one()
    held = _TEAM.join(_HELD, _HELD.c.team_id == _TEAM.c.id).outerjoin(_GONE, _GONE.c.membership_id == _HELD.c.id)
    teams = select(_TEAM.c.name).select_from(held)
    found = db.execute(teams.where(_HELD.c.person_id == person_id, _GONE.c.membership_id.is_(None))).scalars()
    places = _own_words(db, row.id, row.organisation)
    return Traits(row.name, row.email, row.organisation, tuple(found), countries(row.country), places)


def _own_words(db: Db, organisation_id: int, name: str) -> tuple[str, ...]:
    words = [word for word in re.split(r"[\W_]+", name) if len(word) >= INFLECTED and word[0].isupper()]
    words = [word for word in words if _folded(word)[0] not in KINDS]
    if not words:
        return ()
    alike = or_(*(_HOME.c.name.contains(word, autoescape=True) for word in words))
    others = db.execute(select(_HOME.c.name).where(alike, _HOME.c.id != organisation_id).limit(MOST_ALIKE)).scalars()
    taken = {word for other in others for word in re.split(r"[\W_]+", _folded(other)[0])}
    return tuple(word for word in words if _folded(word)[0] not in taken)


def given_away(text: str, traits: Traits) -> tuple[str, ...]:
    """The pieces of `text`, as they are written in it, that tell who wrote it: each once, at most MOST, and none that
    lies within another."""
    folded, places = _folded(text)
    found: dict[str, str] = {}
    told: set[int] = set()
    for phrase in _phrases(traits):
        for match in _pattern(phrase).finditer(folded):
            piece = text[places[match.start()] : places[match.end() - 1] + 1]
            if phrase.fits(piece) and match.start() not in told:
                told.update(range(*match.span()))
                found.setdefault(piece.casefold(), piece)
    return tuple(found.values())[:MOST]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that tell who somebody is. `exact`: only in these very letters, as abbreviations; `endings`: the last word
    is known again with another ending, then only with a capital, unless they are an `adjective`; `capital`: never
    without one."""

    words: str
    exact: bool = False
    endings: bool = False
    adjective: bool = False
    capital: bool = False

    def fits(self, piece: str) -> bool:
        """Whether what was found without capitals and accents is meant."""
        if self.exact:
            return piece == self.words
        shown, words = (_folded(one)[0].split() for one in (piece, self.words))
        same = shown == words or (self.adjective and shown[-1].startswith(words[-1]) and len(words[-1]) > INFLECTED)
        return piece[0].isupper() or not (self.capital or (self.endings and not same))


def _phrases(traits: Traits) -> Iterator[Phrase]:
    parts = [part for part in re.split(r"[\W_]+", traits.name) if len(part) >= SHORTEST]
    yield from (Phrase(words) for words in _addresses(traits.email, parts))
    yield from (
        Phrase(words) for words in dict.fromkeys((traits.organisation, *traits.teams)) if len(words.strip()) > 1
    )
    yield from (Phrase(words, endings=True, adjective=True) for words in traits.country if len(words.strip()) > 1)
    yield from (Phrase(words, endings=True) for words in dict.fromkeys((traits.name, *parts)) if len(words.strip()) > 1)
    yield from (Phrase(words, endings=True, capital=True) for words in traits.places)
    for name in (traits.organisation, *traits.teams):
        yield from (Phrase(words, exact=True) for words in _abbreviations(name))


def _addresses(email: str, parts: Iterable[str]) -> Iterator[str]:
    """The address, where it is, and what stands before the @ where that is made of the name."""
    if email:
        yield email
    local, _, host = email.partition("@")
    if host and "." in host:
        yield host
    if any(_folded(part)[0] in _folded(local)[0] for part in parts) and len(local) >= INFLECTED:
        yield local


def _abbreviations(name: str) -> Iterator[str]:
    """What stands in the name in capitals, and what its first letters make."""
    words = [word for word in re.split(r"[\W_]+", name) if word]
    yield from (word for word in words if len(word) >= SHORTEST and any(one.isupper() for one in word[1:]))
    initials = "".join(word[0] for word in words if word[0].isupper())
    if len(initials) >= SHORTEST:
        yield initials


def _pattern(phrase: Phrase) -> re.Pattern[str]:
    """Whole words only, with any blanks between them. Scripts without capitals are often written without blanks."""
    words = _folded(phrase.words)[0].split()
    first = phrase.words.strip()[0]
    if first.lower() == first.upper():
        return re.compile(r"\s+".join(map(re.escape, words)))
    last, ending = words[-1], ""
    if phrase.endings and len(last) >= INFLECTED:
        ending = rf"[^\W\d_]{{0,{ENDING}}}"
        if last[-1] in "aeiouy" and len(last) > INFLECTED:
            last, ending = last[:-1], rf"[^\W\d_]{{0,{ENDING + 1}}}"
    whole = r"\s+".join(map(re.escape, [*words[:-1], last]))
    return re.compile(rf"(?<![^\W_]){whole}{ending}(?![^\W_])")


def _folded(text: str) -> tuple[str, list[int]]:
    """`text` without capitals and accents, and where in it each of those characters came from."""
    folded, places = [], []
    for place, character in enumerate(text):
        for one in unicodedata.normalize("NFKD", character).casefold():
            if not unicodedata.combining(one):
                folded.append(one)
                places.append(place)
    return "".join(folded), places
