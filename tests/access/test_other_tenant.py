"""Nothing of another programme is seen or touched, whatever id is written into an address."""

from __future__ import annotations

import pytest

from server.clock import utc_now
from tests.access.test_every_answer import everything, is_static, of_method
from tests.access.walk import ids_in
from tests.house import House
from tests.lived import live_through
from tests.rounds import plan_of, planned
from tests.world import CANARY, ROLES, World

OURS = [name for role, name in ROLES.items() if role not in ("anonymous", "outsider", "owner")]
THINGS = {
    "programme",
    "cohort",
    "team",
    "initiative",
    "thread",
    "place",
    "comment",
    "membership",
    "mail",
    "attachment",
    "round",
    "pair",
    "item",
    "session",
    "slot",
    "poll",
    "question",
    "outcome",
    "group",
    "line",
}
# Their programme has no adviser.
FOR_ADVISERS = ("prompts.own_list", "session_prompts.own_list", "session_prompts.new")


@pytest.fixture
def theirs(house: House, world: World) -> dict[str, object]:
    """What addresses may name there, in a session of theirs that was lived through: one room is open, one is over."""
    there = live_through(house, world, world.foreign.cohort, "Kofi", "Jun", f"{CANARY} ")
    return ids_in(world.foreign, world) | there


def planned_there(house: House, world: World) -> int:
    """A round of theirs that is not released: what is, nobody says again."""
    with house.database(writing=True) as db:
        now = utc_now()
        plan = plan_of(now, mark=f"{CANARY} ")
        return planned(db, world.foreign.cohort, world.people["Kofi"], plan, now).id


def test_their_own_people_see_it_all(house: House, world: World, theirs: dict[str, object]) -> None:
    """The other half of every test below: the canary is there to be seen."""
    seen, over = 0, {"slot": world.slots[world.foreign.cohort][1]}
    of_its_own = {"rounds.edit": {"round": planned_there(house, world)}, "room.impression": over}
    for route in of_method(house, "GET"):
        # A point is answered by who received it, and only after the reveal (tests/feedback/rounds/test_hidden.py).
        # Their round asks for no document; for one that does, tests/feedback/rounds/test_documents.py.
        if not THINGS & set(route.parameters) or "item" in route.parameters or "/document" in route.path:
            continue
        if route.name in FOR_ADVISERS:
            continue
        address = route.filled(theirs | of_its_own.get(route.name, {}))
        answers = [house.visit(world.people[name]).get(address) for name in ("Jun", "Kofi")]
        # A comment's own address leads on to where it stands.
        assert {200, 303} & {answer.status_code for answer in answers}, route.path
        seen += sum(CANARY in answer.text for answer in answers if answer.status_code == 200)
    assert seen > 6


@pytest.mark.parametrize("name", OURS)
def test_get_with_their_ids_is_not_found(house: House, world: World, theirs: dict[str, object], name: str) -> None:
    client = house.visit(world.people[name])
    for route in of_method(house, "GET"):
        if is_static(route):
            continue
        answer = client.get(route.filled(theirs))
        assert CANARY not in answer.text, route.path
        if THINGS & set(route.parameters):
            assert answer.status_code == 404, route.path


@pytest.mark.parametrize("name", OURS)
def test_post_with_their_ids_is_not_found(house: House, world: World, theirs: dict[str, object], name: str) -> None:
    client = house.visit(world.people[name])
    before = everything(house)
    for route in of_method(house, "POST"):
        if THINGS & set(route.parameters):
            for headers in ({}, {"hx-request": "true"}):
                filled = route.filled(theirs)
                answer = client.post(filled, data={"text": "words", "version": "1"}, headers=headers)
                assert answer.status_code == 404, route.path
                assert CANARY not in answer.text
    assert everything(house) == before


@pytest.mark.parametrize("name", OURS)
def test_mixed_ids_lead_nowhere(house: House, world: World, theirs: dict[str, object], name: str) -> None:
    """One id of mine and one of theirs in the same address is still theirs."""
    client = house.visit(world.people[name])
    ours = ids_in(world.tide, world)
    for route in of_method(house, "GET"):
        for parameter in THINGS & set(route.parameters):
            answer = client.get(route.filled(ours | {parameter: theirs[parameter]}))
            assert CANARY not in answer.text, route.path
            assert answer.status_code in (403, 404), route.path


def test_unknown_and_foreign_look_the_same(house: House, world: World, theirs: dict[str, object]) -> None:
    client = house.visit(world.people["Amara"])
    unknown = theirs | dict.fromkeys(THINGS, 987_654)
    for route in of_method(house, "GET"):
        if THINGS & set(route.parameters):
            foreign = client.get(route.filled(theirs))
            nobodys = client.get(route.filled(unknown))
            assert (foreign.status_code, foreign.text) == (nobodys.status_code, nobodys.text), route.path
