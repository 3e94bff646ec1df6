"""Moving between the two databases: everything arrives, nothing is mixed, and what cannot travel is named."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_mock_engine, inspect, select, text

from cohorts.models import Import
from demo.programme import fill
from feedback.models import Draft
from migrations.tables import metadata
from people.models import Organisation, Person
from server.db import Database
from server.live.log import new_stream
from server.migrate import migrate
from server.moving import CannotMove, compare, ordered
from server.receipts import Receipt
from tests.conftest import Databases
from tests.house import PATIENCE, running
from tests.live.follower import Follower
from tests.server.command import refusal, sweetspot
from tests.world import World

ODD = (
    "Ünïcödé, Ελληνικά, العربية, 日本語, 👩‍👩‍👧 and a combining é",
    "quotes ' \" ` backslash \\ percent % and :colon",
    "  spaces and\ttabs\r\nand lines\u2028 ",
    "control \x01 \x1f \x7f and the last \U0010ffff",
    "",
    "long " * 40_000,
)
INSTANTS = (
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC),
    datetime(2026, 10, 25, 2, 30, tzinfo=timezone(timedelta(hours=2))),
    datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
)


@pytest.fixture
def filled(databases: Databases, tmp_path: Path) -> tuple[Path, World]:
    """A SQLite file with the cast in it, and rows that are hard to carry."""
    file = tmp_path / "sweetspot.db"
    with databases.copy("sqlite") as (url, world):
        shutil.copyfile(url.removeprefix("sqlite:///"), file)
    with closing(Database(f"sqlite:///{file}")) as database, database.transaction(writing=True) as db:
        for number, words in enumerate(ODD):
            at = INSTANTS[number % len(INSTANTS)]
            # Of threads that are not there: no page has to make sense of them.
            place, gone = f"thread-{900 + number}", at if number else None
            db.add(Draft(person_id=1, place=place, text=words, at=at, discarded_at=gone))
        # Keys that languages sort otherwise than bytes do.
        for key in ("a", "B", "_", "ä", "Z-1", "z 1", "é"):
            db.add(Receipt(key=key, person_id=1, reply="{}", at=INSTANTS[1]))
        stream_id = new_stream(db, "import")
        content = bytes(range(256)) * 300
        db.add(Import(cohort_id=1, by_id=1, file_name="x.csv", content=content, at=INSTANTS[1], stream_id=stream_id))
    return file, world


def url_of(file: Path) -> str:
    return f"sqlite:///{file}"


def move(source: str, target: str) -> str:
    """What a move says that works."""
    done = sweetspot("move", "--to", target, DATABASE_URL=source)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def everything(url: str) -> dict[str, set[tuple[Any, ...]]]:
    """Every row of every table, read by the test and not by the code under test."""
    with closing(Database(url)) as database, database.engine.connect() as connection:
        return {
            table.name: {tuple(row) for row in connection.execute(select(table))} for table in metadata.sorted_tables
        }


def tables(url: str) -> list[str]:
    with closing(Database(url)) as database:
        return inspect(database.engine).get_table_names()


def test_everything_arrives_and_goes_back(filled: tuple[Path, World], databases: Databases, tmp_path: Path) -> None:
    there, back = databases.empty("postgresql"), url_of(tmp_path / "back.db")
    before = everything(url_of(filled[0]))
    assert {draft[3] for draft in before["draft"]} >= set(ODD)
    said = move(url_of(filled[0]), there)
    assert everything(there) == before
    assert f"{sum(map(len, before.values()))} rows of {len(before)} tables" in said
    assert f"comment: {len(before['comment'])} rows are the same" in said
    move(there, back)
    assert everything(back) == before
    assert everything(url_of(filled[0])) == before


def test_demo_moves_and_people_go_on(databases: Databases, tmp_path: Path) -> None:
    source, there = url_of(tmp_path / "demo.db"), databases.empty("postgresql")
    with closing(Database(source)) as database:
        migrate(database)
        fill(database)
    move(source, there)
    assert len(everything(there)["person"]) > 40
    with running(there, demo=True) as house:
        assert house.visit(None).get("/").status_code == 200


def test_new_rows_are_numbered_after_the_old(filled: tuple[Path, World], databases: Databases) -> None:
    there = databases.empty("postgresql")
    last = {table: max(row[0] for row in rows) for table, rows in everything(url_of(filled[0])).items() if rows}
    move(url_of(filled[0]), there)
    with closing(Database(there)) as database, database.transaction(writing=True) as db:
        stream_id = new_stream(db, "person")
        house = Organisation(name="New", country="NL")
        db.add(house)
        db.flush()
        person = Person(name="New", email="new@example.org", organisation_id=house.id or 0, stream_id=stream_id)
        db.add(person)
        db.flush()
        assert (stream_id, house.id, person.id) == (
            last["stream"] + 1,
            last["organisation"] + 1,
            last["person"] + 1,
        )


def test_open_page_goes_on_after_the_move(filled: tuple[Path, World], databases: Databases) -> None:
    there, (file, world) = databases.empty("postgresql"), filled
    path, amara = f"/initiatives/{world.tide.initiative}", world.people["Amara"]
    with running(url_of(file)) as house:
        at = Follower(house, amara, path).positions
    move(url_of(file), there)
    with running(there) as house, house.socket(amara, at) as socket:
        assert "resync" not in str(socket.recv(PATIENCE))


def test_running_server_is_not_moved(filled: tuple[Path, World], databases: Databases) -> None:
    there = databases.empty("postgresql")
    with running(url_of(filled[0])) as house:
        house.visit(None).get("/")
        assert "in use" in refusal(sweetspot("move", "--to", there, DATABASE_URL=url_of(filled[0])))
    assert tables(there) == []


def test_running_postgresql_is_not_moved(databases: Databases, tmp_path: Path) -> None:
    with databases.copy("postgresql") as (url, _):
        with closing(Database(url)) as database, database.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            target = url_of(tmp_path / "there.db")
            assert "in use" in refusal(sweetspot("move", "--to", target, DATABASE_URL=url))
        assert "rows of" in move(url, target)


def test_nobody_writes_meanwhile(filled: tuple[Path, World], databases: Databases) -> None:
    """Whoever begins to write during the move waits, so nothing is left behind unseen."""
    from server import moving

    ended: list[str] = []
    with closing(Database(url_of(filled[0]))) as source, closing(Database(url_of(filled[0]))) as other:

        def write() -> None:
            with other.transaction(writing=True) as db:
                db.execute(text("UPDATE person SET name = 'Late'"))
            ended.append("write")

        late = threading.Thread(target=write)
        with closing(Database(databases.empty("postgresql"))) as target:
            told: list[str] = []

            def tell(line: str) -> None:
                if not told:
                    late.start()
                told.append(line)

            moving.move(source, target, metadata, tell)
            ended.append("move")
        late.join()
    assert ended == ["move", "write"]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_installations_are_not_mixed(filled: tuple[Path, World], databases: Databases, kind: str) -> None:
    with databases.copy(kind) as (url, _):
        before = everything(url)
        assert "not empty" in refusal(sweetspot("move", "--to", url, DATABASE_URL=url_of(filled[0])))
        assert everything(url) == before


HARD = {
    "NUL": ("UPDATE comment SET text = 'a' || char(0) || 'b' WHERE id = 1", "comment.text of id 1 has the control"),
    "too long": (
        "UPDATE person SET name = printf('%.200c', 'x') WHERE id = 2",
        "person.name of id 2 is longer than 120",
    ),
    "too large": ("UPDATE comment SET version = 3000000000 WHERE id = 1", "comment.version of id 1 is too large"),
    "no date": ("UPDATE comment SET at = 'yesterday' WHERE id = 1", "A row of comment cannot be read"),
    "no UTF-8": ("UPDATE team SET name = CAST(x'ff41' AS TEXT) WHERE id = 1", "A row of team cannot be read"),
    "orphan": ("UPDATE team SET organisation_id = 4711 WHERE id = 1", "does not take a row"),
    "foreign table": ("CREATE TABLE notes (words TEXT)", "a table that is not Sweetspot's: notes"),
    "older": ("UPDATE alembic_version SET version_num = '2026_11_21_0300'", "run sweetspot migrate first"),
    "newer": ("UPDATE alembic_version SET version_num = '2999_01_01_0000'", "newer Sweetspot"),
}


@pytest.mark.parametrize("case", HARD)
def test_what_cannot_be_moved_is_named(filled: tuple[Path, World], databases: Databases, case: str) -> None:
    change, words = HARD[case]
    with closing(Database(url_of(filled[0]))) as database, database.engine.connect() as connection:
        connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        connection.exec_driver_sql(change)
        connection.commit()
    there = databases.empty("postgresql")
    done = sweetspot("move", "--to", there, DATABASE_URL=url_of(filled[0]))
    assert done.returncode == 1
    (sentence,) = done.stderr.splitlines()
    assert words in sentence
    assert tables(there) == []


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("mysql://localhost/x", "--to must start with"),
        ("postgresql://sweetspot:open-sesame@127.0.0.1:9/x", "cannot be used"),
        ("postgresql://localhost:http/x", "must be like"),
    ],
)
def test_wrong_target_is_named(filled: tuple[Path, World], to: str, words: str) -> None:
    sentence = refusal(sweetspot("move", "--to", to, DATABASE_URL=url_of(filled[0])))
    assert words in sentence
    assert "--to" in sentence
    assert "open-sesame" not in sentence


def test_keys_are_put_in_the_order_of_their_bytes(pair: tuple[Database, Database]) -> None:
    """A database in another language sorts texts otherwise; the tests' own PostgreSQL has none."""
    with pair[0].engine.connect() as connection:
        here = str(ordered(metadata.tables["receipt"], connection))
        assert 'COLLATE "BINARY"' in here
    there = create_mock_engine("postgresql+psycopg://", lambda *_: None)
    assert 'COLLATE "C"' in str(ordered(metadata.tables["receipt"], there))  # type: ignore[arg-type]


@pytest.fixture
def pair(filled: tuple[Path, World], tmp_path: Path) -> Iterator[tuple[Database, Database]]:
    """The same database twice."""
    shutil.copyfile(filled[0], tmp_path / "other.db")
    with closing(Database(url_of(filled[0]))) as one, closing(Database(url_of(tmp_path / "other.db"))) as other:
        yield one, other


def compared(pair: tuple[Database, Database], table: str) -> int:
    with pair[0].engine.connect() as one, pair[1].engine.connect() as other:
        return compare(one, other, metadata.tables[table], lambda _: None)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE comment SET text = text || ' ' WHERE id = 3",
        "UPDATE comment SET edited_at = '2026-01-01 00:00:00.000001' WHERE id = 3",
        "UPDATE comment SET parent_id = NULL WHERE parent_id IS NOT NULL",
        "DELETE FROM comment WHERE id = (SELECT max(id) FROM comment)",
        "DELETE FROM comment WHERE id = 1",
    ],
)
@pytest.mark.parametrize("side", [0, 1])
def test_any_difference_would_be_found(pair: tuple[Database, Database], change: str, side: int) -> None:
    assert compared(pair, "comment") > 3
    with pair[side].engine.connect() as connection:
        connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        assert connection.exec_driver_sql(change).rowcount > 0
        connection.commit()
    with pytest.raises(CannotMove, match=r"comment is not the same: id \d+ differs"):
        compared(pair, "comment")
