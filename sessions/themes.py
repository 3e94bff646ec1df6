"""Themes: what a cohort's thematic sessions will be about, in the order of the programme."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from cohorts.models import Cohort
from server.db import Db
from sessions.models import ThematicSession


def plan(db: Db, cohort: Cohort, themes: Sequence[str]) -> list[ThematicSession]:
    """Give a cohort its themes, in that order."""
    assert cohort.id is not None
    planned = [ThematicSession(cohort_id=cohort.id, theme=theme, place=at) for at, theme in enumerate(themes)]
    db.add_all(planned)
    db.flush()
    return planned


def of_cohort(db: Db, cohort_id: int) -> list[str]:
    """The themes of that cohort, in the order of the programme."""
    table: Any = ThematicSession.__table__  # type: ignore[attr-defined]
    query = select(table.c.theme).where(table.c.cohort_id == cohort_id).order_by(table.c.place, table.c.id)
    return list(db.execute(query).scalars())
