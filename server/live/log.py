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
# Streams that are stepped by one statement: a comment may be told of to everybody in a large cohort.
TOGETHER = 500


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
_REGIONS = (
    select(_CHANGE.c.region)
    .where(
        _CHANGE.c.stream_id == bindparam("stream"),
        _CHANGE.c.seq > bindparam("after"),
        _CHANGE.c.seq <= bindparam("to"),
    )
    .order_by(_CHANGE.c.seq)
)
_THESE = _STREAM.c.id.in_(bindparam("ids", expanding=True))
_LOCK = select(_STREAM.c.id).where(_THESE).order_by(_STREAM.c.id).with_for_update()
_STEP = update(_STREAM).where(_THESE).values(seq=_STREAM.c.seq + 1).returning(_STREAM.c.id, _STREAM.c.seq)
_POSITIONS = select(_STREAM.c.id, _STREAM.c.epoch, _STREAM.c.seq).where(_THESE)
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
    ids, rows = sorted(touched), []
    for ahead in range(0, len(ids), TOGETHER):
        some = {"ids": ids[ahead : ahead + TOGETHER]}
        if len(ids) > 1 and connection.dialect.name != "sqlite":
            # An update takes its locks in whatever order it finds the rows. SQLite has one writer at a time.
            connection.execute(_LOCK, some)
        stepped = connection.execute(_STEP, some).all()
        if len(stepped) != len(some["ids"]):
            raise LookupError("a stream that was touched is not there")
        for stream_id, seq in stepped:
            rows += [{"stream_id": stream_id, "seq": seq, "region": region} for region in touched[stream_id]]
            if seq % 500 == 0:
                connection.execute(_FORGET, {"stream": stream_id, "before": seq - KEPT_CHANGES})
    if rows:
        connection.execute(_WRITE, rows)


def positions(db: Db, stream_ids: Iterable[int]) -> tuple[Position, ...]:
    """Where those streams are, read in the transaction of the page that shows them."""
    return tuple(Position(*row) for row in ask(db, _POSITIONS, ids=list(stream_ids)))


def placed(db: Db, live: Iterable[Position | int]) -> tuple[Position, ...]:
    """Where the streams of a page are: those it names by their ids in one question, the others as it has read them. A
    transaction that reads sees one moment, so it does not matter when in it that is asked."""
    streams = list(live)
    ids = [one for one in streams if isinstance(one, int)]
    now = {at.stream_id: at for at in positions(db, ids)} if ids else {}
    return tuple(now[one] if isinstance(one, int) else one for one in streams)


def changes_since(db: Db, since: Sequence[Position]) -> list[tuple[int, Sequence[str]] | None]:
    """Of each of those streams the newest number and the distinct regions touched since that position; None: it cannot
    be told any more."""
    now = {at.stream_id: at for at in positions(db, [position.stream_id for position in since])}
    return [_between(db, position, now.get(position.stream_id)) for position in since]


def _between(db: Db, since: Position, now: Position | None) -> tuple[int, Sequence[str]] | None:
    if now is None or now.epoch != since.epoch or since.seq > now.seq:
        return None
    if since.seq == now.seq:
        return now.seq, ()
    if now.seq - since.seq > MOST_REPLAYED:
        return None
    regions = ask(db, _REGIONS, stream=since.stream_id, after=since.seq, to=now.seq).scalars()
    return now.seq, tuple(dict.fromkeys(regions))
