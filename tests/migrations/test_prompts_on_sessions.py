"""Threads and prompts that were there before sessions had any keep what they are on, and every session gets its own."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Boolean, Connection, DateTime, Integer, MetaData, text

from server import migrate as migrations
from server.db import Database
from server.migrate import migrate
from tests.conftest import Databases

BEFORE = "2026_11_21_1130"
EMPTY = {DateTime: datetime(2026, 11, 21, tzinfo=UTC), Integer: 1, Boolean: False}
FOUND = (
    "SELECT id, initiative_id, session_id, around_id, whole_id, subject, tops, about, attribution "
    "FROM thread ORDER BY session_id, id"
)
STREAMS = (
    "SELECT count(DISTINCT stream_id) FROM thread JOIN stream ON stream.id = stream_id WHERE stream.kind = 'thread'"
)


class Rows:
    """Rows of a database as it was then; what a column must have and nobody said is empty."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._tables = connection, MetaData()
        self._tables.reflect(connection)

    def put(self, table: str, **values: Any) -> None:
        for column in self._tables.tables[table].columns:
            if not column.nullable and column.name not in values and column.name != "id":
                values[column.name] = next((one for kind, one in EMPTY.items() if isinstance(column.type, kind)), "")
        self._connection.execute(self._tables.tables[table].insert().values(**values))


def fill(connection: Connection) -> None:
    """A cohort with one team, its initiative with a prompt in two circles, and a session under a rule of its own."""
    rows = Rows(connection)
    for id_, kind in enumerate(("a", "cohort", "talk", "arrivals", "initiative", *["thread"] * 4, "session", "run"), 1):
        rows.put("stream", id=id_, kind=kind, epoch="e", seq=0)
    rows.put("organisation", id=1, name="House", country="FR", sector="public")
    rows.put("person", id=1, name="Amara", email="a@example.org", organisation_id=1, sample=False, time_zone="UTC")
    rows.put("programme", id=1, name="P", time_zone="UTC", facilitators_see_authors=False)
    rows.put("cohort", id=1, programme_id=1, stream_id=2, talk_stream_id=3, arrivals_stream_id=4, attribution="named")
    rows.put("team", id=1, cohort_id=1, organisation_id=1, sample=False, part="asks")
    rows.put("membership", id=1, person_id=1, team_id=1, role="member")
    rows.put("initiative", id=1, team_id=1, stream_id=5, title="T", version=1)
    for id_, kind, team in ((1, "cohort", None), (2, "facilitators", None), (3, "team", 1)):
        rows.put("audience", id=id_, kind=kind, cohort_id=1, team_id=team)
    told = {"initiative_id": 1, "tops": 2}
    for id_, audience in ((1, 1), (2, 3)):
        rows.put("thread", id=id_, audience_id=audience, stream_id=5 + id_, subject="initiative", **told)
        asked = {"audience_id": audience, "membership_id": 1, "author_id": 1, "attribution": "named"}
        rows.put(
            "thread", id=10 + id_, stream_id=7 + id_, subject="prompt", subject_id=id_, audience_id=audience, **told
        )
        rows.put("prompt", id=id_, initiative_id=1, thread_id=10 + id_, kind="question", text="Why?", **asked)
    plan = {"theme": "Fail early", "attribution": "role", "open_to": "cohort", "reminders": "[]"}
    rows.put("thematicsession", id=7, cohort_id=1, stream_id=10, run_stream_id=11, **plan)


def test_what_was_there_keeps_its_place_and_sessions_get_their_threads(
    databases: Databases, database_kind: str
) -> None:
    with closing(Database(databases.empty(database_kind))) as database:
        with migrations.alone(database) as connection:
            config = Config()
            config.set_main_option("script_location", str(migrations.MIGRATIONS))
            config.attributes["connection"] = connection
            command.upgrade(config, BEFORE)
            fill(connection)
            if database_kind == "postgresql":
                for table in ("stream", "thread"):
                    connection.execute(text(f"SELECT setval('{table}_id_seq', 100)"))
        assert migrate(database, copying=False)
        with database.engine.connect() as connection:
            found = connection.execute(text(FOUND)).all()
            prompts = connection.execute(text("SELECT id, initiative_id, session_id FROM prompt ORDER BY id")).all()
            assert connection.execute(text(STREAMS)).scalar() == 6
            circles = "SELECT audience_id FROM thread WHERE session_id = 7 ORDER BY id"
            assert connection.execute(text(circles)).scalars().all() == [1, 2]
    before = {row.id: tuple(row[1:]) for row in found if row.session_id is None}
    assert before == {
        1: (1, None, 5, None, "initiative", 2, "", "named"),
        2: (1, None, 5, None, "initiative", 2, "", "named"),
        11: (1, None, 5, 1, "prompt", 2, "", "named"),
        12: (1, None, 5, 2, "prompt", 2, "", "named"),
    }
    ours = [tuple(row[1:]) for row in found if row.session_id is not None]
    assert ours == [(None, 7, 10, None, "session", 0, "Fail early", "role")] * 2
    assert [tuple(row) for row in prompts] == [(1, 1, None), (2, 1, None)]
