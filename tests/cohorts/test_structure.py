"""Building a programme, and who has which role in it: through the pages, as those do it who run it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from cohorts import memberships
from cohorts.models import Audience, Cohort, Initiative, Membership, Programme, Removal, Role, Team
from feedback.models import Comment, Thread
from people.models import Organisation, Person
from server.audit import AuditEntry
from server.clock import utc_now
from tests.house import House
from tests.live.deeds import Deeds
from tests.world import CANARY, World

HOME: dict[str, Any] = {"organisation": "new", "organisation_name": "Town Hall", "country": "PT", "sector": "public"}
NEW_TEAM: dict[str, Any] = {"name": "Mole", "part": "learns", "time_zone": "Europe/Lisbon", **HOME}


def post(client: httpx.Client, path: str, status: int = 303, **fields: Any) -> httpx.Response:
    answer = client.post(path, data=fields)
    assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text[:1500]}"
    return answer


def newest(house: House, table: type[Any]) -> Any:
    return max(house.rows(table), key=lambda row: row.id)


def test_an_owner_builds_a_programme_step_by_step(house: House, world: World) -> None:
    client = house.visit(world.people["Hana"])
    page = client.get("/programmes/new").text
    assert 'name="key"' in page
    fields: dict[str, Any] = {
        "name": "Second edition",
        "edition": "2027",
        "host": "The Agency",
        "time_zone": "Europe/Lisbon",
    }
    answer = post(client, "/programmes", **fields, purpose="Learn", key="programme-key-1")
    made = newest(house, Programme)
    assert answer.headers["location"] == f"/programmes/{made.id}?done=programme-made"
    assert (made.name, made.edition, made.time_zone) == ("Second edition", "2027", "Europe/Lisbon")
    post(client, f"/programmes/{made.id}/cohorts", name="Rivers", purpose="", key="cohort-key-1")
    cohort = newest(house, Cohort)
    assert cohort.programme_id == made.id
    post(client, f"/cohorts/{cohort.id}/teams", **NEW_TEAM, key="team-key-1")
    team, initiative, home = newest(house, Team), newest(house, Initiative), newest(house, Organisation)
    assert (team.cohort_id, team.name, team.part, team.organisation_id) == (cohort.id, "Mole", "learns", home.id)
    assert (home.name, home.country, home.sector, home.time_zone) == ("Town Hall", "PT", "public", "Europe/Lisbon")
    assert (initiative.team_id, initiative.title) == (team.id, "Mole")
    assert {one.kind for one in house.rows(Audience) if one.team_id == team.id} == {"team", "team and board"}
    assert [one.initiative_id for one in house.rows(Thread)][-1] == initiative.id
    notes = [(row.what, row.by_id, row.words) for row in house.rows(AuditEntry) if row.programme_id == made.id]
    hana = world.people["Hana"]
    assert notes == [
        ("programme made", hana, "Second edition"),
        ("cohort made", hana, "Rivers"),
        ("team made", hana, "Mole"),
    ]


def test_a_form_sent_twice_makes_one_thing(house: House, world: World) -> None:
    client = house.visit(world.people["Hana"])
    for path, table, fields in (
        ("/programmes", Programme, {"name": "Twice", "time_zone": "UTC"}),
        (f"/programmes/{world.tide.programme}/cohorts", Cohort, {"name": "Twice"}),
        (f"/cohorts/{world.tide.cohort}/teams", Team, NEW_TEAM),
    ):
        before = len(house.rows(table))
        first = post(client, path, **fields, key=f"key-of-{table.__name__}")
        again = post(client, path, **fields, key=f"key-of-{table.__name__}")
        assert first.headers["location"] == again.headers["location"]
        assert len(house.rows(table)) == before + 1


def test_a_rejected_form_comes_back_filled_in(house: House, world: World) -> None:
    client = house.visit(world.people["Hana"])
    shown = post(client, "/programmes", 422, name="", host="The Agency", time_zone="Europe/Atlantis", key="k1").text
    for words in (
        "Give the programme a name.",
        "Choose a time zone from the list.",
        'value="The Agency"',
        'value="k1"',
    ):
        assert words in shown
    path = f"/cohorts/{world.tide.cohort}/teams"
    shown = post(client, path, 422, **(NEW_TEAM | {"country": "ZZ", "part": "dances", "name": ""})).text
    for words in ("Give the team a name.", "Choose what the team does here.", "Choose a country", 'value="Town Hall"'):
        assert words in shown
    shown = post(client, path, 422, name="Mole", part="learns", organisation="new", time_zone="UTC").text
    assert "Give the organisation a name." in shown
    assert "Choose the team&#39;s organisation." in post(client, path, 422, name="Mole", part="learns").text


def test_organisations_of_another_programme_are_neither_offered_nor_taken(house: House, world: World) -> None:
    client, path = house.visit(world.people["Farid"]), f"/cohorts/{world.tide.cohort}/teams"
    offered = client.get(path + "/new").text
    assert "Port City (Netherlands)" in offered
    assert CANARY not in offered
    foreign = next(one for one in house.rows(Organisation) if one.name.startswith(CANARY))
    post(client, path, 422, name="Mole", part="learns", organisation=str(foreign.id))
    before = len(house.rows(Organisation))
    known = next(one for one in house.rows(Organisation) if one.name == "Port City")
    post(client, path, name="Mole", part="learns", organisation=str(known.id))
    same: dict[str, Any] = NEW_TEAM | {"name": "Vole", "organisation_name": "port city", "country": "NL"}
    post(client, path, **same)
    assert len(house.rows(Organisation)) == before
    assert [team.organisation_id for team in house.rows(Team)][-2:][0] == known.id


def test_a_programme_is_described_again_and_its_cohorts_say_so(house: House, world: World) -> None:
    path = f"/programmes/{world.tide.programme}"
    fields: dict[str, Any] = {
        "name": "Borders no more",
        "edition": "2028",
        "time_zone": "Europe/Lisbon",
        "purpose": "p",
        "host": "h",
    }
    post(house.visit(world.people["Farid"]), path + "/details", **fields)
    assert "Borders no more" in house.visit(world.people["Amara"]).get(path).text
    assert "Borders no more" in house.visit(world.people["Amara"]).get(f"/cohorts/{world.tide.cohort}").text


def test_a_programme_shows_each_reader_their_cohorts(house: House, world: World) -> None:
    path = f"/programmes/{world.tide.programme}"
    assert "Care at home" in house.visit(world.people["Farid"]).get(path).text
    assert "Flood warnings" in house.visit(world.people["Amara"]).get(path).text
    assert "Care at home" not in house.visit(world.people["Amara"]).get(path).text
    assert "/edit" not in house.visit(world.people["Amara"]).get(path).text


def test_moving_ends_one_membership_and_begins_another(house: House, world: World) -> None:
    client, held = house.visit(world.people["Farid"]), world.memberships["Chiara"]
    words = {row.id: row.membership_id for row in house.rows(Comment)}
    answer = post(client, f"/memberships/{held}/moves", team=str(world.lantern.team))
    assert answer.headers["location"] == f"/teams/{world.lantern.team}?done=member-moved"
    assert "Chiara Okoro" in client.get(f"/teams/{world.lantern.team}").text
    assert "Chiara Okoro" not in client.get(f"/teams/{world.reed.team}").text
    # What she said is still shown with the team she said it for.
    assert {row.id: row.membership_id for row in house.rows(Comment)} == words
    assert "church bells" in client.get(f"/initiatives/{world.tide.initiative}").text
    mine = house.visit(world.people["Chiara"])
    assert mine.get(f"/initiatives/{world.tide.initiative}").status_code == 404
    assert mine.get(f"/initiatives/{world.lantern.initiative}/edit").status_code == 200
    whats = [(row.what, row.words) for row in house.rows(AuditEntry) if row.person_id == world.people["Chiara"]]
    assert whats == [("membership ended", "Chiara Okoro: member, Reed"), ("moved", "Chiara Okoro: Lantern")]


def test_moving_twice_or_nowhere_changes_nothing(house: House, world: World) -> None:
    client, held = house.visit(world.people["Farid"]), world.memberships["Chiara"]
    for team in ("", "x", str(world.reed.team), str(world.foreign.team), "987654"):
        post(client, f"/memberships/{held}/moves", 422, team=team)
    assert len([row for row in house.rows(Removal) if row.membership_id == held]) == 0
    for _ in range(2):
        post(client, f"/memberships/{held}/moves", team=str(world.tide.team))
    now = [row for row in house.rows(Membership) if row.person_id == world.people["Chiara"]]
    assert len(now) == 2
    # Somebody who left is not brought back by a form that was open all the time.
    ivo = world.memberships["Ivo"]
    post(client, f"/memberships/{ivo}/moves", 422, team=str(world.reed.team))
    assert house.visit(world.people["Ivo"]).get(f"/teams/{world.reed.team}").status_code == 404


@pytest.mark.parametrize("name", ["Farid", "Greta", "Esi"])
def test_every_role_can_be_taken_away(house: House, world: World, name: str) -> None:
    owner, path = house.visit(world.people["Hana"]), f"/memberships/{world.memberships[name]}/removal"
    people = f"/programmes/{world.tide.programme}/people"
    assert f"{name} Okoro" in owner.get(people).text
    assert "Pages that are open now close within two seconds." in owner.get(path).text
    assert house.visit(world.people[name]).get(f"/cohorts/{world.tide.cohort}").status_code == 200
    assert post(owner, path).headers["location"] == f"{people}?done=member-removed"
    assert f"{name} Okoro" not in owner.get(people).text
    gone = house.visit(world.people[name])
    assert gone.get(f"/cohorts/{world.tide.cohort}").status_code == 404
    home = gone.get("/").text
    assert "Your part in Borders and beyond has ended." in home
    assert "ask the facilitators of Borders and beyond" in home


def test_roles_are_listed_a_page_at_a_time_and_by_kind(house: House, world: World) -> None:
    client, path = house.visit(world.people["Farid"]), f"/programmes/{world.tide.programme}/people"
    everybody = client.get(path).text
    for name in ("Amara", "Dmitri", "Esi", "Farid", "Greta"):
        assert f"{name} Okoro" in everybody
        assert world.emails[name] in everybody
    assert [name for name in ("Ivo", "Hana", "Jun") if name in everybody] == []
    advisers = client.get(path + "?role=adviser").text
    assert "Esi Okoro" in advisers
    assert "Amara Okoro" not in advisers
    assert client.get(path + "?role=nonsense&after=x").status_code == 200
    deeds = Deeds(house, world)
    for _ in range(101):
        deeds.join_member()
    first = client.get(path).text
    assert first.count("/removal") == 100
    assert f"{path}?role=&amp;after=" in first


def test_the_last_owner_cannot_be_removed(house: House, world: World) -> None:
    client, path = house.visit(world.people["Hana"]), f"/memberships/{world.memberships['Hana']}/removal"
    shown = post(client, path, 422).text
    assert "This is the only owner of the installation." in shown
    assert client.get("/owners").status_code == 200
    with house.database(writing=True) as db:
        amara = db.get_one(Person, world.people["Amara"])
        memberships.join(db, person=amara, role=Role.OWNER, now=utc_now())
    assert "Amara Okoro" in client.get("/owners").text
    assert post(client, path).headers["location"] == "/?done=member-removed"
    assert client.get("/owners").status_code == 404
    assert house.visit(world.people["Amara"]).get("/owners").status_code == 200


def test_nobody_but_owners_learns_who_the_owners_are(house: House, world: World) -> None:
    farid = house.visit(world.people["Farid"])
    assert farid.get(f"/memberships/{world.memberships['Hana']}/removal").status_code == 404
    assert farid.post(f"/memberships/{world.memberships['Hana']}/removal").status_code == 404
    assert house.rows(Removal)[-1].membership_id == world.memberships["Ivo"]
