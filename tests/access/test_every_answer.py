"""What every answer carries, and what every request has to carry, over every route there is."""

from __future__ import annotations

import hashlib
import re

import httpx
import pytest
from sqlmodel import SQLModel

from tests.access.walk import Route, every_route, ids_in
from tests.house import House
from tests.world import ROLES, World

FOREIGN = "https://elsewhere.example"
# A load balancer asks by the address of this machine.
FOR_ANY_HOST = ("health", "ready")
# What a mail program posts by itself: the secret in its address is all that counts (tests/feedback/test_letters.py).
BY_A_SECRET = ("feedback.web.following.stop", "sessions.web.reminding.silence")
PAGE_HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
POLICY = (
    "default-src 'none'; script-src 'self' 'sha256-HASH'; style-src 'self' 'nonce-NONCE'; img-src 'self'; "
    "font-src 'self'; connect-src 'self' SOCKET; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# What no page of ours may send along with a form: (headers, why it is refused).
FOREIGN_FORMS = {
    "says nothing": {},
    "another site": {"sec-fetch-site": "cross-site"},
    "another origin of this site": {"sec-fetch-site": "same-site"},
    "typed by hand": {"sec-fetch-site": "none"},
    "another origin": {"origin": FOREIGN},
    "a hidden origin": {"origin": "null"},
    "our host under another scheme": {"origin": "https://127.0.0.1"},
}


def of_method(house: House, method: str) -> list[Route]:
    found = [route for route in every_route(house.app) if route.method == method]
    assert found
    return found


def is_static(route: Route) -> bool:
    return "static" in route.name


def check_policy(house: House, answer: httpx.Response, where: str) -> None:
    found = answer.headers["content-security-policy"]
    if "content-disposition" in answer.headers and "attachments" in where:
        assert found == "sandbox; default-src 'none'", where
        return
    assert "unsafe-" not in found, where
    found = re.sub(r"'sha256-[^']+'", "'sha256-HASH'", re.sub(r"'nonce-[^']+'", "'nonce-NONCE'", found))
    assert found == POLICY.replace("SOCKET", house.url.replace("http", "ws")), where


@pytest.mark.parametrize("demo", [False, True])
def test_headers_are_on_every_answer(open_house, demo: bool) -> None:  # type: ignore[no-untyped-def]
    house, world = open_house(demo=demo)
    ids = ids_in(world.tide, world)
    for person in (None, world.people["Amara"], world.people["Jun"]):
        client = house.visit(person)
        for route in [*of_method(house, "GET"), *of_method(house, "POST"), Route("nowhere", "GET", "/no/such/page")]:
            if is_static(route):
                continue
            where = f"{route.method} {route.path} as {person}"
            answer = client.request(route.method, route.filled(ids))
            assert answer.status_code < 500, where
            assert {name: answer.headers.get(name) for name in PAGE_HEADERS} == PAGE_HEADERS, where
            check_policy(house, answer, where)
            assert "server" not in answer.headers, where


def test_nonce_is_never_the_same(house: House, world: World) -> None:
    client = house.visit(world.people["Amara"])
    policies = {client.get("/").headers["content-security-policy"] for _ in range(5)}
    assert len(policies) == 5


def test_form_from_elsewhere_is_refused_on_every_route(house: House, world: World) -> None:
    ids = ids_in(world.tide, world)
    client = house.visit(world.people["Farid"])
    before = everything(house)
    del client.headers["sec-fetch-site"]
    for route in of_method(house, "POST"):
        if route.name in BY_A_SECRET:
            continue
        for why, headers in FOREIGN_FORMS.items():
            answer = client.post(route.filled(ids), headers=headers, data={"text": "from elsewhere"})
            assert answer.status_code == 403, f"{route.path}: {why}"
    assert everything(house) == before


def test_form_from_a_page_of_ours_is_taken(house: House, world: World) -> None:
    client = house.visit(world.people["Farid"])
    del client.headers["sec-fetch-site"]
    for headers in ({"sec-fetch-site": "same-origin"}, {"origin": house.url}):
        assert client.post("/profile/zone", headers=headers, data={"zone": "Europe/Paris"}).status_code == 303


def test_another_host_is_refused_on_every_route(house: House, world: World) -> None:
    ids = ids_in(world.tide, world)
    client = house.visit(world.people["Farid"])
    for route in [*of_method(house, "GET"), *of_method(house, "POST")]:
        if is_static(route) or route.name in FOR_ANY_HOST:
            continue
        for host in ("elsewhere.example", f"elsewhere.example:{house.settings.port}", ""):
            answer = client.request(route.method, route.filled(ids), headers={"host": host})
            assert answer.status_code == 400, f"{route.path} as {host!r}"
            assert "elsewhere.example" not in answer.text


def everything(house: House) -> dict[str, str]:
    """A hash of every table but the jobs': the work that comes round by itself goes on meanwhile."""
    found = {}
    with house.database() as db:
        for table in SQLModel.metadata.sorted_tables:
            if table.name == "job":
                continue
            rows = sorted(repr(tuple(row)) for row in db.execute(table.select()))
            found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


@pytest.mark.parametrize("demo", [False, True])
def test_get_changes_nothing(open_house, demo: bool) -> None:  # type: ignore[no-untyped-def]
    house, world = open_house(demo=demo)
    # What the demo adds is the same for all who are signed in.
    names, places = ((None, "Amara"), (world.tide,)) if demo else (ROLES.values(), (world.tide, world.foreign))
    clients = [house.visit(world.people[name] if name else None) for name in names]
    before = everything(house)
    assert len(before) > 15
    for client in clients:
        for place in places:
            for route in of_method(house, "GET"):
                client.get(route.filled(ids_in(place, world)))
    assert everything(house) == before


def told(answer: httpx.Response) -> dict[str, str]:
    """The status and headers of an answer, without what is another one each time."""
    found = {name: value for name, value in answer.headers.items() if name not in ("x-request-id", "date")}
    return {name: re.sub(r"'nonce-[^']+'", "", value) for name, value in found.items()} | {
        "status": str(answer.status_code)
    }


def test_head_tells_all_that_get_does_and_changes_nothing(house: House, world: World) -> None:
    ids = ids_in(world.tide, world)
    client = house.visit(world.people["Farid"])
    before = everything(house)
    seen = set()
    for path in (*(route.filled(ids) for route in of_method(house, "GET")), "/no/such/page"):
        head = client.head(path)
        gets = [told(client.get(path))]
        # An hour or a count may be another by the second look.
        gets += [told(client.get(path))] if told(head) not in gets else []
        assert (head.content, told(head) in gets) == (b"", True), (path, told(head), gets)
        seen.add(head.status_code)
    assert {200, 404} <= seen
    assert everything(house) == before


def test_wrong_methods_are_told_the_right_ones(house: House, world: World) -> None:
    client = house.visit(world.people["Amara"])
    for method, path, allowed in (
        ("DELETE", "/profile", {"GET", "HEAD", "OPTIONS"}),
        ("PUT", "/health", {"GET", "HEAD", "OPTIONS"}),
        ("GET", "/profile/zone", {"POST", "OPTIONS"}),
        ("HEAD", "/profile/zone", {"POST", "OPTIONS"}),
    ):
        answer = client.request(method, path)
        assert (answer.status_code, set(answer.headers["allow"].split(", "))) == (405, allowed), (method, path)
        assert set(client.options(path).headers["allow"].split(", ")) == allowed
