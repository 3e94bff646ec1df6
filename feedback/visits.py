"""Visits: how far somebody has read a thread, and so what is new to them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, literal, select, update

from feedback.comments import STANDS, WITHDRAWAL
from feedback.drafts import DRAFT, Kept, still_kept
from feedback.models import Visit
from feedback.threads import COMMENT
from server.db import Db, ask

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
_ME = select(literal(1).label("one")).subquery()
# All that a page of a thread shows of its one reader, in one question.
_MINE = select(
    *(DRAFT.c[name] for name in ("text", "version", "at", "discarded_at")),
    VISIT.c.comment_id,
    VISIT.c.at,
    select(func.count()).select_from(_NEW).scalar_subquery(),
    select(func.min(_NEW.c.id)).scalar_subquery(),
).select_from(_ME.outerjoin(DRAFT, _DRAFT).outerjoin(VISIT, _VISIT))


def draft_and_visit(
    db: Db, person_id: int, thread_id: int, place: str, now: datetime
) -> tuple[Kept | None, SinceThen | None]:
    """The draft of that person for that form, and what is new to them in that thread; None: they were never there."""
    row = ask(db, _MINE, person=person_id, thread=thread_id, place=place).one()
    text, version, at, discarded_at, seen, seen_at, count, first = row
    draft = None if text is None else still_kept(json.loads(text), version, at, discarded_at, now)
    return draft, None if seen is None else SinceThen(seen, seen_at, count, first)


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
