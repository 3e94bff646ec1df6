"""Whoever listens to a room, or goes through it by keyboard, meets its parts in the order in which they are seen."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tests.live.harness import assert_live_equals_fresh
from tests.sessions.conftest import parsed
from tests.sessions.room.conftest import Meeting
from tests.sessions.room.polled import opened

STYLES = Path(__file__).parents[3] / "static" / "css" / "components"
# Nothing of it moves anything away from where it stands in the page.
MOVES = re.compile(r"(?<![\w-])(order\s*:|(row|column)-reverse)")


def has_class(name: str) -> str:
    return f"contains(concat(' ', @class, ' '), ' {name} ')"


def parts(page: str) -> list[str]:
    found: list[Any] = parsed(page).xpath(f"//*[{has_class('room')}]//*[{has_class('room-part')}]")
    return [re.findall(r"room-part-(\w+)", one.get("class"))[0] for one in found]


def test_styles_of_rooms_move_no_part() -> None:
    styles = {path.name: path.read_text(encoding="utf-8") for path in STYLES.glob("room*.css")}
    assert len(styles) > 4
    assert {name for name, text in styles.items() if MOVES.search(text)} == set()


def test_parts_stand_in_the_order_in_which_they_are_read(meeting: Meeting) -> None:
    beside, asked = ["agenda", "hands", "presence"], ["sentences", "groups", "polls", "questions"]
    assert parts(meeting.page("Amara"))[:7] == beside + asked
    assert parts(meeting.page("Farid"))[:7] == beside + asked


def test_poll_that_is_open_stands_before_those_that_are_over(meeting: Meeting) -> None:
    older, newer = opened(meeting), opened(meeting)

    def closes() -> None:
        assert newer.turn("close") == 303

    assert listed(meeting) == [newer.id, older.id]
    assert_live_equals_fresh(meeting.house, meeting.world.people["Amara"], meeting.path, closes)
    assert listed(meeting) == [older.id, newer.id]


def listed(meeting: Meeting) -> list[int]:
    found = parsed(meeting.page("Amara")).xpath(f"//*[@id='polls-{meeting.slot_id}']/article/@id")
    return [int(one.removeprefix("poll-")) for one in found]
