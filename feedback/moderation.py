"""Moderation: a comment is reported, hidden with a reason, and its author asks once for another decision.

The facilitators of the programme decide, because nobody else who could reads the talk. What was decided stays in the
audit log without a word of what was said, and without the name of its author: that may be theirs to keep.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update

from cohorts.models import Role
from feedback import notices, quotes
from feedback.comments import HIDING, WITHDRAWAL, CommentNow
from feedback.models import Appeal, Report
from feedback.policies import Reached
from feedback.threads import (
    AUDIENCE,
    AUTHOR,
    COHORT,
    COMMENT,
    INITIATIVE,
    PROGRAMME,
    RULE,
    TEAM,
    THREAD,
    TITLE,
    ThreadNow,
    touch_thread,
    with_author,
)
from server.audit import note
from server.db import Db
from server.languages import N_

REPORT: Any = Report.__table__  # type: ignore[attr-defined]
APPEAL: Any = Appeal.__table__  # type: ignore[attr-defined]

LONGEST_REASON, LONGEST_APPEAL = 1_000, 2_000
HIDDEN, DISMISSED = "hidden", "dismissed"
STAYS, SHOWN = "stays", "shown"
OUTCOMES: dict[str, str] = {
    HIDDEN: N_("Hidden"),
    DISMISSED: N_("Left as it is"),
    STAYS: N_("It stays hidden"),
    SHOWN: N_("It is shown again"),
}


@dataclass(frozen=True, slots=True)
class HidingNow:
    """Why a comment is hidden, since when and by whom; the appeal against it, `outcome` empty until it is decided."""

    id: int
    by_id: int
    reason: str
    at: datetime
    appealed_at: datetime | None
    words: str
    outcome: str


def hiding_of(db: Db, comment_id: int) -> HidingNow | None:
    """The hiding of a comment that is hidden."""
    columns = (*(HIDING.c[name] for name in ("id", "by_id", "reason", "at")), APPEAL.c.at, APPEAL.c.words)
    around = HIDING.outerjoin(APPEAL, APPEAL.c.hiding_id == HIDING.c.id)
    found = select(*columns, APPEAL.c.outcome).select_from(around)
    row = db.execute(found.where(HIDING.c.comment_id == comment_id, HIDING.c.lifted_at.is_(None))).first()
    if row is None:
        return None
    id_, by_id, reason, at, appealed_at, words, outcome = row
    return HidingNow(id_, by_id, reason, at, appealed_at, words or "", outcome or "")


def own_words(db: Db, comment_id: int) -> str:
    """The text of a comment, hidden or not: for its author, and for those who decide about it. Empty once withdrawn."""
    around = COMMENT.outerjoin(WITHDRAWAL, WITHDRAWAL.c.comment_id == COMMENT.c.id)
    found = select(COMMENT.c.text).select_from(around)
    return db.execute(found.where(COMMENT.c.id == comment_id, WITHDRAWAL.c.comment_id.is_(None))).scalar() or ""


def programme_of(db: Db, thread_id: int) -> tuple[int, int]:
    """The programme a thread belongs to, and the thread's audience."""
    around = THREAD.join(AUDIENCE, AUDIENCE.c.id == THREAD.c.audience_id).join(
        COHORT, COHORT.c.id == AUDIENCE.c.cohort_id
    )
    found = select(COHORT.c.programme_id, AUDIENCE.c.id).select_from(around).where(THREAD.c.id == thread_id)
    row = db.execute(found).one()
    return row[0], row[1]


def facilitators(db: Db, programme_id: int) -> list[int]:
    """Who runs that programme now."""
    reader = Reached.reader.c
    found = select(reader.person_id).distinct().select_from(Reached.readers)
    mine = (reader.role == Role.FACILITATOR, reader.programme_id == programme_id, Reached.now)
    return list(db.execute(found.where(*mine).order_by(reader.person_id)).scalars())


def report(db: Db, thread: ThreadNow, comment: CommentNow, *, by_id: int, reason: str, now: datetime) -> None:
    """Ask the facilitators to look at a comment. Whoever asks again, before they did, gives another reason."""
    _one_at_a_time(db, comment)
    mine = (REPORT.c.comment_id == comment.id) & (REPORT.c.by_id == by_id)
    before = db.execute(select(REPORT.c.outcome).where(mine)).scalar()
    values = {"reason": reason, "at": now, "settled_at": None, "settled_by_id": None, "outcome": ""}
    if before is None:
        db.execute(insert(REPORT).values(comment_id=comment.id, by_id=by_id, **values))
    else:
        db.execute(update(REPORT).where(mine).values(**values))
    if before != "":
        _tell_facilitators(db, thread, notices.REPORTED, but=by_id, now=now)


def _tell_facilitators(db: Db, thread: ThreadNow, kind: str, *, but: int, now: datetime) -> None:
    programme_id, audience_id = programme_of(db, thread.id)
    people = [one for one in facilitators(db, programme_id) if one != but]
    notices.tell(db, people, kind, url=f"/programmes/{programme_id}/reports", audience_id=audience_id, now=now)


def hide(db: Db, thread: ThreadNow, comment: CommentNow, *, by_id: int, reason: str, now: datetime) -> None:
    """Hide a comment from everybody; its author is told why. Its replies stay. Twice is once."""
    _one_at_a_time(db, comment)
    if hiding_of(db, comment.id) is not None:
        return
    db.execute(insert(HIDING).values(comment_id=comment.id, by_id=by_id, reason=reason, at=now))
    _settle(db, comment, HIDDEN, by_id, now)
    _noted(db, thread, comment, "comment hidden", by_id, reason, now)
    touch_thread(db, thread, f"comment-{comment.id}")
    _changed(db, comment)
    _tell_author(db, thread, comment, notices.HIDDEN, now)


def dismiss(db: Db, thread: ThreadNow, comment: CommentNow, *, by_id: int, now: datetime) -> None:
    """Leave a reported comment as it is. Twice is once."""
    _one_at_a_time(db, comment)
    if _settle(db, comment, DISMISSED, by_id, now):
        _noted(db, thread, comment, "report dismissed", by_id, "", now)


def appeal(db: Db, thread: ThreadNow, comment: CommentNow, *, words: str, now: datetime) -> bool:
    """Ask for another decision, once for each time a comment was hidden. False: it was asked already."""
    _one_at_a_time(db, comment)
    hiding = hiding_of(db, comment.id)
    if hiding is None or hiding.appealed_at is not None:
        return False
    db.execute(insert(APPEAL).values(hiding_id=hiding.id, words=words, at=now, outcome=""))
    _tell_facilitators(db, thread, notices.APPEALED, but=comment.author_id, now=now)
    return True


def show_again(db: Db, thread: ThreadNow, comment: CommentNow, *, by_id: int, now: datetime) -> bool:
    """Undo a hiding that nobody has decided about since: it was a mistake. An appeal is answered by it. False: somebody
    decided that it stays. Twice is once."""
    _one_at_a_time(db, comment)
    hiding = hiding_of(db, comment.id)
    if hiding is None:
        return True
    if hiding.outcome:
        return False
    decided = {"outcome": SHOWN, "decided_at": now, "decided_by_id": by_id}
    db.execute(update(APPEAL).where(APPEAL.c.hiding_id == hiding.id).values(**decided))
    _show(db, thread, comment, hiding, now)
    _noted(db, thread, comment, "comment shown again", by_id, "", now)
    _tell_author(db, thread, comment, notices.SHOWN_AGAIN, now)
    return True


def _show(db: Db, thread: ThreadNow, comment: CommentNow, hiding: HidingNow, now: datetime) -> None:
    db.execute(update(HIDING).where(HIDING.c.id == hiding.id).values(lifted_at=now))
    touch_thread(db, thread, f"byline-{comment.id}")
    _changed(db, comment)


def decide(db: Db, thread: ThreadNow, comment: CommentNow, outcome: str, *, by_id: int, now: datetime) -> None:
    """Decide on an appeal: the comment stays hidden, or is shown again. The first decision counts."""
    _one_at_a_time(db, comment)
    hiding = hiding_of(db, comment.id)
    if hiding is None or hiding.appealed_at is None or hiding.outcome:
        return
    decided = {"outcome": outcome, "decided_at": now, "decided_by_id": by_id}
    db.execute(update(APPEAL).where(APPEAL.c.hiding_id == hiding.id).values(**decided))
    if outcome == SHOWN:
        _show(db, thread, comment, hiding, now)
    _noted(db, thread, comment, "appeal decided", by_id, outcome, now)
    _tell_author(db, thread, comment, notices.SHOWN_AGAIN if outcome == SHOWN else notices.STAYS, now)


def _changed(db: Db, comment: CommentNow) -> None:
    notices.changed(db, comment.id)
    quotes.comment_changed(db, comment.id)


def _one_at_a_time(db: Db, comment: CommentNow) -> None:
    db.execute(select(COMMENT.c.id).where(COMMENT.c.id == comment.id).with_for_update())


def _settle(db: Db, comment: CommentNow, outcome: str, by_id: int, now: datetime) -> bool:
    waiting = (REPORT.c.comment_id == comment.id) & (REPORT.c.outcome == "")
    done: Any = db.execute(update(REPORT).where(waiting).values(outcome=outcome, settled_at=now, settled_by_id=by_id))
    return bool(done.rowcount)


def _tell_author(db: Db, thread: ThreadNow, comment: CommentNow, kind: str, now: datetime) -> None:
    _, audience_id = programme_of(db, thread.id)
    url = f"/comments/{comment.id}/hiding"
    notices.tell(db, [comment.author_id], kind, url=url, thread_id=thread.id, audience_id=audience_id, now=now)


def _noted(db: Db, thread: ThreadNow, comment: CommentNow, what: str, by_id: int, words: str, now: datetime) -> None:
    programme_id, _ = programme_of(db, thread.id)
    said = f"/comments/{comment.id}{': ' if words else ''}{words}"
    note(db, what, by_id=by_id, now=now, programme_id=programme_id, words=said)


_WAITING: Any = (
    select(func.count())
    .select_from(REPORT)
    .where(REPORT.c.comment_id == COMMENT.c.id, REPORT.c.outcome == "")
    .scalar_subquery()
)
_CASES = (
    select(
        *AUTHOR,
        COMMENT.c.id,
        COMMENT.c.at,
        COMMENT.c.attribution,
        COMMENT.c.author_id,
        TITLE.label("title"),
        TEAM.c.id.label("team_id"),
        COHORT.c.id.label("cohort_id"),
        RULE.label("cohort_attribution"),
        PROGRAMME.c.id.label("programme_id"),
        PROGRAMME.c.facilitators_see_authors,
        _WAITING.label("waiting"),
        select(func.max(REPORT.c.at)).where(REPORT.c.comment_id == COMMENT.c.id).scalar_subquery().label("reported_at"),
        HIDING.c.reason,
        HIDING.c.at.label("hidden_at"),
        APPEAL.c.at.label("appealed_at"),
        APPEAL.c.outcome,
    )
    .select_from(
        with_author(
            COMMENT.join(THREAD, THREAD.c.id == COMMENT.c.thread_id)
            .outerjoin(INITIATIVE, INITIATIVE.c.id == THREAD.c.initiative_id)
            .outerjoin(TEAM, TEAM.c.id == INITIATIVE.c.team_id)
            .join(AUDIENCE, AUDIENCE.c.id == THREAD.c.audience_id)
            .join(COHORT, COHORT.c.id == AUDIENCE.c.cohort_id)
            .join(PROGRAMME, PROGRAMME.c.id == COHORT.c.programme_id)
            .outerjoin(HIDING, (HIDING.c.comment_id == COMMENT.c.id) & HIDING.c.lifted_at.is_(None))
            .outerjoin(APPEAL, APPEAL.c.hiding_id == HIDING.c.id),
            COMMENT.c.membership_id,
        )
    )
    .where(select(REPORT.c.comment_id).where(REPORT.c.comment_id == COMMENT.c.id).exists() | HIDING.c.id.is_not(None))
)


def cases(db: Db, programme_id: int, most: int) -> Sequence[Any]:
    """The comments of a programme that were reported or are hidden, those that wait for somebody first: `Author`'s
    columns, then each one's own. No words of theirs."""
    waits = (HIDING.c.id.is_(None) & (_WAITING > 0)) | (APPEAL.c.at.is_not(None) & (APPEAL.c.outcome == ""))
    found = _CASES.where(PROGRAMME.c.id == programme_id).order_by(waits.desc(), COMMENT.c.id.desc())
    return db.execute(found.limit(most)).all()


def reports_of(db: Db, comment_id: int) -> Sequence[Any]:
    """Why a comment was reported, when, and what came of it: not by whom."""
    columns = (REPORT.c[name] for name in ("reason", "at", "outcome"))
    return db.execute(select(*columns).where(REPORT.c.comment_id == comment_id).order_by(REPORT.c.at)).all()
