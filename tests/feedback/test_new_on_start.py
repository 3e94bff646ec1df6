"""The start page says in which cohorts something is new to its reader, and counts nothing they may not read."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from cohorts import memberships
from cohorts.models import Role
from feedback import visits
from feedback.models import Comment, Thread
from people.models import Person
from server.clock import utc_now
from tests.access.test_query_counts import counted
from tests.feedback.test_circles import circle
from tests.house import House
from tests.live.deeds import Deeds
from tests.world import World


def new_in(house: House, world: World, name: str) -> dict[str, int]:
    """What that person's start page counts, by the address of the cohort."""
    shown = house.visit(world.people[name]).get("/").text
    words = r"(?:(\d+) conversations? with something new)?"
    rows = re.findall(rf'href="(/cohorts/\d+)".*?<p class="row-news">{words}</p>', shown, re.S)
    return {path: int(count or 0) for path, count in rows}


def read_all(house: House, world: World, name: str) -> None:
    """That person has seen everything that was said until now."""
    with house.database(writing=True) as db:
        for thread in db.execute(select(Thread)).scalars().all():
            visits.visit(db, world.people[name], thread.id or 0, 1_000_000, now=utc_now())


@pytest.fixture
def here(world: World) -> str:
    return f"/cohorts/{world.tide.cohort}"


@pytest.fixture
def care(world: World) -> str:
    return f"/cohorts/{world.lantern.cohort}"


def test_conversations_with_something_new_are_counted(house: House, world: World, here: str, care: str) -> None:
    assert new_in(house, world, "Farid") == {here: 1, care: 0}
    read_all(house, world, "Farid")
    assert new_in(house, world, "Farid") == {here: 0, care: 0}
    for words in ("One", "Two"):
        Deeds(house, world).say("Chiara", words)
    assert new_in(house, world, "Farid") == {here: 1, care: 0}
    Deeds(house, world).send("Dmitri", f"/threads/{world.lantern.thread}/comments", text="Ours")
    assert new_in(house, world, "Farid") == {here: 1, care: 1}


def test_own_words_and_what_was_taken_back_are_not_new(house: House, world: World, here: str) -> None:
    read_all(house, world, "Farid")
    Deeds(house, world).say("Farid", "My own")
    assert new_in(house, world, "Farid")[here] == 0
    Deeds(house, world).say("Chiara", "Too early")
    newest = max(row.id for row in house.rows(Comment))
    assert new_in(house, world, "Farid")[here] == 1
    Deeds(house, world).send("Chiara", f"/comments/{newest}/withdrawal")
    assert new_in(house, world, "Farid")[here] == 0


def test_what_others_say_among_themselves_is_not_countable(house: House, world: World, here: str, care: str) -> None:
    """An adviser of both cohorts: she sees that something is new with the board, and nothing of the team's own talk."""
    with house.database(writing=True) as db:
        esi = db.get_one(Person, world.people["Esi"])
        memberships.join(db, person=esi, role=Role.ADVISER, cohort_id=world.lantern.cohort, now=utc_now())
    among, board = (circle(house, world, kind).id for kind in ("team", "team and board"))
    read_all(house, world, "Esi")
    read_all(house, world, "Farid")
    Deeds(house, world).send("Bram", f"/threads/{among}/comments", text="Among us")
    assert new_in(house, world, "Farid")[here] == 1
    assert new_in(house, world, "Esi") == {here: 0, care: 0}
    Deeds(house, world).send("Bram", f"/threads/{board}/comments", text="To the board")
    assert new_in(house, world, "Esi") == {here: 1, care: 0}
    # Whoever runs the installation, and belongs nowhere, is told of none of it.
    assert set(new_in(house, world, "Hana").values()) == {0}


def test_one_query_however_many_cohorts(house: House, world: World) -> None:
    farid = house.visit(world.people["Farid"])
    farid.get("/")
    found = []
    for more in (0, 3):
        for number in range(more):
            sent = {"name": f"Cohort {number}", "purpose": "More"}
            answer = farid.post(f"/programmes/{world.tide.programme}/cohorts", data=sent)
            assert answer.status_code == 303, answer.text
        with counted(house) as statements:
            farid.get("/")
        found.append(sum("count(" in one.lower() and "thread" in one for one in statements))
    assert found == [1, 1]
