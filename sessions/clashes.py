"""What else is at a time: other sessions of the same cohort, or led by the same people in the same programme."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import or_, select

from cohorts.models import Cohort
from server.db import Db
from sessions.sessions import LEADERS, SESSION, SessionFacts
from sessions.slots import LONGEST, SLOT

_COHORT: Any = Cohort.__table__  # type: ignore[attr-defined]


class Clash(NamedTuple):
    """Another session at that time. `cohort`: the name of its cohort; `same_cohort`: it is the same one, else people
    who lead both are in it."""

    session_id: int
    theme: str
    cohort: str
    starts_at: datetime
    ends_at: datetime
    same_cohort: bool


def at(db: Db, facts: SessionFacts, starts_at: datetime, minutes: int) -> list[Clash]:
    """What clashes with that session at that time, the earliest first: one query. Drafts count, because they are
    planned; what was called off does not."""
    mine = select(LEADERS.c.person_id).where(LEADERS.c.session_id == facts.id)
    return among(db, facts.cohort_id, starts_at, minutes, but=facts.id, people=mine)


def among(
    db: Db, cohort_id: int, starts_at: datetime, minutes: int, *, but: int | None = None, people: Any = ()
) -> list[Clash]:
    """The same for a session that is none yet: in that cohort, led by those `people` (ids, or a query of them), leaving
    out the session `but`."""
    ends_at = starts_at + timedelta(minutes=minutes)
    programme = select(_COHORT.c.programme_id).where(_COHORT.c.id == cohort_id).scalar_subquery()
    led = select(LEADERS.c.session_id).where(LEADERS.c.person_id.in_(people))
    rows = db.execute(
        select(SESSION.c.id, SESSION.c.theme, SESSION.c.cohort_id, _COHORT.c.name, SLOT.c.starts_at, SLOT.c.minutes)
        .join_from(SLOT, SESSION, SESSION.c.id == SLOT.c.session_id)
        .join(_COHORT, _COHORT.c.id == SESSION.c.cohort_id)
        .where(SESSION.c.id != (but or 0), SESSION.c.cancelled_at.is_(None), SLOT.c.cancelled_at.is_(None))
        .where(_COHORT.c.programme_id == programme, or_(SESSION.c.cohort_id == cohort_id, SESSION.c.id.in_(led)))
        .where(SLOT.c.starts_at < ends_at, SLOT.c.starts_at > starts_at - timedelta(minutes=LONGEST))
        .order_by(SLOT.c.starts_at, SLOT.c.id)
    )
    return [
        Clash(row.id, row.theme, row.name, row.starts_at, end, row.cohort_id == cohort_id)
        for row in rows
        if (end := row.starts_at + timedelta(minutes=row.minutes)) > starts_at
    ]
