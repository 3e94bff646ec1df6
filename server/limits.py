"""How often somebody may try: counters that hold across workers and restarts.

A counter is a row: what is limited and for whom (hashed: an address typed by a stranger is nobody's business), since
when, and how often. The step and the check are one statement, so two workers cannot both take the last try.

A refusal rolls its transaction back, and that is right for `TooMany`: the counter stays at its limit. Whoever refuses
for another reason after counting (a wrong code) calls `keep` first, or a guess would cost nothing.
"""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from sqlalchemy import case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from server.clock import Instant
from server.db import Db
from server.refusals import TooMany

KEPT = timedelta(days=1)


class Counter(SQLModel, table=True):
    """How often something was tried since `began_at`; `key` is a SHA-256 of what and for whom."""

    key: str = Field(primary_key=True, max_length=64)
    began_at: datetime = Field(sa_type=Instant, index=True)
    count: int


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` times `per` window. `words` is the msgid of the refusal, with `%(minutes)s` left to wait."""

    what: str
    most: int
    per: timedelta
    words: str


def take(db: Db, limit: Limit, subject: str, now: datetime) -> None:
    """Count one try of `subject`. Raises TooMany when the window holds no more."""
    table: Any = Counter.__table__  # type: ignore[attr-defined]
    key = _key(limit, subject)
    insert: Any = sqlite.insert if db.get_bind().dialect.name == "sqlite" else postgresql.insert
    first = insert(table).values(key=key, began_at=now, count=1)
    over = table.c.began_at <= now - limit.per
    step = first.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "began_at": case((over, first.excluded.began_at), else_=table.c.began_at),
            "count": case((over, 1), else_=table.c.count + 1),
        },
    ).returning(table.c.began_at, table.c.count)
    began_at, count = db.execute(step).one()
    if count > limit.most:
        raise _refusal(limit, began_at, now)


def spent(db: Db, limit: Limit, subject: str, now: datetime) -> TooMany | None:
    """The refusal when the window holds no more tries of `subject`. For a reading call, which counts afterwards."""
    here = select(Counter).where(Counter.key == _key(limit, subject))  # type: ignore[arg-type]
    found = db.execute(here).scalar_one_or_none()
    over = found is not None and found.count >= limit.most and found.began_at > now - limit.per
    return _refusal(limit, found.began_at, now) if found is not None and over else None


def _key(limit: Limit, subject: str) -> str:
    return hashlib.sha256(f"{limit.what}\n{subject}".encode()).hexdigest()


def _refusal(limit: Limit, began_at: datetime, now: datetime) -> TooMany:
    wait = ceil((began_at + limit.per - now).total_seconds())
    return TooMany(wait, limit.words, minutes=ceil(wait / 60))


def clear(db: Db, now: datetime) -> None:
    """Forget what was counted more than a day ago: no window is longer."""
    table: Any = Counter.__table__  # type: ignore[attr-defined]
    db.execute(delete(table).where(table.c.began_at < now - KEPT))


def keep(db: Db) -> None:
    """Commit what was counted, before a refusal rolls back. Only where nothing else was written yet."""
    db.commit()


def network(client: str) -> str:
    """Whom to count for an IP address: itself, or for IPv6 its /64, because a home has all of that to choose from."""
    try:
        address = ipaddress.ip_address(client)
    except ValueError:
        return client
    if address.version == 4:
        return client
    return str(ipaddress.ip_network((address, 64), strict=False))
