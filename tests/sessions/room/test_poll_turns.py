"""Several who run a poll at once: what is still meant is done, and only what contradicts is refused."""

from __future__ import annotations

import pytest

from tests.sessions.room.conftest import Meeting, helped_by
from tests.sessions.room.polled import opened, prepare

# What Farid does, then Esi from a page as it was before: (his, hers, the status of hers).
OF_TWO = (
    ("close", "reveal", 422),
    ("take down", "reveal", 422),
    ("take down", "close", 422),
    ("reveal", "close", 303),
    ("reveal", "reveal", 303),
    ("open", "close", 303),
)


def test_quick_acts_of_one_person_are_all_done(meeting: Meeting) -> None:
    poll = prepare(meeting)
    version = poll.now.version
    for act in ("open", "reveal", "close", "conceal", "open", "close", "reveal"):
        assert [poll.turn(act, version=version) for _ in range(2)] == [303, 303], act
    now = poll.now
    assert now.opened_at is not None
    assert now.closed_at is not None
    assert now.revealed_at is not None
    assert now.version == version + 7, "twice is once"
    assert poll.turn("discard", version=version) == 422, "it is not one that is prepared"
    assert poll.turn("open", version=version + 99) == 422


@pytest.mark.parametrize(("first", "second", "status"), OF_TWO)
def test_of_two_who_turn_it_at_once_only_a_conflict_is_refused(
    meeting: Meeting, first: str, second: str, status: int
) -> None:
    helped_by(meeting, "Esi")
    poll = opened(meeting)
    version = poll.now.version
    assert poll.turn(first, version=version) == 303
    between = poll.now
    again = poll.post("Esi", "turns", act=second, version=version)
    assert again.status_code == status
    if status == 422:
        assert "Go back to the room" in again.text
        assert poll.now == between
        could = first == "close"
        assert poll.turn(second, "Esi", poll.now.version) == (303 if could else 422), "what is taken down is prepared"


def test_nobody_opens_words_they_have_not_read(meeting: Meeting) -> None:
    helped_by(meeting, "Esi")
    poll = prepare(meeting)
    version = poll.now.version
    anew = {"kind": "single", "question": "How did you come?", "options": "By bus\nBy train", "version": version}
    assert poll.post("Farid", "details", **anew).status_code == 303
    assert poll.turn("open", "Esi", version) == 422
    assert poll.now.opened_at is None
    assert poll.turn("open", "Farid", version) == 303, "they are his own"
    assert poll.post("Esi", "details", **(anew | {"question": "Mine"})).status_code == 422, (
        "words are never written over"
    )
    assert poll.now.question == "How did you come?"
