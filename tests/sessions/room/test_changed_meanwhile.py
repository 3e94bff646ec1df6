"""What is said anew of a session while its room is open reaches the pages that are open there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosedError

from cohorts.models import Attribution
from server.clock import utc_now
from sessions import sessions
from tests.live.follower import normal
from tests.live.harness import assert_live_equals_fresh, following
from tests.scheduled import session_now
from tests.sessions.room.conftest import Meeting


def ruled(meeting: Meeting, attribution: Attribution) -> None:
    """Farid chooses another rule."""
    with meeting.house.database(writing=True) as db:
        facts = session_now(db, meeting.session_id)
        wanted = sessions.plan_of(db, facts)
        sessions.change(db, facts, replace(wanted, attribution=attribution), base=facts.version, now=utc_now())


def test_stricter_rule_takes_names_off_open_pages(meeting: Meeting) -> None:
    meeting.send("Amara", "hand")
    with following(meeting.house, meeting.world.people["Chiara"], meeting.path) as page:
        assert "Amara Okoro" in normal(page.page)
        ruled(meeting, Attribution.ROLE)
        # Sent away to ask for it again: what it was shown from is another place now.
        with pytest.raises(ConnectionClosedError, match="4403"):
            page.settle()
    assert "Amara Okoro" not in meeting.page("Chiara")


def test_another_link_for_one_slot_reaches_its_room(meeting: Meeting) -> None:
    def seat() -> Any:
        form = {"capacity": "", "video_url": "https://meet.example.org/other"}
        return meeting.browser("Farid").post(f"/slots/{meeting.slot_id}/seats", data=form)

    assert_live_equals_fresh(meeting.house, meeting.world.people["Amara"], meeting.path, seat, reloads=True)
    assert "https://meet.example.org/other" in meeting.page("Amara")
