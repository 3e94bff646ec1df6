"""What somebody asked of people they do not belong to: their own words, and what became of them, stay theirs to read.

What those people say about it among themselves is not, and nothing that would count it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from cohorts.models import Role
from cohorts.policies import Standing, Vantage
from feedback.advice.policies import own_prompts, visible_prompts
from feedback.advice.prompts import CARD, JOINED, OWED, PROMPT, RESPONSE, STANDS, on
from feedback.models import Matter
from feedback.threads import AUDIENCE, AUTHOR, THREAD
from server.db import Db


def circles(db: Db, vantage: Vantage, team_id: int | None, cohort_id: int) -> Vantage:
    """`vantage` with every audience of that team, or without one of its cohort as a whole: for writing to them, never
    for reading from there."""
    here = or_(AUDIENCE.c.team_id.is_(None), AUDIENCE.c.team_id == team_id)
    found = db.execute(select(AUDIENCE.c.id).where(AUDIENCE.c.cohort_id == cohort_id, here)).scalars()
    return replace(vantage, audiences=frozenset(found))


def cards(db: Db, vantage: Vantage, matter: Matter, person_id: int, now: datetime) -> Sequence[Any]:
    """What that person asked on a matter of audiences they do not belong to, oldest first: rows as those of
    `prompts.cards_in`. How much was said about them must not be shown."""
    rows = select(*AUTHOR, *CARD).select_from(JOINED).where(on(matter))
    rows = rows.where(own_prompts(person_id), ~visible_prompts(vantage)).order_by(PROMPT.c.id)
    return db.execute(rows, {"now": now}).all()


def on_sessions(db: Db, standing: Standing, now: datetime, most: int) -> Sequence[Any]:
    """What that person left on sessions of cohorts they advise and did not take back, what happened last first: id,
    kind, opening, at, session_id, theme, audience, owed, response, parked_until, answered_at."""
    advised = {one.cohort_id for one in standing.held if one.role == Role.ADVISER}
    rows = (
        select(
            *(PROMPT.c[name] for name in ("id", "kind", "opening", "at", "session_id")),
            THREAD.c.about.label("theme"),
            AUDIENCE.c.kind.label("audience"),
            OWED.label("owed"),
            *(RESPONSE.c.kind.label("response"), RESPONSE.c.parked_until, RESPONSE.c.at.label("answered_at")),
        )
        .select_from(JOINED.join(THREAD, THREAD.c.id == PROMPT.c.thread_id))
        .where(own_prompts(standing.person_id), PROMPT.c.session_id.is_not(None), STANDS)
        .where(AUDIENCE.c.cohort_id.in_(sorted(one for one in advised if one is not None)))
        .order_by(func.coalesce(RESPONSE.c.at, PROMPT.c.at).desc(), PROMPT.c.id.desc())
        .limit(most)
    )
    return db.execute(rows, {"now": now}).all()
