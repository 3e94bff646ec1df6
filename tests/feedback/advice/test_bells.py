"""What people are told of prompts: who was asked, who asked, and who wants to hear it; only what they may see."""

from __future__ import annotations

from typing import Any

import pytest
from lxml import html as markup

from feedback.advice.models import Prompt
from feedback.models import Notice
from server.mail import Mail
from tests.feedback.advice.test_own import circle
from tests.feedback.advice.test_prompts import ask, path_of, respond
from tests.feedback.conftest import Browse, parsed
from tests.feedback.test_letters import age, quiet, write
from tests.house import House
from tests.live.harness import following
from tests.world import World

__all__ = ["quiet"]


def told(house: House, world: World) -> dict[str, str]:
    names = {person: name for name, person in world.people.items()}
    return {names[row.person_id]: row.kind for row in house.rows(Notice) if row.read_at is None}


def count(browse: Browse, name: str) -> int:
    found: Any = markup.fromstring(browse(name).get("/profile").text).xpath("//*[@id='bell']/b/text()")
    return int(found[0]) if found else 0


def asked(browse: Browse, world: World, words: str = "the whole cohort", name: str = "Esi", **more: Any) -> str:
    return path_of(ask(browse(name), world, audience=circle(browse(name), world, words), **more))


def volume(browse: Browse, name: str, thread: int, chosen: str) -> None:
    assert browse(name).post(f"/threads/{thread}/volume", data={"volume": chosen}).status_code == 303


def thread_of(house: House, path: str) -> int:
    with house.database() as db:
        return int(db.get_one(Prompt, int(path.rpartition("/")[2])).thread_id or 0)


@pytest.mark.parametrize("words", ["the team and the facilitators", "the whole cohort"])
def test_the_team_is_told_of_a_new_prompt(house: House, browse: Browse, world: World, words: str) -> None:
    path = asked(browse, world, words)
    assert told(house, world) == {"Amara": "team prompted", "Bram": "team prompted"}
    page = parsed(browse("Amara").get("/notices").text)
    assert page.xpath("//div[@id='told']//li//a/@href") == [path]
    assert "Your team was given a prompt" in page.xpath("//div[@id='told']")[0].text_content()


def test_facilitators_are_told_of_what_is_for_them_alone(house: House, browse: Browse, world: World) -> None:
    asked(browse, world, "facilitators only")
    assert told(house, world) == {"Farid": "prompted"}
    assert count(browse, "Amara") == 0


def test_who_follows_everything_and_who_wants_nothing(house: House, browse: Browse, world: World) -> None:
    volume(browse, "Farid", world.tide.thread, "everything")
    volume(browse, "Amara", world.tide.thread, "nothing")
    path = asked(browse, world)
    assert told(house, world) == {"Bram": "team prompted", "Farid": "prompted"}
    volume(browse, "Chiara", thread_of(house, path), "everything")
    respond(browse("Amara"), path, kind="took on")
    assert told(house, world) | {"Bram": "", "Farid": ""} == {
        "Bram": "",
        "Farid": "",
        "Esi": "prompt answered",
        "Chiara": "team answered",
    }


@pytest.mark.parametrize("words", ["the team and the facilitators", "the whole cohort"])
def test_whoever_asked_is_told_of_an_answer_once(house: House, browse: Browse, world: World, words: str) -> None:
    path = asked(browse, world, words)
    respond(browse("Amara"), path, kind="disagree", text="No")
    respond(browse("Bram"), path, kind="took on")
    # Who answered has read what they were told of it.
    assert told(house, world) == {"Esi": "prompt answered"}
    assert count(browse, "Esi") == 1
    group = parsed(browse("Esi").get("/notices").text).xpath("//li[contains(@class, 'told-place')]")[0]
    assert group.xpath(".//li/a/@href") == [path]
    assert browse("Esi").get(path).status_code == 200
    fields = {one.get("name"): one.get("value") for one in group.xpath(".//form//input")}
    assert browse("Esi").post("/notices/places/reading", data=fields).status_code == 303
    assert count(browse, "Esi") == 0


def test_a_muted_prompt_is_silent(house: House, browse: Browse, world: World) -> None:
    path = asked(browse, world)
    volume(browse, "Esi", thread_of(house, path), "nothing")
    respond(browse("Amara"), path, kind="took on")
    browse("Farid").post(f"{path}/stances/agree")
    assert "Esi" not in told(house, world)


def test_whoever_asked_is_told_of_a_stance(house: House, browse: Browse, world: World) -> None:
    path = asked(browse, world)
    for _ in range(2):
        assert browse("Farid").post(f"{path}/stances/agree").status_code == 303
        assert browse("Farid").post(f"{path}/stances/agree/removal").status_code == 303
    rows = [row for row in house.rows(Notice) if row.person_id == world.people["Esi"]]
    assert [row.kind for row in rows] == ["prompt judged"]


def test_whoever_asked_is_told_what_it_changed(house: House, browse: Browse, world: World) -> None:
    paths = [asked(browse, world, chapter="challenge", text=text) for text in ("One", "Two")]
    elsewhere = asked(browse, world, chapter="tried", text="Three")
    browse("Esi").post("/notices/reading")
    for path in (*paths, elsewhere):
        respond(browse("Amara"), path, kind="took on")
    browse("Esi").post("/notices/reading")
    texts = {"title": "T", "context": "c", "tried": "t", "asked": "a"}
    save = f"/initiatives/{world.tide.initiative}/versions"
    for base in (1, 2):
        saved = browse("Amara").post(save, data={"base": base, "challenge": f"Begun anew {base}.", **texts})
        assert saved.status_code == 303
    mine = [row for row in house.rows(Notice) if row.person_id == world.people["Esi"] and row.read_at is None]
    assert [(row.kind, row.url) for row in mine] == [
        ("prompt changed", f"/initiatives/{world.tide.initiative}/history")
    ]
    assert browse("Esi").get(mine[0].url).status_code == 200


def test_what_is_withdrawn_is_told_to_nobody(house: House, browse: Browse, world: World) -> None:
    path = asked(browse, world)
    assert count(browse, "Amara") == 1
    browse("Esi").post(f"{path}/withdrawal")
    assert count(browse, "Amara") == 0


def test_nobody_is_named_where_it_is_told(house: House, browse: Browse, world: World) -> None:
    path = asked(browse, world, "the team and the facilitators", attribution="role")
    respond(browse("Amara"), path, kind="took on", attribution="role")
    for name, words in (("Bram", "Esi"), ("Esi", "Amara")):
        page = parsed(browse(name).get("/notices").text).xpath("//div[@id='told']")[0].text_content()
        assert "prompt" in page
        assert words not in page


def test_a_mail_tells_of_a_prompt(house: House, browse: Browse, world: World, quiet: None) -> None:
    path = asked(browse, world, text="SECRET words")
    age(house)
    write(house)
    letters = [mail for mail in house.rows(Mail) if mail.kind == "notice"]
    assert len(letters) == 2
    for letter in letters:
        assert "Your team was given a prompt" in letter.text
        assert f"{path}\n" in letter.text
        assert "SECRET" not in letter.text
        assert "To hear nothing more of this conversation" in letter.text


def test_a_mail_to_whoever_asked_others_alone(house: House, browse: Browse, world: World, quiet: None) -> None:
    path = asked(browse, world, "the team and the facilitators")
    respond(browse("Amara"), path, kind="took on", text="SECRET")
    age(house)
    write(house)
    mine = next(mail.text for mail in house.rows(Mail) if mail.kind == "notice" and "A team answered" in mail.text)
    assert f"{path}\n" in mine
    assert "SECRET" not in mine
    # The conversation is not theirs to follow.
    assert "To hear nothing more of this conversation" not in mine


def test_the_bell_rings_on_open_pages(house: House, browse: Browse, world: World) -> None:
    with following(house, world.people["Amara"], f"/initiatives/{world.tide.initiative}") as follower:
        asked(browse, world, "the team and the facilitators")
        kept, fresh = follower.settle()
        assert kept == fresh
        assert follower.page.xpath("//*[@id='bell']/b/text()") == ["1"]
