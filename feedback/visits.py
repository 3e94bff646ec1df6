"""Visits: how far somebody has read a thread, and so what is new to them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, insert, literal, select, update

from cohorts.models import AudienceKind
from cohorts.policies import Vantage
from feedback.attachments import TOLD_UNSENT, Attached, attached
from feedback.comments import STANDS, WITHDRAWAL
from feedback.drafts import DRAFT, Kept, still_kept
from feedback.models import Subject, Visit
from feedback.notices import FOLLOW, UNREAD, UNREAD_HERE
from feedback.policies import Reached, visible_threads
from feedback.threads import AUDIENCE, COMMENT, INITIATIVE, THREAD
from server.db import Db, ask, settled

VISIT: Any = Visit.__table__  # type: ignore[attr-defined]

# More new comments than that are not counted.
MANY = 100


@dataclass(frozen=True, slots=True)
class SinceThen:
    """How far somebody has read: `seen` is the last comment, noted `at`; how many came since from others, at most MANY,
    and the first of them."""

    seen: int
    at: datetime
    count: int
    first: int | None


_SEEN = (
    select(VISIT.c.comment_id)
    .where(VISIT.c.person_id == bindparam("person"), VISIT.c.thread_id == bindparam("thread"))
    .scalar_subquery()
)
_NEW = (
    select(COMMENT.c.id)
    .select_from(COMMENT.outerjoin(WITHDRAWAL, WITHDRAWAL.c.comment_id == COMMENT.c.id))
    .where(COMMENT.c.thread_id == bindparam("thread"), COMMENT.c.id > _SEEN)
    .where(COMMENT.c.author_id != bindparam("person"), STANDS)
    .order_by(COMMENT.c.id)
    .limit(MANY)
    .subquery()
)
_DRAFT = (DRAFT.c.person_id == bindparam("person")) & (DRAFT.c.place == bindparam("place"))
_VISIT = (VISIT.c.person_id == bindparam("person")) & (VISIT.c.thread_id == bindparam("thread"))
_FOLLOW = (FOLLOW.c.person_id == bindparam("person")) & (FOLLOW.c.thread_id == bindparam("thread"))
_ME = select(literal(1).label("one")).subquery()
# All that a page of a thread shows of its one reader, in one question.
_MINE = settled(
    select(
        *(DRAFT.c[name] for name in ("text", "version", "at", "discarded_at")),
        VISIT.c.comment_id,
        VISIT.c.at,
        select(func.count()).select_from(_NEW).scalar_subquery(),
        select(func.min(_NEW.c.id)).scalar_subquery(),
        TOLD_UNSENT,
        FOLLOW.c.volume,
        UNREAD_HERE,
        UNREAD,
    ).select_from(_ME.outerjoin(DRAFT, _DRAFT).outerjoin(VISIT, _VISIT).outerjoin(FOLLOW, _FOLLOW))
)


class Mine(NamedTuple):
    """What the page of a thread shows of its one reader: the draft of its form, what is new (None: they were never
    there), the files that wait in its form, how much they want to be told of (None: not chosen), and how many notices
    they have not read, of this thread and in all."""

    draft: Kept | None
    since: SinceThen | None
    waiting: tuple[Attached, ...]
    volume: str | None
    told_here: int
    told: int


def mine(db: Db, person_id: int, thread_id: int, place: str, now: datetime) -> Mine:
    """All of that for a person in a thread, whose form is that place."""
    row = ask(db, _MINE, person=person_id, thread=thread_id, place=place).one()
    text, version, at, discarded_at, seen, seen_at, count, first, waiting, *told = row
    draft = None if text is None else still_kept(json.loads(text), version, at, discarded_at, now)
    return Mine(draft, None if seen is None else SinceThen(seen, seen_at, count, first), attached(waiting), *told)


def unread_teams(db: Db, person_id: int, vantage: Vantage, cohort_id: int) -> Sequence[int]:
    """The teams of a cohort about whose work others said something to the whole of it, read from here, that this person
    has not seen."""
    here = (VISIT.c.person_id == person_id) & (VISIT.c.thread_id == THREAD.c.id)
    seen = func.coalesce(select(VISIT.c.comment_id).where(here).scalar_subquery(), 0)
    new = select(COMMENT.c.id).select_from(COMMENT.outerjoin(WITHDRAWAL, WITHDRAWAL.c.comment_id == COMMENT.c.id))
    new = new.where(COMMENT.c.thread_id == THREAD.c.id, COMMENT.c.id > seen, COMMENT.c.author_id != person_id, STANDS)
    to_all = (AUDIENCE.c.cohort_id == cohort_id) & (AUDIENCE.c.kind == AudienceKind.COHORT)
    found = (
        select(INITIATIVE.c.team_id)
        .select_from(
            THREAD.join(AUDIENCE, AUDIENCE.c.id == THREAD.c.audience_id).join(
                INITIATIVE, INITIATIVE.c.id == THREAD.c.initiative_id
            )
        )
        .where(to_all, THREAD.c.subject == Subject.INITIATIVE, visible_threads(vantage), new.exists())
        .distinct()
    )
    return db.execute(found).scalars().all()


# The audiences somebody belongs to, wherever they are: what is said to others cannot be counted.
_MY_AUDIENCES = (
    select(Reached.audience.c.id)
    .select_from(Reached.readers)
    .where(Reached.reader.c.person_id == bindparam("person"), Reached.now)
)
_NEW_HERE = (
    select(COMMENT.c.id)
    .select_from(COMMENT.outerjoin(WITHDRAWAL, WITHDRAWAL.c.comment_id == COMMENT.c.id))
    .where(COMMENT.c.thread_id == THREAD.c.id, COMMENT.c.author_id != bindparam("person"), STANDS)
    .where(
        COMMENT.c.id
        > func.coalesce(
            select(VISIT.c.comment_id)
            .where(VISIT.c.person_id == bindparam("person"), VISIT.c.thread_id == THREAD.c.id)
            .correlate(THREAD)
            .scalar_subquery(),
            0,
        )
    )
)
_NEW_BY_COHORT = (
    select(AUDIENCE.c.cohort_id, func.count())
    .select_from(THREAD.join(AUDIENCE, AUDIENCE.c.id == THREAD.c.audience_id))
    .where(THREAD.c.subject == Subject.INITIATIVE, THREAD.c.audience_id.in_(_MY_AUDIENCES), _NEW_HERE.exists())
    .group_by(AUDIENCE.c.cohort_id)
)


def unread_by_cohort(db: Db, person_id: int) -> dict[int, int]:
    """In how many conversations others said something this person may read and has not seen, by cohort: one query for
    all of them. A cohort without any is not in it."""
    return {row[0]: row[1] for row in ask(db, _NEW_BY_COHORT, person=person_id)}


def visit(db: Db, person_id: int, thread_id: int, upto: int, *, now: datetime) -> None:
    """Somebody has read a thread up to that comment, or the last one before it there is. What was read stays read."""
    last = select(func.max(COMMENT.c.id)).where(COMMENT.c.thread_id == thread_id, COMMENT.c.id <= upto)
    seen: int | None = db.execute(last).scalar()
    before = _before(db, person_id, thread_id)
    if seen is not None and (before is None or seen > before):
        _note(db, person_id, thread_id, seen, now, anew=before is None)


def mark_unread(db: Db, person_id: int, thread_id: int, comment_id: int, *, now: datetime) -> None:
    """From that comment on, all of it is new to that person again."""
    _note(db, person_id, thread_id, comment_id - 1, now, anew=_before(db, person_id, thread_id) is None)


def _before(db: Db, person_id: int, thread_id: int) -> int | None:
    here = (VISIT.c.person_id == person_id) & (VISIT.c.thread_id == thread_id)
    found: int | None = db.execute(select(VISIT.c.comment_id).where(here).with_for_update()).scalar()
    return found


def _note(db: Db, person_id: int, thread_id: int, seen: int, now: datetime, *, anew: bool) -> None:
    if anew:
        # Two windows of one person may tell of the first visit at the same moment: either is right.
        values = {"person_id": person_id, "thread_id": thread_id, "comment_id": seen, "at": now}
        there = select(VISIT.c.person_id).where(VISIT.c.person_id == person_id, VISIT.c.thread_id == thread_id).exists()
        row = select(*(literal(value, VISIT.c[name].type) for name, value in values.items())).where(~there)
        db.execute(insert(VISIT).from_select(list(values), row))
        return
    here = (VISIT.c.person_id == person_id) & (VISIT.c.thread_id == thread_id)
    db.execute(update(VISIT).where(here).values(comment_id=seen, at=now))
