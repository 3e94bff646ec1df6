"""How many queries a page costs, as a literal, and that it does not grow with what the page shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread
from typing import Any

import pytest
from sqlalchemy import event

from tests.house import House
from tests.live.deeds import Deeds
from tests.world import World

QUERIES = {"/cohorts/{0.cohort}": 16, "/teams/{0.team}": 14, "/initiatives/{0.initiative}": 8}
CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "SHOW", "SET")


@contextmanager
def counted(house: House, lane: str = "read") -> Iterator[list[str]]:
    """The statements one lane of the application sends in the block, without those that only begin and end."""
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: object) -> None:
        # Only those of the lane: jobs go on meanwhile, in lanes of their own.
        if not statement.startswith(CONTROL) and current_thread().name.startswith(lane):
            statements.append(" ".join(statement.split())[:160])

    engine = house.inside.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("page", QUERIES)
def test_page_costs_the_same_with_one_and_with_many(house: House, world: World, page: str) -> None:
    path, client, found = page.format(world.tide), house.visit(world.people["Amara"]), {}
    for name, more in (("first", 0), ("more", 3)):
        deeds = Deeds(house, world)
        for _ in range(more):
            deeds.say()
            deeds.reply()
            deeds.join_member()
        client.get(path)
        with counted(house) as statements:
            assert client.get(path).status_code == 200
        found[name] = statements
    assert len(found["first"]) == QUERIES[page], "\n".join(found["first"])
    assert len(found["more"]) == QUERIES[page], "\n".join(found["more"])
