"""In which state a session is. It follows from what was decided and from the clock, and is stored nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum


class SessionState(StrEnum):
    """DRAFT: facilitators alone know of it; TO_COME: published, and no slot has begun that is not over; RUNNING: a slot
    is on; PAST: every slot is over; CANCELLED: it was called off."""

    DRAFT = "draft"
    TO_COME = "to come"
    RUNNING = "running"
    PAST = "past"
    CANCELLED = "cancelled"


def session_state(
    published_at: datetime | None,
    cancelled_at: datetime | None,
    spans: Iterable[tuple[datetime, datetime]],
    now: datetime,
) -> SessionState:
    """`spans`: begin and end of the slots that are not cancelled; a boundary belongs to what it begins."""
    if cancelled_at is not None:
        return SessionState.CANCELLED
    if published_at is None:
        return SessionState.DRAFT
    known = list(spans)
    if any(begins <= now < ends for begins, ends in known):
        return SessionState.RUNNING
    if known and all(ends <= now for _, ends in known):
        return SessionState.PAST
    return SessionState.TO_COME
