"""A team's board of what it was asked, and the cohort's reading list."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import pytest

from cohorts.attributions import set_for_cohort
from cohorts.models import Attribution, AudienceKind
from feedback.advice.web import reading
from server.clock import utc_now
from tests.access.test_query_counts import counted
from tests.advised import give
from tests.feedback.conftest import Browse, parsed
from tests.house import House
from tests.live.deeds import Deeds
from tests.world import Place, World


def asked(house: House, world: World, place: Place, name: str = "Esi", text: str = "Why?", **more: Any) -> str:
    with house.database(writing=True) as db:
        id_ = give(db, place, world.people[name], world.memberships[name], text, now=utc_now(), **more)
    return f"/prompts/{id_}"


def answered(browse: Browse, prompt: str, name: str = "Amara", **fields: str) -> None:
    sent = browse(name).post(f"{prompt}/responses", data={"key": secrets.token_hex(8)} | fields)
    assert sent.status_code == 303, sent.text[:2000]


def group(browse: Browse, path: str, name: str, who: str = "Amara") -> str:
    (found,) = parsed(browse(who).get(path).text).xpath(f"//section[@aria-labelledby='{name}']")
    return " ".join(" ".join(found.itertext()).split())


@pytest.fixture
def board(world: World) -> str:
    return f"/teams/{world.tide.team}/asked"


@pytest.fixture
def list_(world: World) -> str:
    return f"/cohorts/{world.tide.cohort}/reading"


def test_what_was_asked_stands_where_it_belongs(house: House, browse: Browse, world: World, board: str) -> None:
    taken, parked, denied = (
        asked(house, world, world.tide, text=text) for text in ("Who pays?", "When?", "Why at all?")
    )
    answered(browse, taken, kind="took on", text="We ask *them*.")
    until = (utc_now() + timedelta(days=30)).date()
    answered(browse, parked, kind="parked", until=until.isoformat())
    answered(browse, denied, kind="disagree", text="It floods.")
    assert "Who is not reached?" in group(browse, board, "board-open")
    assert "Esi Okoro" in group(browse, board, "board-open")
    assert "Who pays?" in group(browse, board, "board-took-on")
    assert "We ask them." in group(browse, board, "board-took-on")
    assert "until" in group(browse, board, "board-parked")
    assert "It floods." in group(browse, board, "board-disagree")
    Deeds(house, world).edit_initiative(challenge="Another challenge.")
    links = parsed(browse("Amara").get(board).text).xpath("//section[@aria-labelledby='board-took-on']//a/@href")
    assert f"/initiatives/{world.tide.initiative}/history?from=1&to=2" in links
    assert browse("Amara").get(links[-1]).status_code == 200


def test_an_edit_of_another_chapter_did_not_follow(house: House, browse: Browse, world: World, board: str) -> None:
    asked(house, world, world.tide, text="About what you ask", chapter="asked")
    Deeds(house, world).edit_initiative(challenge="Another challenge.")
    rows = parsed(browse("Amara").get(board).text).xpath("//li[contains(., 'About what you ask')]")
    assert len(rows) == 1
    assert "The text was edited" not in rows[0].text_content()


def test_others_see_what_their_audiences_allow(house: House, browse: Browse, world: World, board: str) -> None:
    asked(house, world, world.tide, text="FOR THE BOARD", audience=AudienceKind.TEAM_AND_BOARD)
    asked(house, world, world.tide, "Farid", "FOR THE TEAM", audience=AudienceKind.TEAM)
    gone = asked(house, world, world.tide, text="REGRETTED")
    assert browse("Esi").post(f"{gone}/withdrawal").status_code == 303
    for path in (board, f"{board}/list"):
        seen = {name: browse(name).get(path).text for name in ("Amara", "Chiara", "Esi", "Farid")}
        assert {name for name, text in seen.items() if "FOR THE BOARD" in text} == {"Amara", "Esi", "Farid"}
        assert {name for name, text in seen.items() if "FOR THE TEAM" in text} == {"Amara", "Farid"}
        assert not [name for name, text in seen.items() if "REGRETTED" in text]


def test_the_team_and_the_cohort_lead_there(browse: Browse, world: World, board: str, list_: str) -> None:
    team, cohort = f"/teams/{world.tide.team}", f"/cohorts/{world.tide.cohort}"
    for name, there in (("Amara", True), ("Chiara", True), ("Greta", False), ("Hana", False)):
        assert bool(parsed(browse(name).get(team).text).xpath(f"//a[@href='{board}']")) is there
        assert bool(parsed(browse(name).get(cohort).text).xpath(f"//a[@href='{list_}']")) is there


def test_references_are_collected_by_initiative(house: House, browse: Browse, world: World, list_: str) -> None:
    assert "Nothing to read yet" in browse("Amara").get(list_).text
    book = {"kind": "reference", "source": "How water moves", "url": "https://example.org/water"}
    asked(house, world, world.tide, text="Read *this* first", **book)
    asked(house, world, world.reed, text="A second", kind="reference", source="A book of bells")
    hidden = asked(house, world, world.tide, text="x", kind="reference", source="SECRET", audience="team and board")
    page = parsed(browse("Chiara").get(list_).text)
    assert page.xpath("//main//section//h2//bdi/text()") == [
        "Reed: reach everybody in time",
        "Tide: reach everybody in time",
    ]
    (link,) = page.xpath("//a[text()='How water moves']")
    assert link.get("href") == "https://example.org/water"
    assert "Read this first" in page.text_content()
    assert "Esi Okoro" in page.text_content()
    assert "SECRET" not in page.text_content()
    assert "SECRET" in browse("Amara").get(list_).text
    assert browse("Esi").post(f"{hidden}/withdrawal").status_code == 303
    assert "SECRET" not in browse("Amara").get(list_).text


def test_older_references_come_page_by_page(
    house: House, browse: Browse, world: World, list_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "A_PAGE", 2)
    for number in range(5):
        asked(house, world, world.tide, text="w", kind="reference", source=f"Book {number}")
    found, path = [], list_
    while path:
        page = parsed(browse("Amara").get(path).text)
        found += page.xpath("//p[@class='reference']/bdi/text()")
        path = next(iter(page.xpath("//nav[@class='pager']//a[contains(@href, 'before')]/@href")), "")
    assert found == [f"Book {number}" for number in (4, 3, 2, 1, 0)]
    for wrong in ("x", "-1", "99999999999", "²"):
        assert browse("Amara").get(f"{list_}?before={wrong}").status_code == 404


@pytest.mark.parametrize("attribution", [Attribution.ROLE, Attribution.NONE])
def test_nobody_is_named_where_nobody_is(
    house: House, browse: Browse, world: World, board: str, list_: str, attribution: str
) -> None:
    asked(house, world, world.tide, text="w", kind="reference", source="A book")
    for path in (board, list_):
        assert "Esi Okoro" in browse("Chiara").get(path).text
    with house.database(writing=True) as db:
        set_for_cohort(db, world.tide.cohort, attribution, by_id=world.people["Farid"], now=utc_now())
    for path in (board, f"{board}/list", list_):
        assert "Esi" not in browse("Chiara").get(path).text


def test_they_cost_the_same_with_one_and_with_many(
    house: House, browse: Browse, world: World, board: str, list_: str
) -> None:
    def cost(path: str) -> int:
        browse("Amara").get(path)
        with counted(house) as statements:
            assert browse("Amara").get(path).status_code == 200
        return len(statements)

    asked(house, world, world.tide, text="w", kind="reference", source="A book")
    few = {path: cost(path) for path in (board, list_)}
    for number in range(3):
        answered(browse, asked(house, world, world.tide, text=f"Question {number}"), kind="took on")
        asked(house, world, world.tide, text="w", kind="reference", source=f"Book {number}")
        Deeds(house, world).edit_initiative(title=f"Title {number}")
    assert {path: cost(path) for path in (board, list_)} == few
    # Of the list two are for the streams it follows.
    assert few == {board: 13, list_: 10}
