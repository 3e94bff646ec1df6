"""Who may see and do what around a thematic session. Seeing is SQL, doing is a predicate over roles and its state."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, true

from cohorts.models import Role
from cohorts.policies import READERS
from sessions.models import OpenTo, ThematicSession
from sessions.states import SessionState

_SESSION: Any = ThematicSession.__table__  # type: ignore[attr-defined]


def visible_sessions(roles: frozenset[str]) -> ColumnElement[bool]:
    """The condition on the sessions of a cohort for somebody with those roles in it. Drafts are known to facilitators
    alone; a sponsor reads of those that are open to the programme, and an owner of none."""
    if may_plan_sessions(roles):
        return true()
    published = _SESSION.c.published_at.is_not(None)
    if may_attend(roles):
        return published
    if Role.SPONSOR in roles:
        return and_(published, _SESSION.c.open_to == OpenTo.PROGRAMME)
    return false()


def may_see_list(roles: frozenset[str]) -> bool:
    """That the cohort has sessions at all."""
    return may_attend(roles) or Role.SPONSOR in roles


def may_attend(roles: frozenset[str]) -> bool:
    """Answer to a slot, and be in its room: whoever takes part in the cohort."""
    return bool(roles & READERS)


def may_plan_sessions(roles: frozenset[str]) -> bool:
    """Plan, publish, move and cancel sessions, and see who carries the unsocial hours."""
    return Role.FACILITATOR in roles


def may_change_session(roles: frozenset[str], state: SessionState) -> bool:
    """Say it anew: until it was called off."""
    return may_plan_sessions(roles) and state != SessionState.CANCELLED


def may_publish_session(roles: frozenset[str], state: SessionState) -> bool:
    """Let the cohort know of it."""
    return may_plan_sessions(roles) and state == SessionState.DRAFT


def may_unpublish_session(roles: frozenset[str], state: SessionState) -> bool:
    """Make it a draft again, as long as nobody answered to it and none of its slots has begun."""
    return may_plan_sessions(roles) and state == SessionState.TO_COME


def may_cancel_session(roles: frozenset[str], state: SessionState) -> bool:
    """Call it off, as long as a slot is to come."""
    return may_plan_sessions(roles) and state in (SessionState.DRAFT, SessionState.TO_COME, SessionState.RUNNING)


def may_answer_slot(roles: frozenset[str], ends_at: datetime, cancelled_at: datetime | None, now: datetime) -> bool:
    """Say whether one comes, until the slot is over."""
    return may_attend(roles) and cancelled_at is None and now < ends_at
