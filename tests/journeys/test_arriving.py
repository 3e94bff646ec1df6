"""From being invited to having arrived, through a real mail server and the links that it brings."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from cohorts.models import Membership
from tests.house import House
from tests.services.smtp import Postbox
from tests.world import World

Open = Callable[..., tuple[House, World]]
NEW = {"organisation": "new", "organisation_name": "Delta", "country": "NL", "sector": "ngo", "time_zone": "UTC"}


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def link_in(postbox: Postbox, email: str) -> str:
    (message,) = postbox.to(email)
    found = re.search(r"http://[^/\s]+(/invitations/\S+)", message.get_content())
    assert found
    return found[1]


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_a_team_arrives(open_house: Open, postbox: Postbox) -> None:
    """Three are invited at once; two come by their own mails; the facilitator sees who is missing, and who came."""
    house, world = open_house(smtp_url=f"smtp://{postbox.host}:{postbox.port}")
    farid, arrivals = house.visit(world.people["Farid"]), f"/cohorts/{world.tide.cohort}/arrivals"
    typed = "Noor Haddad <noor@example.org>\nolu@example.org\nJun <jun@example.org>"
    farid.post(f"/teams/{world.reed.team}/invitations", data={"people": typed})
    postbox.wait_for(3)
    before = words(farid.get(arrivals).text)
    for name in ("Noor", "olu"):
        link = link_in(postbox, f"{name.lower()}@example.org")
        browser = house.visit(None)
        assert browser.get(link).status_code == 200
        answer = browser.post(f"{link}/acceptance", data=NEW | {"name": f"{name.title()} Haddad"})
        assert answer.headers["location"] == f"/teams/{world.reed.team}?done=arrived"
        assert browser.get(f"/initiatives/{world.reed.initiative}").status_code == 200
    after = words(farid.get(arrivals).text)
    assert ("4 are invited." in before, "2 are invited." in after) == (True, True), (before, after)
    # Jun belongs to another programme: the link gives the membership, and only the mail box signs in.
    link, stranger = link_in(postbox, "jun@example.org"), house.visit(None)
    there = stranger.post(f"{link}/acceptance").headers["location"]
    assert there == f"/sign-in?done=accepted&next=/teams/{world.reed.team}"
    code_page = stranger.post("/sign-in/mails", data={"email": "jun@example.org", "next": f"/teams/{world.reed.team}"})
    postbox.wait_for(4)
    code = re.search(r"\n(\d{3} \d{3})\r?\n", postbox.to("jun@example.org")[-1].get_content())
    assert code
    signed_in = stranger.post(f"{code_page.headers['location'].partition('?')[0]}/logins", data={"code": code[1]})
    assert signed_in.status_code == 303
    assert stranger.get(f"/teams/{world.reed.team}").status_code == 200
    held = {one.team_id for one in house.rows(Membership) if one.person_id == world.people["Jun"]}
    assert held == {world.foreign.team, world.reed.team}
