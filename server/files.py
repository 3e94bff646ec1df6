"""Files that people gave: stored once per content, in chunks of a table of their own.

In the database, so that one file stays one file, a backup is whole, and many nodes need nothing new. A content is
known by its SHA-256: whoever brings the same again adds a reference and no bytes. Chunks are written in many short
transactions (server/uploads.py), because SQLite has one writer at a time; until the last one is there the content
does not count. What nobody refers to is cleared away.

A `StoredFile` belongs to something (`owner_kind`, `owner_id`). Who may see it is decided by the package whose thing
that is: nothing here asks.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import IO, Any

from sqlalchemy import Index, LargeBinary, UniqueConstraint, bindparam, delete, exists, func, or_, select, update
from sqlalchemy import insert as sql_insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from server.clock import Instant, utc_now
from server.db import Db
from server.jobs import Running, Work, enqueue

MOST_BYTES = 25 * 1024 * 1024
CHUNK = 256 * 1024
# Chunks a transaction: a megabyte takes the disk as long as a comment does.
STEP = 4
# An upload that has stored its content refers to it within minutes, or never.
SETTLED = timedelta(hours=1)
CLEAR = "clear files"


class StoredContent(SQLModel, table=True):
    """Bytes by their SHA-256, in hexadecimal; `size` in bytes. `at`: when somebody brought them last; `whole_at`: when
    the last chunk was there."""

    digest: str = Field(primary_key=True, max_length=64)
    size: int
    at: datetime = Field(sa_type=Instant, index=True)
    whole_at: datetime | None = Field(default=None, sa_type=Instant)


class StoredChunk(SQLModel, table=True):
    """CHUNK bytes of a content, the last one fewer; `number` from 0."""

    digest: str = Field(primary_key=True, max_length=64, foreign_key="storedcontent.digest")
    number: int = Field(primary_key=True)
    data: bytes = Field(sa_type=LargeBinary)


class StoredFile(SQLModel, table=True):
    """A file that somebody attached to something. `name` is what they call it, cleaned; `alt` says what a picture
    shows. `preview_digest`: a small version of a picture, of `width` by `height`."""

    __table_args__ = (
        Index("ix_storedfile_owner", "owner_kind", "owner_id"),
        # The same file again, from a form that was sent twice, is the same.
        UniqueConstraint("owner_kind", "owner_id", "person_id", "digest", "name", name="uq_storedfile_once"),
    )

    id: int | None = Field(default=None, primary_key=True)
    owner_kind: str = Field(max_length=20)
    owner_id: int
    person_id: int = Field(index=True)
    name: str = Field(max_length=200)
    media_type: str = Field(max_length=100)
    size: int
    digest: str = Field(max_length=64, foreign_key="storedcontent.digest", index=True)
    preview_digest: str | None = Field(default=None, max_length=64, foreign_key="storedcontent.digest", index=True)
    width: int = 0
    height: int = 0
    alt: str = Field(default="", max_length=300)
    at: datetime = Field(sa_type=Instant)


CONTENT: Any = StoredContent.__table__  # type: ignore[attr-defined]
PIECE: Any = StoredChunk.__table__  # type: ignore[attr-defined]
FILE: Any = StoredFile.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Kept:
    """A file whose content is stored and that belongs to nothing yet; sizes as in `StoredFile`."""

    name: str
    media_type: str
    size: int
    digest: str
    preview_digest: str | None = None
    width: int = 0
    height: int = 0


def begin(db: Db, digest: str, size: int, now: datetime) -> list[int]:
    """Announce a content; the numbers of the chunks that are missing. Clearing leaves alone what was announced."""
    made: Any = _insert(db)(CONTENT).values(digest=digest, size=size, at=now)
    row = made.on_conflict_do_update(index_elements=["digest"], set_={"at": now}).returning(CONTENT.c.whole_at)
    if db.execute(row).scalar_one() is not None:
        return []
    there = set(db.execute(select(PIECE.c.number).where(PIECE.c.digest == digest)).scalars())
    return [number for number in range(ceil(size / CHUNK)) if number not in there]


def put(db: Db, digest: str, source: IO[bytes], numbers: Iterable[int]) -> None:
    """Store those chunks of what `source` holds. Somebody else may be storing the same at this moment."""
    for number in numbers:
        source.seek(number * CHUNK)
        made: Any = _insert(db)(PIECE).values(digest=digest, number=number, data=source.read(CHUNK))
        db.execute(made.on_conflict_do_nothing())


def finish(db: Db, digest: str, now: datetime) -> None:
    """All chunks are there: the content counts."""
    mine = (CONTENT.c.digest == digest) & CONTENT.c.whole_at.is_(None)
    db.execute(update(CONTENT).where(mine).values(whole_at=now))


def store(db: Db, content: bytes, now: datetime) -> str:
    """A small content that is ours, at once; its digest. What people send comes in steps: server/uploads.py."""
    digest = hashlib.sha256(content).hexdigest()
    put(db, digest, io.BytesIO(content), begin(db, digest, len(content), now))
    finish(db, digest, now)
    return digest


def attach(db: Db, owner_kind: str, owner_id: int, person_id: int, kept: Kept, now: datetime) -> int:
    """That file belongs to something now; its id. The same again is the same. The owner's package has checked that
    this person may."""
    values = {name: getattr(kept, name) for name in Kept.__slots__}
    mine = {"owner_kind": owner_kind, "owner_id": owner_id, "person_id": person_id}
    made: Any = _insert(db)(FILE).values(**mine, **values, alt="", at=now)
    new: int | None = db.execute(made.on_conflict_do_nothing().returning(FILE.c.id)).scalar()
    if new is not None:
        return new
    same = mine | {"digest": kept.digest, "name": kept.name}
    found: int = db.execute(select(FILE.c.id).where(*(FILE.c[key] == same[key] for key in same))).scalar_one()
    return found


def file_now(db: Db, file_id: int) -> Any:
    """The row of that file, or None. Whoever asks must ask its owner's package before showing anything of it."""
    return db.execute(select(FILE).where(FILE.c.id == file_id)).first()


def remove(db: Db, *conditions: Any, now: datetime) -> int:
    """Take the files away that meet the conditions; their bytes follow at once where nobody else refers to them."""
    gone: Any = db.execute(delete(FILE).where(*conditions))
    if gone.rowcount:
        enqueue(db, CLEAR, now=now, key=CLEAR)
    return int(gone.rowcount)


_CHUNK = select(PIECE.c.data).where(PIECE.c.digest == bindparam("of"), PIECE.c.number == bindparam("at"))


def chunk(db: Db, digest: str, number: int) -> bytes | None:
    """One chunk of a content; None: it was cleared away."""
    data: bytes | None = db.execute(_CHUNK, {"of": digest, "at": number}).scalar()
    return data


def size_of(db: Db, digest: str) -> int:
    """How many bytes a stored content has."""
    size: int = db.execute(select(CONTENT.c.size).where(CONTENT.c.digest == digest)).scalar_one()
    return size


def spans(first: int, last: int) -> Iterator[tuple[int, slice]]:
    """The chunks that hold the bytes from `first` to `last`, both included, and which part of each."""
    for number in range(first // CHUNK, last // CHUNK + 1):
        begins = number * CHUNK
        yield number, slice(max(first - begins, 0), min(last - begins + 1, CHUNK))


def _referred() -> Any:
    return exists().where(or_(FILE.c.digest == CONTENT.c.digest, FILE.c.preview_digest == CONTENT.c.digest))


def unreferred(db: Db, now: datetime) -> Sequence[str]:
    """The contents that nobody refers to and nobody is about to."""
    old = CONTENT.c.at < now - SETTLED
    return db.execute(select(CONTENT.c.digest).where(old, ~_referred())).scalars().all()


def clear(db: Db, digest: str, now: datetime) -> None:
    """Erase a content, unless somebody has come to refer to it."""
    still = (CONTENT.c.digest == digest) & (CONTENT.c.at < now - SETTLED) & ~_referred()
    if db.execute(select(CONTENT.c.digest).where(still).with_for_update()).first():
        db.execute(delete(PIECE).where(PIECE.c.digest == digest))
        db.execute(delete(CONTENT).where(CONTENT.c.digest == digest))


def _clear_all(running: Running) -> None:
    # A content a step: nobody waits long for the write lock, however much there is to erase.
    with running.database.transaction(writing=False) as db:
        found = unreferred(db, utc_now())
    for digest in found:
        with running.step() as db:
            clear(db, digest, utc_now())


def works() -> list[Work]:
    """Contents that nobody refers to go: when files were taken away, and every hour."""
    return [Work(CLEAR, _clear_all), Work(f"{CLEAR} hourly", _clear_all, every=timedelta(hours=1))]


def told(db: Db) -> tuple[int, int, int]:
    """How many files there are, their bytes in the database, and how many of those nobody refers to."""
    files = select(func.count()).select_from(FILE).scalar_subquery()
    total = select(func.coalesce(func.sum(CONTENT.c.size), 0))
    loose = total.where(~_referred()).scalar_subquery()
    row = db.execute(select(files, total.scalar_subquery(), loose)).one()
    return int(row[0]), int(row[1]), int(row[2])


def _insert(db: Db) -> Any:
    return {"sqlite": sqlite.insert, "postgresql": postgresql.insert}.get(db.get_bind().dialect.name, sql_insert)
