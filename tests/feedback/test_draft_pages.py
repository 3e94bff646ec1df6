"""Drafts and previews in the pages: for one person, on every device of theirs, without JavaScript and with it."""

from __future__ import annotations

import httpx
import pytest

from feedback.models import Comment, Draft
from tests.feedback.conftest import Browse, parsed
from tests.feedback.test_pages import HTMX, typed
from tests.house import House
from tests.live.deeds import Deeds
from tests.world import World


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def page_of(world: World) -> str:
    return f"/initiatives/{world.tide.initiative}"


def composer(client: httpx.Client, world: World) -> dict[str, str]:
    """The fields of the form for a comment, as the page shows them."""
    return typed(parsed(client.get(page_of(world)).text).get_element_by_id("composer-form"))


def edit_form(client: httpx.Client, world: World) -> dict[str, str]:
    return typed(parsed(client.get(f"{page_of(world)}/edit").text).get_element_by_id("initiative-form"))


def test_save_by_hand_and_find_it_on_another_device(browse: Browse, world: World, house: House) -> None:
    chiara = browse("Chiara")
    form = composer(chiara, world)
    saved = chiara.post("/drafts", data={**form, "text": "Half a *thought*"})
    assert saved.headers["location"] == f"/drafts/thread-{world.tide.thread}"
    assert chiara.get(saved.headers["location"]).headers["location"] == f"{page_of(world)}#composer"
    phone = composer(browse("Chiara"), world)
    assert phone["text"] == "Half a *thought*"
    shown = parsed(chiara.get(page_of(world)).text).get_element_by_id("composer-form").text_content()
    assert "Your draft from " in shown
    assert "Discard draft" in shown
    for name in ("Amara", "Esi", "Farid", "Greta"):
        assert "Half a" not in browse(name).get(page_of(world)).text
    assert chiara.post(f"/threads/{world.tide.thread}/comments", data=phone).status_code == 303
    assert house.rows(Comment)[-1].text == "Half a *thought*"
    assert house.rows(Draft) == []
    assert composer(chiara, world)["text"] == ""


def test_a_refused_form_and_a_failed_one_leave_the_draft(browse: Browse, world: World, house: House) -> None:
    chiara = browse("Chiara")
    chiara.post("/drafts", data={**composer(chiara, world), "text": "Kept"})
    form = composer(chiara, world)
    assert chiara.post(f"/threads/{world.tide.thread}/comments", data={**form, "text": ""}).status_code == 422
    assert [row.text for row in house.rows(Draft)] == ['{"attribution": "named", "text": "Kept"}']


def test_reply_comes_back_as_a_reply(browse: Browse, world: World) -> None:
    chiara, first = browse("Chiara"), world.tide.comments["Esi"]
    page = f"{page_of(world)}?reply={first}"
    form = typed(parsed(chiara.get(page).text).get_element_by_id("composer-form"))
    chiara.post("/drafts", data={**form, "text": "To Esi"})
    assert composer(chiara, world)["parent"] == str(first)
    browse("Esi").post(f"/comments/{first}/withdrawal")
    assert "parent" not in composer(chiara, world)
    assert composer(chiara, world)["text"] == "To Esi"


def Deeds_withdraw(browse: Browse, world: World) -> None:
    browse("Esi").post(f"/comments/{world.tide.comments['Esi']}/withdrawal")


def test_discard_and_put_back(browse: Browse, world: World) -> None:
    chiara = browse("Chiara")
    chiara.post("/drafts", data={**composer(chiara, world), "text": "Not so sure"})
    form = composer(chiara, world)
    assert chiara.post("/drafts/removal", data=form).status_code == 303
    gone = chiara.get(page_of(world)).text
    assert composer(chiara, world)["text"] == ""
    assert "Not so sure" not in gone
    assert "Put it back" in gone
    assert chiara.post("/drafts/restoration", data=composer(chiara, world)).status_code == 303
    assert composer(chiara, world)["text"] == "Not so sure"


def test_an_empty_comment_is_no_draft(browse: Browse, world: World, house: House) -> None:
    chiara = browse("Chiara")
    chiara.post("/drafts", data={**composer(chiara, world), "text": "Something"})
    chiara.post("/drafts", data={**composer(chiara, world), "text": " \n"})
    assert house.rows(Draft) == []


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "script"])
def test_two_devices_lose_nothing(browse: Browse, world: World, headers: dict[str, str]) -> None:
    chiara = browse("Chiara")
    desk, phone = composer(chiara, world), composer(chiara, world)
    chiara.post("/drafts", data={**desk, "text": "Written at the desk about bells"})
    refused = chiara.post("/drafts", data={**phone, "text": "Written on the phone about bells"}, headers=headers)
    assert refused.status_code == 409
    words = parsed(refused.text).text_content()
    assert "You went on writing on another device" in words
    assert "desk" in words
    assert "phone" in words
    assert composer(chiara, world)["text"] == "Written at the desk about bells"


@pytest.mark.parametrize(
    ("choice", "text"), [("mine", "On the phone"), ("theirs", "At the desk"), ("both", "Desk and phone")]
)
def test_choosing_between_two_devices(browse: Browse, world: World, choice: str, text: str) -> None:
    chiara = browse("Chiara")
    desk, phone = composer(chiara, world), composer(chiara, world)
    chiara.post("/drafts", data={**desk, "text": "At the desk"})
    page = parsed(chiara.post("/drafts", data={**phone, "text": "On the phone"}).text)
    (form,) = [form for form in page.forms if form.get("action") == "/drafts"]
    chosen = chiara.post("/drafts", data={**typed(form), "text_choice": choice, "text": "Desk and phone"})
    assert chosen.status_code == 303
    assert composer(chiara, world)["text"] == text


def test_sending_from_one_device_leaves_what_another_wrote_since(browse: Browse, world: World, house: House) -> None:
    chiara = browse("Chiara")
    desk = composer(chiara, world)
    chiara.post("/drafts", data={**desk, "text": "At the desk"})
    phone = composer(chiara, world)
    chiara.post("/drafts", data={**phone, "text": "At the desk, and on the phone"})
    stale = {**desk, "draft": phone["draft"], "text": "At the desk"}
    assert chiara.post(f"/threads/{world.tide.thread}/comments", data=stale).status_code == 303
    assert composer(chiara, world)["text"] == "At the desk, and on the phone"


def test_a_save_that_was_overtaken_by_sending_brings_nothing_back(browse: Browse, world: World, house: House) -> None:
    chiara = browse("Chiara")
    form = {**composer(chiara, world), "text": "Sent already"}
    chiara.post(f"/threads/{world.tide.thread}/comments", data=form)
    assert chiara.post("/drafts", data={**form, "text": "Sent alrea"}, headers=HTMX).status_code == 200
    assert house.rows(Draft) == []


def test_draft_of_an_edit(browse: Browse, world: World, house: House) -> None:
    chiara, mine = browse("Chiara"), world.tide.comments["Chiara"]

    def form() -> dict[str, str]:
        return typed(parsed(chiara.get(f"/comments/{mine}/edit").text).get_element_by_id("edit-form"))

    chiara.post("/drafts", data={**form(), "text": "Drums, perhaps"})
    assert form()["text"] == "Drums, perhaps"
    assert chiara.post(f"/comments/{mine}/versions", data=form()).status_code == 303
    assert house.rows(Draft) == []
    assert form()["text"] == "Drums, perhaps"


def test_draft_of_an_initiative_goes_on_from_what_others_saved(browse: Browse, world: World, house: House) -> None:
    amara = browse("Amara")
    begun = edit_form(amara, world)
    amara.post("/drafts", data={**begun, "tried": "Sirens, leaflets and *drums*."})
    assert "drums" not in browse("Bram").get(f"{page_of(world)}/edit").text
    bram = browse("Bram")
    bram.post(f"{page_of(world)}/versions", data={**edit_form(bram, world), "asked": "Bram's new question"})
    again = edit_form(amara, world)
    assert again["tried"] == "Sirens, leaflets and *drums*."
    assert again["asked"] == "Bram's new question"
    assert again["base"] == begun["base"]
    assert amara.post(f"{page_of(world)}/versions", data=again).status_code == 303
    page = browse("Esi").get(page_of(world)).text
    assert "Bram&#39;s new question" in page or "Bram's new question" in page
    assert "<em>drums</em>" in page
    assert house.rows(Draft) == []


def test_a_draft_against_what_another_saved_meets_the_conflict(browse: Browse, world: World) -> None:
    amara, bram = browse("Amara"), browse("Bram")
    amara.post("/drafts", data={**edit_form(amara, world), "tried": "Sirens and *drums*."})
    bram.post(f"{page_of(world)}/versions", data={**edit_form(bram, world), "tried": "Sirens and bells."})
    draft = edit_form(amara, world)
    assert draft["tried"] == "Sirens and *drums*."
    clash = amara.post(f"{page_of(world)}/versions", data=draft)
    assert clash.status_code == 409
    marked = [mark.text_content() for mark in parsed(clash.text).find_class("only")]
    assert any("drums" in words for words in marked)
    assert any("bells" in words for words in marked)
    assert amara.get(f"{page_of(world)}/edit").text.count("drums") > 0, "the draft is kept until it is decided"


# Bad input, and who may


@pytest.mark.parametrize("place", ["", "thread-", "thread-x", "reply-1", "thread-01", "thread-99999999999", "x" * 5000])
def test_places_that_are_none(browse: Browse, house: House, place: str) -> None:
    chiara = browse("Chiara")
    assert chiara.post("/drafts", data={"place": place, "text": "x"}).status_code in (404, 422)
    assert chiara.post("/previews", data={"place": place, "text": "x"}).status_code == 404
    assert house.rows(Draft) == []


def test_too_much_for_a_draft_is_said(browse: Browse, world: World, house: House) -> None:
    chiara = browse("Chiara")
    form = {**composer(chiara, world), "text": "x" * 10_001}
    for headers in ({}, HTMX):
        said = chiara.post("/drafts", data=form, headers=headers)
        assert said.status_code == 422
        assert "characters long" in said.text
    assert house.rows(Draft) == []
    assert chiara.post("/drafts", data={**form, "text": "ü" * 10_000}).status_code == 303


def test_nobody_reads_a_draft_where_they_were_removed(browse: Browse, world: World) -> None:
    bram, place = browse("Bram"), f"initiative-{world.tide.initiative}"
    form = edit_form(bram, world)
    bram.post("/drafts", data={**form, "tried": "SECRET of Bram"})
    assert "SECRET" in bram.get(f"{page_of(world)}/edit").text
    browse("Farid").post(f"/memberships/{world.memberships['Bram']}/removal")
    for answer in (
        bram.get(f"{page_of(world)}/edit"),
        bram.get(f"/drafts/{place}"),
        bram.post("/drafts", data={**form, "tried": "Other words", "key": "another", "draft": "0"}),
        bram.post("/drafts", data={**form, "tried": "Other words", "key": "another", "draft": "0"}, headers=HTMX),
        bram.post("/previews", data=form),
    ):
        assert answer.status_code == 404
        assert "SECRET" not in answer.text


# Previews


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "script"])
def test_preview_shows_what_it_will_look_like_and_stores_nothing(
    browse: Browse, world: World, house: House, headers: dict[str, str]
) -> None:
    chiara, before = browse("Chiara"), len(house.rows(Comment))
    form = {**composer(chiara, world), "text": "Ring **loud** <script>alert(1)</script>"}
    shown = chiara.post("/previews", data=form, headers=headers)
    assert shown.status_code == 200
    assert "<strong>loud</strong>" in shown.text
    assert "<script>alert" not in shown.text
    assert [heading.text for heading in parsed(shown.text).find_class("preview-title")] == ["Preview"]
    if not headers:
        again = typed(parsed(shown.text).get_element_by_id("composer-form"))
        assert again == form
    assert len(house.rows(Comment)) == before
    assert house.rows(Draft) == []


def test_preview_of_an_edit_and_of_an_initiative(browse: Browse, world: World) -> None:
    amara = browse("Amara")
    mine = f"/comments/{world.tide.comments['Amara']}/edit"
    form = typed(parsed(amara.get(mine).text).get_element_by_id("edit-form"))
    shown = amara.post("/previews", data={**form, "text": "*Otherwise*"})
    assert shown.status_code == 200
    assert "<em>Otherwise</em>" in shown.text
    shown = amara.post("/previews", data={**edit_form(amara, world), "tried": "*Drums*", "title": "Typed *title*"})
    assert "<em>Drums</em>" in shown.text
    assert "<em>title</em>" not in shown.text
    assert typed(parsed(shown.text).get_element_by_id("initiative-form"))["title"] == "Typed *title*"


def test_preview_reads_no_more_than_can_be_sent(browse: Browse, world: World) -> None:
    chiara = browse("Chiara")
    form = {**composer(chiara, world), "text": "y" * 9_990 + " end-of-what-fits z" * 1000}
    shown = chiara.post("/previews", data=form, headers=HTMX)
    assert shown.status_code == 200
    assert len(shown.text) < 11_000


def test_deeds_of_others_show_no_draft(browse: Browse, world: World, house: House) -> None:
    chiara = browse("Chiara")
    chiara.post("/drafts", data={**composer(chiara, world), "text": "UNSENT words"})
    Deeds(house, world).say("Chiara", "Sent another way")
    assert "UNSENT" not in browse("Esi").get(page_of(world)).text
    assert composer(chiara, world)["text"] == "UNSENT words"
