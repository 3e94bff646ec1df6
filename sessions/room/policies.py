"""Who may do what in a room. Seeing follows from the slot: whoever may attend it may be in its room."""

from __future__ import annotations

from datetime import datetime, timedelta

from sessions.models import SessionPart
from sessions.policies import may_attend, may_plan_sessions

# Rooms open a little before their time; those who run them may prepare a day ahead.
EARLY = timedelta(minutes=15)
PREPARED = timedelta(hours=24)
# A room that nobody ended is over by itself, so long after its slot.
LATE = timedelta(hours=1)


def may_run_room(roles: frozenset[str], part: str | None) -> bool:
    """Move the agenda, the timer, polls and groups: those who plan sessions, and whoever leads this one or helps to."""
    return may_plan_sessions(roles) or (may_attend(roles) and part in set(SessionPart))


def may_enter(runs: bool, starts_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Come in: from a little before the slot until a little after it."""
    return starts_at - (PREPARED if runs else EARLY) <= now < ends_at + LATE


def is_open(ended_at: datetime | None, ends_at: datetime, now: datetime) -> bool:
    """Whether things can still happen in a room: nobody ended it, and the time of its slot is not long over."""
    return ended_at is None and now < ends_at + LATE
