"""Mail: written as a row with the change it tells of, sent after the commit by a job (server/postman.py).

A mail that is sent keeps its row but not its text, because the text may hold a link that signs in. Without an SMTP
server nothing is sent and every text stays: that is how the demo shows its mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, String, cast, delete, func, insert, literal, select, update
from sqlmodel import Field, SQLModel

from server import leases
from server.clock import Instant
from server.db import Db
from server.jobs import ENQUEUED, JOB, enqueue, enqueue_many
from server.languages import N_

JOB_KIND = "mail"
URGENT_KIND = "urgent mail"
# Somebody waits before the screen for a mail that is worth nothing later: it overtakes five hundred invitations.
URGENT = timedelta(hours=1)
# So long is a mail tried again while the server is away or says "later".
TRIED_FOR = timedelta(days=3)
KEPT = timedelta(days=30)
# In one statement: a database has a largest number of values.
MOST = 5_000
KINDS = (JOB_KIND, URGENT_KIND)
# Why a mail was not sent; what the server said follows.
AWAY = N_("The mail server cannot be used now.")
ASKED_TO_WAIT = N_("The mail server asked for another try later.")
REFUSED = N_("The mail server refused it.")
UNANSWERED = N_("It was handed over to the mail server, and no answer came back.")
UNWRITABLE = N_("It cannot be sent as it was written.")
REASONS = (AWAY, ASKED_TO_WAIT, REFUSED, UNANSWERED, UNWRITABLE, leases.KILLED)
TOO_OLD = N_("It was no longer of use when it could be sent, so it was not sent.")


class Mail(SQLModel, table=True):
    """One mail to one person. `sent_at`: the SMTP server took it. `handed_at` without `sent_at`: it was being handed
    over and no answer was noted, so nobody knows, and it is not sent again by itself. `expires_at`: worth nothing after
    that. `dropped_at`: it will not be sent any more. `error` says why it was dropped or what went wrong at last.
    `unsubscribe`: what is posted to this address stops mail of this sort (RFC 8058). `calendar`: an iCalendar file that
    goes with it. Both go when the text goes."""

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(default="", max_length=40)
    to: str = Field(max_length=254)
    subject: str = Field(max_length=200)
    text: str
    at: datetime = Field(sa_type=Instant, index=True)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    handed_at: datetime | None = Field(default=None, sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    dropped_at: datetime | None = Field(default=None, sa_type=Instant)
    error: str = Field(default="", max_length=500)
    unsubscribe: str = Field(default="", max_length=300)
    calendar: str = ""


MAIL: Any = Mail.__table__  # type: ignore[attr-defined]
_PLAIN = {"unsubscribe": "", "calendar": ""}


class MailState(Enum):
    """Where a mail is. UNCERTAIN: it was handed over, and no answer came back."""

    WAITING = "waiting"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    SENT = "sent"


@dataclass(frozen=True, slots=True)
class MailFacts:
    """What owners see of a mail: never its subject or text. `tried_at`: when it is tried next; None: not by itself.
    `again`: whether its text is still there and still of use."""

    id: int
    kind: str
    to: str
    at: datetime
    settled_at: datetime | None
    error: str
    tries: int
    tried_at: datetime | None
    again: bool


def post(
    db: Db,
    to: str,
    subject: str,
    text: str,
    now: datetime,
    *,
    kind: str = "",
    expires_at: datetime | None = None,
    unsubscribe: str = "",
    calendar: str = "",
) -> int:
    """Write a mail in this transaction, and the job that sends it after the commit. The id of the mail.

    `kind` is what owners see of it; `expires_at`: it is worth nothing after that, and dropped unsent.
    """
    mail = Mail(kind=kind, to=to, subject=subject, text=text, at=now, expires_at=expires_at)
    mail.unsubscribe, mail.calendar = unsubscribe, calendar
    db.add(mail)
    db.flush()
    assert mail.id is not None
    _ask_to_send(db, mail.id, expires_at, now)
    return mail.id


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to be posted with others. `at`: not before."""

    to: str
    subject: str
    text: str
    at: datetime


def post_many(db: Db, letters: Sequence[Letter], now: datetime, *, kind: str, expires_at: datetime) -> list[int]:
    """Like `post`, for many at once in a tenth of the time: none of them is urgent. Their ids in the same order."""
    blank = {"kind": kind, "at": now, "expires_at": expires_at, "error": "", **_PLAIN}
    rows = [{**blank, "to": one.to, "subject": one.subject, "text": one.text} for one in letters]
    made = db.connection().execute(insert(MAIL).returning(MAIL.c.id, sort_by_parameter_order=True), rows)
    ids = [int(row.id) for row in made]
    until = (now + TRIED_FOR).isoformat()
    asked = ((f"mail-{id_}", one.at, {"mail": id_, "until": until}) for id_, one in zip(ids, letters, strict=True))
    enqueue_many(db, JOB_KIND, asked, now=now)
    return ids


def _ask_to_send(db: Db, mail_id: int, expires_at: datetime | None, now: datetime) -> None:
    urgent = expires_at is not None and expires_at - now <= URGENT
    until = (now + TRIED_FOR).isoformat()
    enqueue(db, URGENT_KIND if urgent else JOB_KIND, now=now, key=f"mail-{mail_id}", mail=mail_id, until=until)


def newest(db: Db, most: int) -> list[Mail]:
    """The latest mails, the newest first."""
    return list(db.execute(select(Mail).order_by(MAIL.c.id.desc()).limit(most)).scalars())


_SENDING = JOB.c.key == literal("mail-") + cast(MAIL.c.id, String)
_WITH_JOB = MAIL.outerjoin(JOB, _SENDING)
_UNSENT = MAIL.c.sent_at.is_(None) & MAIL.c.dropped_at.is_(None)
# While its job is open, a mail that is being handed over still waits for the answer.
_OVER = JOB.c.id.is_(None) | JOB.c.ended_at.is_not(None)
_HANDED = MAIL.c.handed_at.is_not(None)
_STATES: dict[MailState, ColumnElement[bool]] = {
    MailState.WAITING: _UNSENT & ~_OVER,
    MailState.UNCERTAIN: _UNSENT & _OVER & _HANDED,
    MailState.FAILED: MAIL.c.dropped_at.is_not(None) | (_UNSENT & _OVER & ~_HANDED),
    MailState.SENT: MAIL.c.sent_at.is_not(None),
}


def being(state: MailState, mail_id: Any) -> ColumnElement[bool]:
    """The condition that the mail with that id, a column of another table, is in that state."""
    return select(MAIL.c.id).select_from(_WITH_JOB).where(MAIL.c.id == mail_id, _STATES[state]).exists()


def in_state(db: Db, state: MailState, most: int, now: datetime) -> tuple[int, Sequence[MailFacts]]:
    """How many mails are in that state, and the newest of them."""
    here = select(MAIL, JOB.c.attempts, JOB.c.delays, JOB.c.ended_at, JOB.c.at.label("next_at"))
    here = here.add_columns(JOB.c.error.label("last_error")).select_from(_WITH_JOB).where(_STATES[state])
    rows = db.execute(here.order_by(MAIL.c.id.desc()).limit(most)).all()
    count = db.execute(select(func.count()).select_from(_WITH_JOB).where(_STATES[state])).scalar_one()
    return count, [_facts(row, now) for row in rows]


def _facts(row: Any, now: datetime) -> MailFacts:
    trying = row.attempts is not None and row.ended_at is None
    return MailFacts(
        id=row.id,
        kind=row.kind,
        to=row.to,
        at=row.at,
        settled_at=row.sent_at or row.dropped_at or row.handed_at,
        error="" if row.sent_at else row.error or row.last_error or "",
        tries=(row.attempts or 0) + (row.delays or 0),
        tried_at=max(row.next_at, now) if trying else None,
        again=row.sent_at is None and bool(row.text) and (row.expires_at is None or row.expires_at > now),
    )


def exists(db: Db, mail_id: int) -> bool:
    """Whether there is a mail with that id."""
    return db.execute(select(MAIL.c.id).where(MAIL.c.id == mail_id)).first() is not None


def send_again(db: Db, mail_id: int, now: datetime) -> bool:
    """Send a mail that waits, failed or may not have arrived, as if it had been posted now. False: it cannot be,
    because it was sent, its text is gone or it is of no use any more."""
    here = select(MAIL.c.sent_at, MAIL.c.text, MAIL.c.expires_at).where(MAIL.c.id == mail_id).with_for_update()
    mail = db.execute(here).first()
    if mail is None or mail.sent_at or not mail.text or (mail.expires_at and mail.expires_at <= now):
        return False
    key = JOB.c.key == f"mail-{mail_id}"
    waits = key & JOB.c.ended_at.is_(None)
    if db.execute(update(JOB).where(waits, JOB.c.at > now).values(at=now)).rowcount:  # type: ignore[attr-defined]
        db.info[ENQUEUED] = True
    elif db.execute(select(JOB.c.id).where(waits)).first() is None:
        db.execute(update(MAIL).where(MAIL.c.id == mail_id).values(handed_at=None, dropped_at=None, error=""))
        _ask_to_send(db, mail_id, mail.expires_at, now)
    return True


def try_all(db: Db, now: datetime) -> int:
    """Try every mail at once that waits for its next try; how many there are."""
    return leases.begin_all(db, KINDS, now)


def drop_expired(db: Db, now: datetime, *, keep_text: bool) -> None:
    """Drop every mail that was to be sent and is of no use any more, with its text and its job."""
    useless = _UNSENT & MAIL.c.handed_at.is_(None) & (MAIL.c.expires_at <= now)
    ids = list(db.execute(select(MAIL.c.id).where(useless).limit(MOST)).scalars())
    gone = {"dropped_at": now, "error": TOO_OLD} | ({} if keep_text else {"text": "", **_PLAIN})
    db.execute(update(MAIL).where(MAIL.c.id.in_(ids)).values(**gone))
    _end_jobs(db, ids, now)


def clear(db: Db, now: datetime) -> None:
    """Forget mails of more than 30 days ago, also those that waited for a server all that time."""
    ids = list(db.execute(select(MAIL.c.id).where(MAIL.c.at < now - KEPT).limit(MOST)).scalars())
    _end_jobs(db, ids, now)
    db.execute(delete(MAIL).where(MAIL.c.id.in_(ids)))


def _end_jobs(db: Db, mail_ids: Sequence[int], now: datetime) -> None:
    """Those that nobody works on; who does finds out by itself."""
    idle = JOB.c.key.in_([f"mail-{mail_id}" for mail_id in mail_ids]) & JOB.c.lease.is_(None)
    db.execute(update(JOB).where(idle & JOB.c.ended_at.is_(None)).values(ended_at=now, error=TOO_OLD))
