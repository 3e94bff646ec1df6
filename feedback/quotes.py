"""Quoting what somebody said outside of the programme: asked of its author passage by passage, and recorded.

What is said in a safe space may be used, but who quotes it word for word asks first. Nobody learns from the answer who
gave it: whoever is masked stays so, whatever they allow.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import ColumnElement, case, insert, select, update

from cohorts.cohorts import ProgrammeFacts
from cohorts.identity import stricter
from cohorts.models import Attribution, Role
from feedback import notices
from feedback.comments import STANDS, WITHDRAWAL, CommentNow
from feedback.models import Quote
from feedback.policies import belongs
from feedback.threads import (
    AUDIENCE,
    COHORT,
    COMMENT,
    INITIATIVE,
    MEMBERSHIP,
    ORGANISATION,
    PERSON,
    RULE,
    THREAD,
    TITLE,
)
from server.audit import note
from server.db import Db
from server.languages import N_
from server.live.log import touch
from server.markdown import to_html

QUOTE: Any = Quote.__table__  # type: ignore[attr-defined]
LONGEST_PASSAGE, LONGEST_PURPOSE = 1000, 500
# Kinds of notices and of entries in the audit log.
ASKED, ANSWERED = "quote asked", "quote answered"
# What is poked on a page of quotes.
REGION = "quotes"
KINDS = {ASKED: N_("Somebody asks to quote a comment of yours"), ANSWERED: N_("There is an answer about a quote")}
notices.KINDS.update(KINDS)


class Answer(StrEnum):
    """What an author says to a quote."""

    YES = "yes"
    UNNAMED = "unnamed"
    NO = "no"


class Matter(Protocol):
    """What a comment is about, as far as a quote tells of it."""

    @property
    def title(self) -> str: ...

    @property
    def programme(self) -> ProgrammeFacts: ...


class NotSaid(Exception):
    """The passage does not stand in the comment."""


class Settled(Exception):
    """It was answered otherwise before, or there is nothing to take back."""


@dataclass(frozen=True, slots=True)
class QuoteNow:
    """A quote as its page has it. `passage` is empty while nobody is shown the comment; `attribution`: of the comment
    as it is shown; `asker` and `asker_from`: who asks. `reads`: the asker still reads that conversation; to them its
    passage and title are empty when they do not."""

    id: int
    comment_id: int
    author_id: int
    by_id: int
    asker: str
    asker_from: str
    passage: str
    purpose: str
    named: bool
    at: datetime
    answer: str
    answered_at: datetime | None
    ended_at: datetime | None
    title: str
    programme_id: int
    reads: bool
    attribution: Attribution

    @property
    def may_name(self) -> bool:
        """Whether the author can give their name with it: not where the comment itself is shown without."""
        return self.named and self.attribution == Attribution.NAMED


_ALL = select(
    QUOTE.c.id,
    QUOTE.c.comment_id,
    COMMENT.c.author_id,
    QUOTE.c.by_id,
    PERSON.c.name,
    ORGANISATION.c.name.label("home"),
    case((STANDS, QUOTE.c.passage), else_="").label("passage"),
    *(QUOTE.c[name] for name in ("purpose", "named", "at", "answer", "answered_at", "ended_at")),
    TITLE.label("title"),
    COHORT.c.programme_id,
    belongs(QUOTE.c.by_id, THREAD.c.audience_id).label("reads"),
    COMMENT.c.attribution,
    RULE.label("cohort_attribution"),
).select_from(
    QUOTE.join(COMMENT, COMMENT.c.id == QUOTE.c.comment_id)
    .join(THREAD, THREAD.c.id == COMMENT.c.thread_id)
    .outerjoin(INITIATIVE, INITIATIVE.c.id == THREAD.c.initiative_id)
    .join(AUDIENCE, AUDIENCE.c.id == THREAD.c.audience_id)
    .join(COHORT, COHORT.c.id == AUDIENCE.c.cohort_id)
    .join(PERSON, PERSON.c.id == QUOTE.c.by_id)
    .join(ORGANISATION, ORGANISATION.c.id == PERSON.c.organisation_id)
    .outerjoin(WITHDRAWAL, WITHDRAWAL.c.comment_id == COMMENT.c.id)
)


def _read(db: Db, condition: ColumnElement[bool]) -> list[QuoteNow]:
    rows = db.execute(_ALL.where(condition).order_by(QUOTE.c.id.desc())).all()
    return [QuoteNow(*(*row[:-2], stricter(row.cohort_attribution, row.attribution))) for row in rows]


def quote_now(db: Db, quote_id: int) -> QuoteNow | None:
    """That quote. Whoever asks must check whose it is."""
    return next(iter(_read(db, QUOTE.c.id == quote_id)), None)


def asked_of(db: Db, person_id: int) -> Sequence[QuoteNow]:
    """What that person is asked, newest first."""
    return _read(db, COMMENT.c.author_id == person_id)


def asked_by(db: Db, person_id: int) -> Sequence[QuoteNow]:
    """What that person asked of others. Whoever left keeps what was answered, and reads the talk here no more than
    anywhere."""
    found = _read(db, QUOTE.c.by_id == person_id)
    return [one if one.reads else replace(one, passage="", title="") for one in found]


def in_programmes(db: Db, programme_ids: Collection[int]) -> Sequence[QuoteNow]:
    """What was asked of anybody in those programmes, for those who run them."""
    return _read(db, COHORT.c.programme_id.in_(sorted(programme_ids))) if programme_ids else []


def ask_for(
    db: Db,
    comment: CommentNow,
    about: Matter,
    *,
    by_id: int,
    passage: str,
    purpose: str,
    named: bool,
    now: datetime,
) -> int:
    """Ask the author for a passage of a comment on that matter. Raises NotSaid."""
    if not _stands_in(passage, comment.text):
        raise NotSaid
    values = {"comment_id": comment.id, "by_id": by_id, "passage": passage, "purpose": purpose, "named": named}
    id_: int = db.execute(insert(QUOTE).values(**values, at=now, answer="").returning(QUOTE.c.id)).scalar_one()
    notices.tell(db, [comment.author_id], ASKED, now=now, url="/quotes", about=about.title)
    _show_anew(db, QUOTE.c.id == id_)
    # Without its purpose: owners read the log, and nothing that is written about the talk.
    note(db, ASKED, by_id=by_id, now=now, programme_id=about.programme.id)
    return id_


def _stands_in(passage: str, text: str) -> bool:
    """Whether somebody who reads the comment, or wrote it, finds the passage in it."""
    seen = html.unescape(re.sub(r"<[^>]*>", "", to_html(text)))
    wanted = " ".join(passage.split())
    return any(wanted in " ".join(whole.split()) for whole in (seen, text))


def answer(db: Db, quote: QuoteNow, given: Answer, *, now: datetime) -> None:
    """What the author says. Twice is once; another answer than before is refused (Settled), as is a name where the
    comment is shown without."""
    if quote.answer or (given == Answer.YES and not quote.may_name):
        if quote.answer == given:
            return
        raise Settled
    db.execute(update(QUOTE).where(QUOTE.c.id == quote.id).values(answer=given, answered_at=now))
    _tell(db, quote, ANSWERED, given, now)


def take_back(db: Db, quote: QuoteNow, *, now: datetime) -> None:
    """The author allows it no longer. What was printed meanwhile was printed. Twice is once. Raises Settled."""
    if quote.answer not in (Answer.YES, Answer.UNNAMED):
        raise Settled
    if quote.ended_at is None:
        db.execute(update(QUOTE).where(QUOTE.c.id == quote.id).values(ended_at=now))
        _tell(db, quote, ANSWERED, "taken back", now)


def _tell(db: Db, quote: QuoteNow, what: str, words: str, now: datetime) -> None:
    # By nobody: the log is read by people to whom the author may be masked.
    note(db, what, by_id=None, now=now, person_id=quote.by_id, programme_id=quote.programme_id, words=words)
    notices.tell(db, [quote.by_id], ANSWERED, now=now, url="/quotes", about=quote.title)
    _show_anew(db, QUOTE.c.id == quote.id)


def erase_of_comments(db: Db, comment_ids: Collection[int]) -> None:
    """The words of those comments are erased, and so are passages of them."""
    of_these = QUOTE.c.comment_id.in_(sorted(comment_ids))
    db.execute(update(QUOTE).where(of_these).values(passage=""))
    _show_anew(db, of_these)


def comment_changed(db: Db, comment_id: int) -> None:
    """A comment does not stand any more, or stands again, and with it what is quoted of it."""
    _show_anew(db, QUOTE.c.comment_id == comment_id)


def asker_renamed(db: Db, person_id: int) -> None:
    """Say where that person asked that they have another name."""
    _show_anew(db, QUOTE.c.by_id == person_id)


def _show_anew(db: Db, which: ColumnElement[bool]) -> None:
    """Tell the bells of those who read such quotes on their own page: author, asker, and who runs the programme."""
    around = QUOTE.join(COMMENT, COMMENT.c.id == QUOTE.c.comment_id).join(THREAD, THREAD.c.id == COMMENT.c.thread_id)
    around = around.join(AUDIENCE, AUDIENCE.c.id == THREAD.c.audience_id)
    around = around.join(COHORT, COHORT.c.id == AUDIENCE.c.cohort_id)
    found = select(QUOTE.c.by_id, COMMENT.c.author_id, COHORT.c.programme_id).select_from(around).where(which)
    rows = db.execute(found).all()
    if not rows:
        return
    runs = (MEMBERSHIP.c.role == Role.FACILITATOR) & MEMBERSHIP.c.programme_id.in_({row.programme_id for row in rows})
    theirs = PERSON.c.id.in_({id_ for row in rows for id_ in row[:2]})
    reads = theirs | PERSON.c.id.in_(select(MEMBERSHIP.c.person_id).where(runs))
    for stream_id in db.execute(select(PERSON.c.bell_stream_id).where(reads)).scalars().all():
        if stream_id is not None:
            touch(db, stream_id, REGION)
