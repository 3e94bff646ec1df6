"""The planner: what it suggests, how it weighs a time of one's own, and what it says to nonsense."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cohorts import cohorts, teams
from cohorts.models import Cohort, Programme
from people import organisations
from server.clock import utc_now, zone
from server.db import Db
from sessions import clashes
from sessions.web.planner_asked import FIELDS
from tests.access.test_query_counts import counted
from tests.house import House
from tests.scheduled import offered, session_now
from tests.sessions.conftest import Browse, parsed
from tests.world import World

TOKYO, KATHMANDU, LIMA = ("JP", "Asia/Tokyo"), ("NP", "Asia/Kathmandu"), ("PE", "America/Lima")
# Each field with what it must not be, and words of the error.
WRONG = {
    "session": ("987654", "ada", "-1", "1 or 1=1"),
    "first": ("", "tomorrow", "2027-13-01", "0000-00-00", "0001-01-01", "9999-12-31", "1e9"),
    "last": ("", "2027-02-30", "2020-01-01", "\x00", "9999-12-31"),
    "minutes": ("", "0", "4", "481", "-90", "1.5", "٩٠", "999999999999"),
    "slots": ("", "0", "3", "two"),
    "zone": ("", "Mars/Olympus", "../../etc/passwd", "europe"),
    "at_1": ("soon", "2027-01-32T09:00", "2020-01-01T09:00", "9999-12-31T23:59", "2099-01-01T09:00"),
    "at_2": ("25:00", "2027-03-28T02:30", "2027-10-31T02:30"),
}


def path(world: World) -> str:
    return f"/cohorts/{world.tide.cohort}/sessions/planner"


def day(shift: int) -> str:
    return (utc_now() + timedelta(days=shift)).date().isoformat()


def add_teams(db: Db, cohort_id: int, *homes: tuple[str, str]) -> None:
    cohort = db.get_one(Cohort, cohort_id)
    for number, (country, zone_name) in enumerate(homes):
        home = organisations.add(db, name=f"House {number}", country=country, time_zone=zone_name)
        teams.create(db, cohort, home, name=f"Team {number} of {country}")


def words(tree: Any) -> str:
    """What is said in a part of a page, its parts apart."""
    return " ".join(" ".join(tree.itertext()).split())


def ways(page: str) -> list[Any]:
    return list(parsed(page).xpath("//li[@class='planner-way']"))


def test_first_look_suggests_the_best_time_of_five_days(world: World, browse: Browse) -> None:
    page = browse("Farid").get(path(world))
    assert page.status_code == 200
    found = ways(page.text)
    assert len(found) == 5
    begins = [datetime.fromisoformat(way.xpath(".//h3/time/@datetime")[0]) for way in found]
    assert all(at > utc_now() for at in begins)
    assert len({at.astimezone(zone("Europe/Paris")).date() for at in begins}) == 5
    # Both teams are in countries and zones of Europe and Lagos: a working hour of all is found.
    assert "Working hours for every team." in found[0].text_content()
    assert "Choose a session above" in page.text
    assert "Offer" not in found[0].text_content()


def test_every_team_is_told_its_hour_in_words(house: House, world: World, browse: Browse) -> None:
    with house.database(writing=True) as db:
        add_teams(db, world.tide.cohort, TOKYO, TOKYO, KATHMANDU, LIMA)
    # Wednesday, 10:00 in Paris.
    asked = {"zone": "Europe/Paris", "at_1": "2027-01-13T10:00", "minutes": "60"}
    own = ways(browse("Farid").get(path(world), params=asked).text)[0]
    rows = [words(row) for row in own.xpath(".//tbody[1]/tr[td[@class='planner-word']]")]
    said = {row.split()[0]: row for row in rows}
    assert said["Tokyo"].endswith("18:00 Wed 13 Jan Early or late")
    assert "Japan : Team 0 of JP , Team 1 of JP" in said["Tokyo"]
    assert said["Kathmandu"].endswith("14:45 Wed 13 Jan Working hours")
    assert said["Lima"].endswith("04:00 Wed 13 Jan Unsocial: night")
    carry = [words(row) for row in own.xpath(".//tr[@role='row'][th/bdi='Peru']")]
    assert carry == ["Peru So far: 0 min This adds: 1 h Afterwards: 1 h"]


def test_weekend_and_holiday_are_named(house: House, world: World, browse: Browse) -> None:
    with house.database(writing=True) as db:
        add_teams(db, world.tide.cohort, ("FR", "Europe/Paris"), ("SA", "Asia/Riyadh"))
    for at, words in {
        "2027-01-16T10:00": "Unsocial: weekend",
        "2027-07-14T10:00": "Unsocial: public holiday (National Day)",
    }.items():
        page = browse("Farid").get(path(world), params={"at_1": at, "zone": "Europe/Paris"})
        assert words in ways(page.text)[0].text_content()


def test_suggestion_leads_to_the_form_that_offers_it(world: World, browse: Browse) -> None:
    farid, session = browse("Farid"), world.sessions[world.tide.cohort]
    page = farid.get(path(world), params={"session": str(session), "minutes": "70", "slots": "2"})
    way = ways(page.text)[0]
    begins = [datetime.fromisoformat(text) for text in way.xpath(".//h3/time/@datetime")]
    links = way.xpath(".//a[contains(@href, '/slots/new')]/@href")
    assert len(begins) == len(links) == 2
    for at, link in zip(begins, links, strict=True):
        form = parsed(farid.get(link).text)
        typed = form.xpath("//input[@name='at']/@value")[0]
        zone_name = form.xpath("//select[@name='time_zone']/option[@selected]/@value")[0]
        assert datetime.fromisoformat(typed).replace(tzinfo=zone(zone_name)).astimezone(UTC) == at
        assert form.xpath("//input[@name='minutes']/@value") == ["70"]


def test_hour_that_comes_twice_is_offered_in_utc(world: World, browse: Browse) -> None:
    # 00:30 in UTC is 2:30 in Paris for the first time that day, and typed in UTC it is one time.
    asked = {"session": str(world.sessions[world.tide.cohort]), "zone": "UTC", "at_1": "2027-10-31T00:30"}
    (link,) = ways(browse("Farid").get(path(world), params=asked).text)[0].xpath(".//a[contains(@href, 'new')]/@href")
    assert parse_qs(urlsplit(link).query) == {"at": ["2027-10-31T00:30"], "zone": ["UTC"], "minutes": ["70"]}


def test_what_else_is_then_is_shown_for_a_time_of_ones_own_and_avoided_by_suggestions(
    house: House, world: World, browse: Browse
) -> None:
    with house.database(writing=True) as db:
        facts = session_now(db, world.sessions[world.tide.cohort])
        slot = offered(db, facts, timedelta(days=6), utc_now(), minutes=480)
    asked = {"zone": "UTC", "at_1": slot.starts_at.strftime("%Y-%m-%dT%H:%M"), "last": day(20)}
    page = browse("Farid").get(path(world), params=asked)
    assert (
        "Learning from what fails" in parsed(page.text).xpath("//*[@class='notice notice-warning']")[0].text_content()
    )
    assert "in the same cohort" in page.text
    mine = browse("Farid").get(path(world), params={**asked, "session": str(facts.id)})
    assert "this session itself" in mine.text
    with house.database() as db:
        for way in ways(page.text)[1:]:
            at = datetime.fromisoformat(way.xpath(".//h3/time/@datetime")[0])
            assert clashes.among(db, world.tide.cohort, at, 90) == []


@pytest.mark.parametrize("field", WRONG)
def test_nonsense_gets_a_clear_error_and_the_form_back(world: World, browse: Browse, field: str) -> None:
    farid, right = browse("Farid"), {"first": day(1), "last": day(9), "minutes": "77", "zone": "Europe/Paris"}
    for text in WRONG[field]:
        answer = farid.get(path(world), params=right | {field: text})
        page = parsed(answer.text)
        assert answer.status_code == 422, text
        assert page.xpath("//*[@role='alert']"), text
        boxes = {"first": "first", "last": "last"} | {field: field}
        wrong = page.xpath("//*[contains(@class, 'field-wrong')]//*[@name]/@name")
        assert set(wrong) & set(boxes), text
        assert ways(answer.text) == []
        if field not in ("minutes", "session", "zone", "slots"):
            assert page.xpath("//input[@name='minutes']/@value") == ["77"]
        if field in ("first", "at_1", "minutes"):
            assert page.xpath(f"//input[@name='{field}']/@value") == [text]


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (9, 3, "The last day comes before the first."),
        (1, 32, "Look at 31 days at most."),
        (-9, -3, "These days are over."),
        (800, 801, "more than two years away"),
    ],
)
def test_days_that_cannot_be(world: World, browse: Browse, first: int, last: int, words: str) -> None:
    answer = browse("Farid").get(path(world), params={"first": day(first), "last": day(last)})
    assert answer.status_code == 422
    assert words in answer.text


def test_a_month_is_looked_at_and_what_began_is_left_out(world: World, browse: Browse) -> None:
    assert len(ways(browse("Farid").get(path(world), params={"first": day(1), "last": day(31)}).text)) == 5
    page = browse("Farid").get(path(world), params={"first": day(-3), "last": day(9)})
    assert page.status_code == 200
    assert all(datetime.fromisoformat(way.xpath(".//h3/time/@datetime")[0]) > utc_now() for way in ways(page.text))


def test_two_times_of_ones_own_do_not_overlap(world: World, browse: Browse) -> None:
    asked = {"at_1": "2027-01-13T10:00", "at_2": "2027-01-13T11:00", "minutes": "90", "zone": "Europe/Paris"}
    assert "The two times overlap." in browse("Farid").get(path(world), params=asked).text
    page = browse("Farid").get(path(world), params=asked | {"minutes": "60"})
    assert len(ways(page.text)[0].xpath(".//h3/time")) == 2


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.dictionaries(st.sampled_from(FIELDS), st.text(st.characters(codec="utf-8"), max_size=20), max_size=8))
def test_whatever_is_typed_is_answered(world: World, browse: Browse, asked: dict[str, str]) -> None:
    assert browse("Farid").get(path(world), params=asked).status_code in (200, 422)


def test_cohort_without_teams(house: House, world: World, browse: Browse) -> None:
    with house.database(writing=True) as db:
        made = cohorts.create(db, db.get_one(Programme, world.tide.programme), name="Nobody yet")
    for asked in ({}, {"at_1": "2027-01-13T10:00"}):
        page = browse("Farid").get(f"/cohorts/{made.id}/sessions/planner", params=asked)
        assert page.status_code == 200
        assert "There are no teams yet" in page.text


def test_thirty_teams_cost_no_more_queries_than_two(house: House, world: World, browse: Browse) -> None:
    farid, found = browse("Farid"), []
    for homes in ((), (TOKYO, KATHMANDU, LIMA) * 9):
        with house.database(writing=True) as db:
            add_teams(db, world.tide.cohort, *homes)
        farid.get(path(world))
        with counted(house) as statements:
            assert farid.get(path(world)).status_code == 200
        found.append(len(statements))
    assert found[0] == found[1]


@pytest.mark.parametrize("language", ["en-XA", "ar-XB"])
def test_it_speaks_the_readers_language(house: House, world: World, language: str) -> None:
    page = house.visit(world.people["Farid"], **{"accept-language": language}).get(path(world))
    assert page.status_code == 200
