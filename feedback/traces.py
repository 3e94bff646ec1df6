"""What this package holds about a person: told when they ask for it, and taken away when they want to be erased."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, select, update

from feedback.comments import VERSION, WITHDRAWAL, author_renamed
from feedback.models import Draft, Reaction, Visit
from feedback.threads import AUDIENCE, COHORT, COMMENT, MEMBERSHIP, RESOLUTION, THREAD
from people.erasure import Leaving
from people.traces import Told, rows
from server.db import Db
from server.live.log import touch

_DRAFT: Any = Draft.__table__  # type: ignore[attr-defined]
_REACTION: Any = Reaction.__table__  # type: ignore[attr-defined]
_VISIT: Any = Visit.__table__  # type: ignore[attr-defined]


def about(db: Db, person_id: int) -> Told:
    """What they said, edited, withdrew, settled, liked, read and have begun to write."""
    said = ("id", "thread_id", "parent_id", "membership_id", "text", "language", "version", "at", "edited_at")
    comments = select(*(COMMENT.c[name] for name in said), WITHDRAWAL.c.at.label("withdrawn_at")).select_from(
        COMMENT.outerjoin(WITHDRAWAL, WITHDRAWAL.c.comment_id == COMMENT.c.id)
    )
    versions = select(*(VERSION.c[name] for name in ("comment_id", "version", "text", "at"))).join_from(
        VERSION, COMMENT, COMMENT.c.id == VERSION.c.comment_id
    )
    settled = select(RESOLUTION.c.thread_id, RESOLUTION.c.at).join_from(
        RESOLUTION, MEMBERSHIP, MEMBERSHIP.c.id == RESOLUTION.c.membership_id
    )
    drafts = select(*(_DRAFT.c[name] for name in ("place", "text", "version", "at")))
    reactions = select(*(_REACTION.c[name] for name in ("comment_id", "kind", "at")))
    visits = select(*(_VISIT.c[name] for name in ("thread_id", "comment_id", "at")))
    return {
        "comments": rows(db, comments.where(COMMENT.c.author_id == person_id).order_by(COMMENT.c.id)),
        "comment_versions": rows(db, versions.where(COMMENT.c.author_id == person_id)),
        "threads_settled": rows(db, settled.where(MEMBERSHIP.c.person_id == person_id)),
        "drafts": rows(db, drafts.where(_DRAFT.c.person_id == person_id)),
        "reactions": rows(db, reactions.where(_REACTION.c.person_id == person_id)),
        "visits": rows(db, visits.where(_VISIT.c.person_id == person_id)),
    }


def erase(db: Db, leaving: Leaving) -> None:
    """Drafts, visits and reactions go; their words stay without a name, or are withdrawn and erased at once."""
    reacted = select(_REACTION.c.comment_id, THREAD.c.stream_id).select_from(
        _REACTION.join(COMMENT, COMMENT.c.id == _REACTION.c.comment_id).join(THREAD, THREAD.c.id == COMMENT.c.thread_id)
    )
    for row in db.execute(reacted.where(_REACTION.c.person_id == leaving.person_id)).all():
        touch(db, row.stream_id, f"byline-{row.comment_id}")
    for table in (_DRAFT, _VISIT, _REACTION):
        db.execute(delete(table).where(table.c.person_id == leaving.person_id))
    if leaving.words:
        _erase_words(db, leaving)
    author_renamed(db, leaving.person_id)


def _erase_words(db: Db, leaving: Leaving) -> None:
    said = (
        select(COMMENT.c.id, THREAD.c.stream_id, COHORT.c.talk_stream_id, COHORT.c.id.label("cohort_id"))
        .select_from(COMMENT.join(THREAD, THREAD.c.id == COMMENT.c.thread_id))
        .join(AUDIENCE, AUDIENCE.c.id == THREAD.c.audience_id)
        .join(COHORT, COHORT.c.id == AUDIENCE.c.cohort_id)
        .where(COMMENT.c.author_id == leaving.person_id)
    )
    found = db.execute(said).all()
    ids = [row.id for row in found]
    gone = set(db.execute(select(WITHDRAWAL.c.comment_id).where(WITHDRAWAL.c.comment_id.in_(ids))).scalars())
    for row in found:
        if row.id not in gone:
            db.execute(insert(WITHDRAWAL).values(comment_id=row.id, at=leaving.now))
        touch(db, row.stream_id, f"comment-{row.id}")
        touch(db, row.talk_stream_id, f"news-{row.cohort_id}")
    db.execute(update(COMMENT).where(COMMENT.c.author_id == leaving.person_id).values(text="", html=""))
    db.execute(delete(VERSION).where(VERSION.c.comment_id.in_(ids)))
