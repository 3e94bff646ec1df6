"""Answers to prompts: given by two at once; taken back by their team, gone from every surface, erased after a day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cohorts import memberships
from cohorts.models import Membership
from feedback.advice.models import Prompt, Response, ResponseWithdrawal
from feedback.advice.withdrawals import RESTORABLE, erase_taken_back
from server.clock import utc_now
from tests.feedback.advice.test_prompts import ask, errors_of, path_of, respond
from tests.feedback.conftest import Browse, parsed
from tests.house import House
from tests.live.follower import normal
from tests.live.harness import assert_live_equals_fresh
from tests.sessions.left import Session
from tests.world import World

WORDS = "CONFIDED what nobody was to know"


def prompt_path(world: World) -> str:
    return f"/prompts/{world.prompts[world.tide.cohort]}"


def answered(house: House, browse: Browse, world: World, text: str = WORDS, **fields: str) -> str:
    """Amara answers; the address of that answer."""
    said = {"kind": "took on", "text": text} | fields
    assert respond(browse("Amara"), prompt_path(world), **said).status_code == 303
    return f"/responses/{house.rows(Response)[-1].id}"


def became(browse: Browse, world: World, name: str = "Chiara") -> str:
    page = parsed(browse(name).get(prompt_path(world)).text)
    return " ".join(page.xpath("string(//section[@class='responses'])").split())


def test_an_answer_taken_back_is_on_no_page_and_owed_again(house: House, browse: Browse, world: World) -> None:
    at, tide = answered(house, browse, world), world.tide
    pages = (prompt_path(world), f"/teams/{tide.team}/asked", f"/teams/{tide.team}", f"/initiatives/{tide.initiative}")
    for name in ("Amara", "Chiara", "Esi"):
        assert any("CONFIDED" in browse(name).get(page).text for page in pages), name
    # Whoever of the team wrote it: Bram asks first, and is shown what it is.
    assert WORDS in browse("Bram").get(f"{at}/withdrawal").text
    for _ in range(2):
        assert browse("Bram").post(f"{at}/withdrawal").status_code == 303
    assert [one.by_id for one in house.rows(ResponseWithdrawal)] == [world.people["Bram"]]
    for name in ("Amara", "Bram", "Chiara", "Esi", "Farid"):
        for page in (*pages, "/desk", f"{at}/withdrawal"):
            assert "CONFIDED" not in browse(name).get(page).text, f"{page} by {name}"
        assert "An answer was taken back" in became(browse, world, name)
        assert "The team has not answered yet" in became(browse, world, name)
    assert "Amara" not in became(browse, world)
    assert "Who is not reached?" in browse("Amara").get(f"/teams/{tide.team}").text
    assert "Put it back" in became(browse, world, "Amara")
    assert "Put it back" not in became(browse, world, "Esi")
    assert browse("Amara").post(f"{at}/restoration").status_code == 303
    assert WORDS in became(browse, world)
    assert "not answered" not in became(browse, world)


def test_the_answer_before_counts_again(house: House, browse: Browse, world: World) -> None:
    first = answered(house, browse, world, "First words")
    second = answered(house, browse, world, "Second words", kind="disagree")
    browse("Amara").post(f"{second}/withdrawal")
    (prompt,) = (one for one in house.rows(Prompt) if one.id == world.prompts[world.tide.cohort])
    assert first.endswith(f"/{prompt.response_id}")
    shown = became(browse, world)
    assert shown.index("First words") < shown.index("Answered before") < shown.index("An answer was taken back")
    # An old one goes without changing which one counts.
    browse("Amara").post(f"{second}/restoration")
    browse("Amara").post(f"{first}/withdrawal")
    shown = became(browse, world)
    assert shown.index("Second words") < shown.index("Answered before") < shown.index("An answer was taken back")
    assert "First words" not in shown


def test_after_a_day_the_words_are_erased(house: House, browse: Browse, world: World) -> None:
    at, kept = answered(house, browse, world), answered(house, browse, world, "These stay")
    browse("Amara").post(f"{at}/withdrawal")
    with house.database(writing=True) as db:
        assert erase_taken_back(db, now=utc_now() + RESTORABLE - timedelta(minutes=1)) == 0
        assert erase_taken_back(db, now=utc_now() + RESTORABLE + timedelta(minutes=1)) == 1
        assert erase_taken_back(db, now=utc_now() + RESTORABLE + timedelta(minutes=1)) == 0
    assert sorted(one.text for one in house.rows(Response)) == ["", "These stay"]
    assert browse("Amara").post(f"{at}/restoration").status_code == 403
    shown = became(browse, world, "Amara")
    assert "An answer was taken back" in shown
    assert "Put it back" not in shown
    assert browse("Amara").post(f"{kept}/restoration").status_code == 303
    assert "These stay" in became(browse, world)


def test_only_the_team_takes_it_back(house: House, browse: Browse, world: World) -> None:
    at = answered(house, browse, world)
    expected = dict.fromkeys(("Chiara", "Esi", "Farid"), 403)
    expected |= dict.fromkeys(("Dmitri", "Greta", "Hana", "Ivo", "Jun", "Kofi"), 404)
    for name, status in expected.items():
        assert browse(name).get(f"{at}/withdrawal").status_code == status, name
        for verb in ("withdrawal", "restoration"):
            assert browse(name).post(f"{at}/{verb}").status_code == status, name
        assert "Take it back" not in browse(name).get(prompt_path(world)).text
    assert house.rows(ResponseWithdrawal) == []
    for name in ("Amara", "Bram"):
        assert "Take it back" in browse(name).get(prompt_path(world)).text
        for verb in ("withdrawal", "restoration"):
            assert browse(name).post(f"{at}/{verb}").status_code == 303, name


def test_whoever_left_the_team_leaves_the_answer_to_it(house: House, browse: Browse, world: World) -> None:
    at = answered(house, browse, world)
    with house.database(writing=True) as db:
        held = db.get_one(Membership, world.memberships["Amara"])
        memberships.remove(db, held, by=world.people["Farid"], now=utc_now())
    assert browse("Amara").post(f"{at}/withdrawal").status_code == 404
    assert browse("Bram").post(f"{at}/withdrawal").status_code == 303


def test_those_who_run_a_session_take_theirs_back(house: House, world: World) -> None:
    session = Session(house, world)
    prompt = session.leave()
    session.answer(prompt, text=WORDS)
    at = f"/responses/{house.rows(Response)[-1].id}/withdrawal"
    assert WORDS in session.browser("Esi").get(f"/prompts/{prompt}").text
    assert session.browser("Esi").post(at).status_code == 403
    session.send("Farid", at)
    for page in (f"/prompts/{prompt}", session.path):
        assert "CONFIDED" not in session.browser("Esi").get(page).text
    assert "has not been answered yet" in session.browser("Esi").get(f"/prompts/{prompt}").text


@pytest.mark.parametrize("name", ["Amara", "Esi"])
def test_open_pages_lose_it_as_it_goes_and_find_it_again(house: House, browse: Browse, world: World, name: str) -> None:
    at = answered(house, browse, world)

    def take_back() -> None:
        assert browse("Bram").post(f"{at}/withdrawal").status_code == 303

    def put_back() -> None:
        assert browse("Bram").post(f"{at}/restoration").status_code == 303

    for act in (take_back, put_back):
        page = assert_live_equals_fresh(house, world.people[name], prompt_path(world), act)
        assert ("CONFIDED" in normal(page.page)) is (act is put_back)
    assert_live_equals_fresh(house, world.people[name], f"/initiatives/{world.tide.initiative}", take_back)


def test_two_who_answer_at_once_see_each_other_s_answer(house: House, browse: Browse, world: World) -> None:
    path = f"/prompts/{world.prompts[world.tide.cohort]}"
    bram = parsed(browse("Bram").get(path).text).get_element_by_id("answer-form")
    before = {"seen": bram.xpath(".//input[@name='seen']/@value")[0], "kind": "disagree", "text": "We said so already."}
    assert respond(browse("Amara"), path, kind="took on", seen=before["seen"]).status_code == 303
    late = respond(browse("Bram"), path, **before)
    assert late.status_code == 409
    page = parsed(late.text)
    assert "answer changed while you were writing" in page.xpath("string(//section[@class='answer'])")
    assert "Took on" in page.xpath("string(//section[@class='responses'])")
    again = page.get_element_by_id("answer-form")
    assert again.xpath("string(.//textarea[@name='text'])").strip() == before["text"]
    assert again.xpath(".//input[@name='kind'][@checked]/@value") == ["disagree"]
    assert [one.kind for one in house.rows(Response)] == ["took on"]
    # Once: now it was seen.
    seen = again.xpath(".//input[@name='seen']/@value")[0]
    assert errors_of(respond(browse("Bram"), path, **before | {"seen": seen, "text": " "})) == ["#text"]
    assert respond(browse("Bram"), path, **before | {"seen": seen}).status_code == 303
    assert [one.kind for one in house.rows(Response)] == ["took on", "disagree"]


def test_what_was_said_before_an_edit_says_so(browse: Browse, world: World) -> None:
    path = path_of(ask(browse("Esi"), world, text="Who pays?"))
    browse("Farid").post(f"{path}/stances/agree")
    respond(browse("Amara"), path, kind="took on", text="We do.")
    page = browse("Chiara").get(path).text
    assert "the prompt was edited since" not in page
    assert "edited after this answer" not in page
    assert browse("Esi").post(f"{path}/versions", data={"version": "1", "text": "Who decides?"}).status_code == 303
    page = browse("Chiara").get(path).text
    assert "the prompt was edited since" in page
    assert "The prompt was edited after this answer." in page
    respond(browse("Amara"), path, kind="took on", text="They do.")
    answers = parsed(browse("Chiara").get(path).text).xpath("//div[@class='response']")
    assert ["edited after" in one.text_content() for one in answers] == [False, True]
