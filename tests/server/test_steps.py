"""The log's numbers: every stream of a transaction goes one further, however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from server.db import Database
from server.live.log import TOGETHER, changes_since, new_streams, positions, touch


@contextmanager
def said(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(*given: object) -> None:
        statements.append(" ".join(str(given[2]).split()))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def made(database: Database, count: int) -> list[int]:
    with database.transaction(writing=True) as db:
        return new_streams(db, "thread", count)


def test_streams_of_a_transaction_are_stepped_by_one_statement(bare: Database) -> None:
    first, second, third = made(bare, 3)
    with bare.transaction(writing=False) as db:
        before = positions(db, [first, second, third])
    with said(bare) as statements, bare.transaction(writing=True) as db:
        touch(db, third, "c")
        touch(db, first, "a", "b")
    assert len([one for one in statements if one.startswith("UPDATE stream")]) == 1
    locks = [one for one in statements if one.endswith("ORDER BY stream.id FOR UPDATE")]
    assert len(locks) == (0 if bare.is_sqlite else 1)
    with bare.transaction(writing=False) as db:
        assert {at.stream_id: at.seq for at in positions(db, [first, second, third])} == {first: 1, second: 0, third: 1}
        changed = [(found[0], sorted(found[1])) for found in changes_since(db, before) if found]
        told = dict(zip((at.stream_id for at in before), changed, strict=True))
    assert told == {first: (1, ["a", "b"]), second: (0, []), third: (1, ["c"])}


def test_more_streams_than_one_statement_takes(bare: Database) -> None:
    streams = made(bare, TOGETHER + 3)
    with bare.transaction(writing=True) as db:
        for stream_id in streams:
            touch(db, stream_id, "bell")
    with bare.transaction(writing=False) as db:
        assert {at.seq for at in positions(db, streams)} == {1}


def test_stream_that_is_not_there_undoes_the_change(bare: Database) -> None:
    (stream_id,) = made(bare, 1)

    def touch_both() -> None:
        with bare.transaction(writing=True) as db:
            touch(db, stream_id, "a")
            touch(db, stream_id + 1000, "b")

    with pytest.raises(LookupError):
        touch_both()
    with bare.transaction(writing=False) as db:
        assert [at.seq for at in positions(db, [stream_id])] == [0]
