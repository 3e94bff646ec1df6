"""Reactions: one word for what somebody thinks of a comment, where a comment of their own would say no more.

A row per person, comment and word, so that twice is once. Everybody sees how often each word was given, and nobody
who gave it: a count of nods must not become a list of who did not nod.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, delete, func, insert, select

from feedback.comments import CommentNow
from feedback.models import Reaction
from feedback.threads import COMMENT, ThreadNow
from server.db import Db
from server.languages import N_
from server.live.log import touch

REACTION: Any = Reaction.__table__  # type: ignore[attr-defined]

# The words, in the order they stand in; each is told apart by a sign of its own.
WORDS: dict[str, str] = {"helpful": N_("Helpful"), "same-here": N_("Same here"), "thanks": N_("Thank you")}

# Every reaction to a row of COMMENT as "word:person", in no order. Never shown: see `told`.
TOLD_REACTIONS: Any = (
    select(func.aggregate_strings(REACTION.c.kind + ":" + cast(REACTION.c.person_id, String), " "))
    .where(REACTION.c.comment_id == COMMENT.c.id)
    .correlate(COMMENT)
    .scalar_subquery()
)


def told(reactions: str) -> Sequence[tuple[str, int]]:
    """What TOLD_REACTIONS tells of one comment: word and person."""
    found = (one.split(":") for one in reactions.split())
    return sorted((kind, int(person_id)) for kind, person_id in found)


# What most comments have.
_NONE = tuple((kind, 0) for kind in WORDS)


def counted(reactions: str) -> tuple[tuple[str, int], ...]:
    """The same without persons: how often each word was given, in the order of WORDS."""
    counts = Counter(kind for kind, _ in told(reactions))
    return tuple((kind, counts[kind]) for kind in WORDS) if counts else _NONE


def react(db: Db, thread: ThreadNow, comment: CommentNow, kind: str, *, person_id: int, now: datetime) -> None:
    """Give a comment that word. Twice is once."""
    # Two windows of one person may give it at the same moment.
    db.execute(select(COMMENT.c.id).where(COMMENT.c.id == comment.id).with_for_update())
    if db.get(Reaction, (comment.id, person_id, kind)) is None:
        db.execute(insert(REACTION).values(comment_id=comment.id, person_id=person_id, kind=kind, at=now))
        touch(db, thread.stream_id, f"reactions-{comment.id}")


def take_back(db: Db, thread: ThreadNow, comment: CommentNow, kind: str, *, person_id: int) -> None:
    """Take that word back. Twice is once."""
    mine = (REACTION.c.comment_id == comment.id) & (REACTION.c.person_id == person_id) & (REACTION.c.kind == kind)
    gone: Any = db.execute(delete(REACTION).where(mine))
    if gone.rowcount:
        touch(db, thread.stream_id, f"reactions-{comment.id}")
