"""Logins: signed-in browsers.

The token is 256 random bits and lives in the browser's cookie only; the table holds its SHA-256, so a copy of the
database signs nobody in. Every sign-in makes a new token and ends the login the browser came with: a cookie that was
planted there beforehand never becomes somebody's login.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from people.models import Login, Person
from people.persons import ACCESS
from server.db import Db
from server.live.log import touch

IDLE = timedelta(days=14)
LONGEST = timedelta(days=60)
# A write for every request would be one too many; an hour is exact enough for an end after two weeks.
SEEN_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a page, and through which login. `time_zone` and `language` are empty until they are known."""

    person_id: int
    name: str
    email: str
    language: str
    time_zone: str
    organisation_id: int
    login_id: int
    stream_id: int
    login_ends_at: datetime


def hashed(token: str) -> str:
    """How a token is stored. Plain SHA-256 is enough: a random token cannot be guessed from its hash."""
    return hashlib.sha256(token.encode()).hexdigest()


_LOGIN: Any = Login.__table__  # type: ignore[attr-defined]
_PERSON: Any = Person.__table__  # type: ignore[attr-defined]
# Built once: every page asks it, and putting a statement together costs more than SQLite takes to answer it.
_VIEWER = (
    select(
        _PERSON.c.id.label("person_id"),
        _PERSON.c.name,
        _PERSON.c.email,
        _PERSON.c.language,
        _PERSON.c.time_zone,
        _PERSON.c.organisation_id,
        _LOGIN.c.id.label("login_id"),
        _PERSON.c.stream_id,
        _LOGIN.c.ends_at,
        _LOGIN.c.seen_at,
    )
    .join_from(_LOGIN, _PERSON, _LOGIN.c.person_id == _PERSON.c.id)
    .where(
        _LOGIN.c.token_hash == bindparam("token_hash"),
        _LOGIN.c.ends_at > bindparam("now"),
        _LOGIN.c.seen_at > bindparam("seen_since"),
    )
)


def viewer_with(db: Db, token: str, now: datetime) -> Viewer | None:
    """Whose login that token is, in one query; None when it ended or never was."""
    given = {"token_hash": hashed(token), "now": now, "seen_since": now - IDLE}
    row = db.execute(_VIEWER, given).first()
    if row is None:
        return None
    found = dict(row._mapping)
    ends_at = min(found.pop("ends_at"), found.pop("seen_at") + IDLE)
    return Viewer(**found, login_ends_at=ends_at)


def begin(db: Db, person_id: int, agent: str, now: datetime) -> str:
    """A new login of that person; its token. Logins that are over are cleared away."""
    login: Any = Login.__table__  # type: ignore[attr-defined]
    db.execute(delete(login).where((login.c.ends_at <= now) | (login.c.seen_at <= now - IDLE)))
    token = secrets.token_urlsafe(32)
    db.add(
        Login(
            person_id=person_id,
            token_hash=hashed(token),
            agent=agent,
            began_at=now,
            seen_at=now,
            ends_at=now + LONGEST,
        )
    )
    return token


def end(db: Db, token: str) -> None:
    """End the login with that token, if there is one; the pages that it holds open are told."""
    login: Any = Login.__table__  # type: ignore[attr-defined]
    person: Any = Person.__table__  # type: ignore[attr-defined]
    found = select(login.c.id, person.c.stream_id).join_from(login, person, login.c.person_id == person.c.id)
    row = db.execute(found.where(login.c.token_hash == hashed(token))).first()
    if row is None:
        return
    db.execute(delete(login).where(login.c.id == row.id))
    touch(db, row.stream_id, ACCESS)


def seen(db: Db, login_id: int, now: datetime) -> None:
    """Note that the login is in use, at most once an hour."""
    login: Any = Login.__table__  # type: ignore[attr-defined]
    stale = (login.c.id == login_id) & (login.c.seen_at < now - SEEN_AGAIN)
    db.execute(update(login).where(stale).values(seen_at=now))
