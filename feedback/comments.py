"""Comments: said and edited. Replies are one level deep. Taking one back is feedback/withdrawals.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, insert, select, update

from cohorts.identity import stricter
from cohorts.memberships import is_one_of_few
from cohorts.models import Attribution, AudienceKind
from feedback import threads
from feedback.models import CommentVersion, Hiding, Withdrawal
from feedback.threads import AUDIENCE, COHORT, COMMENT, MEMBERSHIP, RESOLUTION, RULE, THREAD, ThreadNow, touch_thread
from feedback.windows import begins_block
from server.db import Db, ask
from server.live.log import touch
from server.markdown import to_html

WITHDRAWAL: Any = Withdrawal.__table__  # type: ignore[attr-defined]
VERSION: Any = CommentVersion.__table__  # type: ignore[attr-defined]
HIDING: Any = Hiding.__table__  # type: ignore[attr-defined]

LONGEST = 10_000


class AnswersWithdrawn(Exception):
    """The comment to be answered was taken back, or hidden."""


class Stale(Exception):
    """The comment is no longer at the version that was edited."""


@dataclass(frozen=True, slots=True)
class CommentNow:
    """One comment for somebody who does something with it. `text` is empty once it is withdrawn or hidden."""

    id: int
    thread_id: int
    parent_id: int | None
    number: int
    author_id: int
    text: str
    version: int
    withdrawn: bool
    attribution: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Posted:
    """A new comment, its number in its thread, and the regions of that thread that show it."""

    id: int
    number: int
    regions: tuple[str, ...]


_HIDDEN = (HIDING.c.comment_id == COMMENT.c.id) & HIDING.c.lifted_at.is_(None)
IS_HIDDEN: Any = select(HIDING.c.id).where(_HIDDEN).correlate(COMMENT).exists()
# Whether a comment stands: it was not taken back, and nobody hid it.
STANDS = WITHDRAWAL.c.comment_id.is_(None) & ~IS_HIDDEN
_SAY = insert(COMMENT).returning(COMMENT.c.id)
_ONE = select(
    COMMENT.c.id,
    COMMENT.c.thread_id,
    COMMENT.c.parent_id,
    COMMENT.c.number,
    COMMENT.c.author_id,
    case((STANDS, COMMENT.c.text), else_="").label("text"),
    COMMENT.c.version,
    WITHDRAWAL.c.comment_id.is_not(None).label("withdrawn"),
    COMMENT.c.attribution,
    IS_HIDDEN.label("hidden"),
).select_from(COMMENT.outerjoin(WITHDRAWAL, WITHDRAWAL.c.comment_id == COMMENT.c.id))


def comment_now(db: Db, comment_id: int) -> CommentNow | None:
    """That comment. Whoever asks must open its thread before showing anything of it."""
    row = db.execute(_ONE.where(COMMENT.c.id == comment_id)).first()
    return CommentNow(*row) if row else None


def versions(db: Db, comment_id: int) -> Sequence[Any]:
    """What a comment said, newest first: version, html, at, text. Nothing while it is withdrawn or hidden."""
    stands = COMMENT.outerjoin(WITHDRAWAL, WITHDRAWAL.c.comment_id == COMMENT.c.id)
    since = case((COMMENT.c.edited_at.is_(None), COMMENT.c.at), else_=COMMENT.c.edited_at).label("at")
    now = select(COMMENT.c.version, COMMENT.c.html, since, COMMENT.c.text).select_from(stands)
    newest = db.execute(now.where(COMMENT.c.id == comment_id, STANDS)).all()
    before = select(*(VERSION.c[name] for name in ("version", "html", "at", "text")))
    before = before.where(VERSION.c.comment_id == comment_id)
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
    attribution: str = Attribution.NAMED,
    marked: str = "",
) -> Posted:
    """Say something in a thread, or answer a comment in it. `attribution`: as its author wants it; a cohort's that
    tells less wins, and a role that would name them becomes nobody. `marked`: its HTML, where names in it are marks
    (feedback/mentions.py). Raises AnswersWithdrawn."""
    top, number = _under(db, thread.id, parent_id) if parent_id is not None else (None, threads.count(db, thread.id))
    values = {
        "thread_id": thread.id,
        "number": number,
        "parent_id": top,
        "membership_id": membership_id,
        "author_id": author_id,
        "text": text,
        "html": marked or to_html(text),
        "language": language,
        "attribution": told_of(db, thread, membership_id, stricter(thread.attribution, attribution)),
        "version": 1,
        "at": now,
    }
    id_: int = ask(db, _SAY, **values).scalar_one()
    # A comment brings the list for its replies; the first one takes the "nobody has said anything" away.
    begins = "begins" if top is None and begins_block(number) else "comment"
    regions = (f"{begins}-{id_}", *((f"replies-{id_}",) if top is None else ()))
    regions += (f"resolution-{thread.id}",) if number == 1 and top is None else ()
    touch_thread(db, thread, *regions)
    return Posted(id_, number, regions)


def told_of(db: Db, thread: ThreadNow, membership_id: int, wanted: Attribution) -> Attribution:
    """What is told of who speaks there, with that membership, when no more than `wanted` may be: a role that few have
    would name them."""
    if wanted != Attribution.ROLE:
        return wanted
    of_team = thread.kind in (AudienceKind.TEAM, AudienceKind.TEAM_AND_BOARD)
    return Attribution.NONE if is_one_of_few(db, membership_id, of_team=of_team) else wanted


def _under(db: Db, thread_id: int, parent_id: int) -> tuple[int, int]:
    """The comment a reply belongs under, and its number: an answer to a reply goes to the reply's own top comment."""
    parent = comment_now(db, parent_id)
    if parent is None or parent.thread_id != thread_id or parent.withdrawn or parent.hidden:
        raise AnswersWithdrawn
    return parent.parent_id or parent.id, parent.number


def edit(
    db: Db, thread: ThreadNow, comment: CommentNow, *, text: str, version: int, now: datetime, marked: str = ""
) -> None:
    """Change the words that stood at `version`; what they were stays in the history. Raises Stale."""
    if version == comment.version and text == comment.text:
        return
    here = (COMMENT.c.id == comment.id) & (COMMENT.c.version == version)
    before = db.execute(select(COMMENT).where(here).with_for_update()).first()
    if before is None:
        raise Stale
    kept = {"text": before.text, "html": before.html, "at": before.edited_at or before.at}
    db.execute(insert(VERSION).values(comment_id=comment.id, version=version, **kept))
    values = {"text": text, "html": marked or to_html(text), "version": version + 1, "edited_at": now}
    db.execute(update(COMMENT).where(here).values(values))
    touch_thread(db, thread, f"comment-{comment.id}")


def author_renamed(db: Db, person_id: int) -> None:
    """Say wherever that person said or settled something in their name that it has changed. Where they are masked
    nothing is told: a comment that is shown anew when somebody is renamed would be known as theirs."""
    around = THREAD.join(AUDIENCE, AUDIENCE.c.id == THREAD.c.audience_id).join(
        COHORT, COHORT.c.id == AUDIENCE.c.cohort_id
    )
    streams = (
        *(THREAD.c.id.label("thread_id"), THREAD.c.stream_id, COHORT.c.talk_stream_id),
        *(AUDIENCE.c.cohort_id, AUDIENCE.c.kind),
    )
    said = select(COMMENT.c.id, *streams).select_from(around.join(COMMENT, COMMENT.c.thread_id == THREAD.c.id))
    named = Attribution.NAMED.value == RULE
    mine = (COMMENT.c.author_id == person_id) & (COMMENT.c.attribution == Attribution.NAMED)
    for row in db.execute(said.where(mine, named)).all():
        touch(db, row.stream_id, f"byline-{row.id}")
        if row.kind == AudienceKind.COHORT:
            touch(db, row.talk_stream_id, f"news-{row.cohort_id}")
    settled = (
        select(*streams)
        .select_from(around.join(RESOLUTION, RESOLUTION.c.thread_id == THREAD.c.id))
        .join(MEMBERSHIP, MEMBERSHIP.c.id == RESOLUTION.c.membership_id)
    )
    for row in db.execute(settled.where(MEMBERSHIP.c.person_id == person_id, named)).all():
        touch(db, row.stream_id, f"resolution-{row.thread_id}")
