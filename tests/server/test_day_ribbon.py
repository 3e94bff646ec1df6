"""The day ribbon: positions, states and days, where clocks change, stand at half hours or skip midnight."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.day_ribbon import EDGE, NIGHT, WORKING, Band, Ribbon, day_ribbon

ZONES = [
    "UTC",
    "Europe/Paris",
    "America/Santiago",
    "America/Havana",
    "America/St_Johns",
    "America/Lima",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
]


def ribbon(instant: datetime, *zones: str, others: tuple[datetime, ...] = ()) -> Ribbon:
    return day_ribbon(
        instant,
        [(name.rpartition("/")[2], name) for name in zones],
        time_text=lambda local: f"{local:%H:%M}",
        day_text=lambda local: f"{local:%a}",
        others=others,
    )


def hours(band: Band) -> tuple[float, float]:
    """Where a band of a 24-hour axis starts and ends, in hours."""
    return round(band.start / 100 * 24, 2), round(band.end / 100 * 24, 2)


def at(zone: str, *clock: int) -> datetime:
    return datetime(*clock, tzinfo=ZoneInfo(zone))  # type: ignore[arg-type,misc]


def test_a_plain_day_has_five_bands_and_its_hours_in_place() -> None:
    row = ribbon(at("UTC", 2026, 3, 10, 12), "UTC").rows[0]
    assert [(band.state, *hours(band)) for band in row.bands] == [
        (NIGHT, 0, 7),
        (EDGE, 7, 9),
        (WORKING, 9, 17),
        (EDGE, 17, 21),
        (NIGHT, 21, 24),
    ]
    assert (row.state, row.time_text, row.day_shift, row.midnights) == (WORKING, "12:00", 0, ())


def test_the_same_position_is_the_same_moment_in_every_row() -> None:
    shown = ribbon(at("Europe/Paris", 2026, 1, 13, 16), "Europe/Paris", "America/Lima", "Asia/Kolkata")
    assert shown.moment == pytest.approx(16 / 24 * 100, abs=0.001)
    assert [(row.time_text, row.state, row.offset_minutes) for row in shown.rows] == [
        ("16:00", WORKING, 60),
        ("10:00", WORKING, -300),
        ("20:30", EDGE, 330),
    ]
    kolkata = shown.rows[2]
    working = next(band for band in kolkata.bands if band.state == WORKING)
    assert hours(working) == (4.5, 12.5)  # 09:00 in Kolkata is 04:30 in Paris
    assert [round(day / 100 * 24, 2) for day in kolkata.midnights] == [19.5]


def test_another_day_there_is_said() -> None:
    shown = ribbon(at("Europe/Paris", 2026, 1, 13, 23), "Europe/Paris", "Pacific/Auckland", "Pacific/Pago_Pago")
    assert [(row.day_shift, row.day_text) for row in shown.rows] == [(0, "Tue"), (1, "Wed"), (0, "Tue")]
    early = ribbon(at("Pacific/Auckland", 2026, 1, 13, 8), "Pacific/Auckland", "Europe/Paris")
    assert early.rows[1].day_shift == -1


@pytest.mark.parametrize(
    ("zone", "day", "length"),
    [
        ("Europe/Paris", (2026, 3, 29), 23),
        ("Europe/Paris", (2026, 10, 25), 25),
        ("Australia/Lord_Howe", (2026, 4, 5), 24.5),
        ("America/Santiago", (2026, 9, 6), 23),  # midnight itself is skipped
        ("America/Havana", (2026, 11, 1), 25),  # midnight happens twice
        ("Europe/Paris", (2026, 6, 1), 24),
    ],
)
def test_a_day_is_as_long_as_it_is_there(zone: str, day: tuple[int, int, int], length: float) -> None:
    shown = ribbon(at(zone, *day, 12), zone)
    assert shown.hours == length
    working = [band for band in shown.rows[0].bands if band.state == WORKING]
    assert [round(band.width / 100 * length, 2) for band in working] == [8]


def test_shared_hours_are_where_everybody_works() -> None:
    moment = at("Europe/Paris", 2026, 1, 13, 16)
    assert [hours(band) for band in ribbon(moment, "Europe/Paris", "America/New_York").shared] == [(15, 17)]
    assert ribbon(moment, "Europe/Paris", "America/New_York", "Asia/Tokyo").shared == ()


def test_other_marks_outside_the_day_are_left_out() -> None:
    moment = at("UTC", 2026, 1, 13, 16)
    shown = ribbon(moment, "UTC", others=(moment - timedelta(hours=4), moment + timedelta(days=2)))
    assert shown.others == (50.0,)


def test_ticks_show_the_first_places_hours_through_a_change_of_clocks() -> None:
    shown = [tick.hour for tick in ribbon(at("Europe/Paris", 2026, 3, 29, 12), "Europe/Paris").ticks]
    assert shown == [0, 1, *range(3, 24), 0]


@pytest.mark.parametrize(
    ("instant", "zones", "error"),
    [
        (datetime(2026, 1, 1, 12), ("UTC",), ValueError),
        (datetime(2026, 1, 1, 12, tzinfo=UTC), (), ValueError),
        (datetime(2026, 1, 1, 12, tzinfo=UTC), ("Europe/Atlantis",), ZoneInfoNotFoundError),
    ],
)
def test_what_cannot_be_drawn_is_refused(instant: datetime, zones: tuple[str, ...], error: type[Exception]) -> None:
    with pytest.raises(error):
        ribbon(instant, *zones)


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2032, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC)),
    st.lists(st.sampled_from(ZONES), min_size=1, max_size=4),
)
def test_bands_cover_the_axis_once_and_agree_with_the_clock(instant: datetime, zones: list[str]) -> None:
    shown = ribbon(instant, *zones)
    assert 0 <= shown.moment <= 100
    for row in shown.rows:
        assert (row.bands[0].start, row.bands[-1].end) == (0, 100)
        for band, following in pairwise(row.bands):
            assert band.end == following.start
            assert band.start < band.end
            assert band.state != following.state
        assert row.state in {band.state for band in row.bands if _around(band, shown.moment)}
    for band in shown.shared:
        assert all(any(_inside(band, own) for own in row.bands) for row in shown.rows)


def _around(band: Band, position: float) -> bool:
    return band.start - 0.001 <= position <= band.end + 0.001


def _inside(band: Band, own: Band) -> bool:
    return own.state == WORKING and own.start <= band.start and band.end <= own.end
