"""Conflicts: a team says with which other team it should not be paired. Why, facilitators alone read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select

from cohorts.models import Team
from feedback.rounds.models import Conflict
from feedback.rounds.rounds import ROUND, read, tell_run
from server.db import Db

CONFLICT: Any = Conflict.__table__  # type: ignore[attr-defined]
_TEAM: Any = Team.__table__  # type: ignore[attr-defined]
_OTHER: Any = _TEAM.alias("other")


@dataclass(frozen=True, slots=True)
class Declared:
    """A conflict, by the names of its teams."""

    team_id: int
    team: str
    other_id: int
    other: str
    why: str
    at: datetime


def _read(db: Db, condition: ColumnElement[bool]) -> list[Declared]:
    rows = db.execute(
        select(_TEAM.c.id, _TEAM.c.name, _OTHER.c.id, _OTHER.c.name, CONFLICT.c.why, CONFLICT.c.at)
        .select_from(CONFLICT.join(_TEAM, _TEAM.c.id == CONFLICT.c.team_id))
        .join(_OTHER, _OTHER.c.id == CONFLICT.c.other_id)
        .where(condition)
        .order_by(CONFLICT.c.at, CONFLICT.c.other_id)
    )
    return [Declared(*row) for row in rows]


def of_team(db: Db, team_id: int) -> list[Declared]:
    """What a team declared, in the order in which it did."""
    return _read(db, CONFLICT.c.team_id == team_id)


def in_cohort(db: Db, cohort_id: int) -> list[Declared]:
    """What the teams of a cohort declared."""
    return _read(db, _TEAM.c.cohort_id == cohort_id)


def others_of(db: Db, team_id: int, cohort_id: int) -> list[tuple[int, str]]:
    """The teams that a team can name: id and name."""
    mine = (_TEAM.c.cohort_id == cohort_id) & (_TEAM.c.id != team_id)
    return [
        (row.id, row.name) for row in db.execute(select(_TEAM.c.id, _TEAM.c.name).where(mine).order_by(_TEAM.c.name))
    ]


def declare(db: Db, team_id: int, other_id: int, *, why: str, by_id: int, now: datetime) -> None:
    """Say that two teams should not be paired, or say anew why."""
    row = db.get(Conflict, (team_id, other_id))
    if row is None:
        db.add(Conflict(team_id=team_id, other_id=other_id, why=why, by_id=by_id, at=now))
    else:
        row.why, row.by_id = why, by_id
    tell_facilitators(db, db.get_one(Team, team_id).cohort_id)


def take_back(db: Db, team_id: int, other_id: int) -> None:
    """Say that they may be paired after all. Harmless twice."""
    db.execute(delete(CONFLICT).where(CONFLICT.c.team_id == team_id, CONFLICT.c.other_id == other_id))
    tell_facilitators(db, db.get_one(Team, team_id).cohort_id)


def tell_facilitators(db: Db, cohort_id: int, team_id: int | None = None) -> None:
    """What facilitators are shown of a cohort's rounds follows from its teams and their people, which changed."""
    for facts in read(db, ROUND.c.cohort_id == cohort_id, ROUND.c.cancelled_at.is_(None)):
        tell_run(db, facts)
