"""Audiences: who may see a thing, chosen in words; and the vantage a reader gets from belonging to some of them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import bindparam, or_, select

from cohorts.models import Attribution, Audience, AudienceKind, Cohort, Membership, Removal, Role, Team
from cohorts.policies import BELONGS, PEER, Standing, Vantage
from server.db import Db, ask, settled
from server.languages import N_

__all__ = [
    "AUDIENCE_WORDS",
    "InTeam",
    "Naming",
    "Vantage",
    "make_for_cohort",
    "make_for_teams",
    "people_in",
    "vantage_in_cohort",
    "vantage_in_team",
    "vantages_in_teams",
]


# What each kind is called where somebody chooses it, and on everything that is said to it.
AUDIENCE_WORDS: dict[str, str] = {
    AudienceKind.TEAM: N_("the team and the facilitators"),
    AudienceKind.TEAM_AND_BOARD: N_("the team, the board and the facilitators"),
    AudienceKind.COHORT: N_("the whole cohort"),
    AudienceKind.FACILITATORS: N_("facilitators only"),
}

_AUDIENCE = Audience.__table__  # type: ignore[attr-defined]


@lru_cache
def _of_kinds(kinds: tuple[str, ...]) -> Any:
    """The question for the audiences of those kinds, which are the same few each time."""
    of_team = or_(_AUDIENCE.c.team_id.is_(None), _AUDIENCE.c.team_id == bindparam("team"))
    of_kind = or_(*(_AUDIENCE.c.kind == kind for kind in kinds))
    return settled(select(_AUDIENCE.c.id).where(_AUDIENCE.c.cohort_id == bindparam("cohort"), of_team, of_kind))


def make_for_cohort(db: Db, cohort: Cohort) -> None:
    """The audiences every cohort has: everyone in it, and its facilitators."""
    assert cohort.id is not None
    db.add_all(
        Audience(kind=kind, cohort_id=cohort.id, team_id=None)
        for kind in (AudienceKind.COHORT, AudienceKind.FACILITATORS)
    )
    db.flush()


def make_for_teams(db: Db, teams: Iterable[Team]) -> None:
    """The audiences every team has: itself, and itself with the board."""
    db.add_all(
        Audience(kind=kind, cohort_id=team.cohort_id, team_id=team.id)
        for team in teams
        for kind in (AudienceKind.TEAM, AudienceKind.TEAM_AND_BOARD)
    )
    db.flush()


class Naming(NamedTuple):
    """What a cohort and its programme say of whose words are whose."""

    attribution: str = Attribution.NAMED
    facilitators_see_authors: bool = False


AS_THEMSELVES = Naming()


class InTeam(NamedTuple):
    """Where something of a team is."""

    team_id: int
    cohort_id: int
    programme_id: int
    naming: Naming = AS_THEMSELVES


def vantage_in_team(
    db: Db,
    standing: Standing,
    team_id: int,
    cohort_id: int,
    programme_id: int,
    language: str,
    naming: Naming = AS_THEMSELVES,
) -> Vantage:
    """From where that person sees a team: one query, none for those who belong to no audience."""
    roles = standing.roles_in_team(team_id, cohort_id, programme_id)
    return Vantage(_belonging(db, roles, cohort_id, team_id), roles, language, *naming)


def vantage_in_cohort(
    db: Db, standing: Standing, cohort_id: int, programme_id: int, language: str, naming: Naming = AS_THEMSELVES
) -> Vantage:
    """From where that person sees a cohort as a whole."""
    roles = standing.roles_in_cohort(cohort_id, programme_id)
    return Vantage(_belonging(db, roles, cohort_id, None), roles, language, *naming)


def vantages_in_teams(db: Db, standing: Standing, places: Iterable[InTeam], language: str) -> dict[int, Vantage]:
    """From where that person sees each of those teams, by its id: one query however many."""
    wanted = list(places)
    here = _AUDIENCE.c.cohort_id.in_(sorted({place.cohort_id for place in wanted}))
    rows = db.execute(select(_AUDIENCE.c.id, _AUDIENCE.c.kind, _AUDIENCE.c.cohort_id, _AUDIENCE.c.team_id).where(here))
    known = rows.all()
    found = {}
    for place in wanted:
        roles = standing.roles_in_team(place.team_id, place.cohort_id, place.programme_id)
        mine = (
            row.id
            for row in known
            if row.cohort_id == place.cohort_id and row.team_id in (None, place.team_id) and BELONGS[row.kind] & roles
        )
        found[place.team_id] = Vantage(frozenset(mine), roles, language, *place.naming)
    return found


def _belonging(db: Db, roles: frozenset[str], cohort_id: int, team_id: int | None) -> frozenset[int]:
    kinds = tuple(kind for kind, members in BELONGS.items() if members & roles)
    if not kinds:
        return frozenset()
    return frozenset(ask(db, _of_kinds(kinds), cohort=cohort_id, team=team_id).scalars())


def people_in(db: Db, team_id: int, cohort_id: int, programme_id: int) -> dict[str, int]:
    """How many people each kind of audience of that team has now: one query."""
    held, gone = Membership.__table__, Removal.__table__  # type: ignore[attr-defined]
    rows = select(held.c.person_id, held.c.role, held.c.cohort_id, held.c.team_id).outerjoin(
        gone, gone.c.membership_id == held.c.id
    )
    here = (held.c.programme_id == programme_id) & gone.c.membership_id.is_(None)
    there: dict[str, set[int]] = {kind: set() for kind in BELONGS}
    for person_id, role, in_cohort, in_team in db.execute(rows.where(here)):
        if role != Role.FACILITATOR and in_cohort != cohort_id:
            continue
        seen_as = PEER if role == Role.MEMBER and in_team != team_id else role
        for kind, members in BELONGS.items():
            if seen_as in members:
                there[kind].add(person_id)
    return {kind: len(people) for kind, people in there.items()}
