"""A comment that was taken back: its page says how long it can be put back, and afterwards that it cannot."""

from __future__ import annotations

from datetime import timedelta

import pytest

from feedback.models import Comment, Withdrawal
from server.clock import utc_now
from tests.feedback.conftest import Browse
from tests.house import House
from tests.world import World


def age(house: House, comment_id: int, hours: float) -> None:
    """The withdrawal happened that long ago."""
    with house.database(writing=True) as db:
        db.get_one(Withdrawal, comment_id).at = utc_now() - timedelta(hours=hours)


@pytest.mark.parametrize(("hours", "left"), [(0, "24 hours"), (1.5, "22 hours"), (22.5, "1 hour"), (23.9, "6 minutes")])
def test_page_says_how_long_it_can_be_put_back(
    browse: Browse, world: World, house: House, hours: float, left: str
) -> None:
    chiara, mine = browse("Chiara"), world.tide.comments["Chiara"]
    assert "Withdraw your comment?" in chiara.get(f"/comments/{mine}/withdrawal").text
    chiara.post(f"/comments/{mine}/withdrawal")
    age(house, mine, hours)
    page = chiara.get(f"/comments/{mine}/withdrawal").text
    assert "You can put it back until " in page
    assert f"that is still {left}." in page
    assert "church bells" not in page
    assert f"/comments/{mine}/withdrawal" in chiara.get(f"/initiatives/{world.tide.initiative}").text
    assert chiara.post(f"/comments/{mine}/restoration").status_code == 303
    assert "church bells" in browse("Esi").get(f"/initiatives/{world.tide.initiative}").text


def test_after_a_day_the_page_says_that_it_is_gone(browse: Browse, world: World, house: House) -> None:
    chiara, mine = browse("Chiara"), world.tide.comments["Chiara"]
    chiara.post(f"/comments/{mine}/withdrawal")
    age(house, mine, 24.1)
    page = chiara.get(f"/comments/{mine}/withdrawal").text
    assert "cannot be put back" in page
    assert f'action="/comments/{mine}/restoration"' not in page
    refused = chiara.post(f"/comments/{mine}/restoration")
    assert refused.status_code == 403
    assert "More than a day has passed" in refused.text
    assert "church bells" not in browse("Esi").get(f"/initiatives/{world.tide.initiative}").text
    assert next(one for one in house.rows(Comment) if one.id == mine).id == mine
