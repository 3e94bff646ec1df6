"""A login that ended: its browser is told why, and leads back to the page that was asked for, and nowhere else."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import update

from people import logins
from people.models import Login
from server.clock import utc_now
from tests.house import House
from tests.world import World

IDLE, LONGEST, ENDED = "had not been here for two weeks", "after 60 days", "done from another browser"
SIGNED_OUT = "You were signed out"


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def age(house: House, **columns: timedelta) -> None:
    """Every login is that old."""
    with house.database(writing=True) as db:
        values = {name: utc_now() - by for name, by in columns.items()}
        db.execute(update(Login).values(**values))


def asked(house: House, world: World, path: str) -> tuple[str, str]:
    """Where Bram's browser is sent to when it asks for a page, and what it reads there."""
    browser = house.visit(world.people["Bram"])
    answer = browser.get(path)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"], browser.get(answer.headers["location"]).text


def test_idle_for_too_long(house: House, world: World) -> None:
    house.cookie(world.people["Bram"])
    age(house, seen_at=logins.IDLE + timedelta(minutes=1))
    _, shown = asked(house, world, f"/teams/{world.tide.team}")
    assert IDLE in shown
    assert "back on the page you asked for" in shown


def test_open_for_too_long(house: House, world: World) -> None:
    house.cookie(world.people["Bram"])
    age(house, ends_at=timedelta(minutes=1))
    assert LONGEST in asked(house, world, "/profile")[1]


def test_ended_from_elsewhere(house: House, world: World) -> None:
    house.cookie(world.people["Bram"])
    other = house.visit(None)
    other.cookies.set(house.settings.login_cookie, house.sign_in(world.people["Bram"]))
    assert other.post("/profile/logins/others/end").status_code == 303
    assert ENDED in asked(house, world, "/profile")[1]
    assert other.get("/profile").status_code == 200


def test_reason_is_remembered_for_a_while_and_the_login_is_not_kept_longer(house: House, world: World) -> None:
    house.cookie(world.people["Bram"])
    age(house, seen_at=logins.IDLE + logins.REMEMBERED - timedelta(hours=1))
    with house.database(writing=True) as db:
        logins.clear(db, utc_now())
    assert IDLE in asked(house, world, "/profile")[1]
    with house.database(writing=True) as db:
        logins.clear(db, utc_now() + timedelta(hours=2))
    assert not [one for one in house.rows(Login) if one.person_id == world.people["Bram"]]
    assert ENDED in asked(house, world, "/profile")[1]


def test_strangers_and_who_is_signed_in_are_told_nothing(house: House, world: World) -> None:
    stranger = house.visit(None)
    assert SIGNED_OUT not in stranger.get("/sign-in").text
    browser, token = house.visit(None), house.sign_in(world.people["Bram"])
    browser.cookies.set(house.settings.login_cookie, token, domain="127.0.0.1")
    assert browser.get("/sign-in").status_code == 303
    browser.post("/sign-out")
    assert SIGNED_OUT not in browser.get("/sign-in").text
    assert SIGNED_OUT not in stranger.post("/sign-in/mails", data={"email": "no address"}).text


def test_after_signing_in_the_same_window_of_the_page_is_there(house: House, world: World) -> None:
    house.cookie(world.people["Bram"])
    age(house, ends_at=timedelta(minutes=1))
    path = f"/initiatives/{world.tide.initiative}?from=1"
    where, shown = asked(house, world, f"{path}&done=comment-withdrawn")
    assert parse_qs(urlsplit(where).query) == {"next": [path]}
    browser = house.visit(None)
    (back,) = re.findall(r'name="next" value="([^"]*)"', shown)
    browser.post("/sign-in/mails", data={"email": world.emails["Bram"], "next": back})
    (link,) = re.findall(r"/sign-in/link/[\w-]+", house.sign_in_mails()[-1].text)
    assert browser.post(f"{link}/logins").headers["location"] == path


@pytest.mark.parametrize(
    "path", ["//evil.example.org/profile", "/\\evil.example.org", "/profile?next=https://evil.example"]
)
def test_way_back_never_leaves_us(house: House, world: World, path: str) -> None:
    """Whatever the address that was asked for, what the form will carry is a path of ours."""
    house.cookie(world.people["Bram"])
    age(house, ends_at=timedelta(minutes=1))
    browser = house.visit(world.people["Bram"])
    answer = browser.get(f"{house.url}{path}")
    where = urlsplit(answer.headers.get("location", "/sign-in"))
    assert (where.netloc, where.path) == ("", "/sign-in")
    (back,) = re.findall(r'name="next" value="([^"]*)"', browser.get(where.geturl()).text)
    assert re.match(r"/(?![/\\])", back)
