"""The private page of those who run a room: the agenda against the clock, and what the teams still owe."""

from __future__ import annotations

import secrets

from feedback.advice.models import Prompt
from tests.live.harness import assert_live_equals_fresh
from tests.sessions.conftest import parsed
from tests.sessions.room.conftest import Meeting


def sheet(meeting: Meeting) -> list[str]:
    page = parsed(meeting.browser("Farid").get(f"{meeting.path}/run-sheet").text)
    return [" ".join(row.text_content().split()) for row in page.xpath("//*[contains(@class, 'room-sheet')]//tbody/tr")]


def test_agenda_against_the_clock(meeting: Meeting) -> None:
    first, second = meeting.items()[:2]
    path, farid = f"{meeting.path}/run-sheet", meeting.world.people["Farid"]
    for item in (first, second):
        go = lambda item=item: meeting.send("Farid", "item", item=item, version=meeting.now().version)  # noqa: E731
        assert_live_equals_fresh(meeting.house, farid, path, go)
    rows = sheet(meeting)
    assert "10 minutes late" in rows[0] or "11 minutes late" in rows[0] or "9 minutes late" in rows[0], rows[0]
    assert rows[0].endswith("0 minutes")
    assert rows[1].endswith("on now")
    assert rows[2].endswith("not yet")


def test_only_those_who_run_the_room_read_it(meeting: Meeting) -> None:
    for name in ("Amara", "Esi"):
        assert meeting.browser(name).get(f"{meeting.path}/run-sheet").status_code == 403
        assert "run-sheet" not in meeting.page(name)


def test_what_the_teams_owe_comes_back(meeting: Meeting) -> None:
    page = parsed(meeting.browser("Farid").get(f"{meeting.path}/run-sheet").text)
    here = [one.get("href") for one in page.xpath("//ul[@class='room-owed']//a")]
    mine = meeting.world.prompts[meeting.world.tide.cohort]
    assert here == [f"/prompts/{mine}"]
    other = {row.id for row in meeting.house.rows(Prompt)} - {mine}
    assert other, "there is one in another programme that must not be here"
    answer = {"key": secrets.token_hex(8), "kind": "took on", "text": "We ring the bells."}
    assert meeting.browser("Amara").post(f"/prompts/{mine}/responses", data=answer).status_code == 303
    page = meeting.browser("Farid").get(f"{meeting.path}/run-sheet").text
    assert f"/prompts/{mine}" not in page
