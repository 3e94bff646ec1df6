"""What is new in a cohort: for those who take part, and only what they may read."""

from __future__ import annotations

import pytest

from tests.feedback.conftest import Browse, parsed
from tests.world import World


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def news(browse: Browse, name: str, cohort: int) -> str | None:
    """The panel's text as that person sees it; None: there is none."""
    page = parsed(browse(name).get(f"/cohorts/{cohort}").text)
    found = page.cssselect(f"#news-{cohort}")
    return " ".join(found[0].text_content().split()) if found else None


def test_panel_tells_who_said_what_where(browse: Browse, world: World) -> None:
    shown = news(browse, "Chiara", world.tide.cohort) or ""
    assert "Esi Okoro: A radio play worked for us." in shown
    assert "Tide: reach everybody in time" in shown
    assert "REGRETTED" not in shown


@pytest.mark.parametrize("name", ["Greta", "Hana"])
def test_sponsors_and_owners_see_no_panel(browse: Browse, world: World, name: str) -> None:
    assert news(browse, "Amara", world.tide.cohort) is not None
    assert news(browse, name, world.tide.cohort) is None
    assert "church bells" not in browse(name).get(f"/cohorts/{world.tide.cohort}").text


def test_quiet_cohort_says_so(browse: Browse, world: World) -> None:
    assert "Nobody has said anything yet" in (news(browse, "Dmitri", world.lantern.cohort) or "")


def test_last_eight_are_enough(browse: Browse, world: World) -> None:
    client = browse("Chiara")
    for number in range(10):
        client.post(f"/threads/{world.tide.thread}/comments", data={"text": f"Number {number}."})
    page = parsed(client.get(f"/cohorts/{world.tide.cohort}").text)
    items = page.get_element_by_id(f"news-{world.tide.cohort}").cssselect("li")
    assert [f"Number {9 - place}." in item.text_content() for place, item in enumerate(items)] == [True] * 8
