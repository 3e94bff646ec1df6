"""Who may see and do what in a discussion. Seeing is SQL, doing is a predicate; cohorts.policies defines the roles."""

from __future__ import annotations

from typing import Any, Protocol

from sqlalchemy import ColumnElement, false

from cohorts.policies import Held, Vantage, may_edit_initiative, may_moderate, may_talk
from feedback.models import Thread


class Written(Protocol):
    """What the rules need to know of a comment."""

    @property
    def author_id(self) -> int: ...

    @property
    def withdrawn(self) -> bool: ...


def visible_threads(vantage: Vantage) -> ColumnElement[bool]:
    """The condition on Thread: those for an audience the reader belongs to."""
    if not vantage.audiences:
        return false()
    thread: Any = Thread.__table__  # type: ignore[attr-defined]
    return thread.c.audience_id.in_(sorted(vantage.audiences))


def may_follow_news(vantage: Vantage) -> bool:
    """What is being said in a cohort is for those who take part in it."""
    return may_talk(vantage)


def may_comment(vantage: Vantage, held: Held | None) -> bool:
    """Whoever takes part in the cohort, in the role of a membership they hold there."""
    return held is not None and may_talk(vantage)


def may_edit_comment(person_id: int, comment: Written) -> bool:
    """One's own words, as long as they stand."""
    return comment.author_id == person_id and not comment.withdrawn


def may_withdraw_comment(person_id: int, comment: Written) -> bool:
    """One's own words. Taking back twice, or putting back what stands, does no harm."""
    return comment.author_id == person_id


def may_resolve_thread(vantage: Vantage) -> bool:
    """The team whose work it is, and the facilitators."""
    return may_edit_initiative(vantage) or may_moderate(vantage)


def may_react(vantage: Vantage, person_id: int, comment: Written) -> bool:
    """Whoever takes part in the cohort, to what somebody else said, as long as it stands."""
    return may_talk(vantage) and comment.author_id != person_id and not comment.withdrawn
