"""Following: how much of a conversation somebody wants to be told of, and the links in mails that turn it down.

Who chose nothing is told of answers and mentions: when they are named, when somebody answers where they took part, and
when somebody begins something new about their own team's work (docs/decisions/0044).
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from feedback.models import Follow, MailWish, NoticeLink, NoticeSetting, Volume
from feedback.notices import FOLLOW, IS_SHOWN, NOTICE, those
from feedback.policies import belongs
from feedback.threads import AUDIENCE, INITIATIVE, PERSON, THREAD, TITLE
from people.erasure import GONE
from people.logins import hashed
from server.db import Db
from server.languages import N_

SETTING: Any = NoticeSetting.__table__  # type: ignore[attr-defined]
LINK: Any = NoticeLink.__table__  # type: ignore[attr-defined]

# In the order they are offered.
VOLUMES: dict[str, str] = {
    Volume.EVERYTHING: N_("Everything"),
    Volume.ANSWERS: N_("Answers and mentions"),
    Volume.NOTHING: N_("Nothing"),
}
WISHES: dict[str, str] = {
    MailWish.AT_ONCE: N_("Soon after it happens"),
    MailWish.DAILY: N_("Once a day, at 8 in the morning"),
    MailWish.NEVER: N_("Never"),
}
# As long as somebody may look through old mail.
LINKS_KEPT = timedelta(days=365)


def choose(db: Db, person_id: int, thread_id: int, volume: str, *, now: datetime) -> None:
    """That person wants to be told so much of that thread."""
    values = {"volume": volume, "at": now}
    # Two windows of one person may choose at the same moment; the later one counts.
    db.execute(select(PERSON.c.id).where(PERSON.c.id == person_id).with_for_update())
    mine = (FOLLOW.c.person_id == person_id) & (FOLLOW.c.thread_id == thread_id)
    if db.get(Follow, (person_id, thread_id)) is None:
        db.execute(insert(FOLLOW).values(person_id=person_id, thread_id=thread_id, **values))
    else:
        db.execute(update(FOLLOW).where(mine).values(**values))


def wish_of(db: Db, person_id: int) -> str:
    """When that person wants mail."""
    found: str | None = db.execute(select(SETTING.c.mail).where(SETTING.c.person_id == person_id)).scalar()
    return found or MailWish.AT_ONCE


def wish(db: Db, person_id: int, mail: str) -> None:
    """That person wants mail then."""
    db.execute(select(PERSON.c.id).where(PERSON.c.id == person_id).with_for_update())
    if db.get(NoticeSetting, person_id) is None:
        db.execute(insert(SETTING).values(person_id=person_id, mail=mail))
    else:
        db.execute(update(SETTING).where(SETTING.c.person_id == person_id).values(mail=mail))


@dataclass(frozen=True, slots=True)
class Stopping:
    """What the link of a mail stops: of whom, and of which thread (None: all mail). `title`: what the thread is about;
    empty when its reader may not see it any more."""

    person_id: int
    thread_id: int | None
    title: str


def new_link(db: Db, person_id: int, thread_id: int | None, *, now: datetime) -> str:
    """A link for a mail; its token."""
    token = secrets.token_urlsafe(32)
    db.execute(insert(LINK).values(token_hash=hashed(token), person_id=person_id, thread_id=thread_id, at=now))
    return token


def link_with(db: Db, token: str) -> Stopping | None:
    """What that token stops; None: nobody was sent it, or long ago."""
    around = LINK.outerjoin(THREAD, THREAD.c.id == LINK.c.thread_id)
    around = around.outerjoin(AUDIENCE, AUDIENCE.c.id == THREAD.c.audience_id)
    around = around.outerjoin(INITIATIVE, INITIATIVE.c.id == THREAD.c.initiative_id)
    found = select(LINK.c.person_id, LINK.c.thread_id, TITLE.label("title"))
    found = found.add_columns(belongs(LINK.c.person_id, AUDIENCE.c.id).label("reads")).select_from(around)
    row = db.execute(found.where(LINK.c.token_hash == hashed(token))).first()
    return Stopping(row.person_id, row.thread_id, row.title if row.title and row.reads else "") if row else None


def stop(db: Db, found: Stopping, *, now: datetime) -> None:
    """Do what the link is for. Twice is once."""
    if found.thread_id is None:
        wish(db, found.person_id, MailWish.NEVER)
    else:
        choose(db, found.person_id, found.thread_id, Volume.NOTHING, now=now)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody with notices that were neither read nor mailed, the oldest of them told `since`; when they want mail."""

    id: int
    name: str
    email: str
    language: str
    time_zone: str
    wish: str
    since: datetime


_WISH = func.coalesce(SETTING.c.mail, MailWish.AT_ONCE)
_WHO = tuple(PERSON.c[name] for name in ("id", "name", "email", "language", "time_zone"))
_WAITING = (
    select(*_WHO, _WISH, func.min(NOTICE.c.at))
    .select_from(
        NOTICE.join(PERSON, PERSON.c.id == NOTICE.c.person_id).outerjoin(SETTING, SETTING.c.person_id == PERSON.c.id)
    )
    .where(NOTICE.c.read_at.is_(None), NOTICE.c.mailed_at.is_(None), PERSON.c.name != GONE, _WISH != MailWish.NEVER)
    .group_by(*_WHO, SETTING.c.mail)
    .order_by(func.min(NOTICE.c.at))
)


def waiting(db: Db, first: datetime, last: datetime) -> list[Waiting]:
    """Who wants mail and was told of something between those instants, who waits longest first."""
    return [Waiting(*row) for row in db.execute(_WAITING.where(NOTICE.c.at.between(first, last))).all()]


def not_mailed(
    db: Db, person_id: int, first: datetime, *, mailed_since: datetime
) -> tuple[Sequence[Any], frozenset[int]]:
    """What a person was told of from `first` on, and may see, and neither read nor was mailed, as `notices.latest` has
    it; and the threads that were mailed of since that other instant. Nobody else mails them meanwhile."""
    db.execute(select(PERSON.c.id).where(PERSON.c.id == person_id).with_for_update())
    lately = (NOTICE.c.person_id == person_id, NOTICE.c.mailed_at > mailed_since, NOTICE.c.thread_id.is_not(None))
    mailed_of = frozenset(db.execute(select(NOTICE.c.thread_id).where(*lately)).scalars())
    mine = (NOTICE.c.read_at.is_(None), NOTICE.c.mailed_at.is_(None), NOTICE.c.at > first, IS_SHOWN)
    return those(db, person_id, *mine), mailed_of


def mailed(db: Db, notice_ids: Sequence[int], now: datetime) -> None:
    """The mail that tells of them is written, in this transaction."""
    db.execute(update(NOTICE).where(NOTICE.c.id.in_(notice_ids)).values(mailed_at=now))


def clear(db: Db, *, now: datetime) -> None:
    """Forget links of more than a year ago."""
    db.execute(delete(LINK).where(LINK.c.at < now - LINKS_KEPT))
