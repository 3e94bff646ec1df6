"""Conversations among fewer people than the whole cohort: nobody else reads them, or can tell that there are any."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from feedback import threads
from tests.feedback.conftest import parsed, seen_by
from tests.house import House
from tests.live.harness import assert_live_equals_fresh
from tests.world import World

Browse = Callable[[str], httpx.Client]

# Who takes part, and somebody who does not.
CIRCLES = {
    "team": (("Amara", "Farid"), ("Chiara", "Esi", "Greta", "Hana")),
    "team and board": (("Bram", "Esi", "Farid"), ("Chiara", "Greta", "Hana")),
    "facilitators": (("Farid",), ("Amara", "Chiara", "Esi", "Greta", "Hana")),
}


def circle(house: House, world: World, kind: str) -> threads.ThreadNow:
    with house.database() as db:
        found = threads.on_initiative(db, seen_by(db, world, "Farid", world.tide), world.tide.initiative)
        return next(one for one in found if one.kind == kind)


def say(browse: Browse, name: str, thread: threads.ThreadNow, text: str) -> httpx.Response:
    return browse(name).post(f"/threads/{thread.id}/comments", data={"text": text, "key": f"{name}{text}"})


@pytest.mark.parametrize("kind", CIRCLES)
def test_only_its_people_read_a_circle(house: House, world: World, browse: Browse, kind: str) -> None:
    thread, (inside, outside) = circle(house, world, kind), CIRCLES[kind]
    for name in inside:
        assert say(browse, name, thread, f"SMALL of {name}").status_code == 303
    for name in inside:
        assert all(f"SMALL of {other}" in browse(name).get(thread.page).text for other in inside), name
        assert thread.page in browse(name).get(f"/initiatives/{world.tide.initiative}").text
    for name in outside:
        assert browse(name).get(thread.page).status_code == 404
        assert say(browse, name, thread, "Let me in").status_code == 404
        for page in ("/", f"/cohorts/{world.tide.cohort}", f"/initiatives/{world.tide.initiative}"):
            text = browse(name).get(page).text
            assert "SMALL" not in text
            assert thread.page not in text


@pytest.mark.parametrize("kind", CIRCLES)
def test_what_is_said_in_a_circle_moves_no_number_that_others_see(
    house: House, world: World, browse: Browse, kind: str
) -> None:
    pages = [f"/cohorts/{world.tide.cohort}", f"/initiatives/{world.tide.initiative}", f"/teams/{world.tide.team}"]

    def seen() -> list[str]:
        found = (parsed(browse("Chiara").get(path).text).xpath("//@data-positions") for path in pages)
        return [str(one) for one in found]

    before = seen()
    assert say(browse, "Farid", circle(house, world, kind), "Quietly").status_code == 303
    assert seen() == before
    assert (
        browse("Farid").post(f"/threads/{world.tide.thread}/comments", data={"text": "Aloud", "key": "k"}).is_redirect
    )
    assert seen() != before


def test_page_of_a_circle_is_live(house: House, world: World, browse: Browse) -> None:
    thread = circle(house, world, "team and board")
    page = f"/threads/{thread.id}"
    assert_live_equals_fresh(house, world.people["Esi"], page, lambda: say(browse, "Amara", thread, "Between us"))


def test_comment_that_is_refused_comes_back_on_the_page_of_its_circle(
    house: House, world: World, browse: Browse
) -> None:
    thread = circle(house, world, "team")
    answer = browse("Amara").post(f"/threads/{thread.id}/comments", data={"text": "a" * 10_001, "key": "k"})
    assert answer.status_code == 422
    assert "a" * 10_001 in answer.text
    assert "the team and the facilitators" in answer.text
