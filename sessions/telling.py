"""Who is told of a session at their bell: the cohort when it is published, and those who answered when it changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from cohorts.models import Audience, AudienceKind
from feedback import notices
from server.db import Db
from server.languages import N_
from sessions import leaders
from sessions.models import Slot, SlotAnswer
from sessions.sessions import SessionFacts

_AUDIENCE: Any = Audience.__table__  # type: ignore[attr-defined]
_SLOT: Any = Slot.__table__  # type: ignore[attr-defined]
_ANSWER: Any = SlotAnswer.__table__  # type: ignore[attr-defined]

PUBLISHED, MOVED, SLOT_OFF, OFF = "session published", "slot moved", "slot off", "session off"
notices.KINDS.update(
    {
        PUBLISHED: N_("A session was announced"),
        MOVED: N_("A session you answered to was moved"),
        SLOT_OFF: N_("A time you answered to was called off"),
        OFF: N_("A session you answered to was called off"),
    }
)


def url_of(session_id: int) -> str:
    """Where a session is read."""
    return f"/sessions/{session_id}"


def cohort_of(db: Db, facts: SessionFacts) -> list[int]:
    """Everybody who takes part in the cohort of a session: ids of people."""
    return [one.person_id for one in leaders.choices(db, facts.cohort_id)]


def answered(db: Db, session_id: int, slot_id: int | None = None) -> list[int]:
    """Everybody who answered to a session, or to one slot of it, whatever they said: ids of people."""
    here = _ANSWER.join(_SLOT, _SLOT.c.id == _ANSWER.c.slot_id)
    which = [_SLOT.c.id == slot_id] if slot_id is not None else []
    rows = select(_ANSWER.c.person_id).distinct().select_from(here).where(_SLOT.c.session_id == session_id, *which)
    return list(db.execute(rows.order_by(_ANSWER.c.person_id)).scalars())


def tell(db: Db, facts: SessionFacts, people: Iterable[int], kind: str, *, by_id: int | None, now: datetime) -> None:
    """Tell those people; whoever did it knows. What they are told is shown while they take part in the cohort."""
    here = (_AUDIENCE.c.cohort_id == facts.cohort_id) & (_AUDIENCE.c.kind == AudienceKind.COHORT)
    audience_id = db.execute(select(_AUDIENCE.c.id).where(here)).scalar_one()
    others = [one for one in people if one != by_id]
    notices.tell(db, others, kind, now=now, url=url_of(facts.id), about=facts.theme, audience_id=audience_id)
