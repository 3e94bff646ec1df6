"""What a link from an invitation shows and does over HTTP, without JavaScript, for everybody who may open it."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, update

from cohorts.acceptance import first_owner_link
from cohorts.models import Acceptance, Invitation, Membership, Removal, Role
from people.models import Login, Organisation, Person
from server.clock import utc_now
from server.mail import Mail
from tests.house import House
from tests.world import World

NEW = {"name": "Noor Haddad", "organisation": "new", "organisation_name": "Delta Works", "country": "NL"}
NEW |= {"sector": "public", "time_zone": "Europe/Amsterdam"}


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """What is tested here is pages; the verbs behind them run on both databases elsewhere."""
    return str(request.param)


def farid(house: House, world: World) -> httpx.Client:
    return house.visit(world.people["Farid"])


def invited(house: House, world: World, typed: str = "noor@example.org", at: str = "") -> str:
    """Invite into Tide, or to `at`; the path of the link in the mail."""
    at = at or f"/teams/{world.tide.team}"
    answer = farid(house, world).post(f"{at}/invitations", data={"people": typed, "role": "adviser"})
    assert answer.status_code == 303, answer.text
    return links(house, re.findall(r"[\w.]+@[\w.]+", typed)[0])[-1]


def links(house: House, email: str) -> list[str]:
    texts = [mail.text for mail in house.rows(Mail) if mail.to == email]
    return [found[1] for text in texts if (found := re.search(r"http://[^/]+(/invitations/\S+)", text))]


def words(page: httpx.Response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def test_opening_a_link_uses_nothing_up_and_accepting_signs_in_whom_it_makes(house: House, world: World) -> None:
    link = invited(house, world, "Noor Haddad <noor@example.org>")
    stranger = house.visit(None)
    for _ in range(3):
        page = stranger.get(link)
        assert page.status_code == 200
        assert "Farid Okoro invites you, for The Agency." in words(page)
        assert "in the team “Tide”, in the cohort “Flood warnings” of Borders and beyond" in words(page)
    assert 'value="Noor Haddad"' in page.text
    answer = stranger.post(f"{link}/acceptance", data=NEW)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/teams/{world.tide.team}?done=arrived")
    team = stranger.get(answer.headers["location"])
    assert team.status_code == 200
    assert "Welcome. You have accepted the invitation." in words(team)
    assert "Noor Haddad" in words(team)
    assert {one.name for one in house.rows(Organisation)} >= {"Delta Works"}
    assert stranger.get(link).headers["location"] == f"/teams/{world.tide.team}"
    again = house.visit(None).get(link)
    assert again.status_code == 410
    assert "An invitation can be accepted once." in words(again)


def test_a_member_takes_the_organisation_of_the_team(house: House, world: World) -> None:
    link = invited(house, world)
    stranger = house.visit(None)
    chosen = re.search(r'<option value="(\d+)" selected>Port City', stranger.get(link).text)
    assert chosen
    answer = stranger.post(f"{link}/acceptance", data={"name": "Noor", "organisation": chosen[1]})
    assert answer.status_code == 303
    with house.database() as db:
        noor = db.execute(select(Person).where(Person.email == "noor@example.org")).scalar_one()  # type: ignore[arg-type]
    assert noor.organisation_id == int(chosen[1])


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": " "}, "Enter your name."),
        ({"organisation": ""}, "Choose your organisation."),
        ({"organisation": "999999"}, "Choose your organisation."),
        ({"country": "XX"}, "Choose a country from the list."),
        ({"organisation_name": ""}, "Give the organisation a name."),
        ({"sector": ""}, "Choose the kind of organisation."),
        ({"time_zone": "Mars/Olympus"}, "Choose a time zone from the list."),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_lost(
    house: House, world: World, changed: dict[str, str], sentence: str
) -> None:
    link, people = invited(house, world), len(house.rows(Person))
    answer = house.visit(None).post(f"{link}/acceptance", data=NEW | changed)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert all(value in answer.text for name, value in NEW.items() if name not in changed and name != "organisation")
    assert len(house.rows(Person)) == people
    assert house.rows(Acceptance) == []


def test_another_organisation_of_nobody_in_this_programme_cannot_be_chosen(house: House, world: World) -> None:
    link = invited(house, world)
    theirs = next(one.id for one in house.rows(Organisation) if one.name.startswith("CANARY"))
    answer = house.visit(None).post(f"{link}/acceptance", data={"name": "N", "organisation": str(theirs)})
    assert answer.status_code == 422
    assert "CANARY" not in answer.text


def test_who_is_signed_in_as_whom_it_is_for_presses_one_button(house: House, world: World) -> None:
    link = invited(house, world, "chiara@example.org")
    chiara = house.visit(world.people["Chiara"])
    page = chiara.get(link)
    assert "You are signed in as Chiara Okoro." in words(page)
    assert 'name="name"' not in page.text
    answer = chiara.post(f"{link}/acceptance")
    assert answer.headers["location"] == f"/teams/{world.tide.team}?done=arrived"
    assert "set-cookie" not in answer.headers


def test_an_old_link_signs_in_nobody_who_was_here_before(house: House, world: World) -> None:
    link, logins = invited(house, world, "chiara@example.org"), None
    stranger = house.visit(None)
    assert "we send you a mail to sign in" in words(stranger.get(link))
    logins = len(house.rows(Login))
    answer = stranger.post(f"{link}/acceptance", data=NEW)
    assert answer.headers["location"] == f"/sign-in?done=accepted&next=/teams/{world.tide.team}"
    assert "set-cookie" not in answer.headers
    assert len(house.rows(Login)) == logins
    assert stranger.get("/profile").status_code == 303
    assert "You have accepted the invitation. Sign in to go on." in words(stranger.get(answer.headers["location"]))
    mine = [one for one in house.rows(Membership) if one.person_id == world.people["Chiara"]]
    assert {one.team_id for one in mine} == {world.tide.team, world.reed.team}


def test_somebody_else_is_told_for_whom_it_is_and_can_sign_out(house: House, world: World) -> None:
    link = invited(house, world)
    kofi = house.visit(world.people["Kofi"])
    page = kofi.get(link)
    assert "It is for noor@example.org." in words(page)
    assert "You are signed in as CANARY Kofi Okoro, kofi@example.org." in words(page)
    before = len(house.rows(Membership))
    assert kofi.post(f"{link}/acceptance", data=NEW).headers["location"] == link
    assert len(house.rows(Membership)) == before
    answer = kofi.post(f"{link}/sign-out")
    assert answer.headers["location"] == link
    kofi.cookies.clear()
    assert 'name="name"' in kofi.get(link).text
    assert [one for one in house.rows(Login) if one.person_id == world.people["Kofi"]] == []


def test_expired_retracted_guessed_and_mangled_links_each_say_what_to_do(house: House, world: World) -> None:
    expired, taken = invited(house, world), invited(house, world, "taken@example.org")
    rows = {one.email: one.id for one in house.rows(Invitation)}
    with house.database(writing=True) as db:
        late = utc_now() - timedelta(seconds=1)
        db.execute(update(Invitation).where(Invitation.id == rows["noor@example.org"]).values(expires_at=late))
    assert farid(house, world).post(f"/invited/{rows['taken@example.org']}/retraction").status_code == 303
    for link, status, said in (
        (expired, 410, "Ask Farid Okoro to send it to noor@example.org again."),
        (taken, 410, "This invitation was taken back"),
        ("/invitations/guessed", 404, "We do not know this invitation"),
        (expired[:-4], 404, "Check that you opened the whole link."),
        ("/invitations/" + "x" * 5000, 404, "We do not know this invitation"),
    ):
        page = house.visit(None).get(link)
        assert (page.status_code, said in words(page)) == (status, True), words(page)
        assert house.visit(None).post(f"{link}/acceptance", data=NEW).headers["location"] == link
    assert house.rows(Acceptance) == []


def test_an_invitation_to_another_programme_opens_no_door_here(house: House, world: World) -> None:
    """Kofi runs the other programme: Farid's invitations are not there for him, nor his for Farid."""
    ours, theirs = (world.invitations[place.cohort] for place in (world.tide, world.foreign))
    kofi = house.visit(world.people["Kofi"])
    for client, yours, foreign in ((farid(house, world), ours, theirs), (kofi, theirs, ours)):
        assert client.get(f"/invited/{yours}/retraction").status_code == 200
        for path in ("retraction", "mails"):
            assert client.post(f"/invited/{foreign}/{path}").status_code == 404
    assert kofi.get(f"/cohorts/{world.tide.cohort}/arrivals").status_code == 404


def test_fifty_browsers_that_accept_at_once_make_one_person_and_sign_in_one(house: House, world: World) -> None:
    link, people, held = invited(house, world), len(house.rows(Person)), len(house.rows(Membership))
    browsers, together = [house.visit(None) for _ in range(50)], threading.Barrier(50)

    def accept(browser: httpx.Client) -> httpx.Response:
        together.wait()
        return browser.post(f"{link}/acceptance", data=NEW, timeout=60)

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(accept, browsers))
    assert {one.status_code for one in answers} <= {303, 503}
    assert sum("set-cookie" in one.headers for one in answers) == 1
    assert len(house.rows(Person)) == people + 1
    assert len(house.rows(Membership)) == held + 1


def test_too_many_acceptances_from_one_place_are_slowed_down(house: House) -> None:
    stranger = house.visit(None)
    statuses = {stranger.post("/invitations/guessed/acceptance").status_code for _ in range(101)}
    assert statuses == {303, 429}


def test_the_first_owner_comes_with_name_address_and_organisation(house: House, world: World) -> None:
    with house.database(writing=True) as db:
        db.add(Removal(membership_id=world.memberships["Hana"], at=utc_now()))
        db.flush()
        link = first_owner_link(db, house.url, utc_now())
    assert link is not None
    stranger = house.visit(None)
    page = stranger.get(link)
    assert "You are invited to run this installation of Sweetspot" in words(page)
    assert 'name="email"' in page.text
    wrong = stranger.post(f"{link}/acceptance", data=NEW | {"email": "boss@example.org\nBcc: x@y.org"})
    assert wrong.status_code == 422
    assert "Enter an email address like name@example.org." in words(wrong)
    answer = stranger.post(f"{link}/acceptance", data=NEW | {"email": "Boss@example.org"})
    assert answer.headers["location"] == "/?done=arrived"
    assert stranger.get("/owners").status_code == 200
    owner = [one for one in house.rows(Membership) if one.role == Role.OWNER][-1]
    assert next(one.email for one in house.rows(Person) if one.id == owner.person_id) == "boss@example.org"
    with house.database(writing=True) as db:
        assert first_owner_link(db, house.url, utc_now()) is None
