"""The demo's rooms: one is over and remembered, one is on with a timer that runs, one time to come is full."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from demo.programme import fill
from server.db import Database, Db
from server.migrate import migrate
from sessions import answers, attendance, sessions, slots
from sessions.room import groups, hands, impressions, outcomes, polls, questions, recaps, rooms, running, sentences
from sessions.room.models import OutcomeKind, PollKind, QuestionState
from sessions.room.notes import of_groups, of_room
from sessions.sessions import SessionFacts
from sessions.slots import SlotFacts
from tests.conftest import BOTH, Databases

NOW = datetime(2026, 11, 21, 10, 7, 30, tzinfo=UTC)


@pytest.fixture(scope="module", params=BOTH)
def filled(request: pytest.FixtureRequest, databases: Databases) -> Iterator[Database]:
    with closing(Database(databases.empty(request.param))) as database:
        migrate(database)
        fill(database, NOW)
        yield database


@pytest.fixture
def db(filled: Database) -> Iterator[Db]:
    with filled.transaction(writing=False) as db:
        yield db


def session(db: Db, theme: str) -> tuple[SessionFacts, list[SlotFacts]]:
    (facts,) = (one for one in sessions.read(db) if one.theme == theme)
    return facts, slots.of_sessions(db, [facts.id])[facts.id]


def test_past_room_has_everything_that_a_recap_remembers(db: Db) -> None:
    facts, (slot,) = session(db, "Open experimentation")
    room = rooms.of_slot(db, slot.id)
    assert room is not None
    assert room.ended_at is not None
    assert room.ended_at < NOW
    ran = running.ran(db, slot.id)
    assert [one.ended_at is not None for one in ran] == [True] * 5
    assert all(after.began_at == before.ended_at for before, after in pairwise(ran))
    put = polls.read(db, polls.POLL.c.slot_id == slot.id)
    assert {poll.kind for poll in put} == {PollKind.SCALE, PollKind.SEVERAL, PollKind.WORDS}
    assert all(poll.revealed_at and poll.closed_at for poll in put)
    assert {poll.secret for poll in put} == {True, False}
    asked = questions.read(db, questions.QUESTION.c.slot_id == slot.id)
    assert {one.state for one in asked} == {QuestionState.ANSWERED, QuestionState.PARKED}
    assert hands.queue(db, slot.id) == []
    assert {one.moment for one in sentences.said(db, slot.id)} == {"in", "out"}
    assert "harbour masters" in of_room(db, room)
    assert [len(one.groups) for one in of_groups(db, slot.id)] == [3]
    kept = outcomes.of_slots(db, [slot.id])
    assert {one.said.kind for one in kept} == set(OutcomeKind)
    assert impressions.together(db, [slot.id]) is not None
    recap = recaps.of_session(db, facts.id)
    assert recap is not None
    assert recap.published_at is not None
    assert recap.published_at < NOW


def test_groups_of_the_past_room_mix_everybody_who_runs_nothing(db: Db) -> None:
    _, (slot,) = session(db, "Open experimentation")
    (around,) = groups.returned(db, slot.id)
    placed = groups.people_of(db, slot.id, around.id)
    assert sorted(len(people) for people in placed.values()) == [4, 4, 4]


def test_somebody_who_comes_in_now_finds_it_going_on(db: Db) -> None:
    _, (slot,) = session(db, "Cultural transformation")
    room = rooms.of_slot(db, slot.id)
    assert room is not None
    assert room.ended_at is None
    assert slot.ends_at > NOW + timedelta(hours=4)
    assert room.item_id is not None
    assert room.timer_ends_at is not None
    assert room.timer_ends_at > NOW + timedelta(hours=1)
    assert len(attendance.of_slot(db, slot.id)) == 12
    taking = [poll.is_open for poll in polls.read(db, polls.POLL.c.slot_id == slot.id)]
    assert taking == [True, False]
    assert [one.state for one in questions.read(db, questions.QUESTION.c.slot_id == slot.id)] == [
        QuestionState.OPEN
    ] * 2
    assert len(hands.queue(db, slot.id)) == 1
    assert "habits" in of_room(db, room)


def test_one_time_is_full_and_somebody_waits_for_it(db: Db) -> None:
    _, (morning, evening) = session(db, "Citizen involvement")
    first, second = answers.of_slot(db, morning.id), answers.of_slot(db, evening.id)
    assert sum(one.is_coming for one in first) == morning.capacity
    assert [one.author.name for one in first if one.is_waiting] == ["Liza Macaraeg"]
    assert 0 < sum(one.is_coming for one in second) < (evening.capacity or 0)
    assert {one.answer for one in first} == {"yes", "no", "if need be"}


def test_nothing_happened_later_than_now_and_everybody_who_speaks_is_invented(db: Db) -> None:
    for theme in ("Open experimentation", "Cultural transformation"):
        _, (slot,) = session(db, theme)
        assert all(one.author.sample for one in attendance.of_slot(db, slot.id))
        for table in (sentences.SENTENCE, questions.QUESTION, polls.VOTE, hands.HAND, rooms.CAME):
            at = table.c.came_at if table is rooms.CAME else table.c.at
            assert max(db.execute(select(at)).scalars()) < NOW
