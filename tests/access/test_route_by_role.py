"""Every route, asked by everybody: the answers are those of the table. Those of rooms: test_rooms_by_role.py."""

from __future__ import annotations

import pytest

from feedback.models import Thread
from server.app import PACKAGES
from server.live.log import positions
from tests.access.table import ASKING, TABLE, Row
from tests.access.table_rooms import ROOMS
from tests.access.walk import Route, every_route, ids_in
from tests.conftest import Databases, Opened
from tests.house import House, running
from tests.live.test_sockets import refused
from tests.live.writers import code_of, now, open_socket
from tests.world import ROLES, World

PAGES = {
    str(handler.name)
    for package in PACKAGES
    for handler in package.routes
    if "GET" in handler.http_methods and not TABLE[str(handler.name)].demo
} - ROOMS.keys()


def person_of(world: World, role: str) -> int | None:
    name = ROLES[role]
    return world.people[name] if name else None


def talk_position(house: House, world: World) -> str:
    with house.database() as db:
        thread = db.get_one(Thread, world.tide.thread)
        return ",".join(str(position) for position in positions(db, [thread.stream_id]))


def text_of(world: World) -> int:
    return world.texts[world.tide.cohort]


def ask(house: House, world: World, route: Route, row: Row, role: str) -> int:
    """The status of the answer to that role, or the code with which its socket is closed."""
    person = person_of(world, role)
    if route.name == "texts.socket":
        return code_of(open_socket(house, person, text_of(world), 0, now(house, text_of(world)).epoch)) or 0
    if route.method == "SOCKET":
        return refused(house, person, talk_position(house, world)) or 0
    path = route.filled(ids_in(world.tide, world))
    if route.name == "live.frames":
        path += f"?at={talk_position(house, world)}"
    if route.name == "texts.changes":
        path += f"?after=0&epoch={now(house, text_of(world)).epoch}"
    if route.method == "GET":
        return house.visit(person).get(path).status_code
    sent = {field: value.format(role=role) for field, value in row.sent.items()}
    return house.visit(person).post(path, data=sent).status_code


def test_every_route_has_a_row_and_every_row_a_route(house: House) -> None:
    routes = [route.name for route in every_route(house.app)]
    assert sorted(set(routes)) == sorted(routes), "two routes share a name"
    assert set(routes) - set(TABLE) == set(), "a route without a row"
    assert set(TABLE) - set(routes) == set(), "a row without a route"


def asked_by_all(house: House, world: World, name: str) -> dict[str, int]:
    """One after the other in one world: whoever does what somebody did before gets the same answer."""
    (route,) = (route for route in every_route(house.app) if route.name == name)
    return {role: ask(house, world, route, TABLE[name], role) for role in ASKING}


def test_pages_are_open_to_those_of_the_table(read_house: Opened) -> None:
    """All of them in one house: reading changes nothing (test_every_answer.py)."""
    found = {name: asked_by_all(*read_house, name) for name in PAGES}
    assert found == {name: TABLE[name].expected() for name in PAGES}


@pytest.mark.parametrize("name", sorted(TABLE.keys() - PAGES - ROOMS.keys()))
def test_verbs_are_open_to_those_of_the_table(databases: Databases, database_kind: str, name: str) -> None:
    row = TABLE[name]
    with databases.copy(database_kind) as (url, world), running(url, demo=row.demo) as house:
        assert asked_by_all(house, world, name) == row.expected()


def test_demo_pages_are_not_there_without_the_demo(house: House, world: World) -> None:
    for route in every_route(house.app):
        if TABLE[route.name].demo:
            client = house.visit(world.people["Hana"])
            assert client.request(route.method, route.path, data={"person": "1"}).status_code == 404, route.path


def test_nobody_who_is_not_invented_can_be_entered_as(open_house) -> None:  # type: ignore[no-untyped-def]
    house, world = open_house(demo=True)
    assert house.visit(None).post("/demo/entries", data={"person": str(world.people["Amara"])}).status_code == 303
    assert house.visit(None).post("/demo/entries", data={"person": str(world.people["Jun"])}).status_code == 404
