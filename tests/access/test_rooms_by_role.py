"""Every address of a room, asked by everybody while there is one: the answers are those of the table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.access.table import ASKING, TABLE
from tests.access.table_rooms import OVER, ROOMS
from tests.access.test_route_by_role import person_of
from tests.access.walk import Route, every_route, ids_in
from tests.conftest import Databases
from tests.house import House, running
from tests.lived import live_through
from tests.lived_forms import carried
from tests.world import World

# In the open room as well. Of those who have not gone in: tests/sessions/room/test_entering.py.
BESIDE = ("Bram", "Chiara", "Esi")


@dataclass
class Lived:
    """A house in which Flood warnings' session was lived through, what addresses may name there, and a browser of each
    role."""

    house: House
    world: World
    ids: dict[str, object]
    clients: dict[str, httpx.Client]

    def sent(self, route: Route) -> dict[str, str]:
        """What the form says at this moment."""
        row = TABLE[route.name].sent
        if not any("{" in value for value in row.values()):
            return row
        cohort = self.world.tide.cohort
        fresh = carried(self.house, self.world.slots[cohort][0], self.world.sessions[cohort])
        return {field: value.format(**fresh) for field, value in row.items()}


@pytest.fixture(params=["sqlite", "postgresql"])
def lived(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Lived]:
    with databases.copy(request.param) as (url, world), running(url) as house:
        there = live_through(house, world, world.tide.cohort, "Farid", "Amara", beside=BESIDE)
        clients = {role: house.visit(person_of(world, role)) for role in ASKING}
        yield Lived(house, world, ids_in(world.tide, world) | there, clients)


def answers(lived: Lived, route: Route) -> dict[str, int]:
    """The status of the answer to each role, one after the other."""
    slot = lived.world.slots[lived.world.tide.cohort][route.name in OVER]
    path = route.filled(lived.ids | {"slot": slot})
    if route.method == "GET":
        return {role: client.get(path).status_code for role, client in lived.clients.items()}
    return {role: client.post(path, data=lived.sent(route)).status_code for role, client in lived.clients.items()}


def test_rooms_are_open_to_those_of_the_table(lived: Lived) -> None:
    """All of them in one world, in the order of the table."""
    routes = {route.name: route for route in every_route(lived.house.app)}
    found = {name: answers(lived, routes[name]) for name in ROOMS}
    assert found == {name: TABLE[name].expected() for name in ROOMS}
