"""Backups made beside a writing server, restores that lose nothing, and the copy before every upgrade."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from server.clock import utc_now
from server.db import Database
from server.live.log import touch
from server.mail import MailState, in_state, post, send_again
from tests.conftest import Databases
from tests.house import PATIENCE, House, running
from tests.live.follower import Follower
from tests.server.command import refusal, sweetspot
from tests.world import World


@pytest.fixture
def filled(databases: Databases, tmp_path: Path) -> tuple[Path, World]:
    """A database file of its own with the cast in it."""
    file = tmp_path / "sweetspot.db"
    with databases.copy("sqlite") as (url, world):
        shutil.copyfile(url.removeprefix("sqlite:///"), file)
    return file, world


def asked(file: Path, question: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(question).fetchall()


def names(file: Path) -> list[tuple[object, ...]]:
    return asked(file, "SELECT name FROM person ORDER BY id")


def rename(file: Path, name: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE person SET name = ?", [name])


def restored(file: Path, backup: Path) -> str:
    done = sweetspot("restore", str(backup), DATABASE_URL=f"sqlite:///{file}")
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture
def writing(filled: tuple[Path, World]) -> Iterator[list[int]]:
    """Somebody writes all the time, the same number into two tables at once; what was acknowledged so far."""
    acknowledged: list[int] = []
    ending = threading.Event()

    def work() -> None:
        with closing(Database(f"sqlite:///{filled[0]}", synchronous="NORMAL")) as database:
            number = 0
            while not ending.wait(0.002):
                number += 1
                with database.transaction(writing=True) as db:
                    db.execute(text("UPDATE stream SET seq = :number WHERE id = 1"), {"number": number})
                    db.execute(text("UPDATE cohort SET purpose = :number WHERE id = 1"), {"number": number})
                acknowledged.append(number)

    writer = threading.Thread(target=work)
    writer.start()
    yield acknowledged
    ending.set()
    writer.join()


def test_backup_beside_a_writer_is_one_moment(filled: tuple[Path, World], writing: list[int], tmp_path: Path) -> None:
    url = f"sqlite:///{filled[0]}"
    for turn in range(3):
        known, to = len(writing), tmp_path / f"copy-{turn}.db"
        done = sweetspot("backup", str(to), DATABASE_URL=url)
        assert (done.returncode, done.stderr) == (0, "")
        assert str(to) in done.stdout
        ((seq,),) = asked(to, "SELECT seq FROM stream WHERE id = 1")
        ((purpose,),) = asked(to, "SELECT purpose FROM cohort WHERE id = 1")
        assert str(seq) == purpose
        assert isinstance(seq, int)
        assert seq >= known, "a change that was acknowledged before is missing"
        assert to.stat().st_mode & 0o777 == 0o600
    assert len(writing) > 10
    assert {path.name for path in tmp_path.iterdir() if "copy" in path.name} == {f"copy-{n}.db" for n in range(3)}


def test_backup_without_a_name_goes_beside_the_database(filled: tuple[Path, World]) -> None:
    assert sweetspot("backup", DATABASE_URL=f"sqlite:///{filled[0]}").returncode == 0
    folder = filled[0].parent / "backups"
    (made,) = folder.iterdir()
    assert names(made) == names(filled[0])
    assert folder.stat().st_mode & 0o777 == 0o700


def test_backup_overwrites_nothing(filled: tuple[Path, World], tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("mine")
    url = f"sqlite:///{filled[0]}"
    assert "is there already" in refusal(sweetspot("backup", str(taken), DATABASE_URL=url))
    assert taken.read_text() == "mine"
    assert "There is no folder" in refusal(sweetspot("backup", str(tmp_path / "no" / "x.db"), DATABASE_URL=url))
    assert "There is no database" in refusal(sweetspot("backup", DATABASE_URL=f"sqlite:///{tmp_path / 'none.db'}"))


def test_damaged_database_is_not_kept_as_a_backup(filled: tuple[Path, World], tmp_path: Path) -> None:
    file = filled[0]
    ((root,),) = asked(file, "SELECT rootpage FROM sqlite_master WHERE name = 'comment'")
    ((size,),) = asked(file, "PRAGMA page_size")
    assert isinstance(root, int)
    assert isinstance(size, int)
    with file.open("r+b") as raw:
        raw.seek((root - 1) * size)
        raw.write(b"\xff" * size)
    assert "is damaged" in refusal(sweetspot("backup", str(tmp_path / "copy.db"), DATABASE_URL=f"sqlite:///{file}"))
    assert not [path for path in tmp_path.iterdir() if "copy" in path.name]


def test_rows_without_what_they_need_are_not_kept_as_a_backup(filled: tuple[Path, World], tmp_path: Path) -> None:
    with closing(sqlite3.connect(filled[0])) as connection, connection:
        connection.execute("UPDATE team SET organisation_id = 4711 WHERE id = 1")
    sentence = refusal(sweetspot("backup", str(tmp_path / "copy.db"), DATABASE_URL=f"sqlite:///{filled[0]}"))
    assert "rows of team refer to rows of organisation that are not there" in sentence


def test_postgresql_is_left_to_its_own_tools() -> None:
    url = "postgresql://sweetspot:open-sesame@db.example.org/sweetspot"
    done = sweetspot("backup", DATABASE_URL=url)
    assert done.returncode == 1
    assert "pg_dump --format=custom" in done.stderr
    assert "postgresql://sweetspot@db.example.org/sweetspot" in done.stderr
    assert "open-sesame" not in done.stderr
    assert "pg_restore" in sweetspot("restore", "any.dump", DATABASE_URL=url).stderr


def test_restore_brings_back_and_puts_aside(filled: tuple[Path, World], tmp_path: Path) -> None:
    file, backup = filled[0], tmp_path / "backup.db"
    before = names(file)
    assert sweetspot("backup", str(backup), DATABASE_URL=f"sqlite:///{file}").returncode == 0
    rename(file, "Changed since")
    said = restored(file, backup)
    assert names(file) == before
    (aside,) = tmp_path.glob("*-put-aside.db")
    assert str(aside) in said
    assert {name for (name,) in names(aside)} == {"Changed since"}
    assert names(backup) == before
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_restore_where_nothing_is(filled: tuple[Path, World], tmp_path: Path) -> None:
    fresh = tmp_path / "new" / "sweetspot.db"
    restored(fresh, filled[0])
    assert names(fresh) == names(filled[0])


def test_restore_replaces_a_damaged_file(filled: tuple[Path, World], tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"not a database any more " * 500)
    restored(broken, filled[0])
    assert names(broken) == names(filled[0])
    assert len(list(tmp_path.glob("broken-*-put-aside.db"))) == 1


def test_restore_waits_for_the_server_to_stop(filled: tuple[Path, World], tmp_path: Path) -> None:
    file, backup = filled[0], tmp_path / "backup.db"
    shutil.copyfile(file, backup)
    with running(f"sqlite:///{file}") as house:
        house.visit(None).get("/")
        assert "in use" in refusal(sweetspot("restore", str(backup), DATABASE_URL=f"sqlite:///{file}"))
        assert house.visit(None).get("/").status_code == 200
    assert not list(tmp_path.glob("*put-aside*"))
    restored(file, backup)


def test_page_that_is_ahead_starts_over(filled: tuple[Path, World], tmp_path: Path) -> None:
    """The restored log counts on from an earlier number: without a new epoch the page would wait there for ever."""
    file, world, backup = *filled, tmp_path / "backup.db"
    path = f"/initiatives/{world.tide.initiative}"
    shutil.copyfile(file, backup)
    amara = world.people["Amara"]
    with running(f"sqlite:///{file}") as house:
        here = Follower(house, amara, path).positions
        with house.database(writing=True) as db:
            touch(db, int(here.split(".")[0]), "anything")
        ahead = Follower(house, amara, path).positions
        assert ahead != here
        assert "resync" not in first_frame(house, amara, ahead)
    restored(file, backup)
    with running(f"sqlite:///{file}") as house:
        assert '"resync":true' in first_frame(house, amara, ahead)
        # Others go on, until the numbers are larger again than the one the page has.
        for _ in range(3):
            with house.database(writing=True) as db:
                touch(db, int(here.split(".")[0]), "anything")
        assert '"resync":true' in first_frame(house, amara, ahead)
        assert "resync" not in first_frame(house, amara, Follower(house, amara, path).positions)


def first_frame(house: House, person_id: int, positions: str) -> str:
    with house.socket(person_id, positions) as socket:
        return str(socket.recv(PATIENCE))


def test_mail_that_waited_is_not_sent_twice(filled: tuple[Path, World], tmp_path: Path) -> None:
    file, backup, now = filled[0], tmp_path / "backup.db", utc_now()
    with closing(Database(f"sqlite:///{file}")) as database:
        with database.transaction(writing=True) as db:
            mail_id = post(db, "amara@example.org", "Hello", "Words", now, expires_at=now + timedelta(days=3))
        with database.transaction(writing=False) as db:
            assert mail_id in [mail.id for mail in in_state(db, MailState.WAITING, 10, now)[1]]
    assert sweetspot("backup", str(backup), DATABASE_URL=f"sqlite:///{file}").returncode == 0
    restored(file, backup)
    with closing(Database(f"sqlite:///{file}")) as database, database.transaction(writing=True) as db:
        assert in_state(db, MailState.WAITING, 10, now)[0] == 0
        (held,) = [mail for mail in in_state(db, MailState.UNCERTAIN, 10, now)[1] if mail.id == mail_id]
        assert "backup" in held.error
        assert send_again(db, mail_id, now)


def test_somebody_erased_since_is_named(filled: tuple[Path, World], tmp_path: Path) -> None:
    (file, world), backup = filled, tmp_path / "backup.db"
    shutil.copyfile(file, backup)
    erased = sweetspot("erase", "dmitri@example.org", "--yes", DATABASE_URL=f"sqlite:///{file}")
    assert (erased.returncode, erased.stderr) == (0, "")
    assert f"sweetspot erase {world.people['Dmitri']}" in restored(file, backup)


def test_restore_takes_only_our_own(filled: tuple[Path, World], tmp_path: Path) -> None:
    file, other, notes = filled[0], tmp_path / "other.db", tmp_path / "notes.txt"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE notes (words TEXT)")
    notes.write_text("Remember the milk. " * 200)
    newer = tmp_path / "newer.db"
    shutil.copyfile(file, newer)
    with closing(sqlite3.connect(newer)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '2999_01_01_0000'")
    content = file.read_bytes()
    for given, words in (
        (other, "not a database of Sweetspot"),
        (notes, "not a database of Sweetspot"),
        (tmp_path / "nowhere.db", "cannot be read"),
        (newer, "newer Sweetspot"),
        (file, "the database itself"),
    ):
        assert words in refusal(sweetspot("restore", str(given), DATABASE_URL=f"sqlite:///{file}"))
    assert file.read_bytes() == content
