"""Those who vote at the same moment share a commit (server/together.py): each is counted as if they were alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import pytest
from sqlalchemy import event

from tests.live.harness import assert_live_equals_fresh
from tests.server.looping import until
from tests.sessions.room.conftest import Meeting
from tests.sessions.room.polled import opened

NAMES = ("Amara", "Bram", "Chiara", "Esi")


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def at_once(meeting: Meeting, *acts: Callable[[], int]) -> list[int]:
    """What those are answered who ask at the same moment: nobody is begun with before all of them wait."""
    inside, free = meeting.house.inside, threading.Event()
    for name in (*NAMES, "Jun"):
        meeting.browser(name)
    with ThreadPoolExecutor(len(acts)) as browsers:
        inside.lanes.writes._pool.submit(free.wait, 60)
        try:
            asked = [browsers.submit(act) for act in acts]
            until(lambda: len(inside.together._waiting) == len(acts), 50)
        finally:
            free.set()
        return [one.result() for one in asked]


@contextmanager
def commits(meeting: Meeting) -> Iterator[list[str]]:
    """An entry for each commit of the writing lane in the block."""
    found: list[str] = []
    engine = meeting.house.inside.database.engine

    def note(_: object) -> None:
        if (name := threading.current_thread().name).startswith("write"):
            found.append(name)

    event.listen(engine, "commit", note)
    yield found
    event.remove(engine, "commit", note)


@pytest.mark.parametrize("reader", ["Amara", "Farid"])
def test_who_votes_at_the_same_moment_shares_a_commit_and_is_counted_once(meeting: Meeting, reader: str) -> None:
    poll = opened(meeting)
    poll.turn("reveal")
    for options in ((1, 1, 2, 2), (2, 1, 2, 2)):
        chosen = dict(zip(NAMES, options, strict=True))
        votes = [partial(poll.vote, name, option) for name, option in chosen.items()]

        def act(votes: Sequence[Callable[[], int]] = votes) -> None:
            with commits(meeting) as made:
                assert at_once(meeting, *votes) == [303] * 4
            assert len(made) == 1

        assert_live_equals_fresh(meeting.house, meeting.world.people[reader], meeting.path, act)
        assert poll.votes == {name: f"[{option}]" for name, option in chosen.items()}
    assert "4 people answered" in meeting.page(reader)


def test_one_who_may_not_vote_takes_nothing_from_the_others(meeting: Meeting) -> None:
    poll = opened(meeting)
    refused = [partial(poll.vote, "Chiara", 9), partial(poll.vote, "Jun", 1)]
    found = at_once(meeting, partial(poll.vote, "Amara", 1), *refused, partial(poll.vote, "Bram", 2))
    assert sorted(found) == [303, 303, 404, 422]
    assert poll.votes == {"Amara": "[1]", "Bram": "[2]"}


def test_votes_after_the_close_are_not_counted_however_many_come(meeting: Meeting) -> None:
    poll = opened(meeting)
    poll.vote("Amara", 1)
    poll.turn("close")
    assert at_once(meeting, *(partial(poll.vote, name, 2) for name in NAMES)) == [422] * 4
    assert poll.votes == {"Amara": "[1]"}


def test_one_person_with_two_pages_has_one_vote(meeting: Meeting) -> None:
    poll = opened(meeting)
    assert at_once(meeting, *(partial(poll.vote, "Amara", option) for option in (1, 2, 1, 2))) == [303] * 4
    assert poll.votes in ({"Amara": "[1]"}, {"Amara": "[2]"})
