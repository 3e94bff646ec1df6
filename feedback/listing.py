"""What is said in a thread, as rows for whoever shows it: a window of it, some of it, the last of a cohort."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, case, func, select, union_all

from cohorts.identity import Author, Byline, shown_as, stricter
from cohorts.models import AudienceKind
from cohorts.policies import Vantage
from feedback.attachments import TOLD_FILES
from feedback.comments import HIDING, STANDS, WITHDRAWAL
from feedback.mentions import HAS_MARKS, TOLD_MENTIONS
from feedback.policies import visible_threads
from feedback.reactions import TOLD_REACTIONS
from feedback.threads import (
    AUDIENCE,
    AUTHOR,
    COHORT,
    COMMENT,
    INITIATIVE,
    RULE,
    TEAM,
    THREAD,
    TITLE,
    ThreadNow,
    with_author,
)
from feedback.windows import Window
from server.db import Db, Told, ask

# As STANDS, with the table joined: it is asked for several columns of every row.
_HERE = WITHDRAWAL.c.comment_id.is_(None) & HIDING.c.id.is_(None)
_ROWS = select(
    *AUTHOR,
    COMMENT.c.id,
    COMMENT.c.parent_id,
    COMMENT.c.author_id,
    COMMENT.c.language,
    COMMENT.c.at,
    COMMENT.c.version,
    # Withdrawn words do not even leave the database.
    case((_HERE, COMMENT.c.html), else_="").label("html"),
    # When it was; None: it stands.
    WITHDRAWAL.c.at.label("withdrawn"),
    (COMMENT.c.text == "").label("erased"),
    COMMENT.c.number,
    func.coalesce(case((_HERE, TOLD_REACTIONS)), "").label("reactions"),
    COMMENT.c.attribution,
    func.coalesce(case((_HERE & (COMMENT.c.attachments > 0), TOLD_FILES)), "").label("files"),
    HIDING.c.reason.label("hidden"),
    func.coalesce(case((_HERE & HAS_MARKS, TOLD_MENTIONS)), "").label("mentions"),
).select_from(
    with_author(
        COMMENT.outerjoin(WITHDRAWAL, WITHDRAWAL.c.comment_id == COMMENT.c.id).outerjoin(
            HIDING, (HIDING.c.comment_id == COMMENT.c.id) & HIDING.c.lifted_at.is_(None)
        ),
        COMMENT.c.membership_id,
    )
)
_TOLD = Told(
    _ROWS.where(
        COMMENT.c.thread_id == bindparam("thread"), COMMENT.c.number.between(bindparam("low"), bindparam("high"))
    )
)
_NAMED = union_all(
    select(COMMENT.c.id).where(COMMENT.c.id.in_(bindparam("ids", expanding=True))),
    select(COMMENT.c.id).where(COMMENT.c.parent_id.in_(bindparam("ids", expanding=True))),
).subquery()
_SOME = (
    _ROWS.where(COMMENT.c.id.in_(select(_NAMED.c.id)))
    # As a sum, because the index on this column would lead through the whole of a long thread.
    .where(COMMENT.c.thread_id + 0 == bindparam("thread"))
    .order_by(COMMENT.c.id)
)


def in_window(db: Db, thread_id: int, window: Window) -> str:
    """The comments of that window of a thread that was opened, in one query and one text: the same one while nothing
    changes."""
    return _TOLD.text(db, thread=thread_id, low=window.low, high=window.high)


def rows_in(told: str) -> Sequence[Any]:
    """The comments that `in_window` tells, oldest first: `Author`'s columns, then each one's own."""
    return sorted(_TOLD.rows(told), key=lambda row: row[len(AUTHOR)])


def some_of(db: Db, thread_id: int, comment_ids: Sequence[int]) -> Sequence[Any]:
    """Those comments of that thread and the replies to them, as `rows_in` has them."""
    return ask(db, _SOME, thread=thread_id, ids=comment_ids).all()


def byline_of(db: Db, vantage: Vantage, thread: ThreadNow, comment_id: int) -> Byline | None:
    """Who wrote that comment of that thread, as seen from here; None when it is not there or withdrawn."""
    wanted = _ROWS.where(COMMENT.c.id == comment_id, COMMENT.c.thread_id == thread.id, STANDS)
    row = db.execute(wanted).first()
    return shown_as(Author(*row[:6]), stricter(thread.attribution, row.attribution), vantage) if row else None


def latest(db: Db, vantage: Vantage, cohort_id: int, most: int) -> Sequence[Any]:
    """The last comments that the whole of a cohort can read, if it is read from here: `Author`'s columns, then comment
    and initiative. What is said in smaller circles is no news: the stream of the news has everybody's eyes."""
    said = (
        select(
            *AUTHOR,
            *(COMMENT.c[name] for name in ("id", "at", "html", "language", "attribution")),
            RULE.label("cohort_attribution"),
            func.coalesce(case((HAS_MARKS, TOLD_MENTIONS)), "").label("mentions"),
            TITLE.label("title"),
            func.coalesce(INITIATIVE.c.language, "").label("title_language"),
        )
        .select_from(
            with_author(
                COMMENT.join(THREAD, THREAD.c.id == COMMENT.c.thread_id)
                .join(AUDIENCE, AUDIENCE.c.id == THREAD.c.audience_id)
                .join(COHORT, COHORT.c.id == AUDIENCE.c.cohort_id)
                .outerjoin(INITIATIVE, INITIATIVE.c.id == THREAD.c.initiative_id)
                .outerjoin(WITHDRAWAL, WITHDRAWAL.c.comment_id == COMMENT.c.id),
                COMMENT.c.membership_id,
            )
        )
        .where(COHORT.c.id == cohort_id, AUDIENCE.c.kind == AudienceKind.COHORT, STANDS, visible_threads(vantage))
        .order_by(COMMENT.c.id.desc())
        .limit(most)
    )
    return db.execute(said).all()


def latest_changes(db: Db, vantage: Vantage, cohort_id: int, most: int) -> Sequence[Any]:
    """The initiatives of a cohort changed last, after their first writing: id, title, language, changed_at."""
    changed = (
        select(*(INITIATIVE.c[name] for name in ("id", "title", "language", "changed_at")))
        .select_from(INITIATIVE.join(TEAM, TEAM.c.id == INITIATIVE.c.team_id))
        .where(TEAM.c.cohort_id == cohort_id, INITIATIVE.c.version > 1)
        .where(INITIATIVE.c.id.in_(select(THREAD.c.initiative_id).where(visible_threads(vantage))))
        .order_by(INITIATIVE.c.changed_at.desc(), INITIATIVE.c.id.desc())
        .limit(most)
    )
    return db.execute(changed).all()
