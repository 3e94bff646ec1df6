"""The demo's sessions: one over, one on now, one at two times, two at one; each slot holds its agenda."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime

import pytest

from demo.programme import fill
from demo.sessions import starts_at
from server.db import Database
from server.migrate import migrate
from sessions import agenda, leaders, sessions, slots
from sessions.states import SessionState, session_state
from tests.conftest import Databases

NOW = datetime(2026, 11, 21, 10, 7, 30, tzinfo=UTC)


def test_themes_have_dates(databases: Databases, database_kind: str) -> None:
    with closing(Database(databases.empty(database_kind))) as database:
        migrate(database)
        fill(database, NOW)
        with database.transaction(writing=False) as db:
            found = sessions.read(db)
            offered = slots.of_sessions(db, [one.id for one in found])
            items = agenda.items_of(db, [one.id for one in found])
            states = [session_state(one.published_at, None, [at.span for at in offered[one.id]], NOW) for one in found]
            leading = [leader for one in found for leader in leaders.of_session(db, one.id)]
    assert states == [SessionState.PAST, SessionState.RUNNING, *[SessionState.TO_COME] * 3]
    assert [len(offered[one.id]) for one in found] == [1, 1, 2, 1, 1]
    for one in found:
        assert all(agenda.total(items[one.id]) <= slot.minutes for slot in offered[one.id]), one.theme
    assert all(leader.author.sample for leader in leading)
    assert len(leading) == 13


def test_times_of_the_demo_are_read() -> None:
    assert starts_at("5d 09:00", NOW) == datetime(2026, 11, 26, 8, tzinfo=UTC)
    assert starts_at("now", NOW) == datetime(2026, 11, 21, 9, 47, tzinfo=UTC)
    with pytest.raises(ValueError, match="soon"):
        starts_at("soon", NOW)
