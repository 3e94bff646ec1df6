"""The wall: what everybody may read from the back of a room, live, without a name or a button."""

from __future__ import annotations

from typing import Any

from lxml import html

from tests.live.harness import assert_live_equals_fresh
from tests.sessions.room.conftest import Meeting


def test_wall_follows_the_agenda_and_the_timer(meeting: Meeting) -> None:
    path, amara = f"{meeting.path}/projector", meeting.world.people["Amara"]
    for item in meeting.items()[:2]:
        go = lambda item=item: meeting.send("Farid", "item", item=item, version=meeting.now().version)  # noqa: E731
        assert_live_equals_fresh(meeting.house, amara, path, go)
    text = meeting.browser("Amara").get(path).text
    assert "Two stories" in text
    assert "Next: What we take home" in text
    end = lambda: meeting.send("Farid", "ending")  # noqa: E731
    assert_live_equals_fresh(meeting.house, amara, path, end, reloads=True)
    assert "This session is over." in meeting.browser("Amara").get(path).text


def test_wall_shows_no_control_and_nobody(meeting: Meeting) -> None:
    meeting.send("Amara", "hand")
    meeting.send("Farid", "moment", moment="in", version=meeting.now().version)
    meeting.send("Bram", "sentence", sentence="Curious")
    for name in ("Amara", "Farid"):
        page: Any = html.document_fromstring(meeting.browser(name).get(f"{meeting.path}/projector").text)
        (main,) = page.xpath("//main")
        assert main.xpath(".//form | .//button | .//a") == []
        assert "Okoro" not in page.get_element_by_id("page").text_content()
        assert page.xpath("//header") == []
    assert "Okoro" in meeting.page("Chiara")
