"""Where a comment was taken back, its author reads until when it can be put back, and nobody else does."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import lxml.html
import pytest
from sqlalchemy import update

from feedback.comments import WITHDRAWAL
from feedback.models import Withdrawal
from feedback.withdrawals import RESTORABLE, erase_withdrawn
from server.clock import utc_now
from tests.house import House
from tests.live.harness import assert_live_equals_fresh
from tests.world import World

WORDS = "You can put it back until"


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def gone(house: House, world: World, name: str) -> Any:
    """Where Bram's comment was, as that person is sent it."""
    page: Any = lxml.html.fromstring(
        house.visit(world.people[name]).get(f"/initiatives/{world.tide.initiative}").content
    )
    return page.get_element_by_id(f"comment-{world.tide.comments['Bram']}")


def test_its_author_reads_until_when(house: House, world: World) -> None:
    (row,) = [one for one in house.rows(Withdrawal) if one.comment_id == world.tide.comments["Bram"]]
    article = gone(house, world, "Bram")
    (foot,) = article.xpath(".//*[contains(@class, 'mine')]")
    assert WORDS in foot.text_content()
    (time,) = foot.xpath(".//time/@datetime")
    assert time == (row.at + RESTORABLE).isoformat()
    # What tells of it is the same for all, and shown by a rule that only the author's page has.
    others = gone(house, world, "Chiara")
    assert lxml.html.tostring(others) == lxml.html.tostring(article)
    rule = f"#comment-{world.tide.comments['Bram']} .mine"
    path = f"/initiatives/{world.tide.initiative}"
    assert rule in house.visit(world.people["Bram"]).get(path).text
    assert rule not in house.visit(world.people["Chiara"]).get(path).text


@pytest.mark.parametrize("name", ["Bram", "Chiara"])
def test_open_pages_read_it_as_well(house: House, world: World, name: str) -> None:
    path, chiara = f"/initiatives/{world.tide.initiative}", house.visit(world.people["Chiara"])
    taken = f"/comments/{world.tide.comments['Chiara']}/withdrawal"
    assert_live_equals_fresh(house, world.people[name], path, lambda: chiara.post(taken))


def test_after_it_is_erased_nothing_is_promised(house: House, world: World) -> None:
    with house.database(writing=True) as db:
        db.execute(update(WITHDRAWAL).values(at=utc_now() - RESTORABLE - timedelta(minutes=1)))
        assert erase_withdrawn(db, now=utc_now()) == 1
    article = gone(house, world, "Bram")
    assert not re.search(WORDS, article.text_content())
    assert not article.xpath(".//button")
