"""A page and what its reader may see: it carries a number that tells whether that has changed since it was made."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from people.models import Login, Person
from server.clock import utc_now
from server.live.log import touch
from tests.house import PATIENCE, House
from tests.live.deeds import Deeds
from tests.live.follower import Follower
from tests.live.test_sockets import FORBIDDEN, SIGNED_OUT, refused, until_closed
from tests.world import World


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def access_of(house: House, person_id: int, path: str = "/profile") -> str:
    """The number in that page."""
    page = Follower(house, person_id, path)
    return str(page.here.get("data-access"))


def frames(house: House, person_id: int, at: str, access: str) -> Any:
    return house.visit(person_id).get("/live/frames", params={"at": at, "access": access})


def changed(house: House, person_id: int) -> None:
    """Something about what they may see has changed, and then again nothing."""
    with house.database(writing=True) as db:
        touch(db, db.get_one(Person, person_id).stream_id, "access")


def test_page_that_shows_nothing_live_is_closed_when_access_changes(house: House, world: World) -> None:
    bram = world.people["Bram"]
    with house.socket(bram, f"&access={access_of(house, bram)}") as socket:
        assert "beat" in str(socket.recv(PATIENCE))
        Deeds(house, world).remove_member("Bram")
        assert until_closed(socket) == FORBIDDEN


def test_login_that_is_ended_says_so_to_its_pages(house: House, world: World) -> None:
    bram = world.people["Bram"]
    other = house.sign_in(bram)
    with house.socket(bram, "") as socket:
        assert "beat" in str(socket.recv(PATIENCE))
        name = house.settings.login_cookie
        client = house.visit(None)
        client.cookies.set(name, other)
        assert client.post("/profile/logins/others/end").status_code == 303
        assert until_closed(socket) == SIGNED_OUT
    assert len([row for row in house.rows(Login) if row.person_id == bram]) == 1


def test_page_made_before_the_change_does_not_come_back(house: House, world: World) -> None:
    """A tab that was hidden meanwhile: its socket was closed, and nobody could tell it."""
    amara = world.people["Amara"]
    before = access_of(house, amara)
    assert refused(house, amara, f"&access={before}") is None
    assert frames(house, amara, "", before).status_code == 200
    changed(house, amara)
    assert refused(house, amara, f"&access={before}") == FORBIDDEN
    assert frames(house, amara, "", before).status_code == 403
    assert frames(house, amara, "", access_of(house, amara)).status_code == 200


def test_live_page_made_before_the_change_starts_over(house: House, world: World) -> None:
    amara = world.people["Amara"]
    page = Follower(house, amara, f"/initiatives/{world.tide.initiative}")
    changed(house, amara)
    page.connect()
    kept, fresh = page.settle()
    assert page.resyncs == 1
    assert kept == fresh
    told = frames(house, amara, page.positions, "0").json()
    assert [frame for frame in told if frame.get("resync")] != []


def test_live_page_that_stays_open_carries_the_new_number(house: House, world: World) -> None:
    amara = world.people["Amara"]
    page = Follower(house, amara, f"/initiatives/{world.tide.initiative}")
    before = page.here.get("data-access")
    page.connect()
    changed(house, amara)
    kept, fresh = page.settle()
    assert kept == fresh
    assert (page.resyncs, page.here.get("data-access")) == (0, str(int(str(before)) + 1))


def test_strangers_get_no_socket_of_their_own(house: House) -> None:
    assert refused(house, None, "") == FORBIDDEN
    assert house.visit(None).get("/sign-in").text.count("hx-ws:connect") == 0


def test_reading_alone_keeps_a_login(house: House, world: World) -> None:
    """Who only reads for weeks stays signed in; and a page written for them costs no write."""
    amara = world.people["Amara"]
    client = house.visit(amara)
    assert client.get("/profile").status_code == 200
    long_ago = utc_now().replace(year=2020)
    _seen(house, amara, long_ago)
    assert client.get("/profile").status_code == 303, "a login that nobody used for two weeks is over"
    recently = _hours_ago(house, amara, 2)
    assert client.get("/profile").status_code == 200
    _eventually_seen_after(house, amara, recently)
    just_now = _hours_ago(house, amara, 0.5)
    assert client.get("/profile").status_code == 200
    changed(house, amara)
    assert _seen_at(house, amara) == just_now


def test_an_open_page_keeps_a_login(house: House, world: World) -> None:
    amara = world.people["Amara"]
    house.cookie(amara)
    recently = _hours_ago(house, amara, 2)
    with house.socket(amara, "") as socket:
        assert "beat" in str(socket.recv(PATIENCE))
        _eventually_seen_after(house, amara, recently)


def _seen(house: House, person_id: int, at: Any) -> None:
    with house.database(writing=True) as db:
        for login in db.query(Login).filter(Login.person_id == person_id):
            login.seen_at = at
            db.add(login)


def _hours_ago(house: House, person_id: int, hours: float) -> Any:
    at = utc_now() - timedelta(hours=hours)
    _seen(house, person_id, at)
    return at


def _seen_at(house: House, person_id: int) -> Any:
    (login,) = (row for row in house.rows(Login) if row.person_id == person_id)
    return login.seen_at


def _eventually_seen_after(house: House, person_id: int, at: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while _seen_at(house, person_id) <= at:
        assert time.monotonic() < deadline, "nobody noted that the login is in use"
        time.sleep(0.02)
