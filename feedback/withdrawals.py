"""Comments taken back.

Such a comment is gone from every surface at once. Its author may put it back for a day; after that its words are
erased, and what stays is that something was withdrawn.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from feedback import attachments, notices, quotes
from feedback.comments import VERSION, WITHDRAWAL, CommentNow
from feedback.models import Withdrawal
from feedback.threads import COMMENT, THREAD, ThreadNow, touch_thread
from server.db import Db
from server.live.log import touch

RESTORABLE = timedelta(hours=24)


class Erased(Exception):
    """The words are gone; nothing can bring them back."""


def withdraw(db: Db, thread: ThreadNow, comment: CommentNow, *, now: datetime) -> None:
    """Take a comment back. Its replies stay. Twice is once. What was taken back a day ago is erased."""
    erase_withdrawn(db, now=now)
    db.execute(select(COMMENT.c.id).where(COMMENT.c.id == comment.id).with_for_update())
    if db.get(Withdrawal, comment.id) is None:
        db.execute(insert(WITHDRAWAL).values(comment_id=comment.id, at=now))
        touch_thread(db, thread, f"comment-{comment.id}")
        notices.changed(db, comment.id)
        quotes.comment_changed(db, comment.id)


def restore(db: Db, thread: ThreadNow, comment: CommentNow, *, now: datetime) -> None:
    """Undo a withdrawal within its day. Raises Erased."""
    erase_withdrawn(db, now=now)
    row = db.execute(select(COMMENT.c.text).where(COMMENT.c.id == comment.id)).one()
    if not row.text:
        raise Erased
    db.execute(delete(WITHDRAWAL).where(WITHDRAWAL.c.comment_id == comment.id))
    touch_thread(db, thread, f"byline-{comment.id}")
    notices.changed(db, comment.id)
    quotes.comment_changed(db, comment.id)


def erase_withdrawn(db: Db, *, now: datetime) -> int:
    """Erase the words of comments taken back more than a day ago, history included; how many there were."""
    due = (
        select(COMMENT.c.id, THREAD.c.stream_id)
        .select_from(COMMENT.join(WITHDRAWAL).join(THREAD, THREAD.c.id == COMMENT.c.thread_id))
        .where(WITHDRAWAL.c.at < now - RESTORABLE, COMMENT.c.text != "")
    )
    rows = db.execute(due).all()
    if not rows:
        return 0
    ids = [row.id for row in rows]
    db.execute(update(COMMENT).where(COMMENT.c.id.in_(ids)).values(text="", html=""))
    db.execute(delete(VERSION).where(VERSION.c.comment_id.in_(ids)))
    quotes.erase_of_comments(db, ids)
    attachments.erase_of_comments(db, ids, now)
    for row in rows:
        touch(db, row.stream_id, f"comment-{row.id}")
    return len(rows)
