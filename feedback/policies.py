"""Who may see and do what in a discussion. Seeing is SQL, doing is a predicate; cohorts.policies defines the roles."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, false, or_, select

from cohorts.models import Audience, Cohort, Membership, Removal, Role
from cohorts.policies import BELONGS, PEER, Held, Vantage, may_edit_initiative, may_moderate, may_talk
from feedback.models import Thread


class Written(Protocol):
    """What the rules need to know of a comment."""

    @property
    def author_id(self) -> int: ...

    @property
    def withdrawn(self) -> bool: ...

    @property
    def hidden(self) -> bool: ...


def visible_threads(vantage: Vantage) -> ColumnElement[bool]:
    """The condition on Thread: those for an audience the reader belongs to."""
    if not vantage.audiences:
        return false()
    thread: Any = Thread.__table__  # type: ignore[attr-defined]
    return thread.c.audience_id.in_(sorted(vantage.audiences))


def may_read_thread(vantage: Vantage, audience_id: int) -> bool:
    """The same for one thread whose row is at hand."""
    return audience_id in vantage.audiences


_AUDIENCE: Any = Audience.__table__.alias("reached")  # type: ignore[attr-defined]
_COHORT: Any = Cohort.__table__.alias("reached_cohort")  # type: ignore[attr-defined]
_READER: Any = Membership.__table__.alias("reader")  # type: ignore[attr-defined]
_ENDED: Any = Removal.__table__.alias("reader_ended")  # type: ignore[attr-defined]
_REACH: dict[str, ColumnElement[bool]] = {
    Role.FACILITATOR: _READER.c.programme_id == _COHORT.c.programme_id,
    Role.MEMBER: _READER.c.team_id == _AUDIENCE.c.team_id,
    PEER: _READER.c.cohort_id == _AUDIENCE.c.cohort_id,
    Role.ADVISER: _READER.c.cohort_id == _AUDIENCE.c.cohort_id,
}


def _reaches(role: str) -> ColumnElement[bool]:
    return and_(_READER.c.role == (Role.MEMBER if role == PEER else role), _REACH[role])


# What every row of `_REACH` implies, by columns of which each has an index: else a database looks at every membership
# there is, for each comment.
_NEAR = or_(
    _READER.c.cohort_id == _COHORT.c.id,
    and_(_READER.c.role == Role.FACILITATOR, _READER.c.programme_id == _COHORT.c.programme_id),
)


class Reached:
    """The memberships that belong to audiences, as rows to select from: what `visible_threads` says of one reader, for
    all of them. `readers`: not ended ones, joined with audiences."""

    audience, reader, cohort = _AUDIENCE, _READER, _COHORT
    readers: Any = (
        _AUDIENCE.join(_COHORT, _COHORT.c.id == _AUDIENCE.c.cohort_id)
        .join(
            _READER,
            _NEAR
            & or_(*(and_(_AUDIENCE.c.kind == kind, or_(*map(_reaches, roles))) for kind, roles in BELONGS.items())),
        )
        .outerjoin(_ENDED, _ENDED.c.membership_id == _READER.c.id)
    )
    now: ColumnElement[bool] = _ENDED.c.membership_id.is_(None)


def belongs(person_id: Any, audience_id: Any) -> ColumnElement[bool]:
    """The condition that a person, a column, belongs to an audience, another column, now."""
    here = select(_READER.c.id).select_from(Reached.readers)
    return here.where(_READER.c.person_id == person_id, _AUDIENCE.c.id == audience_id, Reached.now).exists()


def may_follow_news(vantage: Vantage) -> bool:
    """What is being said in a cohort is for those who take part in it."""
    return may_talk(vantage)


def may_comment(vantage: Vantage, held: Held | None) -> bool:
    """Whoever takes part in the cohort, in the role of a membership they hold there."""
    return held is not None and may_talk(vantage)


def may_edit_comment(person_id: int, comment: Written) -> bool:
    """One's own words, as long as they stand."""
    return comment.author_id == person_id and not comment.withdrawn and not comment.hidden


def may_withdraw_comment(person_id: int, comment: Written) -> bool:
    """One's own words. Taking back twice, or putting back what stands, does no harm."""
    return comment.author_id == person_id


def may_resolve_thread(vantage: Vantage) -> bool:
    """The team whose work it is, and the facilitators."""
    return may_edit_initiative(vantage) or may_moderate(vantage)


def may_react(vantage: Vantage, person_id: int, comment: Written) -> bool:
    """Whoever takes part in the cohort, to what somebody else said, as long as it stands."""
    return may_talk(vantage) and comment.author_id != person_id and not comment.withdrawn and not comment.hidden


def may_ask_to_quote(vantage: Vantage, person_id: int, comment: Written) -> bool:
    """Whoever reads what somebody else said, as long as it stands."""
    return may_react(vantage, person_id, comment)


def may_report(vantage: Vantage, person_id: int, comment: Written) -> bool:
    """Whoever reads what somebody else said, as long as it stands."""
    return may_react(vantage, person_id, comment)


def may_hide(vantage: Vantage, person_id: int, comment: Written) -> bool:
    """The facilitators; not their own words, which they withdraw."""
    return may_moderate(vantage) and comment.author_id != person_id


def may_appeal(person_id: int, comment: Written) -> bool:
    """The author of a hidden comment."""
    return comment.author_id == person_id and comment.hidden


def may_decide(vantage: Vantage, person_id: int, hidden_by: int, facilitators: int) -> bool:
    """On an appeal: another facilitator than the one who hid it, where the programme has another one."""
    return may_moderate(vantage) and (person_id != hidden_by or facilitators == 1)


def may_show_again(vantage: Vantage, person_id: int, hidden_by: int, runs: Collection[int]) -> bool:
    """Without an appeal: whoever hid it; anybody of `runs`, who run the programme now, once that is none of them."""
    return may_moderate(vantage) and (person_id == hidden_by or hidden_by not in runs)
