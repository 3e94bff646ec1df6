"""The pages of outcomes, recap and impressions shut nobody out: WCAG 2.2 AA, light and dark, on a desk and a phone."""

from __future__ import annotations

from tests.browser.desk import Desk
from tests.browser.test_accessibility import DESK, LOOKS, PHONE, RULES, too_wide, violations
from tests.house import House
from tests.sessions.room.conftest import open_meeting
from tests.sessions.room.recapped import another_slot, ended, filled, sent, url
from tests.world import World


def test_recap_shuts_nobody_out(desk: Desk, house: House, world: World) -> None:
    meeting = ended(filled(open_meeting(house, world)))
    second = filled(another_slot(meeting))
    for who in ("Amara", "Esi", "Bram"):
        form = {"level": "4", "impression": "Long words " * 20}
        sent(meeting.browser(who).post(f"/slots/{meeting.slot_id}/impression", data=form))
    paths = [url(meeting), f"{url(meeting)}/edit", meeting.path, second.path, f"{second.path}/outcomes/1"]
    paths += [f"/slots/{meeting.slot_id}/impression", f"/sessions/{meeting.session_id}"]
    page = desk.window(house, world.people["Farid"])
    found = []
    for path in paths:
        page.set_viewport_size(DESK)
        page.emulate_media(color_scheme="light")
        page.goto(path)
        page.evaluate("document.querySelectorAll('.room details').forEach((one) => one.open = true)")
        found += violations(page, path, RULES) + too_wide(page, path)
        page.set_viewport_size(PHONE)
        page.emulate_media(color_scheme="dark")
        found += violations(page, f"{path} on a phone in the dark", LOOKS) + too_wide(page, f"{path} on a phone")
    assert found == []
