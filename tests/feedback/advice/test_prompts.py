"""Prompts through their pages: written, answered, edited, taken back; and what must not be possible."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from threading import Thread
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from cohorts import memberships
from cohorts.models import AudienceKind, Membership, Role
from feedback.advice import prompts, responses
from feedback.advice.models import Prompt, PromptVersion, Response, Stance
from feedback.advice.web.shown import cards_of
from feedback.advice.withdrawals import RESTORABLE, erase_withdrawn
from feedback.models import Matter
from people import erasure
from people.models import Person
from server.clock import utc_now
from tests.advised import give
from tests.feedback.conftest import Browse, parsed, seen_by
from tests.house import House
from tests.world import World

SCRIPT = "<script>alert('x')</script> & \"><img src=x onerror=y>"


def ask(browser: httpx.Client, world: World, **fields: Any) -> httpx.Response:
    values = {"kind": "question", "text": "Why?", "audience": "1", "key": secrets.token_hex(8)} | fields
    return browser.post(f"/initiatives/{world.tide.initiative}/prompts", data=values)


def path_of(answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text[:3000]
    return answer.headers["location"].partition("?")[0]


def respond(browser: httpx.Client, path: str, **fields: Any) -> httpx.Response:
    return browser.post(f"{path}/responses", data={"key": secrets.token_hex(8)} | fields)


def errors_of(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 422
    return [link.get("href") for link in parsed(answer.text).xpath("//div[@class='error-summary']//a")]


def rows(house: House, table: type[Any]) -> list[Any]:
    with house.database() as db:
        return list(db.execute(select(table)).scalars())


def test_from_a_provocation_to_what_it_changed(house: House, browse: Browse, world: World) -> None:
    about = {"chapter": "challenge", "passage": "half of the   people", "kind": "provocation"}
    path = path_of(ask(browse("Esi"), world, text="*Which* half?", **about))
    card = browse("Amara").get(f"/initiatives/{world.tide.initiative}").text
    assert f'href="#passage-{path.rpartition("/")[2]}"' in card
    assert "Waits for an answer" in card
    team = browse("Amara").get(f"/teams/{world.tide.team}").text
    assert "Prompts that wait for your answer" in team
    assert "Which half?" in team
    form = browse("Amara").get(f"/initiatives/{world.tide.initiative}/edit").text
    assert "Which half?" in form
    assert "half of the people" in parsed(form).xpath("//aside//blockquote/text()")
    assert respond(browse("Amara"), path, kind="took on", text="We look.").status_code == 303
    assert "Which half?" not in browse("Amara").get(f"/teams/{world.tide.team}").text
    texts = {"title": "T", "challenge": "We began anew.", "context": "c", "tried": "t", "asked": "a"}
    saved = browse("Amara").post(f"/initiatives/{world.tide.initiative}/versions", data={"base": "1", **texts})
    assert saved.status_code == 303
    page = browse("Chiara").get(path).text
    assert f"/initiatives/{world.tide.initiative}/history?from=1&amp;to=2" in page
    assert "This passage is no longer in the text" in page
    assert "half of the people" in page


def test_who_may_read_it_is_chosen_with_how_many_that_is(browse: Browse, world: World) -> None:
    adviser = parsed(browse("Esi").get(f"/initiatives/{world.tide.initiative}/prompts/new").text)
    choices = [" ".join(text.split()) for text in adviser.xpath("//fieldset[@id='audience']//label/text()")]
    whole, board = "the whole cohort", "the team, the board and the facilitators"
    assert choices == ["the team and the facilitators", board, whole, "facilitators only"]
    hints = adviser.xpath("//fieldset[@id='audience']//p[contains(@class, 'choice-hint')]/text()")
    # Amara, Bram and Farid; with Esi; with Chiara as well.
    assert [re.findall(r"\d+", text) for text in hints] == [["3"], ["4"], ["5"], ["1"]]
    # Esi does not belong to two of them, and is told what that means.
    assert ["and you." in text for text in hints] == [True, False, False, True]
    run = parsed(browse("Farid").get(f"/initiatives/{world.tide.initiative}/prompts/new").text)
    assert len(run.xpath("//fieldset[@id='audience']//input")) == 4
    assert "and you." not in " ".join(run.xpath("//fieldset[@id='audience']//p/text()"))


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"kind": ""}, ["#kind"]),
        ({"kind": None}, ["#kind"]),
        ({"kind": "command"}, ["#kind"]),
        ({"text": " "}, ["#text"]),
        ({"text": "x" * 10_001}, ["#text"]),
        ({"audience": ""}, ["#audience"]),
        ({"audience": "3"}, ["#audience"]),
        ({"audience": "7"}, ["#audience"]),
        ({"audience": "99999"}, ["#audience"]),
        ({"passage": "words that are nowhere"}, ["#passage"]),
        ({"kind": "reference"}, ["#source"]),
        ({"kind": "reference", "url": "javascript:alert(1)"}, ["#url"]),
        ({"kind": "reference", "url": "https://a b"}, ["#url"]),
    ],
)
def test_a_rejected_prompt_comes_back_filled_in(
    browse: Browse, world: World, fields: dict[str, str], wrong: list[str]
) -> None:
    answer = ask(browse("Esi"), world, **{"text": "My words", **fields})
    assert errors_of(answer) == wrong
    assert fields.get("text", "My words").strip() in answer.text


def test_ten_thousand_characters_and_script_are_words(browse: Browse, world: World) -> None:
    long = (SCRIPT + " ") * 200
    path = path_of(ask(browse("Esi"), world, text=long[:10_000].strip()))
    for page in (path, f"/initiatives/{world.tide.initiative}"):
        tree = parsed(browse("Chiara").get(page).text)
        assert tree.xpath("//section[@class='advice'] | //article[starts-with(@id, 'asked-')]")
        assert (
            tree.xpath("//main//script | //section[@class='advice']//img | //article[starts-with(@id, 'asked-')]//img")
            == []
        )
    assert "<script>alert" in parsed(browse("Chiara").get(path).text).xpath("string(//main)")


def test_one_key_is_one_prompt(house: House, browse: Browse, world: World) -> None:
    before, key = len(rows(house, Prompt)), secrets.token_hex(8)
    assert {path_of(ask(browse("Esi"), world, key=key)) for _ in range(3)}
    assert len(rows(house, Prompt)) == before + 1


def test_ten_advisers_at_once_lose_nothing(house: House, browse: Browse, world: World) -> None:
    before, answers = len(rows(house, Prompt)), []
    browsers = [browse("Esi" if at % 2 else "Farid") for at in range(10)]

    def write(at: int) -> None:
        answers.append(
            ask(browsers[at], world, text=f"Thought {at}", chapter="challenge", passage="half of the people")
        )

    working = [Thread(target=write, args=(at,)) for at in range(10)]
    for one in working:
        one.start()
    for one in working:
        one.join(30)
    assert {answer.status_code for answer in answers} == {303}
    assert len(rows(house, Prompt)) == before + 10
    page = parsed(browse("Amara").get(f"/initiatives/{world.tide.initiative}").text)
    # All of them on the same words, and the one that was there before.
    assert [number.text for number in page.xpath("//sup[@class='passage']/a")] == [str(at) for at in range(1, 12)]


def test_two_edits_of_one_version_do_not_overwrite(browse: Browse, world: World) -> None:
    path = path_of(ask(browse("Esi"), world))
    assert browse("Esi").post(f"{path}/versions", data={"version": "1", "text": "First"}).status_code == 303
    late = browse("Esi").post(f"{path}/versions", data={"version": "1", "text": "Second"})
    assert late.status_code == 409
    assert "Second" in late.text
    assert "First" in late.text
    page = browse("Chiara").get(path).text
    assert "What it said before 1 edit" in page
    assert "Why?" in page


def test_an_adviser_who_joins_the_team_is_asked_and_does_not_ask(house: House, browse: Browse, world: World) -> None:
    path = path_of(ask(browse("Farid"), world))
    with house.database(writing=True) as db:
        person = db.get_one(Person, world.people["Esi"])
        memberships.join(db, person=person, role=Role.MEMBER, team_id=world.tide.team, now=utc_now())
    assert ask(browse("Esi"), world).status_code == 403
    assert browse("Esi").get(f"/initiatives/{world.tide.initiative}/prompts/new").status_code == 403
    assert browse("Esi").post(f"{path}/stances/agree").status_code == 403
    assert respond(browse("Esi"), path, kind="took on").status_code == 303


def test_a_removed_adviser_leaves_their_words(house: House, browse: Browse, world: World) -> None:
    path = path_of(ask(browse("Esi"), world, text="What stays?"))
    with house.database(writing=True) as db:
        held = db.get_one(Membership, world.memberships["Esi"])
        memberships.remove(db, held, by=world.people["Farid"], now=utc_now())
    assert browse("Esi").get(path).status_code == 404
    page = browse("Amara").get(path).text
    assert "What stays?" in page
    assert "Esi Okoro" in page


def test_sponsors_and_owners_see_nothing_of_it(house: House, browse: Browse, world: World) -> None:
    path = path_of(ask(browse("Esi"), world, text="CANDID words"))
    pages = (
        f"/initiatives/{world.tide.initiative}",
        f"/teams/{world.tide.team}",
        f"/cohorts/{world.tide.cohort}",
        path,
    )
    assert any("CANDID" in browse("Amara").get(page).text for page in pages)
    for name in ("Greta", "Hana"):
        for page in pages:
            text = browse(name).get(page).text
            assert "CANDID" not in text
            assert "prompt" not in text.lower().replace("promptly", "")


def test_a_withdrawn_prompt_is_gone_and_owed_by_nobody(house: House, browse: Browse, world: World) -> None:
    about = {"chapter": "challenge", "passage": "half of the people"}
    path = path_of(ask(browse("Esi"), world, text="REGRETTED words", **about))
    browse("Esi").post(f"{path}/versions", data={"version": "1", "text": "REGRETTED again"})
    assert browse("Esi").post(f"{path}/withdrawal").status_code == 303
    for name in ("Amara", "Esi", "Farid"):
        for page in (path, f"/initiatives/{world.tide.initiative}", f"/teams/{world.tide.team}"):
            assert "REGRETTED" not in browse(name).get(page).text
    assert respond(browse("Amara"), path, kind="took on").status_code == 403
    answers = browse("Farid").post(f"{path}/stances/agree"), browse("Esi").get(f"{path}/edit")
    assert [one.status_code for one in answers] == [403, 403]
    assert browse("Esi").post(f"{path}/restoration").status_code == 303
    assert "REGRETTED again" in browse("Amara").get(path).text
    browse("Esi").post(f"{path}/withdrawal")
    with house.database(writing=True) as db:
        assert erase_withdrawn(db, now=utc_now() + RESTORABLE + timedelta(minutes=1)) == 1
    left = [one for one in rows(house, Prompt) if "REGRETTED" in one.text + one.html + one.opening]
    assert (left, rows(house, PromptVersion)) == ([], [])
    assert browse("Esi").post(f"{path}/restoration").status_code == 403


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, ["#kind"]),
        ({"kind": "disagree"}, ["#text"]),
        ({"kind": "parked"}, ["#until"]),
        ({"kind": "parked", "until": "2001-01-01"}, ["#until"]),
        ({"kind": "parked", "until": "9999-12-31"}, ["#until"]),
        ({"kind": "parked", "until": "soon"}, ["#until"]),
    ],
)
def test_a_rejected_answer_comes_back(browse: Browse, world: World, fields: dict[str, str], wrong: list[str]) -> None:
    path = f"/prompts/{world.prompts[world.tide.cohort]}"
    assert errors_of(respond(browse("Amara"), path, **fields)) == wrong


def test_what_was_parked_comes_back_on_its_day(house: House, browse: Browse, world: World) -> None:
    path = f"/prompts/{world.prompts[world.tide.cohort]}"
    until = (utc_now() + timedelta(days=3)).date()
    assert respond(browse("Amara"), path, kind="parked", until=until.isoformat()).status_code == 303
    assert "Prompts that wait" not in browse("Amara").get(f"/teams/{world.tide.team}").text
    (answer,) = rows(house, Response)
    assert answer.back_at == responses.day_begins(until, "UTC")
    with house.database() as db:
        seen = seen_by(db, world, "Amara", world.tide)
        times = answer.back_at - timedelta(seconds=1), answer.back_at
        told = [cards_of(prompts.told_on(db, seen, Matter(world.tide.initiative), at)) for at in times]
    assert [card.owed for (card,) in told] == [False, True]


def test_stances_are_one_each_and_show_who(house: House, browse: Browse, world: World) -> None:
    path = f"/prompts/{world.prompts[world.tide.cohort]}"
    for kind in ("agree", "agree", "disagree"):
        assert browse("Farid").post(f"{path}/stances/{kind}").status_code == 303
    assert [one.kind for one in rows(house, Stance)] == ["disagree"]
    assert "Farid Okoro" in parsed(browse("Chiara").get(path).text).xpath("string(//section[@class='stances'])")
    assert browse("Farid").post(f"{path}/stances/shout").status_code == 404
    assert browse("Farid").post(f"{path}/stances/disagree/removal").status_code == 303
    assert rows(house, Stance) == []


def test_a_draft_is_kept_for_its_writer(browse: Browse, world: World) -> None:
    place = f"prompt-{world.tide.initiative}"
    kept = {"place": place, "draft": "0", "key": "k", "text": "Half a thought", "passage": "half", "kind": "question"}
    assert browse("Esi").post("/drafts", data=kept).status_code == 303
    form = parsed(browse("Esi").get(f"/initiatives/{world.tide.initiative}/prompts/new").text)
    assert form.xpath("string(//textarea[@name='text'])").strip() == "Half a thought"
    assert form.xpath("//input[@name='kind'][@checked]/@value") == ["question"]
    assert "Half a thought" not in browse("Farid").get(f"/initiatives/{world.tide.initiative}/prompts/new").text


def test_erasing_an_adviser_takes_their_words(house: House, browse: Browse, world: World) -> None:
    path = path_of(ask(browse("Esi"), world, text="FORGET this"))
    browse("Esi").post(f"{path}/versions", data={"version": "1", "text": "FORGET that"})
    with house.database(writing=True) as db:
        erasure.erase(db, world.people["Esi"], now=utc_now(), words=True, tell=house.inside.panels["person erased"])
    assert "FORGET" not in browse("Amara").get(path).text
    with house.database() as db:
        assert db.execute(select(func.count()).select_from(Prompt).where(Prompt.text != "")).scalar() == 1  # type: ignore[arg-type]
        assert db.execute(select(func.count()).select_from(PromptVersion)).scalar() == 0


def test_a_prompt_for_the_board_is_not_there_for_other_teams(house: House, browse: Browse, world: World) -> None:
    with house.database(writing=True) as db:
        who = world.people["Esi"], world.memberships["Esi"]
        secret = give(db, world.tide, *who, "SECRET", now=utc_now(), audience=AudienceKind.TEAM_AND_BOARD)
    assert browse("Amara").get(f"/prompts/{secret}").status_code == 200
    assert browse("Chiara").get(f"/prompts/{secret}").status_code == 404
    assert browse("Chiara").post(f"/prompts/{secret}/responses", data={"kind": "took on"}).status_code == 404
