"""Who may hold a socket open, and for how long."""

from __future__ import annotations

import time
from contextlib import suppress

import httpx
import pytest
from lxml import html
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from cohorts import memberships
from cohorts.models import Membership
from people import logins
from server.clock import utc_now
from tests.house import PATIENCE, House, met
from tests.live.follower import Follower, apply, by_id, read_positions
from tests.live.harness import following
from tests.world import World

SIGNED_OUT, FORBIDDEN, NOT_FOUND, TOO_LARGE, TOO_MUCH = 4401, 4403, 4404, 1009, 1008
WITHIN = 2.0
STRANGE = (
    *("987654.abcd.0", "3000000000.abcd.0", "9300000000000000000.abcd.0"),
    *("1", "x.y.z", ",", "1.2", "-1.abcd.0", "1.abcd.-1", "%00"),
)


def initiative(world: World) -> str:
    return f"/initiatives/{world.tide.initiative}"


def positions_of(house: House, person_id: int, path: str) -> str:
    return Follower(house, person_id, path).positions


def until_closed(socket: ClientConnection) -> int:
    """The code with which the server closes."""
    try:
        while True:
            socket.recv(PATIENCE)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006


def refused(house: House, person_id: int | None, positions: str, **options: str | None) -> int | None:
    """The code with which the server closes a socket that it accepted; None: it joined, and hears the heartbeat."""
    with house.socket(person_id, positions, **options) as socket:
        try:
            while '"beat"' not in str(socket.recv(PATIENCE)):
                pass
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006
    return None


def end_membership(house: House, world: World, name: str) -> None:
    with house.database(writing=True) as db:
        membership = db.get_one(Membership, world.memberships[name])
        memberships.remove(db, membership, by=world.people["Farid"], now=utc_now())


def test_own_streams_stay_open(house: House, world: World) -> None:
    for name, path in (("Amara", initiative(world)), ("Greta", f"/cohorts/{world.tide.cohort}")):
        positions = positions_of(house, world.people[name], path)
        assert refused(house, world.people[name], positions) is None


@pytest.mark.parametrize("name", [None, "Jun", "Ivo", "Greta", "Hana", "Dmitri"])
def test_stream_that_is_not_mine_is_closed(house: House, world: World, name: str | None) -> None:
    positions = positions_of(house, world.people["Amara"], initiative(world))
    person = world.people[name] if name else None
    for position in positions.split(","):
        if name in ("Greta", "Hana") and not_the_thread(house, world, position):
            continue
        assert refused(house, person, position) in ((FORBIDDEN, NOT_FOUND) if name is None else (NOT_FOUND,)), position


def not_the_thread(house: House, world: World, position: str) -> bool:
    """Sponsors and owners follow the cohort, and nothing that is said in it."""
    cohort_page = positions_of(house, world.people["Greta"], f"/cohorts/{world.tide.cohort}")
    return read_positions(position).keys() <= read_positions(cohort_page).keys()


@pytest.mark.parametrize("text", STRANGE)
def test_stream_that_does_not_exist_is_closed(house: House, world: World, text: str) -> None:
    assert refused(house, world.people["Amara"], text) == NOT_FOUND


def test_one_stream_of_mine_does_not_open_another(house: House, world: World) -> None:
    mine = positions_of(house, world.people["Amara"], initiative(world))
    theirs = positions_of(house, world.people["Jun"], f"/initiatives/{world.foreign.initiative}")
    assert refused(house, world.people["Amara"], f"{mine},{theirs}") == NOT_FOUND


@pytest.mark.parametrize(
    "origin", [None, "null", "https://elsewhere.example", "http://127.0.0.1:1", "http://127.0.0.1"]
)
def test_page_of_another_site_gets_no_socket(house: House, world: World, origin: str | None) -> None:
    positions = positions_of(house, world.people["Amara"], initiative(world))
    assert refused(house, world.people["Amara"], positions, origin=origin) == FORBIDDEN


def test_large_message_is_closed(house: House, world: World) -> None:
    positions = positions_of(house, world.people["Amara"], initiative(world))
    with house.socket(world.people["Amara"], positions) as socket:
        socket.send("x" * 65_537)
        assert until_closed(socket) == TOO_LARGE


def test_chattering_socket_is_closed(house: House, world: World) -> None:
    positions = positions_of(house, world.people["Amara"], initiative(world))
    with house.socket(world.people["Amara"], positions) as socket:
        with suppress(ConnectionClosed):
            for _ in range(200):
                socket.send("hello")
        assert until_closed(socket) == TOO_MUCH


def test_removed_member_is_closed_out_within_two_seconds(house: House, world: World) -> None:
    names = iter(("Bram", "Chiara", "Esi", "Farid"))

    def removed() -> float:
        """Seconds until the page of one more of them is closed."""
        name = next(names)
        with following(house, world.people[name], initiative(world)) as follower:
            began = time.monotonic()
            end_membership(house, world, name)
            assert follower.closed_with() == FORBIDDEN, name
            took = time.monotonic() - began
            assert house.visit(world.people[name]).get(initiative(world)).status_code == 404
            return took

    for _ in range(2):
        assert met(WITHIN, removed, tries=2)


def test_words_after_a_removal_are_not_heard(house: House, world: World) -> None:
    heard = []
    with following(house, world.people["Chiara"], initiative(world)) as follower:
        end_membership(house, world, "Chiara")
        house.visit(world.people["Amara"]).post(
            f"/threads/{world.tide.thread}/comments", data={"text": "AFTERWARDS", "key": "one"}
        )
        assert follower.closed_with() == FORBIDDEN
        heard = [frame for frame in follower.frames if "AFTERWARDS" in frame.get("content", "")]
    assert heard == []


@pytest.mark.parametrize("how", ["button", "elsewhere"])
def test_sign_out_closes_every_page_of_that_login(house: House, world: World, how: str) -> None:
    amara = world.people["Amara"]
    with following(house, amara, initiative(world)) as first, following(house, amara, "/cohorts/1") as second:
        if how == "button":
            assert house.visit(amara).post("/sign-out").status_code == 303
        else:
            with house.database(writing=True) as db:
                logins.end(db, house.cookie(amara))
        assert (first.closed_with(), second.closed_with()) == (SIGNED_OUT, SIGNED_OUT)


def test_sign_out_leaves_the_other_browser_alone(house: House, world: World) -> None:
    amara = world.people["Amara"]
    with following(house, amara, initiative(world)) as follower:
        with house.database(writing=True) as db:
            logins.end(db, house.sign_in(amara))
        assert follower.closed_with(1.5) is None


def polled(house: House, person_id: int | None, positions: str) -> httpx.Response:
    return house.visit(person_id).get("/live/frames", params={"at": positions})


def test_poll_brings_what_the_socket_brings(house: House, world: World) -> None:
    amara, path = world.people["Amara"], initiative(world)
    asking, listening = Follower(house, amara, path), Follower(house, amara, path)
    since = asking.positions
    house.visit(world.people["Chiara"]).post(
        f"/threads/{world.tide.thread}/comments", data={"text": "Heard both ways", "key": "one"}
    )
    for frame in polled(house, amara, since).json():
        asking.receive(frame)
    listening.socket = house.socket(amara, since)
    kept, fresh = listening.settle()
    assert kept == fresh == asking.settle_without_socket()
    assert "Heard both ways" in fresh
    assert asking.resyncs == listening.resyncs == 0


def test_poll_is_refused_where_the_socket_is(house: House, world: World) -> None:
    positions = positions_of(house, world.people["Amara"], initiative(world))
    assert polled(house, world.people["Jun"], positions).status_code == 404
    assert polled(house, world.people["Ivo"], positions).status_code == 404
    assert polled(house, None, positions).status_code == 303
    assert polled(house, world.people["Amara"], "987654.abcd.0").status_code == 404
    assert polled(house, world.people["Amara"], "nonsense").status_code == 404


def test_login_that_ends_by_itself_closes_its_pages(house: House, world: World) -> None:
    from people.models import Login

    amara = world.people["Amara"]
    follower = Follower(house, amara, initiative(world))
    with house.database(writing=True) as db:
        for login in db.query(Login).filter(Login.person_id == amara):
            login.ends_at = utc_now().replace(microsecond=0)
            db.add(login)
    follower.socket = None
    assert refused(house, amara, follower.positions) == FORBIDDEN


def test_harness_reads_frames_as_the_browser_does() -> None:
    """The harness itself: placed by order, never twice, replaced, deleted; and what does not fit is noticed."""
    page = html.document_fromstring(
        '<div id="page"><ol id="list"><li id="a" data-order="1">a</li></ol><p id="p">p</p></div>'
    )
    place = '<hx-partial hx-target="#list" hx-swap="place">{}</hx-partial>'
    apply(page, place.format('<li id="c" data-order="10">c</li><li id="b" data-order="2">b</li>'))
    apply(page, place.format('<li id="b" data-order="2">B</li>'))
    apply(page, '<hx-partial hx-target="#p" hx-swap="outerMorph"><p id="p">P</p></hx-partial>')
    apply(page, '<hx-partial hx-target="#nowhere" hx-swap="delete"></hx-partial>')
    listed = by_id(page, "list")
    assert listed is not None
    assert [item.text for item in listed] == ["a", "B", "c"]
    assert by_id(page, "page") is not None
    assert html.tostring(page, method="text", encoding="unicode") == "aBcP"
    apply(page, '<hx-partial hx-target="#b" hx-swap="delete"></hx-partial>')
    assert [item.text for item in listed] == ["a", "c"]
    with pytest.raises(AssertionError, match="nowhere"):
        apply(page, '<hx-partial hx-target="#nowhere" hx-swap="outerMorph"><p id="nowhere"></p></hx-partial>')
