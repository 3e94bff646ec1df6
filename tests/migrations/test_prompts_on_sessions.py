"""Threads and prompts that were there before sessions had any keep what they are on, and every session gets its own.

Each is on one matter since, whoever writes it.
"""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Boolean, Connection, DateTime, Integer, MetaData, inspect, text
from sqlalchemy.exc import IntegrityError

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
# An initiative and a session; the two in the middle are no matter.
MATTERS = [(1, None), (1, 7), (None, None), (None, 7)]
# What a table that SQLite built anew must still have: its indexes and the columns that refer to others.
HELD = {
    "thread": (
        {"ix_thread_audience_id", "ix_thread_initiative_id", "ix_thread_session_id"},
        {"initiative_id", "audience_id", "stream_id", "around_id", "whole_id"},
    ),
    "prompt": (
        {
            "ix_prompt_place",
            "ix_prompt_session_id",
            "ix_prompt_audience_id",
            "ix_prompt_author_id",
            "ix_prompt_item_id",
        },
        {"initiative_id", "audience_id", "thread_id", "membership_id", "author_id"},
    ),
}


class Rows:
    """Rows of a database as it was then; what a column must have and nobody said is empty."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._tables = connection, MetaData()
        self._tables.reflect(connection)

    def columns(self, table: str) -> set[str]:
        return {column.name for column in self._tables.tables[table].columns}

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


def turned_down(database: Database, table: str) -> dict[tuple[int | None, int | None], bool]:
    """On which of MATTERS nothing can be put into that table; each time, whether this is why."""
    found = {}
    for initiative, session in MATTERS:
        around = {"audience_id": 1, "membership_id": 1, "author_id": 1, "thread_id": 1, "stream_id": 6, "around_id": 5}
        try:
            with database.transaction(writing=True) as db:
                rows = Rows(db.connection())
                told = {name: around[name] for name in around.keys() & rows.columns(table)}
                rows.put(table, initiative_id=initiative, session_id=session, **told)
        except IntegrityError as refusal:
            found[initiative, session] = f"ck_{table}_one_matter" in str(refusal)
    return found


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
                for table in ("stream", "thread", "prompt"):
                    connection.execute(text(f"SELECT setval('{table}_id_seq', 100)"))
        assert migrate(database, copying=False)
        with database.engine.connect() as connection:
            found = connection.execute(text(FOUND)).all()
            prompts = connection.execute(text("SELECT id, initiative_id, session_id FROM prompt ORDER BY id")).all()
            assert connection.execute(text(STREAMS)).scalar() == 6
            circles = "SELECT audience_id FROM thread WHERE session_id = 7 ORDER BY id"
            assert connection.execute(text(circles)).scalars().all() == [1, 2]
        nowhere = dict.fromkeys(MATTERS[1:3], True)
        assert {table: turned_down(database, table) for table in HELD} == dict.fromkeys(HELD, nowhere)
        found_now = inspect(database.engine)
        for table, (indexes, keys) in HELD.items():
            assert {one["name"] for one in found_now.get_indexes(table)} == indexes
            assert {one["constrained_columns"][0] for one in found_now.get_foreign_keys(table)} == keys
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
