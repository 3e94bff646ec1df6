"""Prompts for people their author does not belong to: said to them alone, and never lost to whoever said it."""

from __future__ import annotations

import secrets
from typing import Any

import httpx
import pytest

from cohorts.models import AudienceKind
from server.clock import utc_now
from tests.advised import give
from tests.feedback.advice.test_prompts import ask, path_of, respond
from tests.feedback.conftest import Browse, parsed
from tests.house import House
from tests.world import World

OTHERS = ("Chiara", "Dmitri", "Greta", "Hana", "Ivo")


def circle(browser: httpx.Client, world: World, words: str) -> str:
    """The value of the choice of that audience in the form."""
    form = parsed(browser.get(f"/initiatives/{world.tide.initiative}/prompts/new").text)
    label = next(one for one in form.xpath("//fieldset[@id='audience']//label") if one.text_content().strip() == words)
    return str(form.get_element_by_id(label.get("for")).get("value"))


def to_team(browse: Browse, world: World, text: str = "SECRET doubts", **more: Any) -> str:
    esi = browse("Esi")
    return path_of(ask(esi, world, text=text, audience=circle(esi, world, "the team and the facilitators"), **more))


def to_facilitators(browse: Browse, world: World) -> str:
    esi = browse("Esi")
    return path_of(ask(esi, world, text="SECRET worry", audience=circle(esi, world, "facilitators only")))


def thread_of(page: str) -> str:
    return str(parsed(page).xpath("//form[contains(@action, '/comments')]/@action")[0])


def test_said_to_the_team_alone_and_answered(browse: Browse, world: World) -> None:
    about = {"chapter": "challenge", "passage": "half of the people"}
    path = to_team(browse, world, **about)
    assert "SECRET doubts" in browse("Amara").get(f"/teams/{world.tide.team}").text
    assert "SECRET doubts" in browse("Farid").get(path).text
    mine = browse("Esi").get(path)
    assert mine.status_code == 200
    assert "SECRET doubts" in mine.text
    assert "the team, the facilitators and whoever asked" in mine.text
    assert respond(browse("Amara"), path, kind="disagree", text="We asked *them*.").status_code == 303
    answered = parsed(browse("Esi").get(path).text).xpath("//section[@class='responses']")[0].text_content()
    assert "We asked them." in answered
    listed = parsed(browse("Esi").get(f"/initiatives/{world.tide.initiative}").text)
    own = listed.get_element_by_id(f"own-prompts-{world.tide.initiative}")
    assert own.xpath(".//a/@href") == [path]
    assert "Disagree" in own.text_content()


def test_nobody_else_learns_of_it(browse: Browse, world: World) -> None:
    for path in (to_team(browse, world), to_facilitators(browse, world)):
        for name in OTHERS:
            assert browse(name).get(path).status_code == 404, name
            assert browse(name).get(f"{path}/alone").status_code == 404, name
        for page in (f"/initiatives/{world.tide.initiative}", f"/teams/{world.tide.team}/asked"):
            assert "SECRET" not in browse("Chiara").get(page).text


def test_what_is_said_about_it_stays_among_them(browse: Browse, world: World) -> None:
    path = to_team(browse, world)
    thread = thread_of(browse("Amara").get(path).text)
    said = browse("Amara").post(thread, data={"text": "HIDDEN from her", "key": secrets.token_hex(8)})
    assert said.status_code == 303
    assert "HIDDEN" in browse("Bram").get(path).text
    for page in (path, f"{path}/alone", f"/initiatives/{world.tide.initiative}", "/desk"):
        shown = browse("Esi").get(page).text
        assert "HIDDEN" not in shown
        assert "1 comment" not in shown
    assert browse("Esi").get(thread.removesuffix("/comments")).status_code == 404
    answer = browse("Esi").post(thread, data={"text": "Me too", "key": secrets.token_hex(8)})
    assert answer.status_code == 404


def test_its_author_edits_it_and_takes_it_back(browse: Browse, world: World) -> None:
    path = to_team(browse, world)
    esi = browse("Esi")
    assert esi.post(f"{path}/versions", data={"version": "1", "text": "Softer words"}).status_code == 303
    assert "Softer words" in browse("Amara").get(path).text
    assert esi.post(f"{path}/withdrawal").status_code == 303
    assert "Softer words" not in browse("Amara").get(path).text
    assert "withdrawn" in esi.get(path).text
    assert esi.post(f"{path}/restoration").status_code == 303
    assert "Softer words" in esi.get(path).text
    # Answering and judging are for those it is for.
    assert respond(esi, path, kind="took on").status_code == 404
    assert esi.post(f"{path}/stances/agree").status_code == 404


def test_numbers_do_not_count_what_the_circle_was_asked(house: House, browse: Browse, world: World) -> None:
    with house.database(writing=True) as db:
        who = world.people["Farid"], world.memberships["Farid"]
        give(db, world.tide, *who, "Among us", now=utc_now(), audience=AudienceKind.TEAM)
    mine = parsed(browse("Esi").get(to_team(browse, world)).text)
    assert mine.xpath("//span[@class='prompt-number']") == []
    assert "Among us" not in browse("Esi").get(f"/initiatives/{world.tide.initiative}").text


def test_the_team_owes_nothing_to_what_it_does_not_see(browse: Browse, world: World) -> None:
    path = to_facilitators(browse, world)
    assert browse("Amara").get(path).status_code == 404
    for page in (path, f"/initiatives/{world.tide.initiative}"):
        assert "Not seen by the team" in browse("Farid").get(page).text
    board = browse("Farid").get(f"/teams/{world.tide.team}/asked").text
    assert "SECRET" not in board
    assert "SECRET" not in browse("Farid").get(f"/teams/{world.tide.team}").text
    assert "Not seen by the team" in browse("Esi").get(path).text


@pytest.mark.parametrize("kind", ["took on", "disagree"])
def test_the_desk_tells_of_an_answer_once(browse: Browse, world: World, kind: str) -> None:
    path = to_team(browse, world)
    respond(browse("Amara"), path, kind=kind, text="Because")
    desk = parsed(browse("Esi").get("/desk").text)
    assert path in desk.xpath("//section[@aria-labelledby='waits']//a/@href")
    form = desk.xpath(f"//form[@action='/desk/teams/{world.tide.team}/reading']")[0]
    seen = {one.get("name"): one.get("value") for one in form.xpath(".//input")}
    browse("Esi").post(form.get("action"), data=seen)
    # She cannot say more about it there, so nothing waits for her, also where the team disagrees.
    assert path not in parsed(browse("Esi").get("/desk").text).xpath("//a/@href")


def test_it_is_theirs_as_long_as_they_read_the_initiative(house: House, browse: Browse, world: World) -> None:
    """A facilitator who is none any more asked the facilitators; Ivo reads nothing here."""
    with house.database(writing=True) as db:
        who = world.people["Chiara"], world.memberships["Chiara"]
        mine = give(db, world.tide, *who, "Mine", now=utc_now(), audience=AudienceKind.FACILITATORS)
        gone = world.people["Ivo"], world.memberships["Farid"]
        not_any_more = give(db, world.tide, *gone, "Gone", now=utc_now(), audience=AudienceKind.TEAM)
    assert "Mine" in browse("Chiara").get(f"/prompts/{mine}").text
    assert browse("Ivo").get(f"/prompts/{not_any_more}").status_code == 404
