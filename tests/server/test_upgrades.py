"""The copy before every upgrade, and what happens when there is no room for it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import make_url, text

from server.backups import KEPT
from server.db import Database
from server.migrate import MIGRATIONS, alone, migrate, shipped_versions
from tests.conftest import Databases
from tests.server.command import sweetspot


def asked(file: Path, question: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute(question).fetchall()


def older(file: Path) -> str:
    """A database with somebody in it, of the first version; that version."""
    first = shipped_versions()[0]
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with closing(Database(f"sqlite:///{file}")) as database, alone(database) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, first)
        connection.execute(text("INSERT INTO stream (id, kind, epoch, seq) VALUES (1, 'person', 'abcd', 7)"))
    return first


def version(file: Path) -> object:
    return asked(file, "SELECT version_num FROM alembic_version")[0][0]


def test_upgrade_is_preceded_by_a_backup_and_keeps_five(tmp_path: Path) -> None:
    file = tmp_path / "sweetspot.db"
    first = older(file)
    folder = tmp_path / "backups"
    folder.mkdir()
    past = [f"sweetspot-2020-01-0{day}-000000-before-upgrade-from-{first}.db" for day in range(1, 8)]
    others = ["sweetspot-2020-01-01-000000.db", f"demo-2020-01-01-000000-before-upgrade-from-{first}.db"]
    for name in (*past, *others):
        (folder / name).write_text("")
    done = sweetspot("migrate", DATABASE_URL=f"sqlite:///{file}")
    (line, _) = done.stdout.splitlines()
    made = Path(line.removeprefix("A backup from before the upgrade is in ").removesuffix("."))
    assert (version(made), version(file)) == (first, shipped_versions()[-1])
    assert asked(made, "SELECT seq FROM stream") == [(7,)]
    assert made.stat().st_mode & 0o777 == 0o600
    left = sorted(path.name for path in folder.iterdir())
    assert left == sorted([*past[-KEPT + 1 :], *others, made.name])
    assert sweetspot("restore", str(made), DATABASE_URL=f"sqlite:///{file}").returncode == 0
    assert (version(file), asked(file, "SELECT seq FROM stream")) == (shipped_versions()[-1], [(7,)])


def test_no_upgrade_when_the_disk_is_too_full_for_its_backup(tmp_path: Path) -> None:
    file = tmp_path / "sweetspot.db"
    first = older(file)
    # A hole takes no room: one copy would fit, but not the tables that are written anew as well.
    os.truncate(file, shutil.disk_usage(tmp_path).free // 3 * 2)
    for command_ in ("migrate", "serve"):
        sentence = sweetspot(command_, DATABASE_URL=f"sqlite:///{file}").stderr
        assert sentence.startswith("The database was not upgraded. There is not enough space in ")
    assert version(file) == first
    assert list((tmp_path / "backups").iterdir()) == []


def test_upgrade_of_postgresql_says_that_dumps_are_yours(databases: Databases) -> None:
    url = databases.empty("postgresql")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with closing(Database(url)) as database, alone(database) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, shipped_versions()[0])
    said = sweetspot("migrate", DATABASE_URL=url).stdout
    assert "dumps are yours to make" in said
    assert str(make_url(url).database) not in said


def test_empty_database_is_not_backed_up(tmp_path: Path) -> None:
    file = tmp_path / "sweetspot.db"
    with closing(Database(f"sqlite:///{file}")) as database:
        assert migrate(database)
    assert not (tmp_path / "backups").exists()
