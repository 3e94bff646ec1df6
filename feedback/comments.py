"""Comments: said, edited, taken back. Replies are one level deep.

A comment that is taken back is gone from every surface at once. Its author may put it back for a day; after that its
words are erased, and what stays is that something was withdrawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, case, delete, insert, select, update

from cohorts.identity import Author, shown_as
from cohorts.policies import Vantage
from feedback import threads
from feedback.models import CommentVersion, Withdrawal
from feedback.policies import visible_threads
from feedback.threads import (
    AUDIENCE,
    AUTHOR,
    COHORT,
    COMMENT,
    INITIATIVE,
    MEMBERSHIP,
    RESOLUTION,
    TEAM,
    THREAD,
    ThreadNow,
    touch_thread,
    with_author,
)
from server.db import Db
from server.live.log import touch
from server.markdown import to_html

WITHDRAWAL: Any = Withdrawal.__table__  # type: ignore[attr-defined]
VERSION: Any = CommentVersion.__table__  # type: ignore[attr-defined]

LONGEST = 10_000
RESTORABLE = timedelta(hours=24)


class AnswersWithdrawn(Exception):
    """The comment to be answered was taken back."""


class Stale(Exception):
    """The comment is no longer at the version that was edited."""


class Erased(Exception):
    """The words are gone; nothing can bring them back."""


@dataclass(frozen=True, slots=True)
class CommentNow:
    """One comment for somebody who does something with it. `text` is empty once it is withdrawn."""

    id: int
    thread_id: int
    initiative_id: int
    parent_id: int | None
    number: int
    author_id: int
    text: str
    version: int
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Posted:
    """A new comment and the regions of its thread that show it."""

    id: int
    regions: tuple[str, ...]


_STANDS = WITHDRAWAL.c.comment_id.is_(None)
_ROWS = select(
    *AUTHOR,
    COMMENT.c.id,
    COMMENT.c.parent_id,
    COMMENT.c.author_id,
    COMMENT.c.language,
    COMMENT.c.at,
    COMMENT.c.version,
    # Withdrawn words do not even leave the database.
    case((_STANDS, COMMENT.c.html), else_="").label("html"),
    WITHDRAWAL.c.comment_id.is_not(None).label("withdrawn"),
    (COMMENT.c.text == "").label("erased"),
).select_from(
    with_author(COMMENT.outerjoin(WITHDRAWAL, WITHDRAWAL.c.comment_id == COMMENT.c.id), COMMENT.c.membership_id)
)
_IN_THREAD = _ROWS.where(COMMENT.c.thread_id == bindparam("thread")).order_by(COMMENT.c.id)
_ONE = select(
    COMMENT.c.id,
    COMMENT.c.thread_id,
    THREAD.c.initiative_id,
    COMMENT.c.parent_id,
    COMMENT.c.number,
    COMMENT.c.author_id,
    case((_STANDS, COMMENT.c.text), else_="").label("text"),
    COMMENT.c.version,
    WITHDRAWAL.c.comment_id.is_not(None).label("withdrawn"),
).select_from(
    COMMENT.join(THREAD, THREAD.c.id == COMMENT.c.thread_id).outerjoin(
        WITHDRAWAL, WITHDRAWAL.c.comment_id == COMMENT.c.id
    )
)


def in_thread(db: Db, thread_id: int) -> Sequence[Any]:
    """Every comment of a thread that was opened, oldest first, in one query: `Author`'s columns, then its own."""
    return db.execute(_IN_THREAD, {"thread": thread_id}).all()


def some_of(db: Db, thread_id: int, comment_ids: Sequence[int]) -> Sequence[Any]:
    """Those comments of that thread and the replies to them, as `in_thread` has them."""
    wanted = COMMENT.c.id.in_(comment_ids) | COMMENT.c.parent_id.in_(comment_ids)
    return db.execute(_IN_THREAD.where(wanted), {"thread": thread_id}).all()


def any_in(db: Db, thread_id: int) -> bool:
    """Whether anything was ever said in a thread."""
    return db.execute(select(COMMENT.c.id).where(COMMENT.c.thread_id == thread_id).limit(1)).first() is not None


def name_of(db: Db, vantage: Vantage, thread_id: int, comment_id: int) -> str | None:
    """Who wrote that comment of that thread, as seen from here; None when it is not there or withdrawn."""
    wanted = _IN_THREAD.where(COMMENT.c.id == comment_id, _STANDS)
    row = db.execute(wanted, {"thread": thread_id}).first()
    return shown_as(Author(*row[:6]), row, vantage).name if row else None


def comment_now(db: Db, comment_id: int) -> CommentNow | None:
    """That comment. Whoever asks must open its thread before showing anything of it."""
    row = db.execute(_ONE.where(COMMENT.c.id == comment_id)).first()
    return CommentNow(*row) if row else None


def versions(db: Db, comment_id: int) -> Sequence[Any]:
    """What a comment said, newest first: version, html, at. Nothing once it is withdrawn."""
    stands = COMMENT.outerjoin(WITHDRAWAL, WITHDRAWAL.c.comment_id == COMMENT.c.id)
    since = case((COMMENT.c.edited_at.is_(None), COMMENT.c.at), else_=COMMENT.c.edited_at).label("at")
    now = select(COMMENT.c.version, COMMENT.c.html, since).select_from(stands)
    newest = db.execute(now.where(COMMENT.c.id == comment_id, _STANDS)).all()
    before = select(VERSION.c.version, VERSION.c.html, VERSION.c.at).where(VERSION.c.comment_id == comment_id)
    return [*newest, *db.execute(before.order_by(VERSION.c.version.desc())).all()] if newest else []


def post(
    db: Db,
    thread: ThreadNow,
    *,
    membership_id: int,
    author_id: int,
    text: str,
    language: str,
    parent_id: int | None,
    now: datetime,
) -> Posted:
    """Say something in a thread, or answer a comment in it. Raises AnswersWithdrawn."""
    top, number = _under(db, thread.id, parent_id) if parent_id is not None else (None, threads.count(db, thread.id))
    values = {
        "thread_id": thread.id,
        "number": number,
        "parent_id": top,
        "membership_id": membership_id,
        "author_id": author_id,
        "text": text,
        "html": to_html(text),
        "language": language,
        "version": 1,
        "at": now,
    }
    id_: int = db.execute(insert(COMMENT).values(values).returning(COMMENT.c.id)).scalar_one()
    # A comment brings the list for its replies; the first one takes the "nobody has said anything" away.
    regions = (f"comment-{id_}", *((f"replies-{id_}",) if top is None else ()))
    regions += (f"resolution-{thread.id}",) if number == 1 and top is None else ()
    touch_thread(db, thread, *regions)
    return Posted(id_, regions)


def _under(db: Db, thread_id: int, parent_id: int) -> tuple[int, int]:
    """The comment a reply belongs under, and its number: an answer to a reply goes to the reply's own top comment."""
    parent = comment_now(db, parent_id)
    if parent is None or parent.thread_id != thread_id or parent.withdrawn:
        raise AnswersWithdrawn
    return parent.parent_id or parent.id, parent.number


def edit(db: Db, thread: ThreadNow, comment: CommentNow, *, text: str, version: int, now: datetime) -> None:
    """Change the words that stood at `version`; what they were stays in the history. Raises Stale."""
    if version == comment.version and text == comment.text:
        return
    here = (COMMENT.c.id == comment.id) & (COMMENT.c.version == version)
    before = db.execute(select(COMMENT).where(here).with_for_update()).first()
    if before is None:
        raise Stale
    kept = {"text": before.text, "html": before.html, "at": before.edited_at or before.at}
    db.execute(insert(VERSION).values(comment_id=comment.id, version=version, **kept))
    values = {"text": text, "html": to_html(text), "version": version + 1, "edited_at": now}
    db.execute(update(COMMENT).where(here).values(values))
    touch_thread(db, thread, f"comment-{comment.id}")


def withdraw(db: Db, thread: ThreadNow, comment: CommentNow, *, now: datetime) -> None:
    """Take a comment back. Its replies stay. Twice is once. What was taken back a day ago is erased."""
    erase_withdrawn(db, now=now)
    db.execute(select(COMMENT.c.id).where(COMMENT.c.id == comment.id).with_for_update())
    if db.get(Withdrawal, comment.id) is None:
        db.execute(insert(WITHDRAWAL).values(comment_id=comment.id, at=now))
        touch_thread(db, thread, f"comment-{comment.id}")


def restore(db: Db, thread: ThreadNow, comment: CommentNow, *, now: datetime) -> None:
    """Undo a withdrawal within its day. Raises Erased."""
    erase_withdrawn(db, now=now)
    row = db.execute(select(COMMENT.c.text).where(COMMENT.c.id == comment.id)).one()
    if not row.text:
        raise Erased
    db.execute(delete(WITHDRAWAL).where(WITHDRAWAL.c.comment_id == comment.id))
    touch_thread(db, thread, f"byline-{comment.id}")


def author_renamed(db: Db, person_id: int) -> None:
    """Say wherever that person said or settled something that their name has changed."""
    around = THREAD.join(AUDIENCE, AUDIENCE.c.id == THREAD.c.audience_id).join(
        COHORT, COHORT.c.id == AUDIENCE.c.cohort_id
    )
    streams = (THREAD.c.id.label("thread_id"), THREAD.c.stream_id, COHORT.c.talk_stream_id, AUDIENCE.c.cohort_id)
    said = select(COMMENT.c.id, *streams).select_from(around.join(COMMENT, COMMENT.c.thread_id == THREAD.c.id))
    for row in db.execute(said.where(COMMENT.c.author_id == person_id)).all():
        touch(db, row.stream_id, f"byline-{row.id}")
        touch(db, row.talk_stream_id, f"news-{row.cohort_id}")
    settled = (
        select(*streams)
        .select_from(around.join(RESOLUTION, RESOLUTION.c.thread_id == THREAD.c.id))
        .join(MEMBERSHIP, MEMBERSHIP.c.id == RESOLUTION.c.membership_id)
    )
    for row in db.execute(settled.where(MEMBERSHIP.c.person_id == person_id)).all():
        touch(db, row.stream_id, f"resolution-{row.thread_id}")


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
    for row in rows:
        touch(db, row.stream_id, f"comment-{row.id}")
    return len(rows)


def latest(db: Db, vantage: Vantage, cohort_id: int, most: int) -> Sequence[Any]:
    """The last comments in a cohort that can be read from here: `Author`'s columns, then comment and initiative."""
    said = (
        select(
            *AUTHOR,
            COMMENT.c.id,
            COMMENT.c.at,
            COMMENT.c.html,
            COMMENT.c.language,
            INITIATIVE.c.title,
            INITIATIVE.c.language.label("title_language"),
        )
        .select_from(
            with_author(
                COMMENT.join(THREAD, THREAD.c.id == COMMENT.c.thread_id)
                .join(INITIATIVE, INITIATIVE.c.id == THREAD.c.initiative_id)
                .join(TEAM, TEAM.c.id == INITIATIVE.c.team_id)
                .outerjoin(WITHDRAWAL, WITHDRAWAL.c.comment_id == COMMENT.c.id),
                COMMENT.c.membership_id,
            )
        )
        .where(TEAM.c.cohort_id == cohort_id, _STANDS, visible_threads(vantage))
        .order_by(COMMENT.c.id.desc())
        .limit(most)
    )
    return db.execute(said).all()
