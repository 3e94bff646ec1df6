"""How many questions a page asks the database, and how few fragments it renders anew."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import event

from people.models import Person
from tests.access.test_query_counts import counted
from tests.feedback.conftest import Browse
from tests.house import House
from tests.world import World

# Who: login and person, standing. What: initiative, audiences, thread and resolution, positions, comments and bylines.
QUESTIONS = 8


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def questions(house: House, client: httpx.Client, path: str) -> int:
    """How many statements one request for a page sends."""
    with counted(house) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_page_asks_the_same_of_one_three_and_a_hundred_comments(browse: Browse, house: House, world: World) -> None:
    client, path = browse("Chiara"), f"/initiatives/{world.reed.initiative}"
    said, found = 0, {}
    for wanted in (1, 3, 100):
        while said < wanted:
            said += 1
            sent = client.post(f"/threads/{world.reed.thread}/comments", data={"text": f"Comment {said}"})
            assert sent.status_code == 303
        client.get(path)
        found[wanted] = questions(house, client, path)
        assert client.get(path).text.count('class="comment"') == wanted
    assert found == {1: QUESTIONS, 3: QUESTIONS, 100: QUESTIONS}


def test_kept_conversation_shows_what_nobody_told_of(browse: Browse, house: House, world: World) -> None:
    path = f"/initiatives/{world.tide.initiative}"
    first = browse("Bram").get(path).text
    assert "Renamed quietly" not in first
    assert "<!--" not in first
    with house.inside.database.transaction(writing=True) as db:
        db.get_one(Person, world.people["Esi"]).name = "Renamed quietly"
    assert "Renamed quietly" in browse("Bram").get(path).text


def test_warm_page_renders_nothing_anew_for_the_next_reader(browse: Browse, house: House, world: World) -> None:
    path = f"/initiatives/{world.tide.initiative}"
    browse("Chiara").get(path)
    before = house.inside.pages.renders
    browse("Chiara").get(path)
    assert house.inside.pages.renders == before
    browse("Chiara").post(f"/threads/{world.tide.thread}/comments", data={"text": "One more"})
    browse("Chiara").get(path)
    assert house.inside.pages.renders == before + 3  # the comment, the words for it, and the empty list of its replies


def test_whom_to_tell_of_a_comment_is_looked_up_and_not_looked_for(browse: Browse, house: House, world: World) -> None:
    """Ten thousand people in another cohort cost a comment nothing."""
    asked: list[str] = []
    engine = house.inside.database.engine
    note = lambda connection, cursor, statement, *rest: asked.append(statement)  # noqa: E731
    event.listen(engine, "before_cursor_execute", note)
    sent = browse("Chiara").post(f"/threads/{world.tide.thread}/comments", data={"text": "One more"})
    event.remove(engine, "before_cursor_execute", note)
    assert sent.status_code == 303
    (telling,) = [one for one in asked if one.startswith("INSERT INTO notice")]
    with house.database() as db:
        found = db.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {telling}", (None,) * telling.count("?"))
        plan = [str(row[3]) for row in found]
    assert not [step for step in plan if step.startswith("SCAN reader")], plan
    indexes = ("ix_membership_cohort_id (cohort_id=?)", "ix_membership_programme_role (programme_id=? AND role=?)")
    assert [[index in step for step in plan].count(True) for index in indexes] == [1, 1], plan
