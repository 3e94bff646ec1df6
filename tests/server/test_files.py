"""Contents in chunks: stored once, whole before they count, gone when nobody refers to them; and ranges of them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from server import files
from server.clock import utc_now
from server.db import Database, Db
from server.downloads import wanted_bytes
from server.files import CHUNK, CONTENT, FILE, PIECE, Kept, spans
from tests.attached import noise
from tests.world import World


@pytest.fixture
def database(world_database: tuple[str, World]) -> Iterator[Database]:
    with closing(Database(world_database[0])) as database:
        yield database


def chunks(db: Db, digest: str) -> list[int]:
    return list(db.execute(select(PIECE.c.number).where(PIECE.c.digest == digest).order_by(PIECE.c.number)).scalars())


def whole(db: Db, digest: str, size: int) -> bytes:
    found = [(files.chunk(db, digest, number), part) for number, part in spans(0, size - 1)]
    return b"".join(data[part] for data, part in found if data is not None)


def kept(digest: str, size: int, name: str = "notes.txt") -> Kept:
    return Kept(name, "text/plain", size, digest)


def test_a_content_is_stored_once_whoever_brings_it(database: Database) -> None:
    content, now = noise(2 * CHUNK + 10), utc_now()
    with database.transaction(writing=True) as db:
        before = db.execute(select(func.count()).select_from(PIECE)).scalar_one()
        digest = files.store(db, content, now)
        assert files.store(db, content, now) == digest
        first = files.attach(db, "thing", 1, 11, kept(digest, len(content)), now)
        second = files.attach(db, "thing", 2, 12, kept(digest, len(content)), now)
        assert files.attach(db, "thing", 1, 11, kept(digest, len(content)), now) == first != second
    with database.transaction(writing=False) as db:
        assert chunks(db, digest) == [0, 1, 2]
        assert db.execute(select(func.count()).select_from(PIECE)).scalar_one() == before + 3
        assert whole(db, digest, len(content)) == content


def gone(database: Database, digest: str, now: datetime) -> bool:
    """Whether clearing finds it at that time, and erases it; the two must agree, whatever happens between them."""
    with database.transaction(writing=True) as db:
        found = digest in files.unreferred(db, now)
        files.clear(db, digest, now)
        is_gone = not db.execute(select(CONTENT.c.digest).where(CONTENT.c.digest == digest)).first()
    assert found is is_gone
    return is_gone


def test_what_one_gives_up_stays_for_the_other_and_then_goes(database: Database) -> None:
    now = utc_now()
    later = now + timedelta(hours=2)
    with database.transaction(writing=True) as db:
        digest = files.store(db, b"Both of us have this.", now)
        ids = [files.attach(db, "thing", number, number, kept(digest, 21), now) for number in (1, 2)]
    with database.transaction(writing=True) as db:
        assert files.remove(db, FILE.c.id == ids[0], now=now) == 1
    assert not gone(database, digest, later)
    with database.transaction(writing=True) as db:
        assert files.remove(db, FILE.c.id == ids[1], now=now) == 1
    # Somebody may be about to refer to what was brought just now.
    assert not gone(database, digest, now + timedelta(minutes=30))
    assert gone(database, digest, later)
    with database.transaction(writing=False) as db:
        assert chunks(db, digest) == []


def test_an_upload_that_was_cut_is_gone_on_with_and_does_not_count_before(database: Database) -> None:
    content, now = noise(3 * CHUNK), utc_now()
    digest = hashlib.sha256(content).hexdigest()
    with database.transaction(writing=True) as db:
        missing = files.begin(db, digest, len(content), now)
        assert missing == [0, 1, 2]
        files.put(db, digest, io.BytesIO(content), [1])
    with database.transaction(writing=True) as db:
        assert files.begin(db, digest, len(content), now) == [0, 2]
        files.put(db, digest, io.BytesIO(content), [0, 1, 2])
        files.finish(db, digest, now)
        assert files.begin(db, digest, len(content), now) == []
        assert whole(db, digest, len(content)) == content


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("", (0, 99)),
        ("bytes=0-", (0, 99)),
        ("bytes=10-19", (10, 19)),
        ("bytes=90-500", (90, 99)),
        ("bytes=-5", (95, 99)),
        ("bytes=-500", (0, 99)),
        ("bytes=100-", None),
        ("bytes=-0", None),
        ("bytes=9-5", None),
        ("bytes=0-1,5-6", (0, 99)),
        ("lines=1-2", (0, 99)),
        ("bytes=-", (0, 99)),
    ],
)
def test_ranges(asked: str, wanted: tuple[int, int] | None) -> None:
    assert wanted_bytes(asked, 100) == wanted


def test_spans_cut_chunks_where_the_range_says() -> None:
    size = 3 * CHUNK + 7
    content = noise(size)
    for first, last in ((0, size - 1), (0, 0), (CHUNK - 1, CHUNK), (CHUNK, 2 * CHUNK - 1), (5, 3 * CHUNK + 2)):
        parts = [content[number * CHUNK : (number + 1) * CHUNK][part] for number, part in spans(first, last)]
        assert b"".join(parts) == content[first : last + 1]
