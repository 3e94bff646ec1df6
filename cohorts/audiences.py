"""Audiences: who may see a thing, chosen in words; and the vantage a reader gets from belonging to some of them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import bindparam, or_, select

from cohorts.models import Audience, AudienceKind, Cohort, Team
from cohorts.policies import BELONGS, Standing, Vantage
from server.db import Db, ask
from server.languages import N_

__all__ = ["AUDIENCE_WORDS", "Vantage", "make_for_cohort", "make_for_teams", "vantage_in_cohort", "vantage_in_team"]


# What each kind is called where somebody chooses it, and on everything that is said to it.
AUDIENCE_WORDS: dict[str, str] = {
    AudienceKind.TEAM: N_("the team and the facilitators"),
    AudienceKind.TEAM_AND_BOARD: N_("the team, the board and the facilitators"),
    AudienceKind.COHORT: N_("the whole cohort"),
    AudienceKind.FACILITATORS: N_("facilitators only"),
}

_AUDIENCE = Audience.__table__  # type: ignore[attr-defined]
_OF_KINDS = select(_AUDIENCE.c.id).where(
    _AUDIENCE.c.cohort_id == bindparam("cohort"),
    or_(_AUDIENCE.c.team_id.is_(None), _AUDIENCE.c.team_id == bindparam("team")),
    _AUDIENCE.c.kind.in_(bindparam("kinds", expanding=True)),
)


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


def vantage_in_team(
    db: Db, standing: Standing, team_id: int, cohort_id: int, programme_id: int, language: str
) -> Vantage:
    """From where that person sees a team: one query, none for those who belong to no audience."""
    roles = standing.roles_in_team(team_id, cohort_id, programme_id)
    return Vantage(_belonging(db, roles, cohort_id, team_id), roles, language)


def vantage_in_cohort(db: Db, standing: Standing, cohort_id: int, programme_id: int, language: str) -> Vantage:
    """From where that person sees a cohort as a whole."""
    roles = standing.roles_in_cohort(cohort_id, programme_id)
    return Vantage(_belonging(db, roles, cohort_id, None), roles, language)


def _belonging(db: Db, roles: frozenset[str], cohort_id: int, team_id: int | None) -> frozenset[int]:
    kinds = [kind for kind, members in BELONGS.items() if members & roles]
    if not kinds:
        return frozenset()
    return frozenset(ask(db, _OF_KINDS, cohort=cohort_id, team=team_id, kinds=kinds).scalars())
