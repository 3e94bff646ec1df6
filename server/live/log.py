"""The log: what changed, in the order of the commits.

A stream has an epoch and a sequence number. Whoever changes something touches the regions that show it; the touched
regions are written at the end of the transaction, under the lock of each stream's row, in ascending order of streams:
the lock makes the order of commits the order of numbers, and the order of locks keeps two writers from waiting for
each other for ever.

A stream has one audience: whoever may follow it may see every region in it. So its numbers tell nobody more than the
page does, and hidden activity cannot be counted (docs/decisions/0004).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlmodel import Field, SQLModel

from server.db import Db

TOUCHED = "touched"
MOST_REPLAYED = 200
KEPT_CHANGES = 2_000


class Stream(SQLModel, table=True):
    """What a socket can follow. `kind` names the rule that says who may."""

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=20)
    epoch: str = Field(default_factory=lambda: secrets.token_hex(4), max_length=16)
    seq: int = 0


class Change(SQLModel, table=True):
    """A region of a stream changed at `seq`."""

    stream_id: int = Field(foreign_key="stream.id", primary_key=True)
    seq: int = Field(primary_key=True)
    region: str = Field(primary_key=True, max_length=80)


@dataclass(frozen=True, slots=True)
class Position:
    """Where somebody is in a stream; `12.9f3a.481` on the page and on the wire."""

    stream_id: int
    epoch: str
    seq: int

    def __str__(self) -> str:
        return f"{self.stream_id}.{self.epoch}.{self.seq}"


def parse_positions(text: str) -> tuple[Position, ...]:
    """The positions a page sent. Raises ValueError for anything we never wrote."""
    found = []
    for part in text.split(",")[:20]:
        stream, epoch, seq = part.split(".")
        if not (stream.isdecimal() and seq.isdecimal() and epoch.isalnum() and len(part) < 60):
            raise ValueError(part)
        found.append(Position(int(stream), epoch, int(seq)))
    return tuple(found)


def new_stream(db: Db, kind: str) -> int:
    """A stream of that kind; its id."""
    stream = Stream(kind=kind)
    db.add(stream)
    db.flush()
    assert stream.id is not None
    return stream.id


def touch(db: Db, stream_id: int, *regions: str) -> None:
    """Say that regions of a stream changed. Written with this transaction, shown after it."""
    db.info.setdefault(TOUCHED, {}).setdefault(stream_id, {}).update(dict.fromkeys(regions))


def write_touched(db: Db) -> None:
    """Give each touched stream its next number; called once, last, before the commit."""
    touched: dict[int, dict[str, None]] = db.info.get(TOUCHED, {})
    db.flush()
    table: Any = Stream.__table__  # type: ignore[attr-defined]
    for stream_id in sorted(touched):
        step = update(table).where(table.c.id == stream_id).values(seq=table.c.seq + 1).returning(table.c.seq)
        seq = db.execute(step).scalar_one()
        rows = [{"stream_id": stream_id, "seq": seq, "region": region} for region in touched[stream_id]]
        db.execute(insert(Change), rows)
        if seq % 500 == 0:
            db.execute(
                delete(Change).where(Change.stream_id == stream_id, Change.seq < seq - KEPT_CHANGES)  # type: ignore[arg-type]
            )


def positions(db: Db, stream_ids: Iterable[int]) -> tuple[Position, ...]:
    """Where those streams are, read in the transaction of the page that shows them."""
    table: Any = Stream.__table__  # type: ignore[attr-defined]
    rows = db.execute(select(table.c.id, table.c.epoch, table.c.seq).where(table.c.id.in_(list(stream_ids))))
    return tuple(Position(*row) for row in rows)


def changes_since(db: Db, position: Position) -> tuple[int, Sequence[str]] | None:
    """The newest number and the distinct regions touched since `position`; None: it cannot be told any more."""
    table: Any = Stream.__table__  # type: ignore[attr-defined]
    row = db.execute(select(table.c.epoch, table.c.seq).where(table.c.id == position.stream_id)).first()
    if row is None or row.epoch != position.epoch or position.seq > row.seq:
        return None
    if position.seq == row.seq:
        return row.seq, ()
    if row.seq - position.seq > MOST_REPLAYED:
        return None
    changed: Any = Change.__table__  # type: ignore[attr-defined]
    wanted = (changed.c.stream_id == position.stream_id) & (changed.c.seq > position.seq) & (changed.c.seq <= row.seq)
    regions = db.execute(select(changed.c.region).where(wanted).order_by(changed.c.seq)).scalars()
    return row.seq, tuple(dict.fromkeys(regions))
