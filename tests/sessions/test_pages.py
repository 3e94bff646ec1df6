"""The list of sessions and the page of one: who sees what of them."""

from __future__ import annotations

from tests.sessions.conftest import Browse
from tests.world import World


def test_page_of_a_session(world: World, browse: Browse) -> None:
    page = browse("Amara").get(f"/sessions/{world.sessions[world.tide.cohort]}")
    assert page.status_code == 200
    for words in (
        "Learning from what fails",
        "<em>small</em>",
        "Bring one page.",
        "Two stories",
        "Farid Okoro",
        "Nadia",
    ):
        assert words in page.text, words
    assert "Only facilitators" not in page.text
    assert page.text.count('class="slot ') == 2
    assert "https://meet.example.org/room" in page.text
