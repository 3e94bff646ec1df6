"""Who is in a room: by name where everybody is named, else only how many."""

from __future__ import annotations

import pytest

from cohorts.models import Attribution
from sessions.room.web import light
from tests.house import House
from tests.live.follower import Follower
from tests.sessions.conftest import parsed
from tests.sessions.room.conftest import Meeting, open_meeting
from tests.world import World


def here(page: Follower, slot_id: int) -> str:
    found = page.page.get_element_by_id(f"presence-room-{slot_id}")
    return " ".join(str(found.text_content()).split())


def told(page: Follower, slot_id: int, words: str) -> bool:
    """True as soon as it says so."""
    page.until(lambda: here(page, slot_id) == words)
    return True


def opened(meeting: Meeting, name: str) -> Follower:
    page = Follower(meeting.house, meeting.world.people[name], meeting.path)
    page.connect()
    return page


def test_names_of_those_who_are_here(meeting: Meeting) -> None:
    first = opened(meeting, "Amara")
    second = opened(meeting, "Esi")
    assert told(first, meeting.slot_id, "2 people here Amara Okoro Esi Okoro")
    second.cut()
    assert told(first, meeting.slot_id, "One person here Amara Okoro")
    late = parsed(meeting.page("Bram")).get_element_by_id(f"presence-room-{meeting.slot_id}")
    assert "Amara Okoro" in late.text_content()


def test_who_reads_by_reloading_is_here_too_for_a_while(meeting: Meeting, monkeypatch: pytest.MonkeyPatch) -> None:
    first = opened(meeting, "Amara")
    assert told(first, meeting.slot_id, "One person here Amara Okoro")
    meeting.browser("Esi").get(f"{meeting.path}?light=1")
    assert told(first, meeting.slot_id, "2 people here Amara Okoro Esi Okoro")
    monkeypatch.setattr(light, "STAYS", 0.1)
    meeting.browser("Esi").get(f"{meeting.path}?light=1")
    assert told(first, meeting.slot_id, "One person here Amara Okoro")


@pytest.mark.parametrize("rule", [Attribution.ROLE, Attribution.NONE])
def test_masked_room_tells_how_many(house: House, world: World, rule: str) -> None:
    meeting = open_meeting(house, world, rule)
    first = opened(meeting, "Amara")
    second = opened(meeting, "Esi")
    assert told(first, meeting.slot_id, "2 people here")
    assert told(second, meeting.slot_id, "2 people here")
    assert not any("Okoro" in str(frame) for frame in first.frames)
