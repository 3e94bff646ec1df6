"""Practising on the example of a round: an own try, which nobody else reads, before the model feedback is shown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from feedback.rounds.models import Practice
from server.db import Db

PRACTICE: Any = Practice.__table__  # type: ignore[attr-defined]


def tried(db: Db, round_id: int, person_id: int) -> str | None:
    """What somebody wrote about the example; None: they have not tried yet."""
    here = (PRACTICE.c.round_id == round_id) & (PRACTICE.c.person_id == person_id)
    found: str | None = db.execute(select(PRACTICE.c.text).where(here)).scalar()
    return found


def keep(db: Db, round_id: int, person_id: int, text: str, now: datetime) -> None:
    """Keep what somebody wrote about the example, in place of what they wrote before."""
    here = (PRACTICE.c.round_id == round_id) & (PRACTICE.c.person_id == person_id)
    if db.execute(select(PRACTICE.c.person_id).where(here).with_for_update()).first() is None:
        db.execute(insert(PRACTICE).values(round_id=round_id, person_id=person_id, text=text, at=now))
    else:
        db.execute(update(PRACTICE).where(here).values(text=text, at=now))
