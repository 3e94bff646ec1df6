"""Somebody who wants to be erased: what they counted for stays, what they said goes with its words, live."""

from __future__ import annotations

import pytest

from people.erasure import erase
from server.app import PANELS
from server.clock import utc_now
from sessions.room.models import Hand, Impression, Outcome, Question, Sentence, Vote
from tests.house import House
from tests.live.harness import assert_live_equals_fresh
from tests.sessions.room.conftest import Meeting
from tests.sessions.room.recapped import published, recapped, url
from tests.told_sessions import in_room
from tests.world import World


@pytest.fixture
def over(house: House, world: World) -> Meeting:
    """A room that is over, in which Chiara did everything there is."""
    meeting = recapped(house, world)
    with house.database(writing=True) as db:
        in_room(db, meeting.slot_id, world.people["Chiara"], world.memberships["Chiara"], utc_now())
    return published(meeting)


def leave(meeting: Meeting, *, words: bool) -> None:
    with meeting.house.database(writing=True) as db:
        erase(db, meeting.world.people["Chiara"], now=utc_now(), words=words, tell=PANELS["person erased"])


@pytest.mark.parametrize("words", [True, False])
def test_what_they_said_goes_with_its_words(over: Meeting, words: bool) -> None:
    me = over.world.people["Chiara"]
    leave(over, words=words)
    mine = {
        kind: [row for row in over.house.rows(kind) if row.person_id == me] for kind in (Vote, Impression, Sentence)
    }
    assert [row.words for row in mine[Vote]] == (["" if words else "sirens"])
    assert [(row.level, row.words) for row in mine[Impression]] == [(4, "" if words else "Long")]
    assert len(mine[Sentence]) == (0 if words else 1)
    assert [row.text for row in over.house.rows(Question) if row.author_id == me] == (["" if words else "Who pays?"])
    assert all(row.lowered_at for row in over.house.rows(Hand) if row.person_id == me)
    assert "Share the sirens" in {row.text for row in over.house.rows(Outcome)}


@pytest.mark.parametrize("words", [True, False])
def test_open_recap_follows(over: Meeting, words: bool) -> None:
    assert "Chiara Okoro" in over.browser("Bram").get(url(over)).text
    person = over.world.people["Bram"]
    assert_live_equals_fresh(over.house, person, url(over), lambda: leave(over, words=words))
    assert "Chiara" not in over.browser("Bram").get(url(over)).text
