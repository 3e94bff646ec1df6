"""A form that creates something carries a key made when it was shown.

The first reply is stored under that key, in the same transaction as the thing, so a form sent twice (a double click, a
reload, a retry after a cut) creates one thing.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Field, SQLModel

from server.calls import Call, Region, Reply
from server.clock import Instant
from server.languages import N_
from server.refusals import NotAllowed

KEPT = timedelta(days=2)


class Receipt(SQLModel, table=True):
    """The stored reply to one form of one person."""

    key: str = Field(primary_key=True, max_length=64)
    person_id: int = Field(primary_key=True)
    reply: str
    at: datetime = Field(sa_type=Instant, index=True)


def new_key() -> str:
    """A key for a form about to be shown."""
    return secrets.token_urlsafe(15)


def first(call: Call, key: str) -> Reply | None:
    """The reply this person's form was given before, or None."""
    if len(key) > 64:
        raise NotAllowed(N_("This form is not one of ours. Load the page again."))
    if call.viewer is None:
        return None
    receipt = call.db.get(Receipt, (key, call.viewer.person_id))
    if receipt is None:
        return None
    stored = json.loads(receipt.reply)
    regions = tuple(Region(**region) for region in stored["regions"])
    return Reply(stored["to"], regions, tuple(stored["mine"]))


def keep(call: Call, key: str, reply: Reply) -> None:
    """Store the reply; what is older than two days goes."""
    if call.viewer is None:
        return
    call.db.execute(delete(Receipt).where(Receipt.at < call.now - KEPT))  # type: ignore[arg-type]
    call.db.add(Receipt(key=key, person_id=call.viewer.person_id, reply=json.dumps(asdict(reply)), at=call.now))
