"""The fairness ledger: how many unsocial hours each country of a cohort has carried for its sessions so far.

A session counts for a team with the slot its people came to, or had a seat in where nobody noted who came. People of
one team who went to different slots carry the mean of both, and a country the mean of those of its teams that were
there: neither a large team nor a country with many teams outweighs the others. A team that did not come carried
nothing.

Under the Chatham House rule nothing may tell who came, and where a country has one team its minutes would: there each
team counts as if it had come to the slot that suited it best, whoever came.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from statistics import fmean
from typing import Any, NamedTuple

from sqlalchemy import select

from cohorts.identity import stricter
from cohorts.models import Attribution, Membership, Team
from people.models import Organisation
from server.db import Db
from sessions.hours import Place, unsocial_minutes
from sessions.models import Attendance, Rsvp, SlotAnswer
from sessions.sessions import SESSION
from sessions.slots import SLOT

_TEAM: Any = Team.__table__  # type: ignore[attr-defined]
_HOME: Any = Organisation.__table__  # type: ignore[attr-defined]
_HELD: Any = Membership.__table__  # type: ignore[attr-defined]
_CAME: Any = Attendance.__table__  # type: ignore[attr-defined]
_ANSWER: Any = SlotAnswer.__table__  # type: ignore[attr-defined]
# What was does not change: the same slots are counted for the same places on every look.
_minutes = lru_cache(maxsize=20_000)(unsocial_minutes)


class TeamPlace(NamedTuple):
    """A team and where its clock hangs."""

    team_id: int
    name: str
    place: Place


class Over(NamedTuple):
    """A slot that is over; `masked`: nothing may tell who came to its session."""

    slot_id: int
    session_id: int
    starts_at: datetime
    minutes: int
    masked: bool


class Went(NamedTuple):
    """Somebody of a team at a slot that is over, or a team that counts as if."""

    session_id: int
    team_id: int
    starts_at: datetime
    minutes: int


class Carried(NamedTuple):
    """What a country carried: unsocial minutes in all, and in how many sessions it carried any."""

    country: str
    minutes: int
    sessions: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the teams of a cohort carried so far, by country. `sessions`: how many count; `masked`: how many of those do
    not tell who came."""

    teams: tuple[TeamPlace, ...]
    countries: Mapping[str, Carried]
    sessions: int
    masked: int

    @property
    def minutes(self) -> dict[str, int]:
        """The unsocial minutes of each country."""
        return {country: one.minutes for country, one in self.countries.items()}


def so_far(db: Db, cohort_id: int, rule: str, now: datetime) -> Ledger:
    """The ledger of a cohort whose attribution is `rule`: four queries."""
    teams, slots = teams_in(db, cohort_id), over(db, cohort_id, rule, now)
    people = [*went(db, cohort_id, slots), *supposed(teams, slots)]
    masked = {slot.session_id for slot in slots if slot.masked}
    return Ledger(tuple(teams), ledger(teams, people), len({slot.session_id for slot in slots}), len(masked))


def teams_in(db: Db, cohort_id: int) -> list[TeamPlace]:
    """The teams of a cohort with their places, by name: one query."""
    columns = (_TEAM.c.id, _TEAM.c.name, _HOME.c.country, _HOME.c.time_zone)
    joined = select(*columns).join_from(_TEAM, _HOME, _HOME.c.id == _TEAM.c.organisation_id)
    rows = db.execute(joined.where(_TEAM.c.cohort_id == cohort_id).order_by(_TEAM.c.name, _TEAM.c.id))
    return [TeamPlace(row.id, row.name, Place(row.country, row.time_zone)) for row in rows]


def over(db: Db, cohort_id: int, rule: str, now: datetime) -> list[Over]:
    """The slots of a cohort that are over, and were neither called off nor those of a draft: one query."""
    columns = (SLOT.c.id, SLOT.c.session_id, SLOT.c.starts_at, SLOT.c.minutes, SESSION.c.attribution)
    rows = select(*columns).join_from(SLOT, SESSION, SESSION.c.id == SLOT.c.session_id)
    stands = (SLOT.c.cancelled_at.is_(None), SESSION.c.cancelled_at.is_(None), SESSION.c.published_at.is_not(None))
    here = (SESSION.c.cohort_id == cohort_id, SLOT.c.starts_at < now)
    return [
        Over(row.id, row.session_id, row.starts_at, row.minutes, stricter(row.attribution, rule) != Attribution.NAMED)
        for row in db.execute(rows.where(*here, *stands).order_by(SLOT.c.starts_at, SLOT.c.id))
        if row.starts_at + timedelta(minutes=row.minutes) <= now
    ]


def went(db: Db, cohort_id: int, slots: Iterable[Over]) -> list[Went]:
    """Who of which team was at those slots, as far as that may be told: two queries."""
    told = {slot.slot_id: slot for slot in slots if not slot.masked}
    seated = (_ANSWER.c.answer == Rsvp.YES) & _ANSWER.c.seated_at.is_not(None)
    noted, meant = _people(db, cohort_id, _CAME), _people(db, cohort_id, _ANSWER, seated)
    return [
        Went(slot.session_id, team_id, slot.starts_at, slot.minutes)
        for slot_id, slot in told.items()
        for team_id in noted.get(slot_id) or meant.get(slot_id) or ()
    ]


def _people(db: Db, cohort_id: int, table: Any, *conditions: Any) -> dict[int, list[int]]:
    """The teams of those people, once for each person, by slot."""
    rows = table.join(SLOT, SLOT.c.id == table.c.slot_id).join(SESSION, SESSION.c.id == SLOT.c.session_id)
    rows = rows.join(_HELD, _HELD.c.id == table.c.membership_id)
    asked = select(table.c.slot_id, _HELD.c.team_id).select_from(rows)
    found: dict[int, list[int]] = {}
    for row in db.execute(asked.where(SESSION.c.cohort_id == cohort_id, _HELD.c.team_id.is_not(None), *conditions)):
        found.setdefault(row.slot_id, []).append(row.team_id)
    return found


def supposed(teams: Iterable[TeamPlace], slots: Iterable[Over]) -> list[Went]:
    """Every team at the slot that suited it best, of each session that must not tell who came."""
    sessions: dict[int, list[Over]] = {}
    for slot in slots:
        if slot.masked:
            sessions.setdefault(slot.session_id, []).append(slot)
    found: list[Went] = []
    for team in teams:
        for session_id, offered in sessions.items():
            at = [(_minutes(one.starts_at, one.minutes, team.place), one) for one in offered]
            best = min(at)[1]
            found.append(Went(session_id, team.team_id, best.starts_at, best.minutes))
    return found


def ledger(teams: Iterable[TeamPlace], people: Iterable[Went]) -> dict[str, Carried]:
    """What each country of those teams carried, by country; one that carried nothing is there too."""
    places = {team.team_id: team.place for team in teams}
    burdens: Mapping[tuple[int, int], list[int]] = defaultdict(list)
    for one in people:
        if one.team_id in places:
            burden = _minutes(one.starts_at, one.minutes, places[one.team_id])
            burdens[one.session_id, one.team_id].append(burden)
    by_country: Mapping[tuple[str, int], list[float]] = defaultdict(list)
    for (session_id, team_id), found in burdens.items():
        by_country[places[team_id].country, session_id].append(fmean(found))
    return {country: _total(country, by_country) for country in sorted({place.country for place in places.values()})}


def _total(country: str, by_country: Mapping[tuple[str, int], list[float]]) -> Carried:
    mine = [fmean(found) for (where, _), found in by_country.items() if where == country]
    return Carried(country, round(sum(mine)), sum(one > 0 for one in mine))


def most_first(countries: Iterable[Carried]) -> list[Carried]:
    """Who is next to be spared first: most minutes, then most sessions, then by code."""
    return sorted(countries, key=lambda one: (-one.minutes, -one.sessions, one.country))
