"""The page of quotes follows what is asked, answered, taken back and taken away."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cohorts.models import Attribution
from feedback.models import Quote
from tests.house import House
from tests.live.harness import assert_live_equals_fresh
from tests.masking.ground import Masked, lay, say, set_rule
from tests.world import World

READING = ("Esi", "Chiara", "Farid")


@pytest.fixture
def masked(house: House, world: World) -> Masked:
    return lay(house, world)


@pytest.fixture
def comment(masked: Masked) -> int:
    return say(masked, "Esi", masked.world.tide, "Church bells")


def ask(masked: Masked, comment: int, passage: str = "bells") -> None:
    given = {"passage": passage, "purpose": "A report", "named": "yes", "key": passage}
    answer = masked.house.visit(masked.people["Chiara"]).post(f"/comments/{comment}/quotes", data=given)
    assert answer.status_code == 303


def does(masked: Masked, who: str, path: str, **fields: str) -> Callable[[], None]:
    def act() -> None:
        answer = masked.house.visit(masked.people[who]).post(path, data=fields)
        assert answer.status_code == 303, answer.text[:1000]

    return act


@pytest.mark.parametrize("who", READING)
def test_question_answer_and_end_are_shown_as_they_come(masked: Masked, comment: int, who: str) -> None:
    reader = masked.people[who]
    assert_live_equals_fresh(masked.house, reader, "/quotes", lambda: ask(masked, comment))
    quote = f"/quotes/{masked.house.rows(Quote)[-1].id}"
    assert_live_equals_fresh(masked.house, reader, "/quotes", does(masked, "Esi", f"{quote}/answer", answer="yes"))
    assert_live_equals_fresh(masked.house, reader, "/quotes", does(masked, "Esi", f"{quote}/end"))
    ask(masked, comment, "Church")
    refused = f"/quotes/{masked.house.rows(Quote)[-1].id}/answer"
    assert_live_equals_fresh(masked.house, reader, "/quotes", does(masked, "Esi", refused, answer="no"))


@pytest.mark.parametrize("who", READING)
def test_words_that_are_taken_away_leave_open_pages_of_quotes(masked: Masked, comment: int, who: str) -> None:
    ask(masked, comment)
    at, reader = f"/comments/{comment}", masked.people[who]
    hidden = does(masked, "Farid", f"{at}/hidings", reason="Names a town")
    assert_live_equals_fresh(masked.house, reader, "/quotes", hidden)
    does(masked, "Esi", f"{at}/appeals", words="It does not")()
    shown = does(masked, "Farid", f"{at}/decisions", outcome="shown")
    assert_live_equals_fresh(masked.house, reader, "/quotes", shown)
    assert_live_equals_fresh(masked.house, reader, "/quotes", does(masked, "Esi", f"{at}/withdrawal"))
    assert_live_equals_fresh(masked.house, reader, "/quotes", does(masked, "Esi", f"{at}/restoration"))


def test_another_name_of_who_asks_and_another_rule_are_shown(masked: Masked, comment: int) -> None:
    ask(masked, comment)
    esi = masked.people["Esi"]
    named = {"name": "Chiara Renamed", "time_zone": "Europe/Rome", "language": "en"}
    renamed = does(masked, "Chiara", "/profile/preferences", **named)
    page = assert_live_equals_fresh(masked.house, esi, "/quotes", renamed)
    assert "Yes, with my name" in page.here.text_content()
    page = assert_live_equals_fresh(
        masked.house, esi, "/quotes", lambda: set_rule(masked, Attribution.ROLE), reloads=True
    )
    assert "Yes, with my name" not in page.here.text_content()
