"""What nobody should send, and what becomes of it: a clear answer, nothing lost, nothing broken."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from lxml import html

from feedback.models import Comment
from server.routes import MOST_BODY
from tests.conftest import Opened
from tests.house import House
from tests.live.deeds import Deeds
from tests.world import World

SCRIPTS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[here](javascript:alert(1))",
    "[here](JaVaScRiPt&colon;alert(1))",
    "<svg/onload=alert(1)>",
    "![x](https://elsewhere.example/seen.png)",
    "<style>*{display:none}</style>",
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '" onmouseover="alert(1)',
    "{{ 7*7 }}{% include 'layouts/page.html' %}",
    "</textarea><script>alert(1)</script>",
    "<hx-partial hx-target='#page' hx-swap='delete'></hx-partial>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
)
BOMBS = (
    ">" * 10_000,
    "[" * 10_000,
    "*" * 10_000,
    "![[" * 3_333,
    "- " * 5_000,
    "`" * 9_999 + "a",
    "[a](" * 2_500,
    "<a " * 3_333,
    "&#x3c;" * 1_600,
    "1. " * 3_333,
)
# Just beyond what a column of each database holds, and far beyond.
HUGE = ("3000000000", "9300000000000000000", "99999999999999999999")
ALLOWED = {"p", "br", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr"}


@pytest.fixture
def house(read_house: Opened) -> House:
    """One for all: what is refused changes nothing, and what is taken here is in nobody's way."""
    return read_house[0]


@pytest.fixture
def world(read_house: Opened) -> World:
    return read_house[1]


def say(house: House, world: World, text: str, name: str = "Amara", **fields: str) -> httpx.Response:
    path = f"/threads/{world.tide.thread}/comments"
    return house.visit(world.people[name]).post(path, data={"text": text, **fields})


def said(house: House) -> list[Comment]:
    return sorted(house.rows(Comment), key=lambda comment: comment.id or 0)


def page(house: House, world: World, name: str = "Amara") -> html.HtmlElement:
    answer = house.visit(world.people[name]).get(f"/initiatives/{world.tide.initiative}")
    assert answer.status_code == 200
    return html.document_fromstring(answer.text)


@pytest.mark.parametrize("text", ["", "   ", "\n\t\r\n", "\u200e\u202e", "\x00\x01", "[x]: https://a.example"])
def test_comment_that_says_nothing_is_sent_back(house: House, world: World, text: str) -> None:
    before = len(said(house))
    answer = say(house, world, text)
    assert answer.status_code == 422
    assert len(said(house)) == before


@pytest.mark.parametrize(("size", "status"), [(10_000, 303), (10_001, 422), (200_000, 422)])
def test_length_of_a_comment_has_a_limit_that_loses_nothing(house: House, world: World, size: int, status: int) -> None:
    answer = say(house, world, "x" * size)
    assert answer.status_code == status
    if status == 422:
        assert f">\n{'x' * size}</textarea>" in answer.text


def test_body_beyond_all_measure_is_refused(house: House, world: World) -> None:
    assert say(house, world, "x" * MOST_BODY).status_code == 413


def test_control_characters_and_overrides_are_taken_out(house: House, world: World) -> None:
    say(house, world, "safe\u202etxt.exe\u2066 \x07bell\r\nline\ufeff")
    assert said(house)[-1].text == "safetxt.exe bell\nline"


@pytest.mark.parametrize("text", SCRIPTS)
def test_scripts_are_only_words(house: House, world: World, text: str) -> None:
    assert say(house, world, f"Words {text}").status_code == 303
    dom_id = f"comment-{said(house)[-1].id}"
    (body,) = page(house, world, "Chiara").xpath(f"//*[@id='{dom_id}']//*[contains(@class, 'comment-body')]")
    inside = [element for element in body.iterdescendants() if isinstance(element.tag, str)]
    assert {element.tag for element in inside} <= ALLOWED
    attributes = {name for element in inside for name in element.attrib}
    assert attributes <= {"href", "rel", "start"}
    links = [element.get("href") for element in inside if element.get("href")]
    assert [link for link in links if not link.startswith(("https:", "http:", "mailto:"))] == []
    assert "49" not in body.text_content()


@pytest.mark.parametrize("text", SCRIPTS)
def test_scripts_in_names_and_titles_are_only_words(house: House, world: World, text: str) -> None:
    deeds = Deeds(house, world)
    deeds.edit_initiative(f"T {text}", challenge=f"C {text}")
    deeds.rename_team(f"N {text}"[:200])
    deeds.edit_cohort(f"K {text}"[:200])
    deeds.rename_person("Chiara", f"P {text}"[:120])
    for path in (f"/initiatives/{world.tide.initiative}", f"/cohorts/{world.tide.cohort}", f"/teams/{world.tide.team}"):
        found = html.document_fromstring(house.visit(world.people["Esi"]).get(path).text)
        assert found.xpath("//body//script|//body//iframe|//body//style|//body//hx-partial") == [], path
        # The one picture there is came as a file.
        assert found.xpath("//body//img[not(starts-with(@src, '/attachments/'))]") == [], path
        assert found.xpath("//@*[starts-with(name(), 'on')]") == [], path
        assert found.xpath("//*[starts-with(@href, 'javascript') or starts-with(@href, 'data')]") == []


@pytest.mark.parametrize("text", BOMBS, ids=lambda text: text[:6])
def test_markdown_bomb_costs_little(house: House, world: World, text: str) -> None:
    began = time.process_time()
    assert say(house, world, f"Words {text}"[:10_000]).status_code in (303, 422)
    page(house, world)
    assert time.process_time() - began < 2


def test_reply_to_a_withdrawn_comment_comes_back_filled_in(house: House, world: World) -> None:
    answer = say(house, world, "Too late", parent=str(world.tide.comments["Bram"]))
    assert answer.status_code == 422
    assert "Too late" in answer.text
    assert "was withdrawn" in answer.text


@pytest.mark.parametrize("parent", ["x", "-1", "1e3", "999999", "٣", "999999999999999", *HUGE])
def test_reply_to_nothing_is_refused(house: House, world: World, parent: str) -> None:
    before = len(said(house))
    assert say(house, world, "To nobody", parent=parent).status_code == 422
    assert len(said(house)) == before


def test_reply_to_a_comment_of_another_talk_is_refused(house: House, world: World) -> None:
    assert say(house, world, "Across", parent=str(world.foreign.comments["Jun"])).status_code == 422


def test_edit_of_somebody_elses_comment_is_refused(house: House, world: World) -> None:
    answer = house.visit(world.people["Farid"]).post(
        f"/comments/{world.tide.comments['Amara']}/versions", data={"text": "Mine now", "version": "1"}
    )
    assert answer.status_code == 403
    assert "Mine now" not in page(house, world).text_content()


def test_stale_edit_shows_both_texts(house: House, world: World) -> None:
    amara, path = house.visit(world.people["Amara"]), f"/comments/{world.tide.comments['Amara']}/versions"
    assert amara.post(path, data={"text": "From the first window", "version": "1"}).status_code == 303
    answer = amara.post(path, data={"text": "From the second window", "version": "1"})
    assert answer.status_code == 409
    # Both stand there with what differs marked, so the words are not in one piece.
    marks = [str(mark.xpath("string()")) for mark in html.document_fromstring(answer.text).cssselect("mark")]
    assert [any(word in mark for mark in marks) for word in ("first", "second")] == [True, True]
    assert "From the second window" in answer.text
    assert "From the second window" not in page(house, world).text_content()


@pytest.mark.parametrize("version", ["", "x", "-1", "999999999999999", *HUGE])
def test_edit_of_no_version_is_refused(house: House, world: World, version: str) -> None:
    path = f"/comments/{world.tide.comments['Amara']}/versions"
    answer = house.visit(world.people["Amara"]).post(path, data={"text": "Words", "version": version})
    assert answer.status_code in (409, 422)


def test_form_sent_twice_creates_one_comment(house: House, world: World) -> None:
    before = len(said(house))
    first, second = say(house, world, "Once", key="the-key"), say(house, world, "Once", key="the-key")
    assert first.headers["location"] == second.headers["location"]
    assert len(said(house)) == before + 1
    assert say(house, world, "Somebody else's", "Bram", key="the-key").headers["location"] != first.headers["location"]
    assert say(house, world, "Words", key="k" * 65).status_code < 500


def test_form_sent_many_times_at_one_moment_creates_one_comment(house: House, world: World) -> None:
    browsers, before = [house.visit(world.people["Amara"]) for _ in range(12)], len(said(house))
    sent = {"text": "All at once", "key": "pressed-in-anger"}
    with ThreadPoolExecutor(12) as pool:
        path = f"/threads/{world.tide.thread}/comments"
        answers = list(pool.map(lambda one: one.post(path, data=sent), browsers))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert len(said(house)) == before + 1


def test_field_given_twice_is_not_guessed_at(house: House, world: World) -> None:
    before = len(said(house))
    answer = house.visit(world.people["Amara"]).post(
        f"/threads/{world.tide.thread}/comments", data={"text": ["one", "two"]}
    )
    assert answer.status_code == 400
    assert len(said(house)) == before


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"text": "json"}'),
        ("multipart/form-data; boundary=x", b"--x\r\nnonsense"),
        ("multipart/form-data", b"no boundary"),
        ("application/x-www-form-urlencoded", b"text=%ff%fe&text"),
        ("text/plain", b"text=words"),
        ("application/x-www-form-urlencoded", b"a=1&" * 5_000),
    ],
)
def test_body_of_another_kind_is_answered(house: House, world: World, kind: str, body: bytes) -> None:
    path = f"/threads/{world.tide.thread}/comments"
    answer = house.visit(world.people["Amara"]).post(path, content=body, headers={"content-type": kind})
    assert 400 <= answer.status_code < 500, answer.status_code
    assert "<h1" in answer.text


@pytest.mark.parametrize(
    "path", [*(f"/initiatives/{id_}" for id_ in HUGE), "/teams/-1", "/initiatives/x", "/teams/%00"]
)
def test_address_that_cannot_be_is_not_found(house: House, world: World, path: str) -> None:
    assert house.visit(world.people["Amara"]).get(path).status_code == 404


@pytest.mark.parametrize(
    "query", [*(f"?reply={id_}" for id_ in HUGE), "?reply=x", "?done=<script>", "?reply=%00", "?done=saved&done=x"]
)
def test_address_with_a_strange_query_is_a_page(house: House, world: World, query: str) -> None:
    answer = house.visit(world.people["Amara"]).get(f"/initiatives/{world.tide.initiative}{query}")
    assert answer.status_code == 200
    assert "<script>" not in answer.text
