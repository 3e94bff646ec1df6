"""The browsers somebody is signed in with: told in words, and ended by their own person only."""

from __future__ import annotations

import httpx
import pytest

from people.browsers import described
from people.models import Login
from server.audit import AuditEntry
from tests.house import House
from tests.world import World

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1 Version/17.5 Safari/604.1"
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (WINDOWS, ("Firefox", "Windows")),
        (IPHONE, ("Safari", "iPhone")),
        (CHROME, ("Chrome", "Linux")),
        (CHROME + " Edg/126.0.0.0", ("Edge", "Linux")),
        (CHROME.replace("X11; Linux x86_64", "Linux; Android 14; Pixel 8"), ("Chrome", "Android")),
        (CHROME.replace("X11; Linux x86_64", "Macintosh; Intel Mac OS X 10_15_7"), ("Chrome", "macOS")),
        ("curl/8.5.0", ("curl", "")),
        ("", ("", "")),
        ("Mozilla/5.0", ("", "")),
        ("<script>alert(1)</script>", ("", "")),
    ],
)
def test_browsers_are_told_in_words(agent: str, words: tuple[str, str]) -> None:
    assert described(agent) == words


def second(house: House, person_id: int, agent: str = "") -> httpx.Client:
    """Another browser of that person."""
    client = house.visit(None, **{"user-agent": agent})
    client.cookies.set(house.settings.login_cookie, house.sign_in(person_id))
    with house.database(writing=True) as db:
        login = max(db.query(Login).filter(Login.person_id == person_id), key=lambda row: row.id or 0)
        login.agent = agent
        db.add(login)
    return client


def newest(house: House) -> int:
    return max(row.id for row in house.rows(Login))


def test_one_is_ended_and_the_others_stay(house: House, world: World) -> None:
    bram = world.people["Bram"]
    here, phone, desk = house.visit(bram), second(house, bram, IPHONE), second(house, bram, WINDOWS)
    page = here.get("/profile/logins").text
    assert page.index("This browser") < page.index("Other browsers") < page.index("Firefox on Windows")
    assert "Safari on iPhone" in page
    answer = here.post(f"/profile/logins/{newest(house)}/end")
    assert answer.headers["location"] == "/profile/logins?done=login-ended"
    assert "Firefox on Windows" not in here.get("/profile/logins").text
    assert [client.get("/profile").status_code for client in (here, phone, desk)] == [200, 200, 303]


def test_all_others_are_ended(house: House, world: World) -> None:
    bram = world.people["Bram"]
    here, others = house.visit(bram), [second(house, bram) for _ in range(3)]
    stranger = house.visit(world.people["Amara"])
    assert stranger.get("/profile").status_code == 200
    here.get("/profile")
    assert here.post("/profile/logins/others/end").status_code == 303
    assert {client.get("/profile").status_code for client in others} == {303}
    assert here.get("/profile").status_code == stranger.get("/profile").status_code == 200
    assert [row.what for row in house.rows(AuditEntry) if row.by_id == bram] == ["logins ended"]
    assert "You are signed in nowhere else." in here.get("/profile/logins").text


def test_the_login_of_somebody_else_is_not_there(house: House, world: World) -> None:
    victim = second(house, world.people["Amara"])
    theirs = next(row.id for row in house.rows(Login) if row.person_id == world.people["Amara"])
    assert house.visit(world.people["Bram"]).post(f"/profile/logins/{theirs}/end").status_code == 404
    assert victim.get("/profile").status_code == 200


def test_ending_this_one_signs_out(house: House, world: World) -> None:
    client = house.visit(world.people["Bram"])
    client.get("/profile")
    (mine,) = (row.id for row in house.rows(Login) if row.person_id == world.people["Bram"])
    answer = client.post(f"/profile/logins/{mine}/end")
    assert answer.headers["location"] == "/?done=signed-out"
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert house.rows(Login) == []
