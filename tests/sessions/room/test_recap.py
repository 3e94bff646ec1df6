"""The recap: there by itself when a room is over, made of what happened, written over by those who run it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from cohorts.models import Attribution, Cohort, Programme
from server.clock import utc_now
from sessions import attendance
from sessions.room import ending
from sessions.room.models import Outcome, Poll, Recap
from sessions.room.rooms import RUN
from sessions.slots import SLOT
from tests.house import House
from tests.live.harness import assert_live_equals_fresh
from tests.scheduled import session_now, slot_now
from tests.sessions.conftest import parsed
from tests.sessions.room.conftest import Meeting, open_meeting
from tests.sessions.room.recapped import (
    DECISION,
    agree,
    another_slot,
    ended,
    filled,
    published,
    recapped,
    sent,
    url,
    version,
)
from tests.world import World


def page(meeting: Meeting, name: str = "Farid") -> str:
    answer = meeting.browser(name).get(url(meeting))
    assert answer.status_code == 200, answer.text[:2000]
    return str(answer.text)


def edit(meeting: Meeting, **fields: Any) -> Any:
    box = parsed(meeting.browser("Farid").get(f"{url(meeting)}/edit").text).get_element_by_id
    given = {"intro": "", "notes": box("notes").text_content().lstrip("\n"), "version": version(meeting)} | fields
    return meeting.browser("Farid").post(url(meeting), data=given)


def test_it_holds_what_happened_without_anybody_writing_it(house: House, world: World) -> None:
    meeting = filled(open_meeting(house, world))
    assert meeting.browser("Farid").get(url(meeting)).status_code == 404
    text = page(ended(meeting))
    held = ("Two stories", "<em>reach</em>", "How do you come?", "The bus", "Who pays?", "The ministry.", DECISION)
    for words in (*held, "Write to the mayor", "Team Tide", "31 Mar 2027", "Start small", "Amara Okoro", "5 persons"):
        assert words in text, words
    recap = parsed(text).get_element_by_id(f"recap-{meeting.session_id}").text_content()
    assert DECISION in recap
    assert "Shown to nobody" not in recap, "a poll whose results were never revealed"


def test_agenda_tells_planned_and_real_minutes(meeting: Meeting) -> None:
    first, second = meeting.items()[:2]
    for item in (first, second, first, 0):
        sent(meeting.send("Farid", "item", item=item, version=meeting.now().version))
    with meeting.house.database(writing=True) as db:
        rows = db.execute(RUN.select().order_by(RUN.c.id)).all()
        for row, minutes in zip(rows, (12, 30, 5), strict=True):
            began = row.ended_at - timedelta(minutes=minutes)
            db.execute(update(RUN).where(RUN.c.id == row.id).values(began_at=began))
    table = parsed(page(ended(meeting))).get_element_by_id("recap-agenda-1-caption").getparent()
    rows = [[cell.text_content() for cell in row.xpath("./*")] for row in table.xpath(".//tbody/tr")]
    assert rows == [["Arrive", "10", "17"], ["Two stories", "40", "30"]]


def test_clock_makes_it_where_nobody_ends_the_room(meeting: Meeting) -> None:
    with meeting.house.database(writing=True) as db:
        db.execute(update(SLOT).where(SLOT.c.id == meeting.slot_id).values(starts_at=utc_now() - timedelta(hours=4)))
    for _ in range(2):
        with meeting.house.database(writing=True) as db:
            ending.close_late(db, meeting.slot_id, now=utc_now())
    assert len(meeting.house.rows(Recap)) == 1
    assert "Recap" in page(meeting)


def test_two_slots_merge(house: House, world: World) -> None:
    first = recapped(house, world)
    second = another_slot(first)
    sent(agree(second, "Esi", "Meet again"))
    assert "Meet again" not in page(first), "a room that is open stands in no recap"
    before = version(first)
    ended(second)
    assert version(first) > before
    text = page(first)
    for words in (DECISION, "Meet again", "<em>reach</em>"):
        assert words in text, words
    assert len(house.rows(Recap)) == 1
    assert len(parsed(text).xpath("//section[contains(@class, 'recap-agenda')]//h3")) == 2


def test_it_says_less_while_a_room_is_open_again(house: House, world: World) -> None:
    meeting = recapped(house, world)
    person = world.people["Farid"]
    assert_live_equals_fresh(house, person, url(meeting), lambda: sent(meeting.send("Farid", "resumption")))
    assert DECISION not in page(meeting)
    assert "A room of this session is open now" in page(meeting)
    assert "Nothing was written down" not in page(meeting)
    assert_live_equals_fresh(house, person, url(meeting), lambda: sent(meeting.send("Farid", "ending")))
    assert DECISION in page(meeting)
    assert "A room of this session is open now" not in page(meeting)


def test_poll_that_nobody_was_shown_is_named_to_those_who_run_it(house: House, world: World) -> None:
    meeting = recapped(house, world)
    (hidden,) = (one for one in house.rows(Poll) if one.revealed_at is None)
    edit_, turns = f"/polls/{hidden.id}/edit", f"/polls/{hidden.id}/turns"
    assert edit_ in page(meeting)
    published(meeting)
    assert hidden.question not in page(meeting, "Amara")
    assert "the recap leaves it out" in meeting.browser("Farid").get(edit_).text

    def reveal() -> None:
        sent(meeting.browser("Farid").post(turns, data={"act": "reveal", "version": hidden.version}))

    assert_live_equals_fresh(house, world.people["Farid"], url(meeting), reveal)
    assert edit_ not in page(meeting)
    assert hidden.question in page(meeting, "Amara")
    assert "Its results stand in the recap" in meeting.browser("Farid").get(edit_).text


@pytest.mark.parametrize("name", ["Amara", "Esi", "Farid"])
def test_readers_follow_it(house: House, world: World, name: str) -> None:
    meeting, person = published(recapped(house, world)), world.people[name]
    id_ = next(row.id for row in house.rows(Outcome) if row.text == DECISION)
    for act in (
        lambda: sent(edit(meeting, intro="It was *good*.")),
        lambda: sent(edit(meeting, notes="Other notes")),
        lambda: sent(meeting.send("Farid", f"outcomes/{id_}/dropping")),
        lambda: sent(meeting.browser("Farid").post(f"{url(meeting)}/merging", data={"version": version(meeting)})),
    ):
        assert_live_equals_fresh(house, person, url(meeting), act)


def test_way_to_it_comes_to_the_page_of_the_session(house: House, world: World) -> None:
    meeting = filled(open_meeting(house, world))
    there = f"/sessions/{meeting.session_id}"
    assert_live_equals_fresh(house, world.people["Farid"], there, lambda: ended(meeting))
    assert "Read the recap" in meeting.browser("Farid").get(there).text
    assert "Read the recap" not in meeting.browser("Amara").get(there).text
    assert_live_equals_fresh(house, world.people["Amara"], there, lambda: published(meeting))
    assert "Read the recap" in meeting.browser("Amara").get(there).text


def test_edited_notes_stand_in_place_and_there_is_a_way_back(house: House, world: World) -> None:
    meeting = recapped(house, world)
    sent(edit(meeting, intro="Hello"))
    row = house.rows(Recap)[0]
    assert (row.intro, row.notes_edited) == ("Hello", False), "notes that were left as they are follow the rooms"
    sent(edit(meeting, intro="Hello", notes="Only **this**"))
    text = page(meeting)
    assert "<strong>this</strong>" in text
    assert "<em>reach</em>" not in text
    sent(meeting.browser("Farid").post(f"{url(meeting)}/merging", data={"version": version(meeting)}))
    assert "<em>reach</em>" in page(meeting)
    assert "Hello" in page(meeting)


def test_of_two_who_edit_the_second_keeps_what_was_typed(house: House, world: World) -> None:
    meeting = recapped(house, world)
    old = version(meeting)
    sent(edit(meeting, intro="First"))
    answer = edit(meeting, intro="Second", version=old)
    assert answer.status_code == 422
    assert "The recap changed meanwhile" in answer.text
    assert "Second" in answer.text
    assert house.rows(Recap)[0].intro == "First"


def test_scripts_in_what_was_written_are_words(house: House, world: World) -> None:
    meeting = recapped(house, world)
    sent(edit(meeting, intro="<script>alert(1)</script>", notes='<img src=x onerror="alert(1)">'))
    text = page(meeting)
    assert "<script>alert" not in text
    assert "<img src=x" not in text


@pytest.mark.parametrize("rule", [Attribution.ROLE, Attribution.NONE])
def test_masked_recap_counts_roles_and_names_nobody(house: House, world: World, rule: str) -> None:
    meeting = published(recapped(house, world, attribution=rule))
    text = page(meeting, "Bram")
    shown = parsed(text).get_element_by_id(f"recap-{meeting.session_id}").text_content()
    assert not [name for name in ("Amara", "Bram", "Chiara", "Esi", "Farid", "Okoro") if name in shown]
    assert "A team member × 3" in shown
    assert "Who pays?" in shown


def test_correction_of_who_was_there_comes_to_open_recaps(house: House, world: World) -> None:
    meeting = published(recapped(house, world))

    def correct() -> None:
        with house.database(writing=True) as db:
            facts, slot = session_now(db, meeting.session_id), slot_now(db, meeting.slot_id)
            known = {one.person_id: one for one in attendance.of_slot(db, slot.id)}
            gone = [world.people["Chiara"]]
            attendance.correct(db, facts, slot, known, [], gone, by_id=world.people["Farid"], named=True, now=utc_now())

    assert_live_equals_fresh(house, world.people["Bram"], url(meeting), correct)
    assert "Chiara Okoro" not in page(meeting, "Bram")


def test_facilitators_who_see_authors_elsewhere_read_and_take_home_what_others_read(house: House, world: World) -> None:
    with house.database(writing=True) as db:
        programme_id = db.get_one(Cohort, world.tide.cohort).programme_id
        db.get_one(Programme, programme_id).facilitators_see_authors = True
    meeting = recapped(house, world, attribution=Attribution.ROLE)
    assert "Amara Okoro" in meeting.page("Farid"), "in the room they are told"
    for path in ("", "/markdown", "/csv"):
        text = meeting.browser("Farid").get(url(meeting) + path).text
        assert "Amara" not in text, path
