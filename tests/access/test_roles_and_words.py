"""What each role may read, told by the words themselves: whatever may not be read is shown to somebody first."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import pytest

from feedback.models import Comment
from tests.access.test_every_answer import is_static, of_method
from tests.access.walk import ids_in
from tests.conftest import Opened
from tests.house import House
from tests.world import World

CHAPTERS = ("Warnings reach", "nine languages", "Sirens and leaflets", "people who do not read")
TALK = ("church bells", "Who rings them at night", "radio play", "meet on Tuesday", "Said before I left")
TITLE, SUMMARY, WITHDRAWN = "Tide: reach everybody in time", "Warnings for everybody, by Tide", "REGRETTED"
READERS = ("Amara", "Bram", "Chiara", "Esi", "Farid")


def everything_shown(house: House, world: World, name: str) -> str:
    """The text of every page that answers this person, with the ids of team Tide."""
    client = house.visit(world.people[name])
    pages = [
        client.get(route.filled(ids_in(world.tide, world))) for route in of_method(house, "GET") if not is_static(route)
    ]
    return "\n".join(page.text for page in pages if page.status_code == 200)


@pytest.fixture(scope="module")
def shown_to(read_house: Opened) -> Callable[[str], str]:
    """Every page of a person, asked for once for all tests that change nothing."""
    return cache(partial(everything_shown, *read_house))


@pytest.mark.parametrize("name", READERS)
def test_those_who_take_part_read_the_work_and_the_talk(shown_to: Callable[[str], str], name: str) -> None:
    shown = shown_to(name)
    assert [words for words in (*CHAPTERS, *TALK, TITLE) if words not in shown] == []


@pytest.mark.parametrize("name", ["Greta", "Hana", "Dmitri", "Ivo", "Jun"])
def test_nobody_else_reads_a_word_of_it(shown_to: Callable[[str], str], name: str) -> None:
    shown = shown_to(name)
    assert [words for words in (*CHAPTERS, *TALK, TITLE) if words in shown] == []


def test_only_sponsors_and_those_who_take_part_read_the_summary(shown_to: Callable[[str], str]) -> None:
    assert SUMMARY in shown_to("Greta")
    assert SUMMARY not in shown_to("Hana")
    assert SUMMARY not in shown_to("Dmitri")


def test_summary_that_was_taken_back_is_gone(house: House, world: World) -> None:
    house.visit(world.people["Amara"]).post(f"/initiatives/{world.tide.initiative}/summary", data={"summary": ""})
    assert SUMMARY not in everything_shown(house, world, "Greta")


@pytest.mark.parametrize("name", [*READERS, "Greta", "Hana"])
def test_withdrawn_words_are_on_no_page(read_house: Opened, shown_to: Callable[[str], str], name: str) -> None:
    house, world = read_house
    assert WITHDRAWN in "".join(comment.text for comment in house.rows(Comment))
    assert WITHDRAWN not in shown_to(name)
    for path in ("", "/edit", "/history", "/withdrawal"):
        answer = house.visit(world.people[name]).get(f"/comments/{world.tide.comments['Bram']}{path}")
        assert WITHDRAWN not in answer.text, path


def test_withdrawn_words_leave_history_and_news_at_once(house: House, world: World) -> None:
    amara, comment = house.visit(world.people["Amara"]), world.tide.comments["Amara"]
    amara.post(f"/comments/{comment}/versions", data={"text": "SECOND words", "version": "1"})
    amara.post(f"/comments/{comment}/versions", data={"text": "THIRD words", "version": "2"})
    before = everything_shown(house, world, "Esi")
    assert "SECOND" in before
    assert "THIRD" in before
    amara.post(f"/comments/{comment}/withdrawal")
    for name in ("Esi", "Amara", "Farid"):
        after = everything_shown(house, world, name)
        assert "SECOND" not in after
        assert "THIRD" not in after
        assert "Who rings them" not in after


def test_sponsor_reads_names_and_nothing_else_of_people(house: House, world: World) -> None:
    page = f"/teams/{world.tide.team}"
    assert "Amara Okoro" in house.visit(world.people["Greta"]).get(page).text
    cohort = f"/cohorts/{world.tide.cohort}"
    assert "presence-cohort" in house.visit(world.people["Amara"]).get(cohort).text
    for name in ("Greta", "Hana"):
        assert "presence-cohort" not in house.visit(world.people[name]).get(cohort).text
        assert "presence-cohort" not in house.visit(world.people[name]).get(page).text


def test_removed_person_keeps_their_words_and_loses_their_way_in(house: House, world: World) -> None:
    path = f"/initiatives/{world.tide.initiative}"
    assert "Said before I left" in house.visit(world.people["Amara"]).get(path).text
    assert "Ivo Okoro" in house.visit(world.people["Amara"]).get(path).text
    ivo = house.visit(world.people["Ivo"])
    comment = world.tide.comments["Ivo"]
    assert ivo.get(path).status_code == 404
    assert ivo.post(f"/comments/{comment}/versions", data={"text": "later", "version": "1"}).status_code == 404
    assert ivo.post(f"/comments/{comment}/withdrawal").status_code == 404
