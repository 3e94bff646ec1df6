"""The pages of a discussion as somebody without JavaScript uses them, and as htmx does."""

from __future__ import annotations

import re

import pytest
from lxml import html

from feedback.models import Comment
from tests.feedback.conftest import Browse, parsed
from tests.house import House
from tests.world import World

HTMX = {"hx-request": "true"}


def typed(form: html.FormElement) -> dict[str, str]:
    """The form's fields as a browser has them: the line end after <textarea> is not part of its text."""
    areas = {area.get("name") for area in form.iter("textarea")}
    return {name: value.removeprefix("\n") if name in areas else value for name, value in form.fields.items()}


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def test_page_shows_the_talk_in_order_with_replies_below(browse: Browse, world: World) -> None:
    page = parsed(browse("Bram").get(f"/initiatives/{world.tide.initiative}").text)
    listed = page.get_element_by_id(f"comments-{world.tide.thread}-0")
    said = world.tide.comments
    tops = [said[name] for name in ("Chiara", "Esi", "Farid", "Bram", "Ivo")]
    ids = [dom_id for top in tops for dom_id in (f"comment-{top}", f"replies-{top}")]
    assert [child.get("id") for child in listed] == ids
    assert [child.get("id") for child in listed[1]] == [f"comment-{said['Amara']}"]
    orders = [float(child.get("data-order", "")) for child in listed]
    assert orders == sorted(orders)
    assert page.get_element_by_id("page").get("data-mine") == f"comment-{said['Bram']}"


def test_nothing_in_the_talk_depends_on_who_reads_it(browse: Browse, world: World) -> None:
    def talk(name: str) -> str:
        page = parsed(browse(name).get(f"/initiatives/{world.tide.initiative}").text)
        return html.tostring(page.get_element_by_id(f"comments-{world.tide.thread}-0"), encoding="unicode")

    # Who moderates hides where others report: that follows from the vantage, not from the person.
    assert (
        talk("Amara")
        == talk("Chiara")
        == talk("Esi")
        == talk("Farid").replace("/moderation", "/report").replace("Moderate", "Report")
    )


@pytest.mark.parametrize(
    ("name", "status"), [("Greta", 200), ("Hana", 404), ("Dmitri", 404), ("Jun", 404), ("Ivo", 404)]
)
def test_talk_is_hidden_from_who_takes_no_part(browse: Browse, world: World, name: str, status: int) -> None:
    assert "church bells" in browse("Esi").get(f"/initiatives/{world.tide.initiative}").text
    answer = browse(name).get(f"/initiatives/{world.tide.initiative}")
    assert answer.status_code == status
    assert "church bells" not in answer.text
    assert "composer" not in answer.text
    assert 'data-positions="' not in answer.text.replace('data-positions=""', "")
    first = world.tide.comments["Chiara"]
    for path in (f"/comments/{first}", f"/comments/{first}/history", f"/threads/{world.tide.thread}/composer"):
        assert browse(name).get(path).status_code == 404


def test_comment_and_reply_without_javascript(browse: Browse, world: World, house: House) -> None:
    chiara, page = browse("Chiara"), f"/initiatives/{world.tide.initiative}"
    form = parsed(chiara.get(page).text).get_element_by_id("composer-form")
    sent = chiara.post(form.get("action", ""), data={"key": form.fields["key"], "text": "Plain **words**"})
    comment = house.rows(Comment)[-1]
    assert (sent.status_code, sent.headers["location"]) == (303, f"{page}#comment-{comment.id}")
    reply = parsed(browse("Esi").get(f"{page}?reply={comment.id}").text).get_element_by_id("composer-form")
    assert reply.fields["parent"] == str(comment.id)
    assert "Your reply to Chiara Okoro" in reply.text_content()
    browse("Esi").post(reply.get("action", ""), data={**typed(reply), "text": "An answer"})
    assert house.rows(Comment)[-1].parent_id == comment.id
    assert browse("Amara").get(f"/comments/{comment.id}").headers["location"] == f"{page}#comment-{comment.id}"


def test_form_sent_twice_makes_one_comment_and_gets_the_same_answer(browse: Browse, world: World, house: House) -> None:
    chiara, where = browse("Chiara"), f"/threads/{world.tide.thread}/comments"
    before = len(house.rows(Comment))
    answers = {chiara.post(where, data={"key": "one-key", "text": "Once"}).headers["location"] for _ in range(3)}
    assert len(answers) == 1
    again = chiara.post(where, data={"key": "one-key", "text": "Once"}, headers=HTMX)
    assert again.headers["hx-mine"] == answers.pop().rpartition("#")[2]
    assert len(house.rows(Comment)) == before + 1
    browse("Esi").post(where, data={"key": "one-key", "text": "Another person's key"})
    assert len(house.rows(Comment)) == before + 2


def test_htmx_gets_a_fresh_form_and_the_new_comment_as_a_fragment(browse: Browse, world: World) -> None:
    sent = browse("Chiara").post(
        f"/threads/{world.tide.thread}/comments", data={"text": "Live *words*", "key": "k"}, headers=HTMX
    )
    dom_id = sent.headers["hx-mine"]
    form, _, partials = sent.text.partition("<hx-partial")
    assert 'id="composer-form"' in form
    assert "Live" not in form
    assert f'hx-target="#comments-{world.tide.thread}-0" hx-swap="place-present"' in partials
    fresh = browse("Esi").get(f"/initiatives/{world.tide.initiative}").text
    article = re.search(rf'<article class="comment" id="{dom_id}".*?</article>', fresh, re.DOTALL)
    assert article is not None
    assert article[0] in partials


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
@pytest.mark.parametrize(
    "text",
    ["", "x" * 10_001, "[a]: https://nothing.example", "&nbsp;&#x2800;"],
    ids=["empty", "long", "invisible", "blank"],
)
def test_refused_comment_comes_back_filled_in(
    browse: Browse, world: World, house: House, text: str, headers: dict[str, str]
) -> None:
    before = len(house.rows(Comment))
    first = world.tide.comments["Esi"]
    sent = browse("Chiara").post(
        f"/threads/{world.tide.thread}/comments", data={"text": text, "parent": first, "key": "kept"}, headers=headers
    )
    form = parsed(sent.text)
    form = form if form.get("id") == "composer-form" else form.get_element_by_id("composer-form")
    assert sent.status_code == 422
    assert {**typed(form), "key": "kept", "parent": str(first), "text": text} == typed(form)
    assert form.get_element_by_id("composer").get("aria-invalid") == "true"
    assert form.find_class("field-error")
    assert len(house.rows(Comment)) == before


def test_ten_thousand_characters_are_welcome(browse: Browse, world: World) -> None:
    where = f"/threads/{world.tide.thread}/comments"
    assert browse("Chiara").post(where, data={"text": "ü" * 10_000}).status_code == 303


def test_reply_to_what_was_withdrawn_keeps_the_words(browse: Browse, world: World, house: House) -> None:
    before = len(house.rows(Comment))
    sent = browse("Chiara").post(
        f"/threads/{world.tide.thread}/comments", data={"text": "My long answer", "parent": world.tide.comments["Bram"]}
    )
    form = parsed(sent.text).get_element_by_id("composer-form")
    assert sent.status_code == 422
    assert typed(form)["text"] == "My long answer"
    assert "parent" not in typed(form)
    assert "is gone" in form.text_content()
    assert len(house.rows(Comment)) == before


def test_comments_of_others_are_not_edited_nor_withdrawn(browse: Browse, world: World, house: House) -> None:
    theirs = world.tide.comments["Chiara"]
    for name in ("Amara", "Farid", "Esi"):
        client = browse(name)
        assert client.get(f"/comments/{theirs}/edit").status_code == 403
        assert client.get(f"/comments/{theirs}/withdrawal").status_code == 403
        edited = client.post(f"/comments/{theirs}/versions", data={"text": "Not mine", "version": "1"})
        assert edited.status_code == 403
        assert client.post(f"/comments/{theirs}/withdrawal").status_code == 403
        assert client.post(f"/comments/{theirs}/restoration").status_code == 403
    assert "church bells" in next(one.text for one in house.rows(Comment) if one.id == theirs)


def test_edit_is_marked_and_its_history_can_be_read(browse: Browse, world: World) -> None:
    mine = world.tide.comments["Chiara"]
    chiara = browse("Chiara")
    form = parsed(chiara.get(f"/comments/{mine}/edit").text).get_element_by_id("edit-form")
    assert typed(form)["text"] == "Have you tried *church bells*?"
    chiara.post(form.get("action", ""), data={**typed(form), "text": "Have you tried drums?"})
    page = browse("Esi").get(f"/initiatives/{world.tide.initiative}").text
    assert "Edited once" in page
    assert "church bells" not in page
    history = browse("Esi").get(f"/comments/{mine}/history").text
    assert history.index("Version 2") < history.index("drums") < history.index("Version 1")
    (changed,) = parsed(history).find_class("difference")
    assert ["church" in gone.text_content() for gone in changed.iter("del")] == [True]
    assert ["drums" in new.text_content() for new in changed.iter("ins")] == [True]


def test_stale_edit_shows_both_texts_and_any_of_them_can_be_kept(browse: Browse, world: World, house: House) -> None:
    mine = world.tide.comments["Chiara"]
    chiara, where = browse("Chiara"), f"/comments/{mine}/versions"
    assert chiara.post(where, data={"text": "From the first window", "version": "1"}).status_code == 303
    stale = chiara.post(where, data={"text": "From the *second* window", "version": "1"})
    form = parsed(stale.text).get_element_by_id("edit-form")
    assert ["first" in only.text_content() for only in form.find_class("only")] == [False, True]
    assert typed(form)["mine"] == typed(form)["text"] == "From the *second* window"
    assert form.fields["version"] == "2"
    assert chiara.post(where, data={**typed(form), "text_choice": "theirs"}).status_code == 303
    assert next(one for one in house.rows(Comment) if one.id == mine).text == "From the first window"
    assert chiara.post(where, data={**typed(form), "text_choice": "mine"}).status_code == 303
    assert next(one for one in house.rows(Comment) if one.id == mine).text == "From the *second* window"


def test_withdrawn_words_leave_every_surface(browse: Browse, world: World) -> None:
    chiara, esi, mine = browse("Chiara"), browse("Esi"), world.tide.comments["Chiara"]
    chiara.post(f"/comments/{mine}/versions", data={"text": "church bells, edited", "version": "1"})
    pages = [f"/initiatives/{world.tide.initiative}", f"/cohorts/{world.tide.cohort}", f"/comments/{mine}/history"]
    assert ["church bells" in esi.get(path).text for path in pages] == [True, True, True]
    assert "church bells" in chiara.get(f"/comments/{mine}/withdrawal").text
    gone = chiara.post(f"/comments/{mine}/withdrawal", headers=HTMX)
    assert "church bells" not in gone.text
    assert f'id="comment-{mine}"' in gone.text
    own = [*pages, f"/comments/{mine}/withdrawal", f"/initiatives/{world.tide.initiative}?reply={mine}"]
    for client in (esi, chiara):
        assert [path for path in own if "church bells" in client.get(path).text] == []
    page = esi.get(pages[0]).text
    assert "A comment was withdrawn." in page
    assert "Who rings them at night?" in page
    article = parsed(page).get_element_by_id(f"comment-{mine}")
    assert "Chiara" not in html.tostring(article, encoding="unicode")
    assert chiara.post(f"/comments/{mine}/restoration").status_code == 303
    assert "church bells, edited" in esi.get(pages[0]).text


def test_the_team_and_facilitators_settle_a_talk(browse: Browse, world: World) -> None:
    page, thread = f"/initiatives/{world.tide.initiative}", f"/threads/{world.tide.thread}"
    for name in ("Chiara", "Esi"):
        assert "Mark as resolved" not in browse(name).get(page).text
        assert browse(name).post(f"{thread}/resolution").status_code == 403
    for name in ("Amara", "Farid"):
        assert "Mark as resolved" in browse(name).get(page).text
    for name in ("Amara", "Farid"):
        assert browse(name).post(f"{thread}/resolution").status_code == 303
        assert "Open it again" in browse(name).get(page).text
    assert "Amara Okoro marked this conversation as resolved." in browse("Esi").get(page).text
    assert "Open it again" not in browse("Esi").get(page).text
    assert browse("Farid").post(f"{thread}/reopening").status_code == 303
    assert "marked this conversation" not in browse("Esi").get(page).text
