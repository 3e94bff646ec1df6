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
from enum import Enum
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from people.models import Login, Person
from people.persons import ACCESS
from server.db import Db, ask
from server.live.log import Position, Stream, touch

IDLE = timedelta(days=14)
LONGEST = timedelta(days=60)
# A write for every request would be one too many; an hour is exact enough for an end after two weeks.
SEEN_AGAIN = timedelta(hours=1)
# How long a login that ended by itself is remembered, so that its browser can be told why.
REMEMBERED = timedelta(days=30)


class Ending(Enum):
    """Why a login does not work any more. ENDED: somebody ended it, or it ended longer ago than is remembered."""

    IDLE = "idle"
    LONGEST = "longest"
    ENDED = "ended"


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
    # How often what they may see has changed. A page carries it, so one that is out of date is known by its number.
    access: int
    # Where the stream of their notices is.
    bell: Position | None
    login_seen_at: datetime
    login_ends_at: datetime

    def is_stale(self, now: datetime) -> bool:
        """Whether it was last noted so long ago that the login is in use that it is time to note it again."""
        return self.login_seen_at < now - SEEN_AGAIN


def hashed(token: str) -> str:
    """How a token is stored. Plain SHA-256 is enough: a random token cannot be guessed from its hash."""
    return hashlib.sha256(token.encode()).hexdigest()


_LOGIN: Any = Login.__table__  # type: ignore[attr-defined]
_PERSON: Any = Person.__table__  # type: ignore[attr-defined]
_STREAM: Any = Stream.__table__  # type: ignore[attr-defined]
_BELL: Any = _STREAM.alias("bell")
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
        _STREAM.c.seq.label("access"),
        _BELL.c.id.label("bell_id"),
        _BELL.c.epoch.label("bell_epoch"),
        _BELL.c.seq.label("bell_seq"),
        _LOGIN.c.ends_at,
        _LOGIN.c.seen_at.label("login_seen_at"),
    )
    .join_from(_LOGIN, _PERSON, _LOGIN.c.person_id == _PERSON.c.id)
    .join(_STREAM, _STREAM.c.id == _PERSON.c.stream_id)
    .outerjoin(_BELL, _BELL.c.id == _PERSON.c.bell_stream_id)
    .where(
        _LOGIN.c.token_hash == bindparam("token_hash"),
        _LOGIN.c.ends_at > bindparam("now"),
        _LOGIN.c.seen_at > bindparam("seen_since"),
    )
)


def viewer_with(db: Db, token: str, now: datetime) -> Viewer | None:
    """Whose login that token is, in one query; None when it ended or never was."""
    row = ask(db, _VIEWER, token_hash=hashed(token), now=now, seen_since=now - IDLE).first()
    if row is None:
        return None
    found = dict(row._mapping)
    ends_at = min(found.pop("ends_at"), found["login_seen_at"] + IDLE)
    at = [found.pop(name) for name in ("bell_id", "bell_epoch", "bell_seq")]
    return Viewer(**found, bell=None if at[0] is None else Position(*at), login_ends_at=ends_at)


def begin(db: Db, person_id: int, agent: str, now: datetime) -> str:
    """A new login of that person; its token."""
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


def clear(db: Db, now: datetime) -> None:
    """Forget the logins that have been over for a while."""
    login: Any = Login.__table__  # type: ignore[attr-defined]
    since = now - REMEMBERED
    db.execute(delete(login).where((login.c.ends_at <= since) | (login.c.seen_at <= since - IDLE)))


def how_ended(db: Db, token: str, now: datetime) -> Ending | None:
    """Why the login of a browser that shows this token ended; None: it works."""
    row = db.execute(select(_LOGIN.c.ends_at, _LOGIN.c.seen_at).where(_LOGIN.c.token_hash == hashed(token))).first()
    if row is None:
        return Ending.ENDED
    idle_since = row.seen_at + IDLE
    if min(row.ends_at, idle_since) > now:
        return None
    return Ending.IDLE if idle_since <= row.ends_at else Ending.LONGEST


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


@dataclass(frozen=True, slots=True)
class LoginFacts:
    """A signed-in browser as its person may know it. `agent` is what the browser calls itself."""

    id: int
    agent: str
    began_at: datetime
    seen_at: datetime


def of_person(db: Db, person_id: int, now: datetime) -> list[LoginFacts]:
    """The logins of that person that still work, the last used first."""
    columns = (_LOGIN.c.id, _LOGIN.c.agent, _LOGIN.c.began_at, _LOGIN.c.seen_at)
    works = (_LOGIN.c.person_id == person_id, _LOGIN.c.ends_at > now, _LOGIN.c.seen_at > now - IDLE)
    return [LoginFacts(*row) for row in db.execute(select(*columns).where(*works).order_by(_LOGIN.c.seen_at.desc()))]


def end_one(db: Db, viewer: Viewer, login_id: int) -> int:
    """End one of the viewer's logins; how many ended, 0 or 1."""
    return _end_some(db, viewer, _LOGIN.c.id == login_id)


def end_others(db: Db, viewer: Viewer) -> int:
    """End all logins of the viewer but the one that asks; how many ended."""
    return _end_some(db, viewer, _LOGIN.c.id != viewer.login_id)


def _end_some(db: Db, viewer: Viewer, which: Any) -> int:
    gone: Any = db.execute(delete(_LOGIN).where(_LOGIN.c.person_id == viewer.person_id, which))
    if gone.rowcount:
        touch(db, viewer.stream_id, ACCESS)
    return int(gone.rowcount)
