"""Help against unmasking oneself: words that name their author come back once, and nothing is lost."""

from __future__ import annotations

import httpx
import pytest

from cohorts.models import Attribution
from feedback.models import Comment
from feedback.naming import MOST, Traits, given_away, traits_of
from tests.feedback.conftest import parsed
from tests.house import House
from tests.masking.ground import Masked, lay, set_rule
from tests.world import World

ZOE = Traits("Zoë de Wit", "zoe@port.example", "Port City", ("High Tide",), ("Netherlands", "Nederland"))
NAMED = {
    "I am Zoë.": ("Zoë",),
    "zoe says": ("zoe",),
    "write to ZOE@port.example": ("ZOE@port.example",),
    "see port.example/tide": ("port.example",),
    "we of the  port\ncity": ("port\ncity",),
    "In high tide we tried": ("high tide",),
    "Here in the Netherlands": ("Netherlands",),
    "Ask Wit.": ("Wit",),
    "**Zo**ë": (),
}
UNNAMED = ("Zoetrope", "A port and a city", "high, and then the tide", "de facto", "witty", "airport City life", "")


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture
def masked(house: House, world: World) -> Masked:
    found = lay(house, world)
    set_rule(found, Attribution.ROLE)
    return found


@pytest.mark.parametrize("text", NAMED)
def test_what_tells_who_wrote_it_is_found_as_it_is_written(text: str) -> None:
    assert given_away(text, ZOE) == NAMED[text]


@pytest.mark.parametrize("text", UNNAMED)
def test_other_words_are_not_taken_for_it(text: str) -> None:
    assert given_away(text, ZOE) == ()


def test_names_without_capitals_are_found_inside_words() -> None:
    assert given_away("我是王小明。", Traits("王小明", "w@x.example", "港", (), ())) == ("王小明",)
    many = Traits("Ada Bea Cat Dan Eve Fay Gus Hal", "", "", (), ())
    assert len(given_away("Hal Gus Fay Eve Dan Cat Bea Ada", many)) == MOST


def test_words_that_other_organisations_have_too_tell_nothing(masked: Masked) -> None:
    with masked.house.database() as db:
        found = {who: traits_of(db, masked.people[who], lambda code: ()).places for who in ("Esi", "Nadia", "Oskar")}
    # Both advisers are from a “House of …”.
    assert found == {"Esi": ("ZqorgEsi",), "Nadia": ("Nadia",), "Oskar": ("Oskar",)}


def send(masked: Masked, text: str, **fields: str) -> httpx.Response:
    path = f"/threads/{masked.world.tide.thread}/comments"
    return masked.house.visit(masked.people["Esi"]).post(path, data={"text": text, "key": "k", **fields})


def texts(masked: Masked) -> list[str]:
    return [one.text for one in masked.house.rows(Comment)]


def test_words_come_back_once_with_what_names_pointed_out(masked: Masked) -> None:
    text = "We at **Zqorg**Esi, greetings"
    answer = send(masked, text)
    assert answer.status_code == 422
    assert "“ZqorgEsi”" in answer.text
    assert "An adviser" in answer.text
    page = parsed(answer.text)
    assert page.get_element_by_id("composer").text.strip() == text
    assert text not in texts(masked)
    (again,) = page.xpath("//button[@name='as_it_is']/@value")
    # Other words are looked at anew.
    assert send(masked, f"{text} from ZqnameEsi", as_it_is=str(again)).status_code == 422
    assert send(masked, text, as_it_is=str(again)).status_code == 303
    assert texts(masked)[-1] == text


def test_changed_words_pass(masked: Masked) -> None:
    assert send(masked, "ZqnameEsi").status_code == 422
    assert send(masked, "Somebody").status_code == 303


def test_words_under_a_name_are_not_looked_at(masked: Masked) -> None:
    set_rule(masked, Attribution.NAMED)
    assert send(masked, "ZqnameEsi was here").status_code == 303
    assert send(masked, "ZqnameEsi was here", attribution="role", key="other").status_code == 422


def test_edits_are_looked_at_too(masked: Masked) -> None:
    assert send(masked, "Nobody").status_code == 303
    path = f"/comments/{masked.house.rows(Comment)[-1].id}/versions"
    client = masked.house.visit(masked.people["Esi"])
    answer = client.post(path, data={"text": "Me, ZqnameEsi", "version": "1"})
    assert answer.status_code == 422
    assert "“ZqnameEsi”" in answer.text
    (mark,) = parsed(answer.text).xpath("//button[@name='as_it_is']/@value")
    assert client.post(path, data={"text": "Me, ZqnameEsi", "version": "1", "as_it_is": mark}).status_code == 303
    assert texts(masked)[-1] == "Me, ZqnameEsi"


def test_choice_never_tells_more_than_the_cohort_and_is_kept_in_the_draft(masked: Masked) -> None:
    client = masked.house.visit(masked.people["Esi"])
    path = f"/initiatives/{masked.world.tide.initiative}"

    def offered() -> tuple[list[str], list[str]]:
        page = parsed(client.get(path).text)
        chosen = page.xpath("//select[@id='attribution']/option[@selected]/@value")
        return page.xpath("//select[@id='attribution']/option/@value"), chosen

    assert offered() == (["role", "none"], ["role"])
    place = f"thread-{masked.world.tide.thread}"
    kept = {"place": place, "text": "Later", "attribution": "none", "key": "k", "draft": "0"}
    assert client.post("/drafts", data=kept).status_code == 303
    assert offered() == (["role", "none"], ["none"])
    assert send(masked, "By name?", attribution="named").status_code == 303
    assert masked.house.rows(Comment)[-1].attribution == Attribution.ROLE
    assert send(masked, "?", attribution="everybody", key="other").status_code == 422
    set_rule(masked, Attribution.NONE)
    page = parsed(client.get(path).text)
    assert page.xpath("//form[@id='composer-form']//select[@name='attribution']") == []
    assert "You are shown as “A participant”." in page.text_content()
