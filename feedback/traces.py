"""What this package holds about a person: told when they ask for it, and taken away when they want to be erased."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, select, update

from feedback import attachments, quotes
from feedback.comments import HIDING, VERSION, WITHDRAWAL
from feedback.follows import LINK, SETTING
from feedback.mentions import MENTION, person_renamed
from feedback.mentions import erase as unname
from feedback.models import Draft, Reaction, Visit
from feedback.moderation import APPEAL, REPORT
from feedback.notices import FOLLOW, NOTICE
from feedback.quotes import QUOTE
from feedback.renaming import author_renamed
from feedback.threads import AUDIENCE, COHORT, COMMENT, MEMBERSHIP, RESOLUTION, THREAD
from people.erasure import Leaving
from people.traces import Told, rows
from server.db import Db
from server.files import FILE
from server.live.log import touch

_DRAFT: Any = Draft.__table__  # type: ignore[attr-defined]
_REACTION: Any = Reaction.__table__  # type: ignore[attr-defined]
_VISIT: Any = Visit.__table__  # type: ignore[attr-defined]


def about(db: Db, person_id: int) -> Told:
    """What they said, edited, withdrew, settled, liked, read and have begun to write."""
    said = ("id", "thread_id", "parent_id", "membership_id", "text", "language", "version", "at", "edited_at")
    comments = select(
        *(COMMENT.c[name] for name in said), COMMENT.c.attribution, WITHDRAWAL.c.at.label("withdrawn_at")
    ).select_from(COMMENT.outerjoin(WITHDRAWAL, WITHDRAWAL.c.comment_id == COMMENT.c.id))
    versions = select(*(VERSION.c[name] for name in ("comment_id", "version", "text", "at"))).join_from(
        VERSION, COMMENT, COMMENT.c.id == VERSION.c.comment_id
    )
    settled = select(RESOLUTION.c.thread_id, RESOLUTION.c.at).join_from(
        RESOLUTION, MEMBERSHIP, MEMBERSHIP.c.id == RESOLUTION.c.membership_id
    )
    drafts = select(*(_DRAFT.c[name] for name in ("place", "text", "version", "at")))
    reactions = select(*(_REACTION.c[name] for name in ("comment_id", "kind", "at")))
    visits = select(*(_VISIT.c[name] for name in ("thread_id", "comment_id", "at")))
    asked = ("comment_id", "passage", "purpose", "named", "at", "answer", "answered_at", "ended_at")
    quoted = select(*(QUOTE.c[name] for name in asked))
    of_me = quoted.join_from(QUOTE, COMMENT, COMMENT.c.id == QUOTE.c.comment_id).where(COMMENT.c.author_id == person_id)
    kept = ("id", "owner_kind", "owner_id", "name", "media_type", "size", "alt", "digest", "at")
    files = select(*(FILE.c[name] for name in kept)).where(FILE.c.person_id == person_id)
    return {
        **_told_and_moderated(db, person_id),
        "quotes_asked_of_them": rows(db, of_me.order_by(QUOTE.c.id)),
        "quotes_they_asked_for": rows(db, quoted.where(QUOTE.c.by_id == person_id).order_by(QUOTE.c.id)),
        "files": rows(db, files.order_by(FILE.c.id)),
        "comments": rows(db, comments.where(COMMENT.c.author_id == person_id).order_by(COMMENT.c.id)),
        "comment_versions": rows(db, versions.where(COMMENT.c.author_id == person_id)),
        "threads_settled": rows(db, settled.where(MEMBERSHIP.c.person_id == person_id)),
        "drafts": rows(db, drafts.where(_DRAFT.c.person_id == person_id)),
        "reactions": rows(db, reactions.where(_REACTION.c.person_id == person_id)),
        "visits": rows(db, visits.where(_VISIT.c.person_id == person_id)),
    }


def _told_and_moderated(db: Db, person_id: int) -> Told:
    """Where they are named, what they follow and were told of, what they reported, hid, and said to a hiding."""

    def mine(table: Any, names: tuple[str, ...], by: str = "person_id") -> list[dict[str, Any]]:
        return rows(db, select(*(table.c[name] for name in names)).where(table.c[by] == person_id))

    said = select(APPEAL.c.words, APPEAL.c.at, APPEAL.c.outcome, HIDING.c.comment_id)
    said = said.join_from(APPEAL, HIDING, HIDING.c.id == APPEAL.c.hiding_id)
    appeals = said.join(COMMENT, COMMENT.c.id == HIDING.c.comment_id).where(COMMENT.c.author_id == person_id)
    return {
        "mentions": mine(MENTION, ("comment_id", "typed")),
        "follows": mine(FOLLOW, ("thread_id", "volume", "at")),
        "notices": mine(NOTICE, ("kind", "thread_id", "comment_id", "url", "about", "at", "read_at", "mailed_at")),
        "notice_settings": mine(SETTING, ("mail",)),
        "unsubscribe_links": mine(LINK, ("thread_id", "at")),
        "reports": mine(REPORT, ("comment_id", "reason", "at", "outcome"), "by_id"),
        "comments_hidden_for_others": mine(HIDING, ("comment_id", "reason", "at", "lifted_at"), "by_id"),
        "appeals": rows(db, appeals),
    }


def erase(db: Db, leaving: Leaving) -> None:
    """What they do not share with others goes; their words stay without a name, or are withdrawn and erased at once."""
    reacted = select(_REACTION.c.comment_id, THREAD.c.stream_id).select_from(
        _REACTION.join(COMMENT, COMMENT.c.id == _REACTION.c.comment_id).join(THREAD, THREAD.c.id == COMMENT.c.thread_id)
    )
    for row in db.execute(reacted.where(_REACTION.c.person_id == leaving.person_id)).all():
        touch(db, row.stream_id, f"byline-{row.comment_id}")
    person_renamed(db, leaving.person_id)
    unname(db, leaving.person_id)
    for table in (_DRAFT, _VISIT, _REACTION, FOLLOW, NOTICE, SETTING, LINK):
        db.execute(delete(table).where(table.c.person_id == leaving.person_id))
    attachments.erase_unsent(db, leaving.person_id, leaving.now)
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
    quotes.erase_of_comments(db, ids)
    db.execute(update(REPORT).where(REPORT.c.by_id == leaving.person_id).values(reason=""))
    hidden = select(HIDING.c.id).where(HIDING.c.comment_id.in_(ids))
    db.execute(update(APPEAL).where(APPEAL.c.hiding_id.in_(hidden)).values(words=""))
    attachments.erase_of_comments(db, ids, leaving.now)
