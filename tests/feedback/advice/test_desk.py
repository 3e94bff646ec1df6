"""An adviser's desk: what waits for them and what is new, and that it goes when it is marked as seen."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from cohorts.attributions import set_for_cohort
from cohorts.models import Attribution, AudienceKind
from server.clock import utc_now
from tests.access.test_query_counts import counted
from tests.advised import give
from tests.feedback.conftest import Browse, parsed
from tests.house import House
from tests.live.deeds import Deeds
from tests.world import Place, World

DESK = "/desk"


def asked(house: House, world: World, place: Place, name: str = "Esi", text: str = "Why?", **more: Any) -> str:
    with house.database(writing=True) as db:
        id_ = give(db, place, world.people[name], world.memberships[name], text, now=utc_now(), **more)
    return f"/prompts/{id_}"


def answered(browse: Browse, prompt: str, name: str = "Amara", **fields: str) -> None:
    sent = browse(name).post(f"{prompt}/responses", data={"key": secrets.token_hex(8)} | fields)
    assert sent.status_code == 303, sent.text[:2000]


def words(browse: Browse, section: str, name: str = "Esi") -> str:
    (found,) = parsed(browse(name).get(DESK).text).xpath(f"//section[@aria-labelledby='{section}']")
    return " ".join(" ".join(found.itertext()).split())


def mark_seen(browse: Browse, team: int, name: str = "Esi") -> None:
    (form,) = parsed(browse(name).get(DESK).text).xpath(f"//article[@id='team-{team}']//form")
    fields = {each.get("name"): each.get("value") for each in form.xpath(".//input")}
    assert browse(name).post(form.get("action"), data=fields).headers["location"] == f"/desk?done=desk-read#team-{team}"


def test_news_of_a_team_until_it_is_marked_as_seen(house: House, browse: Browse, world: World) -> None:
    before = words(browse, "entrusted")
    # Chiara, Amara, Farid and Ivo said something; Bram took it back.
    assert "4 new comments in the conversation for the whole cohort" in before
    mark_seen(browse, world.tide.team)
    assert words(browse, "entrusted").endswith("There is nothing new in any of them. Nothing new Tide Reed")
    deeds = Deeds(house, world)
    deeds.say()
    deeds.edit_initiative()
    asked(house, world, world.tide, "Farid", "A thought of Farid")
    after = words(browse, "entrusted")
    for sentence in ("1 new comment", "The initiative was changed", "A thought of Farid", "Farid Okoro"):
        assert sentence in after
    mark_seen(browse, world.tide.team)
    assert "There is nothing new in any of them." in words(browse, "entrusted")


def test_what_came_after_the_page_stays_new(house: House, browse: Browse, world: World) -> None:
    page = parsed(browse("Esi").get(DESK).text)
    (form,) = page.xpath(f"//article[@id='team-{world.tide.team}']//form")
    fields = {each.get("name"): each.get("value") for each in form.xpath(".//input")}
    Deeds(house, world).say("Chiara", "Said since")
    asked(house, world, world.tide, "Farid", "Asked since")
    assert browse("Esi").post(form.get("action"), data=fields).status_code == 303
    after = words(browse, "entrusted")
    assert "1 new comment" in after
    assert "Asked since" in after
    # An old window, sent again, makes nothing new that was seen.
    mark_seen(browse, world.tide.team)
    browse("Esi").post(form.get("action"), data=fields)
    assert "Asked since" not in words(browse, "entrusted")


def test_answers_wait_until_seen_and_disagreement_until_there_is_a_word(
    house: House, browse: Browse, world: World
) -> None:
    assert "Nothing. No team expects a word from you." in words(browse, "waits")
    first, second = (asked(house, world, world.tide, text=text) for text in ("Who pays?", "Who reads?"))
    answered(browse, first, kind="took on")
    answered(browse, second, kind="disagree", text="They cannot.")
    waits = words(browse, "waits")
    assert "Took on Who pays?" in waits
    assert "The team disagrees. It may want a word from you. Disagree Who reads?" in waits
    mark_seen(browse, world.tide.team)
    waits = words(browse, "waits")
    assert "Who pays?" not in waits
    assert "Who reads?" in waits
    thread = parsed(browse("Esi").get(second).text).xpath("//form[@id='composer-form']/@action | //form/@action")
    (to,) = {path for path in thread if path.endswith("/comments")}
    sent = browse("Esi").post(to, data={"text": "Then who?", "key": secrets.token_hex(8)})
    assert sent.status_code == 303
    assert "Who reads?" not in words(browse, "waits")


def test_drafts_lead_back_to_their_forms(house: House, browse: Browse, world: World) -> None:
    places = {f"prompt-{world.tide.initiative}": "A half prompt", f"thread-{world.reed.thread}": "A half comment"}
    places[f"thread-{world.lantern.thread}"] = "Not on this desk"
    for place, text in places.items():
        browse("Esi").post("/drafts", data={"place": place, "text": text, "draft": "0"})
    waits = words(browse, "waits")
    assert "A prompt you began : A half prompt" in waits
    assert "A comment you began : A half comment" in waits
    assert "Not on this desk" not in waits
    for path in parsed(browse("Esi").get(DESK).text).xpath("//a[starts-with(@href, '/drafts/')]/@href"):
        assert browse("Esi").get(path).status_code == 303


def test_only_what_an_adviser_may_see(house: House, browse: Browse, world: World) -> None:
    """Another cohort, another tenant, a smaller circle, and a prompt that was taken back."""
    secret = asked(house, world, world.tide, "Farid", "SECRET", audience=AudienceKind.TEAM)
    gone = asked(house, world, world.tide, "Farid", "REGRETTED")
    assert browse("Farid").post(f"{gone}/withdrawal").status_code == 303
    desk = browse("Esi").get(DESK).text
    assert "SECRET" not in desk
    assert secret not in desk
    assert "REGRETTED" not in desk
    assert "Lantern" not in desk
    assert "CANARY" not in desk
    assert browse("Esi").post(f"/desk/teams/{world.lantern.team}/reading", data={}).status_code == 404


@pytest.mark.parametrize("attribution", [Attribution.ROLE, Attribution.NONE])
def test_nobody_is_named_where_nobody_is(house: House, browse: Browse, world: World, attribution: str) -> None:
    asked(house, world, world.tide, "Farid", "A thought")
    assert "Farid" in words(browse, "entrusted")
    with house.database(writing=True) as db:
        set_for_cohort(db, world.tide.cohort, attribution, by_id=world.people["Farid"], now=utc_now())
    shown = words(browse, "entrusted")
    assert "Farid" not in shown
    assert ("A facilitator" if attribution == Attribution.ROLE else "A participant") in shown


def test_the_desk_costs_the_same_however_much_lies_on_it(house: House, browse: Browse, world: World) -> None:
    def cost() -> int:
        browse("Esi").get(DESK)
        with counted(house) as statements:
            assert browse("Esi").get(DESK).status_code == 200
        return len(statements)

    few = cost()
    for number in range(3):
        asked(house, world, world.tide, "Farid", f"Thought {number}")
        answered(browse, asked(house, world, world.reed, text=f"Question {number}"), "Chiara", kind="took on")
        Deeds(house, world).say()
        browse("Esi").post("/drafts", data={"place": f"prompt-{world.reed.initiative}", "text": "x", "draft": "0"})
    assert cost() == few
    # Two of them are for the streams it follows, one is for what was left on sessions.
    assert few <= 14


def test_the_way_there_is_in_the_head_of_an_advisers_pages(browse: Browse, world: World) -> None:
    for name, there in (("Esi", True), ("Amara", False), ("Farid", False), ("Greta", False)):
        page = parsed(browse(name).get("/profile").text)
        assert bool(page.xpath("//nav//a[@href='/desk']")) is there
