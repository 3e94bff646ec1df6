"""A form that creates something carries a key made when it was shown.

The first reply is stored under that key, in the same transaction as the thing, so a form sent twice (a double click, a
reload, a retry after a cut) creates one thing.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select
from sqlmodel import Field, SQLModel

from server.calls import Call, Region, Reply
from server.clock import Instant
from server.db import Db, ask
from server.languages import N_
from server.refusals import NotAllowed

KEPT = timedelta(days=2)


class Receipt(SQLModel, table=True):
    """The stored reply to one form of one person."""

    key: str = Field(primary_key=True, max_length=64)
    person_id: int = Field(primary_key=True)
    reply: str
    at: datetime = Field(sa_type=Instant, index=True)


_RECEIPT: Any = Receipt.__table__  # type: ignore[attr-defined]
_REPLY = select(_RECEIPT.c.reply).where(_RECEIPT.c.key == bindparam("key"), _RECEIPT.c.person_id == bindparam("person"))
_CLEAR = delete(_RECEIPT).where(_RECEIPT.c.at < bindparam("before"))
_KEEP = insert(_RECEIPT)
# SQLite has one writer at a time. On PostgreSQL the second of two equal forms waits here for the first one's commit.
_ONE_AT_A_TIME = select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("form"), 0)))


def new_key() -> str:
    """A key for a form about to be shown."""
    return secrets.token_urlsafe(15)


def first(call: Call, key: str) -> Reply | None:
    """The reply this person's form was given before, or None."""
    if len(key) > 64:
        raise NotAllowed(N_("This form is not one of ours. Load the page again."))
    if call.viewer is None:
        return None
    if not call.house.database.is_sqlite:
        ask(call.db, _ONE_AT_A_TIME, form=f"{call.viewer.person_id} {key}")
    reply = ask(call.db, _REPLY, key=key, person=call.viewer.person_id).scalar()
    if reply is None:
        return None
    stored = json.loads(reply)
    regions = tuple(Region(**region) for region in stored["regions"])
    return Reply(stored["to"], regions, tuple(stored["mine"]))


def keep(call: Call, key: str, reply: Reply) -> None:
    """Store the reply."""
    if call.viewer is None:
        return
    stored = {"person_id": call.viewer.person_id, "reply": json.dumps(asdict(reply)), "at": call.now}
    ask(call.db, _KEEP, key=key, **stored)


def clear(db: Db, now: datetime) -> None:
    """Forget replies of more than two days ago."""
    db.execute(_CLEAR, {"before": now - KEPT})
