"""What people choose for themselves, and what only a demo shows."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import delete, update

from people.models import Login, Person
from server.mail import Mail
from tests.conftest import Opened
from tests.house import House
from tests.world import World


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def person(house: House, person_id: int) -> Person:
    (found,) = [one for one in house.rows(Person) if one.id == person_id]
    assert isinstance(found, Person)
    return found


def test_a_profile_is_saved_and_said(house: House, world: World) -> None:
    browser = house.visit(world.people["Amara"])
    chosen = {"name": "Amara  N. Okoro", "time_zone": "Asia/Tokyo", "language": "en-XA"}
    answer = browser.post("/profile/preferences", data=chosen)
    assert answer.status_code == 303
    saved = person(house, world.people["Amara"])
    assert (saved.name, saved.time_zone, saved.language) == ("Amara N. Okoro", "Asia/Tokyo", "en-XA")
    shown = browser.get(answer.headers["location"]).text
    assert '<html lang="en-XA"' in shown
    assert 'role="status"' in shown
    assert 'value="Amara N. Okoro"' in shown


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("name", ""),
        ("name", "\u202e\u2066 \x00"),
        ("name", "x" * 121),
        ("time_zone", ""),
        ("time_zone", "Mars/Base"),
        ("time_zone", "../../etc/passwd"),
        ("language", "tlh"),
    ],
)
def test_a_bad_profile_comes_back_filled_in(house: House, world: World, field: str, bad: str) -> None:
    browser = house.visit(world.people["Amara"])
    chosen = {"name": "Somebody new", "time_zone": "Asia/Tokyo", "language": "en", field: bad}
    answer = browser.post("/profile/preferences", data=chosen)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}-error"' in answer.text
    if field != "name":
        assert 'value="Somebody new"' in answer.text
    assert person(house, world.people["Amara"]).name == "Amara Okoro"


def test_the_zone_is_asked_once_and_leads_back(house: House, world: World) -> None:
    with house.database(writing=True) as db:
        db.execute(update(Person).where(Person.id == world.people["Amara"]).values(time_zone=""))  # type: ignore[arg-type]
    browser = house.visit(world.people["Amara"])
    asked = browser.get("/profile").text
    assert 'action="/profile/zone"' in asked
    # Where their organisation is, is the likely answer.
    assert re.findall(r"<option selected>([^<]*)<", asked) == ["Africa/Lagos"]
    refused = browser.post("/profile/zone", data={"zone": "Nowhere", "next": "/profile"})
    assert refused.status_code == 422
    assert 'id="time_zone-error"' in refused.text
    away = browser.post("/profile/zone", data={"zone": "Africa/Lagos", "next": "//evil.example.org"})
    assert away.headers["location"] == "/"
    answer = browser.post("/profile/zone", data={"zone": "Africa/Accra", "next": "/profile"})
    assert answer.headers["location"] == "/profile"
    shown = browser.get("/profile").text
    assert 'action="/profile/zone"' not in shown
    assert '<option value="Africa/Accra" selected>' in shown


def test_an_old_name_of_a_zone_is_kept(house: House, world: World) -> None:
    browser = house.visit(world.people["Amara"])
    assert browser.post("/profile/zone", data={"zone": "US/Eastern"}).status_code == 303
    shown = browser.get("/profile").text
    assert '<option value="US/Eastern" selected>' in shown
    assert "Europe/Kyiv" in shown
    # Nobody else is offered what a place was called before.
    assert "Europe/Kiev" not in shown
    assert "US/Eastern" not in house.visit(world.people["Bram"]).get("/profile").text


def test_a_profile_is_for_its_person(house: House) -> None:
    stranger = house.visit(None)
    assert stranger.get("/profile").headers["location"] == "/sign-in?next=/profile"
    for path in ("/profile/preferences", "/profile/zone"):
        assert stranger.post(path, data={"name": "x"}).headers["location"] == "/sign-in"


def test_outside_a_demo_there_is_no_way_around_the_mail(house: House, world: World) -> None:
    with house.database(writing=True) as db:
        db.execute(update(Person).values(sample=True))
    browser = house.visit(None)
    assert [browser.get(path).status_code for path in ("/demo/mail", "/styles")] == [404, 404]
    for data in ({"person": str(world.people["Amara"])}, {"person": "x"}, {}):
        assert browser.post("/demo/entries", data=data).status_code == 404
    assert house.rows(Login) == []
    assert "/demo/" not in browser.get("/").text


def test_a_demo_lets_enter_as_invented_people_only(open_house: Callable[..., Opened]) -> None:
    house, world = open_house(demo=True)
    amara, bram = world.people["Amara"], world.people["Bram"]
    with house.database(writing=True) as db:
        db.execute(update(Person).values(sample=Person.id == amara))
    browser = house.visit(None)
    assert browser.post("/demo/entries", data={"person": str(bram)}).status_code == 404
    assert browser.post("/demo/entries", data={"person": "999999"}).status_code == 404
    assert browser.post("/demo/entries", data={"person": "all"}).status_code == 422
    assert house.rows(Login) == []
    assert browser.post("/demo/entries", data={"person": str(amara)}).status_code == 303
    assert "amara@example.org" in browser.get("/profile").text


def test_a_demo_shows_its_mail_with_a_link_to_follow(open_house: Callable[..., Opened]) -> None:
    house, _ = open_house(demo=True)
    browser = house.visit(None)
    with house.database(writing=True) as db:
        db.execute(delete(Mail))
    assert "No mail yet" in browser.get("/demo/mail").text
    for name in ("amara", "bram"):
        browser.post("/sign-in/mails", data={"email": f"{name}@example.org"})
    shown = browser.get("/demo/mail").text
    assert shown.index("bram@example.org") < shown.index("amara@example.org")
    assert f'<a href="{house.url}/sign-in/link/' in shown
    assert len(house.sign_in_mails()) == 2


def test_the_style_page_shows_itself(open_house: Callable[..., Opened]) -> None:
    house, _ = open_house(demo=True)
    assert house.visit(None).get("/styles").text.count('class="ribbon"') == 2
