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

from sqlalchemy import bindparam, delete, insert, select, update
from sqlmodel import Field, SQLModel

from server.db import Db, ask
from server.settings import LARGEST_ID

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


_STREAM: Any = Stream.__table__  # type: ignore[attr-defined]
_CHANGE: Any = Change.__table__  # type: ignore[attr-defined]
_POSITION = select(_STREAM.c.epoch, _STREAM.c.seq).where(_STREAM.c.id == bindparam("stream"))
_POSITIONS = select(_STREAM.c.id, _STREAM.c.epoch, _STREAM.c.seq).where(
    _STREAM.c.id.in_(bindparam("ids", expanding=True))
)

_REGIONS = (
    select(_CHANGE.c.region)
    .where(
        _CHANGE.c.stream_id == bindparam("stream"),
        _CHANGE.c.seq > bindparam("after"),
        _CHANGE.c.seq <= bindparam("to"),
    )
    .order_by(_CHANGE.c.seq)
)
_STEP = (
    update(_STREAM).where(_STREAM.c.id == bindparam("stream")).values(seq=_STREAM.c.seq + 1).returning(_STREAM.c.seq)
)
_WRITE = insert(_CHANGE)
_FORGET = delete(_CHANGE).where(_CHANGE.c.stream_id == bindparam("stream"), _CHANGE.c.seq < bindparam("before"))


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
    for part in text.split(",")[:20] if text else ():
        stream, epoch, seq = part.split(".")
        if not (stream.isdecimal() and seq.isdecimal() and epoch.isalnum() and len(part) < 60):
            raise ValueError(part)
        if max(int(stream), int(seq)) > LARGEST_ID:
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


def new_streams(db: Db, kind: str, count: int) -> list[int]:
    """Many streams of that kind, in one statement; their ids."""
    streams = [Stream(kind=kind) for _ in range(count)]
    db.add_all(streams)
    db.flush()
    return [stream.id for stream in streams if stream.id is not None]


def touch(db: Db, stream_id: int, *regions: str) -> None:
    """Say that regions of a stream changed. Written with this transaction, shown after it."""
    db.info.setdefault(TOUCHED, {}).setdefault(stream_id, {}).update(dict.fromkeys(regions))


def write_touched(db: Db) -> None:
    """Give each touched stream its next number; called once, last, before the commit."""
    touched: dict[int, dict[str, None]] = db.info.get(TOUCHED, {})
    db.flush()
    # Every change waits for this: the tables and not the models, on the connection itself.
    connection = db.connection()
    rows: list[dict[str, Any]] = []
    for stream_id in sorted(touched):
        seq = connection.execute(_STEP, {"stream": stream_id}).scalar_one()
        rows += ({"stream_id": stream_id, "seq": seq, "region": region} for region in touched[stream_id])
        if seq % 500 == 0:
            connection.execute(_FORGET, {"stream": stream_id, "before": seq - KEPT_CHANGES})
    if rows:
        connection.execute(_WRITE, rows)


def positions(db: Db, stream_ids: Iterable[int]) -> tuple[Position, ...]:
    """Where those streams are, read in the transaction of the page that shows them."""
    return tuple(Position(*row) for row in ask(db, _POSITIONS, ids=list(stream_ids)))


def changes_since(db: Db, position: Position) -> tuple[int, Sequence[str]] | None:
    """The newest number and the distinct regions touched since `position`; None: it cannot be told any more."""
    row = ask(db, _POSITION, stream=position.stream_id).first()
    if row is None or row.epoch != position.epoch or position.seq > row.seq:
        return None
    if position.seq == row.seq:
        return row.seq, ()
    if row.seq - position.seq > MOST_REPLAYED:
        return None
    regions = ask(db, _REGIONS, stream=position.stream_id, after=position.seq, to=row.seq).scalars()
    return row.seq, tuple(dict.fromkeys(regions))
