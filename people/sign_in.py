"""Signing in by mail: one link and one code, for ten minutes, used once.

The page that asks for the code is found by a handle, which is in its address and in no mail. All three secrets are
stored as hashes only. The code is hashed with its handle, because six digits alone would be guessed from their hash.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from hmac import compare_digest
from typing import Any

from sqlalchemy import delete, select, update

from people.logins import hashed
from people.models import Person, SignInMail
from server.db import Db

WORKS = timedelta(minutes=10)
ATTEMPTS = 5
KEPT = timedelta(days=1)


def _digits() -> str:
    return f"{secrets.randbelow(1_000_000):06d}"


@dataclass(frozen=True, slots=True)
class Secrets:
    """What opens the door: `handle` in the address of the code's page, `token` and `code` in the mail."""

    handle: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    code: str = field(default_factory=_digits)


class State(Enum):
    """What has become of a link."""

    OPEN = "open"
    USED = "used"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Offered:
    """A link that was sent: to whom, and whether it still works."""

    name: str
    email: str
    state: State


@dataclass(frozen=True, slots=True)
class Used:
    """A link or code that was used just now: who signs in and where they wanted to go."""

    person_id: int
    next_path: str


def offer(db: Db, person: Person | None, made: Secrets, next_path: str, now: datetime) -> None:
    """Store that a mail with these secrets goes to that person.

    For None the row is written for whoever was first here, and the caller takes it back: an answer that writes less
    comes sooner (1 ms of 4, measured), and would tell which addresses are known.
    """
    person_id = person.id if person else db.execute(select(Person.id).limit(1)).scalar()  # type: ignore[call-overload]
    if person_id is None:
        return
    db.add(
        SignInMail(
            person_id=person_id,
            handle_hash=hashed(made.handle),
            token_hash=hashed(made.token),
            code_hash=hashed(made.handle + made.code),
            next_path=next_path,
            sent_at=now,
        )
    )


def clear(db: Db, now: datetime) -> None:
    """Forget what was offered more than a day ago: its links were refused long enough with a reason."""
    db.execute(delete(SignInMail).where(SignInMail.sent_at < now - KEPT))  # type: ignore[arg-type]


def offered(db: Db, token: str, now: datetime) -> Offered | None:
    """What a link leads to; None when no such link was ever sent, or long ago."""
    mail: Any = SignInMail.__table__  # type: ignore[attr-defined]
    person: Any = Person.__table__  # type: ignore[attr-defined]
    found = select(person.c.name, person.c.email, mail.c.used_at, mail.c.sent_at).join_from(mail, person)
    row = db.execute(found.where(mail.c.token_hash == hashed(token))).first()
    if row is None:
        return None
    state = State.USED if row.used_at else State.OPEN if row.sent_at > now - WORKS else State.EXPIRED
    return Offered(row.name, row.email, state)


def use_link(db: Db, token: str, now: datetime) -> Used | None:
    """Use the link; None when it does not work. Of two at the same moment one wins."""
    mail: Any = SignInMail.__table__  # type: ignore[attr-defined]
    fresh = (mail.c.token_hash == hashed(token)) & mail.c.used_at.is_(None) & (mail.c.sent_at > now - WORKS)
    step = update(mail).where(fresh).values(used_at=now).returning(mail.c.person_id, mail.c.next_path)
    row = db.execute(step).first()
    return _used(db, row.person_id, row.next_path, now) if row else None


def use_code(db: Db, handle: str, code: str, now: datetime) -> Used | None:
    """Use the code on the page with that handle; None when it does not work.

    The attempt is counted before the code is looked at, in one statement; the caller keeps the count when it refuses.
    """
    mail: Any = SignInMail.__table__  # type: ignore[attr-defined]
    fresh = (mail.c.handle_hash == hashed(handle)) & mail.c.used_at.is_(None) & (mail.c.sent_at > now - WORKS)
    step = update(mail).where(fresh & (mail.c.attempts < ATTEMPTS)).values(attempts=mail.c.attempts + 1)
    row = db.execute(step.returning(mail.c.person_id, mail.c.next_path, mail.c.code_hash)).first()
    # Hashed and compared for a handle that nobody has too: the answer takes the same time.
    right = compare_digest(hashed(handle + code), row.code_hash if row else hashed(handle))
    return _used(db, row.person_id, row.next_path, now) if row and right else None


def _used(db: Db, person_id: int, next_path: str, now: datetime) -> Used:
    """Whoever signs in needs none of the other mails they asked for."""
    mail: Any = SignInMail.__table__  # type: ignore[attr-defined]
    others = (mail.c.person_id == person_id) & mail.c.used_at.is_(None)
    db.execute(update(mail).where(others).values(used_at=now))
    return Used(person_id, next_path)
