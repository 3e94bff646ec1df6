"""The lists of who has arrived, kept open, are those of a fresh page, for facilitators and owners and nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select, update

from cohorts import arrivals, teams
from cohorts.models import Cohort, Invitation, InvitationLink
from people.models import Organisation
from server.clock import utc_now
from server.live.log import positions
from server.mail import Mail
from tests.house import House
from tests.live.deeds import Deeds
from tests.live.harness import assert_live_equals_fresh
from tests.live.test_sockets import refused
from tests.world import ROLES, World

NEW = {"name": "Noor", "organisation": "new", "organisation_name": "Delta", "country": "NL", "sector": "ngo"}


@pytest.fixture(params=["sqlite"])
def database_kind(request: pytest.FixtureRequest) -> str:
    """What is tested here is what pages show; the lists themselves are tested on both databases."""
    return str(request.param)


class Comings:
    """What happens to invitations."""

    def __init__(self, house: House, world: World) -> None:
        self.house, self.world = house, world
        self.farid = house.visit(world.people["Farid"])

    def invite(self, email: str = "noor@example.org") -> None:
        answer = self.farid.post(f"/teams/{self.world.tide.team}/invitations", data={"people": email})
        assert answer.status_code == 303, answer.text

    def invite_adviser(self) -> None:
        sent = {"people": "board@example.org", "role": "adviser"}
        assert self.farid.post(f"/cohorts/{self.world.tide.cohort}/invitations", data=sent).status_code == 303

    def newest(self) -> int:
        return max(one.id for one in self.house.rows(Invitation))

    def age(self, days: float) -> None:
        """The newest invitation and its mails are so many days older."""
        newest, by = self.newest(), timedelta(days=days)
        with self.house.database(writing=True) as db:
            db.get_one(Invitation, newest).expires_at -= by
            for link in db.execute(select(InvitationLink)).scalars():
                link.at -= by if link.invitation_id == newest else timedelta()

    def expire(self) -> None:
        self.age(15)
        arrivals.refresh(self.house.inside.database, utc_now())

    def fail(self) -> None:
        with self.house.database(writing=True) as db:
            db.execute(update(Mail).where(Mail.to == "noor@example.org").values(dropped_at=utc_now()))  # type: ignore[arg-type]
        arrivals.refresh(self.house.inside.database, utc_now())

    def send_again(self) -> None:
        self.age(1)
        answer = self.farid.post(f"/invited/{self.newest()}/mails")
        assert "sent-again" in answer.headers["location"]

    def take_back(self) -> None:
        assert self.farid.post(f"/invited/{self.newest()}/retraction").status_code == 303

    def accept(self) -> None:
        text = [mail.text for mail in self.house.rows(Mail) if mail.to == "noor@example.org"][-1]
        link = re.findall(r"/invitations/\S+", text)[0]
        sent = NEW | {"time_zone": "Europe/Paris"}
        assert self.house.visit(None).post(f"{link}/acceptance", data=sent).status_code == 303

    def found_team(self) -> None:
        with self.house.database(writing=True) as db:
            home = db.execute(select(Organisation).limit(1)).scalar_one()
            teams.create(db, db.get_one(Cohort, self.world.tide.cohort), home, name="Heron")


DEEDS: dict[str, tuple[bool, Callable[[Comings], None]]] = {
    "invite": (False, Comings.invite),
    "invite an adviser": (False, Comings.invite_adviser),
    "expire": (True, Comings.expire),
    "fail": (True, Comings.fail),
    "send again": (True, Comings.send_again),
    "take back": (True, Comings.take_back),
    "accept": (True, Comings.accept),
    "found a team": (False, Comings.found_team),
    "remove a member": (False, lambda comings: Deeds(comings.house, comings.world).remove_member()),
    "rename a member": (False, lambda comings: Deeds(comings.house, comings.world).rename_member()),
    "rename the team": (False, lambda comings: Deeds(comings.house, comings.world).rename_team()),
}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("role", ["facilitator", "owner"])
def test_open_list_is_a_fresh_list(house: House, world: World, role: str, deed: str) -> None:
    comings, (invited_before, act) = Comings(house, world), DEEDS[deed]
    if invited_before:
        comings.invite()
    watcher, path = world.people[ROLES[role] or ""], f"/cohorts/{world.tide.cohort}/arrivals"
    assert_live_equals_fresh(house, watcher, path, partial(act, comings))


def test_a_part_of_the_list_is_live_as_well(house: House, world: World) -> None:
    path, comings = f"/cohorts/{world.tide.cohort}/arrivals?show=expired", Comings(house, world)
    assert_live_equals_fresh(house, world.people["Farid"], path, comings.invite)


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("facilitator", "owner")])
def test_nobody_else_follows_who_arrives(house: House, world: World, role: str) -> None:
    """Whoever could would count how often somebody is invited."""
    with house.database() as db:
        at = ",".join(str(one) for one in positions(db, [db.get_one(Cohort, world.tide.cohort).arrivals_stream_id]))
    assert refused(house, world.people[ROLES["facilitator"] or ""], at) is None
    name = ROLES[role]
    assert refused(house, world.people[name] if name else None, at) in (4403, 4404)


def test_pages_of_the_cohort_hear_nothing_of_invitations(house: House, world: World) -> None:
    """Sponsors follow the cohort: its stream does not move when somebody is invited."""
    with house.database() as db:
        before = positions(db, [db.get_one(Cohort, world.tide.cohort).stream_id])
    Comings(house, world).invite()
    with house.database() as db:
        assert positions(db, [db.get_one(Cohort, world.tide.cohort).stream_id]) == before
