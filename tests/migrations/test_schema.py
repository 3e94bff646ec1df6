"""Migrations lead from an empty database to exactly the tables of the code, once, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, DateTime, Table, inspect, text

from migrations.tables import metadata
from server import migrate as migrations
from server.clock import Instant
from server.db import Database
from server.migrate import CannotMigrate, is_current, migrate, shipped_versions, version_of
from tests.conftest import Databases


@pytest.fixture
def database(databases: Databases, database_kind: str) -> Iterator[Database]:
    """An empty database."""
    with closing(Database(databases.empty(database_kind))) as database:
        yield database


def differences(database: Database) -> list[object]:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, metadata))


def test_migrated_tables_are_those_of_the_code(database: Database) -> None:
    assert migrate(database)
    assert differences(database) == []
    with database.engine.begin() as connection:
        connection.execute(text("DROP TABLE withdrawal"))
    assert differences(database) != []


def checks(table: Table) -> set[object]:
    return {one.name for one in table.constraints if isinstance(one, CheckConstraint)}


def test_migrated_checks_are_those_of_the_code(database: Database) -> None:
    """Alembic does not compare them."""
    migrate(database)
    ours = {table.name: checks(table) for table in metadata.sorted_tables}
    assert sum(map(len, ours.values())) > 1
    found = inspect(database.engine)
    assert {name: {one["name"] for one in found.get_check_constraints(name)} for name in ours} == ours


def test_every_instant_is_stored_with_its_zone(postgres_server: object, databases: Databases) -> None:
    with closing(Database(databases.empty("postgresql"))) as database:
        migrate(database)
        instants = [(t.name, c.name) for t in metadata.sorted_tables for c in t.columns if isinstance(c.type, Instant)]
        assert len(instants) > 10
        for table, column in instants:
            kinds = {found["name"]: found["type"] for found in inspect(database.engine).get_columns(table)}
            kind = kinds[column]
            assert isinstance(kind, DateTime)
            assert kind.timezone, f"{table}.{column}"


def test_no_time_escapes_the_rule_for_instants() -> None:
    plain = [f"{t.name}.{c.name}" for t in metadata.sorted_tables for c in t.columns if isinstance(c.type, DateTime)]
    assert plain == []


def test_second_start_has_nothing_to_do(database: Database) -> None:
    assert migrate(database)
    assert not migrate(database)


def test_starts_at_the_same_moment_share_the_work(databases: Databases, database_kind: str) -> None:
    url, did, failed = databases.empty(database_kind), [], []
    together = threading.Barrier(3)

    def start() -> None:
        with closing(Database(url)) as database:
            together.wait()
            try:
                did.append(migrate(database))
            except CannotMigrate as refusal:
                failed.append(str(refusal))

    starts = [threading.Thread(target=start) for _ in range(3)]
    for one in starts:
        one.start()
    for one in starts:
        one.join(60)
    assert failed == []
    assert sorted(did) == [False, False, True]
    with closing(Database(url)) as database:
        assert differences(database) == []


def test_newer_database_is_left_alone(database: Database) -> None:
    migrate(database)
    with database.transaction(writing=True) as db:
        db.execute(text("UPDATE alembic_version SET version_num = '2999_01_01_0000'"))
    with pytest.raises(CannotMigrate, match="newer Sweetspot"):
        migrate(database)


def test_database_of_another_program_is_left_alone(database: Database) -> None:
    with database.transaction(writing=True) as db:
        db.execute(text("CREATE TABLE recipe (name varchar(20))"))
    with pytest.raises(CannotMigrate, match="another program"):
        migrate(database)
    assert inspect(database.engine).get_table_names() == ["recipe"]


def test_upgrade_that_fails_leaves_nothing_behind(database: Database) -> None:
    class PulledPlug(Exception):
        pass

    def interrupted_upgrade() -> None:
        with migrations.alone(database) as connection:
            migrations.upgrade(connection)
            assert is_current(connection)
            raise PulledPlug

    with pytest.raises(PulledPlug):
        interrupted_upgrade()
    with database.engine.connect() as connection:
        assert version_of(connection) is None


def test_sqlite_keeps_its_promises_after_an_upgrade(databases: Databases) -> None:
    with closing(Database(databases.empty("sqlite"), connections=1)) as database:
        migrate(database)
        with database.engine.connect() as connection:
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
            assert connection.execute(text("PRAGMA busy_timeout")).scalar() == 5000


def test_upgrade_that_would_orphan_rows_is_undone(databases: Databases) -> None:
    with closing(Database(databases.empty("sqlite"))) as database:
        migrate(database)
        with pytest.raises(CannotMigrate, match="undone"), migrations.alone(database) as connection:
            connection.execute(text("INSERT INTO sessionlist (cohort_id, stream_id, run_stream_id) VALUES (9, 9, 9)"))
        with database.engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM sessionlist")).scalar() == 0


def test_file_names_tell_the_order_in_which_migrations_run() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations.MIGRATIONS))
    walked = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(walked)) == shipped_versions()
