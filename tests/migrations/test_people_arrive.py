"""What was there before people arrived by invitation gets what it needs for that."""

from __future__ import annotations

from contextlib import closing

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from server import migrate as migrations
from server.db import Database
from server.migrate import migrate
from tests.conftest import Databases

BEFORE = "2026_11_21_0300"
COHORT = "INSERT INTO cohort (id, programme_id, name, purpose, stream_id, talk_stream_id)"
ROWS = (
    "INSERT INTO programme (id, name, edition, purpose, host, time_zone) VALUES (1, 'P', '', '', '', 'UTC')",
    "INSERT INTO stream (id, kind, epoch, seq) VALUES (1001, 'cohort', 'a', 7), (1002, 'talk', 'b', 3)",
    f"{COHORT} VALUES (1, 1, 'A', '', 1001, 1002)",
    f"{COHORT} VALUES (2, 1, 'B', '', 1001, 1002)",
)


def test_every_cohort_that_was_there_gets_a_stream_for_its_arrivals(databases: Databases, database_kind: str) -> None:
    with closing(Database(databases.empty(database_kind))) as database:
        with migrations.alone(database) as connection:
            config = Config()
            config.set_main_option("script_location", str(migrations.MIGRATIONS))
            config.attributes["connection"] = connection
            command.upgrade(config, BEFORE)
            for row in ROWS:
                connection.execute(text(row))
        assert migrate(database, copying=False)
        with database.engine.connect() as connection:
            found = text("SELECT s.id, s.kind FROM cohort c JOIN stream s ON s.id = c.arrivals_stream_id ORDER BY c.id")
            streams = connection.execute(found).all()
    assert [kind for _, kind in streams] == ["arrivals", "arrivals"]
    assert len({id_ for id_, _ in streams} | {1001, 1002}) == 4
