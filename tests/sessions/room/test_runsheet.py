"""The private page of those who run a room: the agenda against the clock, their notes, and what the teams still owe."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from feedback.advice.models import Prompt
from server.clock import utc_now
from sessions import sessions
from sessions.agenda import Item
from sessions.models import AgendaItem
from sessions.room.models import SheetNote
from sessions.room.rooms import RUN
from tests.live.harness import assert_live_equals_fresh, following
from tests.scheduled import session_now, slot_now
from tests.sessions.conftest import parsed
from tests.sessions.left import COHORT, RUNNERS, Session
from tests.sessions.room.conftest import Meeting, helped_by


def sheet(meeting: Meeting) -> list[str]:
    page = parsed(meeting.browser("Farid").get(f"{meeting.path}/run-sheet").text)
    return [" ".join(row.text_content().split()) for row in page.xpath("//*[contains(@class, 'room-sheet')]//tbody")]


def test_agenda_against_the_clock(meeting: Meeting) -> None:
    first, second = meeting.items()[:2]
    path, farid = f"{meeting.path}/run-sheet", meeting.world.people["Farid"]
    for item in (first, second):
        go = lambda item=item: meeting.send("Farid", "item", item=item, version=meeting.now().version)  # noqa: E731
        assert_live_equals_fresh(meeting.house, farid, path, go)
    rows = sheet(meeting)
    assert "10 minutes late" in rows[0] or "11 minutes late" in rows[0] or "9 minutes late" in rows[0], rows[0]
    assert rows[0].endswith("0 minutes Write a note")
    assert rows[1].endswith("on now Write a note")
    assert rows[2].endswith("not yet Write a note")
    with meeting.house.database(writing=True) as db:
        began = slot_now(db, meeting.slot_id).starts_at + timedelta(seconds=59)
        db.execute(RUN.update().where(RUN.c.item_id == first).values(began_at=began))
    assert "late" not in sheet(meeting)[0], "the clocks beside it show the same minute"


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


def test_what_was_left_on_the_session_comes_and_goes_on_the_open_sheet(meeting: Meeting) -> None:
    path, farid = f"{meeting.path}/run-sheet", meeting.world.people["Farid"]
    session = Session(meeting.house, meeting.world, meeting.session_id)
    words, circles = "Who is not in the room?", (COHORT, RUNNERS)
    for circle in circles:
        assert_live_equals_fresh(meeting.house, farid, path, partial(session.leave, words, to=circle))
    assert meeting.browser("Farid").get(path).text.count(words) == len(circles)
    for prompt in sorted(row.id or 0 for row in meeting.house.rows(Prompt) if row.session_id == session.id):
        assert_live_equals_fresh(meeting.house, farid, path, partial(session.answer, prompt))
    assert words not in meeting.browser("Farid").get(path).text
    assert meeting.browser("Farid").get(path).text.count("As they stood when you opened this page.") == 1


def note(meeting: Meeting, name: str, item: int, words: str, version: int = 0) -> Any:
    return meeting.browser(name).post(f"{meeting.path}/run-sheet/{item}", data={"note": words, "version": str(version)})


@pytest.mark.parametrize("name", ["Farid", "Esi"])
def test_note_stands_at_its_item_for_all_who_run_the_session(meeting: Meeting, name: str) -> None:
    helped_by(meeting, "Esi")
    first, second = meeting.items()[:2]
    path, person = f"{meeting.path}/run-sheet", meeting.world.people[name]
    assert_live_equals_fresh(meeting.house, person, path, lambda: note(meeting, "Farid", second, "Ask Bram first"))
    assert_live_equals_fresh(meeting.house, person, path, lambda: note(meeting, "Esi", second, "Ask Chiara", 1))
    rows = sheet(meeting)
    assert "Ask Chiara" in rows[1]
    assert "Ask" not in rows[0] + rows[2]
    box = parsed(meeting.browser(name).get(f"{path}/{second}").text).get_element_by_id("note")
    assert box.text_content().strip() == "Ask Chiara"
    assert_live_equals_fresh(meeting.house, person, path, lambda: note(meeting, name, second, "", 2))
    assert note(meeting, name, first, "x" * 4_001).status_code == 422


def test_of_two_who_note_the_second_keeps_what_was_typed(meeting: Meeting) -> None:
    helped_by(meeting, "Esi")
    item = meeting.items()[0]
    for base, words, other in ((0, "Begin late", "Begin early"), (1, "Begin with a song", "Begin with silence")):
        assert note(meeting, "Farid", item, words, base).status_code == 303
        late = note(meeting, "Esi", item, other, base)
        assert late.status_code == 422
        assert "bring the two together" in late.text
        form = parsed(late.text)
        assert form.get_element_by_id("note").text_content().strip() == other
        assert words in form.xpath("//blockquote")[0].text_content()
    version = form.xpath("//input[@name='version']/@value")[0]
    assert note(meeting, "Esi", item, "Begin with both", version).status_code == 303
    assert "Begin with both" in sheet(meeting)[0]


def test_notes_go_with_their_items_when_the_agenda_changes(meeting: Meeting) -> None:
    for item, words in zip(meeting.items(), ("Note one", "Note two", "Note three"), strict=True):
        note(meeting, "Farid", item, words)
    with meeting.house.database(writing=True) as db:
        facts = session_now(db, meeting.session_id)
        plan = sessions.plan_of(db, facts)
        arrive, stories, home = plan.agenda
        anew = (Item("A song", 5), home, arrive._replace(minutes=12), stories._replace(title="Three stories"))
        sessions.change(db, facts, replace(plan, agenda=anew[:3]), base=facts.version, now=utc_now())
    rows = sheet(meeting)
    assert [row.split(",")[0].split(" ")[0] for row in rows] == ["A", "What", "Arrive"]
    assert "Note three" in rows[1]
    assert "Note one" in rows[2]


def test_nobody_else_meets_a_note(meeting: Meeting) -> None:
    item, path = meeting.items()[0], f"{meeting.path}/run-sheet"
    for name, status in (("Amara", 403), ("Esi", 403), ("Greta", 404), ("Dmitri", 404), ("Jun", 404)):
        assert meeting.browser(name).get(f"{path}/{item}").status_code == status
        assert note(meeting, name, item, "Mine").status_code == status
    assert meeting.house.rows(SheetNote) == []
    for other in (
        0,
        987_654,
        *(row.id for row in meeting.house.rows(AgendaItem) if row.session_id != meeting.session_id),
    ):
        assert meeting.browser("Farid").get(f"{path}/{other}").status_code == 404
    with following(meeting.house, meeting.world.people["Amara"], meeting.path) as amara:
        at = amara.positions
        note(meeting, "Farid", item, "Watch the clock with Amara")
        amara.pump(0.5)
        assert amara.positions == at, "who attends cannot count them"
