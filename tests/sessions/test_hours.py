"""How a time falls in a place: by its clock, its weekend and its holidays, wherever clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.clock import zone
from server.day_ribbon import EDGE, WORKING
from sessions.holidays import WEEKEND, day_off, weekend
from sessions.hours import UNSOCIAL, Place, burden, falls, unsocial_minutes

PARIS = Place("FR", "Europe/Paris")
# Their Sunday is a day like others, so that what clocks do on Sundays in Europe can be seen by itself.
RIYADH = Place("SA", "Europe/Paris")
ZONES = (
    *("UTC", "Europe/Paris", "America/St_Johns", "America/Santiago", "Asia/Kathmandu", "Asia/Kolkata"),
    *("Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Pago_Pago"),
)
COUNTRIES = ("FR", "SA", "IN", "NP", "CL", "AU", "XX", "")
PLACES = st.builds(Place, st.sampled_from(COUNTRIES), st.sampled_from(ZONES))
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC)).map(
    lambda at: at.replace(second=0, microsecond=0)
)


def there(text: str, place: Place = PARIS) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone(place.zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("2027-01-13T09:00", WORKING),
        ("2027-01-13T16:59", WORKING),
        ("2027-01-13T17:00", EDGE),
        ("2027-01-13T07:00", EDGE),
        ("2027-01-13T06:59", UNSOCIAL),
        ("2027-01-13T21:00", UNSOCIAL),
        ("2027-01-16T10:00", UNSOCIAL),
        ("2027-07-14T10:00", UNSOCIAL),
    ],
)
def test_hour_has_a_word(text: str, state: str) -> None:
    assert falls(there(text), PARIS).state == state


def test_day_off_is_named() -> None:
    assert falls(there("2027-01-16T10:00"), PARIS).day_off == WEEKEND
    assert falls(there("2027-07-14T10:00"), PARIS).day_off == "National Day"
    assert falls(there("2027-07-14T10:00"), PARIS, "fr").day_off == "Fête nationale"
    assert falls(there("2027-01-13T10:00"), PARIS).day_off == ""


def test_weekend_is_that_of_the_country() -> None:
    assert falls(there("2027-01-17T10:00"), RIYADH).state == WORKING
    assert falls(there("2027-01-15T10:00"), RIYADH).day_off == WEEKEND
    assert weekend("IN") == {6}


@pytest.mark.parametrize("country", ["XX", "ZZ", "", "nonsense", "12"])
def test_country_nobody_knows_rests_at_the_weekend(country: str) -> None:
    assert day_off(country, date(2027, 1, 16)) == WEEKEND
    assert day_off(country, date(2027, 1, 1)) == ""
    assert weekend(country) == {5, 6}


@pytest.mark.parametrize(
    ("text", "minutes", "expected"),
    [
        ("2027-01-13T20:30", 60, 30),
        ("2027-01-13T06:30", 60, 30),
        ("2027-01-13T10:00", 480, 0),
        ("2027-01-15T20:00", 300, 240),  # a Friday evening, and an hour of Saturday
        ("2027-01-17T23:00", 120, 120),  # a Sunday, and the night to Monday
    ],
)
def test_minutes_are_counted_one_by_one(text: str, minutes: int, expected: int) -> None:
    assert unsocial_minutes(there(text), minutes, PARIS) == expected


def test_clocks_that_change_meanwhile() -> None:
    # 1:30 to 7:30, and the hour from 2:00 to 3:00 is left out: the last half hour is in the morning.
    assert unsocial_minutes(there("2027-03-28T01:30"), 300, RIYADH) == 270
    # The hour from 2:00 to 3:00 comes twice: 7:00 is six and a half hours away.
    assert unsocial_minutes(there("2027-10-31T01:30"), 420, RIYADH) == 390


@given(PLACES, INSTANTS, st.integers(1, 480))
def test_it_is_what_a_clock_on_the_wall_says(place: Place, at: datetime, minutes: int) -> None:
    def said(instant: datetime) -> str:
        local = instant.astimezone(zone(place.zone))
        if day_off(place.country, local.date()) or not 7 <= local.hour < 21:
            return UNSOCIAL
        return WORKING if 9 <= local.hour < 17 else EDGE

    every = [said(at + timedelta(minutes=step)) for step in range(minutes)]
    assert burden(at, minutes, place) == (every.count(UNSOCIAL), every.count(EDGE))
    assert unsocial_minutes(at, minutes, place) == every.count(UNSOCIAL)
    assert falls(at, place).state == every[0]
