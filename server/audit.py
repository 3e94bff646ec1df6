"""The audit log: who changed who belongs where, and who took data out. Written in the transaction it tells of."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from server.clock import Instant
from server.db import Db


class AuditEntry(SQLModel, table=True):
    """One thing that was done. `by_id`: the person who did it, None for the command line; `person_id`: whom it
    concerns; `programme_id`: whose facilitators may read it, None for owners alone; `words`: names as they were."""

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=Instant, index=True)
    what: str = Field(max_length=40)
    by_id: int | None = Field(default=None)
    person_id: int | None = Field(default=None, index=True)
    programme_id: int | None = Field(default=None, index=True)
    words: str = Field(default="", max_length=500)


def note(
    db: Db,
    what: str,
    *,
    by_id: int | None,
    now: datetime,
    person_id: int | None = None,
    programme_id: int | None = None,
    words: str = "",
) -> None:
    """Write down that `what` (a short name such as "membership ended") was done; `words` says to what, in names."""
    entry = AuditEntry(
        at=now, what=what, by_id=by_id, person_id=person_id, programme_id=programme_id, words=words[:500]
    )
    db.add(entry)
