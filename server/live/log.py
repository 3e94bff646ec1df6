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
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, bindparam, delete, insert, literal_column, select, union_all, update
from sqlmodel import Field, SQLModel

from server.db import Db, ask
from server.settings import LARGEST_ID

TOUCHED = "touched"
MOST_REPLAYED = 200
KEPT_CHANGES = 2_000
# Streams that are stepped by one statement: a comment may be told of to everybody in a large cohort.
TOGETHER = 500
# Streams whose changes are read by one statement.
ASKED_TOGETHER = 20


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
    found: list[tuple[int, Sequence[str]] | None] = []
    for ahead in range(0, len(since), ASKED_TOGETHER):
        some = since[ahead : ahead + ASKED_TOGETHER]
        given: dict[str, Any] = {}
        for place, at in enumerate(some):
            # Whoever says they are further than anybody can be is told nothing.
            last = min(at.seq + MOST_REPLAYED, LARGEST_ID)
            given |= {f"stream_{place}": at.stream_id, f"after_{place}": at.seq, f"last_{place}": last}
        rows: list[list[Any]] = [[] for _ in some]
        for row in ask(db, _since(len(some)), **given):
            rows[row.place].append(row)
        found += [_told(at, mine) for at, mine in zip(some, rows, strict=True)]
    return found


@lru_cache
def _since(count: int) -> Any:
    """Where each of so many streams is, with every region touched since that can be told. One statement, because a
    comment rings the bells of many and putting a question takes longer than finding the answer."""
    return union_all(*(_one_since(place) for place in range(count)))


def _one_since(place: int) -> Any:
    after, last = (bindparam(f"{name}_{place}", type_=Integer) for name in ("after", "last"))
    touched = (_CHANGE.c.stream_id == _STREAM.c.id) & (_CHANGE.c.seq > after) & (_CHANGE.c.seq <= last)
    columns = _STREAM.c.epoch, _STREAM.c.seq, _CHANGE.c.seq.label("touched_at"), _CHANGE.c.region
    here = select(literal_column(str(place)).label("place"), *columns).select_from(_STREAM.outerjoin(_CHANGE, touched))
    return here.where(_STREAM.c.id == bindparam(f"stream_{place}"))


def _told(since: Position, rows: Sequence[Any]) -> tuple[int, Sequence[str]] | None:
    if not rows or rows[0].epoch != since.epoch:
        return None
    now: int = rows[0].seq
    if not 0 <= now - since.seq <= MOST_REPLAYED:
        return None
    touched = sorted((row.touched_at, row.region) for row in rows if row.region is not None)
    return now, tuple(dict.fromkeys(region for _, region in touched))
