"""The phase follows from the clock, to the second; local times that do not exist or come twice are told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from feedback.rounds.phases import Phase, instants, is_known, is_revealed, next_boundary, phase
from feedback.rounds.web.times import read_time, read_times, typed
from server.refusals import Rejected, Wrong

OPENS = datetime(2027, 3, 1, 9, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@dataclass(frozen=True)
class Timed:
    opens_at: datetime = OPENS
    reveals_at: datetime = OPENS + 7 * DAY
    closes_at: datetime = OPENS + 14 * DAY
    released_at: datetime | None = OPENS - 7 * DAY
    cancelled_at: datetime | None = None


ROUND = Timed()


@pytest.mark.parametrize(
    ("at", "reached"),
    [
        (OPENS - SECOND, Phase.WAITING),
        (OPENS, Phase.OPEN),
        (OPENS + 7 * DAY - SECOND, Phase.OPEN),
        (OPENS + 7 * DAY, Phase.REVEALED),
        (OPENS + 14 * DAY - SECOND, Phase.REVEALED),
        (OPENS + 14 * DAY, Phase.CLOSED),
    ],
)
def test_boundary_belongs_to_what_it_begins(at: datetime, reached: Phase) -> None:
    assert phase(ROUND, at) == reached
    assert is_known(reached, ROUND.released_at)
    assert is_revealed(reached) == (at >= ROUND.reveals_at)


def test_what_is_not_released_never_opens() -> None:
    planned = replace(ROUND, released_at=None)
    assert {phase(planned, OPENS + days * DAY) for days in range(-9, 30)} == {Phase.PLANNED}
    assert not is_known(Phase.PLANNED, None)
    called_off = replace(planned, cancelled_at=OPENS)
    assert phase(called_off, OPENS + 30 * DAY) == Phase.CANCELLED
    assert not is_known(Phase.CANCELLED, None)


def test_next_boundary() -> None:
    steps = [next_boundary(ROUND, OPENS + days * DAY) for days in (-1, 0, 7, 14)]
    assert steps == [ROUND.opens_at, ROUND.reveals_at, ROUND.closes_at, None]
    assert next_boundary(replace(ROUND, released_at=None), OPENS - DAY) is None


# On 28 March 2027 clocks in Paris go from 02:00 to 03:00; on 31 October from 03:00 back to 02:00. Lord Howe moves
# by half an hour.
@pytest.mark.parametrize(
    ("local", "zone", "found"),
    [
        ("2027-03-28T01:59", "Europe/Paris", ["2027-03-28T00:59"]),
        ("2027-03-28T02:30", "Europe/Paris", []),
        ("2027-03-28T03:00", "Europe/Paris", ["2027-03-28T01:00"]),
        ("2027-10-31T02:30", "Europe/Paris", ["2027-10-31T00:30", "2027-10-31T01:30"]),
        ("2027-10-31T03:00", "Europe/Paris", ["2027-10-31T02:00"]),
        ("2027-04-04T01:45", "Australia/Lord_Howe", ["2027-04-03T14:45", "2027-04-03T15:15"]),
        ("2027-06-01T12:00", "Asia/Kathmandu", ["2027-06-01T06:15"]),
    ],
)
def test_local_times(local: str, zone: str, found: list[str]) -> None:
    expected = [datetime.fromisoformat(one).replace(tzinfo=UTC) for one in found]
    assert instants(datetime.fromisoformat(local), zone) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [("2027-03-28T02:30", "put forward"), ("2027-10-31T02:30", "put back"), ("tomorrow", "Give a day"), ("", "Give")],
)
def test_times_nobody_can_mean_are_told(text: str, words: str) -> None:
    with pytest.raises(Wrong) as told:
        read_time(text, "Europe/Paris")
    assert words in told.value.message.msgid


NOW = OPENS - 30 * DAY


def given(opens: str = "2027-03-01T10:00", reveals: str = "2027-03-08T10:00", closes: str = "2027-03-15T10:00") -> dict:
    return {"opens_at": opens, "reveals_at": reveals, "closes_at": closes, "time_zone": "Europe/Paris"}


def test_times_in_their_zone() -> None:
    found = read_times(given(), NOW, {})
    assert found == {"opens_at": OPENS, "reveals_at": OPENS + 7 * DAY, "closes_at": OPENS + 14 * DAY}
    assert typed(OPENS, "Pacific/Auckland") == "2027-03-01T22:00"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (given(reveals="2027-03-01T10:00"), "reveals_at"),
        (given(closes="2027-03-08T09:59"), "closes_at"),
        (given(opens="2026-03-01T10:00"), "opens_at"),
        (given(closes="2037-03-01T10:00"), "closes_at"),
        (given() | {"time_zone": "Moon/Base"}, "time_zone"),
    ],
)
def test_wrong_order_and_the_past(wrong: dict[str, str], field: str) -> None:
    with pytest.raises(Rejected) as told:
        read_times(wrong, NOW, {})
    assert list(told.value.errors) == [field]


def test_what_has_begun_is_not_moved() -> None:
    stood = {"opens_at": NOW - DAY, "reveals_at": OPENS, "closes_at": OPENS + DAY}
    found = read_times(given(opens="2028-01-01T00:00"), NOW, stood)
    assert found["opens_at"] == NOW - DAY
    assert found["reveals_at"] == OPENS + 7 * DAY
