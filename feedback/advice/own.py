"""What somebody asked of people they do not belong to: their own words, and what became of them, stay theirs to read.

What those people say about it among themselves is not, and nothing that would count it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from cohorts.policies import Vantage
from feedback.advice.policies import own_prompts, visible_prompts
from feedback.advice.prompts import CARD, JOINED, PROMPT
from feedback.threads import AUDIENCE, AUTHOR
from server.db import Db


def circles(db: Db, vantage: Vantage, team_id: int, cohort_id: int) -> Vantage:
    """`vantage` with every audience of that team: for writing to them, never for reading from there."""
    here = or_(AUDIENCE.c.team_id.is_(None), AUDIENCE.c.team_id == team_id)
    found = db.execute(select(AUDIENCE.c.id).where(AUDIENCE.c.cohort_id == cohort_id, here)).scalars()
    return replace(vantage, audiences=frozenset(found))


def cards(db: Db, vantage: Vantage, initiative_id: int, person_id: int, now: datetime) -> Sequence[Any]:
    """What that person asked on an initiative of audiences they do not belong to, oldest first: rows as those of
    `prompts.cards_in`. How much was said about them must not be shown."""
    rows = select(*AUTHOR, *CARD).select_from(JOINED).where(PROMPT.c.initiative_id == initiative_id)
    rows = rows.where(own_prompts(person_id), ~visible_prompts(vantage)).order_by(PROMPT.c.id)
    return db.execute(rows, {"now": now}).all()
