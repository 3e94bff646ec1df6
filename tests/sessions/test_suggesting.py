"""Suggestions: the best way there is, found by weighing all of them, and never one that cannot be."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from server.clock import zone
from sessions.hours import Place, unsocial_minutes
from sessions.suggesting import APART, STEP, STEP_OF_TWO, Weighed, Wish, suggest, weigh

NOW = datetime(2027, 1, 10, 10, 45, tzinfo=UTC)
TOKYO, LISBON, LIMA = Place("JP", "Asia/Tokyo"), Place("PT", "Europe/Lisbon"), Place("PE", "America/Lima")
KATHMANDU, CHATHAM = Place("NP", "Asia/Kathmandu"), Place("NZ", "Pacific/Chatham")
PLACES = st.lists(st.sampled_from((TOKYO, LISBON, LIMA, KATHMANDU, CHATHAM)), min_size=1, max_size=4)
CARRIED = st.dictionaries(st.sampled_from(("JP", "PT", "PE", "NP", "NZ")), st.integers(0, 900))


def wish(
    first: str = "2027-01-11", last: str = "2027-01-12", minutes: int = 90, slots: int = 1, **more: object
) -> Wish:
    days = date.fromisoformat(first), date.fromisoformat(last)
    return Wish(minutes, slots, days, **{"zone": "Europe/Paris", **more})  # type: ignore[arg-type]


def every_time(wanted: Wish, step: timedelta) -> list[datetime]:
    """All instants of those days there on the half hour or hour, the slow way."""
    at, found = datetime.combine(wanted.days[0] - timedelta(days=2), datetime.min.time(), UTC), []
    while at.date() <= wanted.days[1] + timedelta(days=2):
        local = at.astimezone(zone(wanted.zone))
        if wanted.days[0] <= local.date() <= wanted.days[1] and at > NOW:
            found.append(at)
        at += step
    return found


def burden(times: tuple[datetime, ...], wanted: Wish, places: list[Place], carried: dict[str, int]) -> int:
    """What the country that has carried most has carried after that, from the definition."""
    after = []
    for country in {place.country for place in places}:
        homes = [place for place in places if place.country == country]
        mine = [min(unsocial_minutes(at, wanted.minutes, home) for at in times) for home in homes]
        after.append(carried.get(country, 0) + round(sum(mine) / len(mine)))
    return max(after)


@settings(deadline=None, max_examples=40)
@given(PLACES, CARRIED)
def test_first_suggestion_leaves_least_to_whoever_carries_most(places: list[Place], carried: dict[str, int]) -> None:
    wanted = wish()
    best = suggest(places, carried, wanted, now=NOW)[0]
    least = min(burden((at,), wanted, places, carried) for at in every_time(wanted, STEP))
    assert best.most == least == burden(best.times, wanted, places, carried)


@settings(deadline=None, max_examples=15)
@given(PLACES, CARRIED)
def test_so_do_two_slots(places: list[Place], carried: dict[str, int]) -> None:
    wanted = wish(slots=2)
    best = suggest(places, carried, wanted, now=NOW)[0]
    pairs = [
        both
        for both in combinations(every_time(wanted, STEP_OF_TWO), 2)
        if timedelta(minutes=wanted.minutes) <= both[1] - both[0] <= APART
    ]
    assert best.most == min(burden(both, wanted, places, carried) for both in pairs)
    assert best.most <= suggest(places, carried, wish(), now=NOW)[0].most


def test_two_slots_spare_what_one_cannot() -> None:
    one = suggest([TOKYO, LIMA, LISBON], {}, wish(), now=NOW)[0]
    two = suggest([TOKYO, LIMA, LISBON], {}, wish(slots=2), now=NOW)[0]
    assert one.together > 0
    assert two.together == 0


def test_whoever_carried_most_is_spared() -> None:
    for tired in ("JP", "PE", "PT"):
        best = dict(suggest([TOKYO, LIMA, LISBON], {tired: 600}, wish(), now=NOW)[0].burdens)
        assert best[tired] == 0
        assert sum(best.values()) > 0, "somebody else carries it"


def test_working_hours_come_before_early_ones() -> None:
    best = suggest([LISBON, LISBON], {}, wish(), now=NOW)[0]
    assert (best.together, best.early_or_late) == (0, 0)
    assert best.times[0].astimezone(zone(LISBON.zone)).hour == 9


def test_nothing_is_in_the_past() -> None:
    found = suggest([LISBON], {}, wish("2027-01-10", "2027-01-10"), now=NOW, most=50)
    assert [one.times[0] > NOW for one in found] == [True]
    assert suggest([LISBON], {}, wish("2027-01-08", "2027-01-09"), now=NOW) == ()


def test_days_begin_where_the_planner_is() -> None:
    found = suggest([CHATHAM], {}, wish("2027-01-18", "2027-01-22", zone="Pacific/Chatham"), now=NOW, most=9)
    days = [one.times[0].astimezone(zone("Pacific/Chatham")).date() for one in found]
    assert sorted(days) == [date(2027, 1, 18) + timedelta(days=step) for step in range(5)]
    assert all(one.together == 0 for one in found)


def test_days_on_which_clocks_change() -> None:
    # 23 hours and 25: whoever is at work at the end of them is still reached.
    for day, hours in (("2027-03-28", 23), ("2027-10-31", 25)):
        wanted = wish(day, day)
        assert len(every_time(wanted, STEP)) == 2 * hours
        best = suggest([TOKYO, LIMA], {}, wanted, now=NOW)[0]
        assert best.most == min(burden((at,), wanted, [TOKYO, LIMA], {}) for at in every_time(wanted, STEP))


def test_what_is_taken_is_left_out() -> None:
    free = suggest([LISBON], {}, wish("2027-01-11", "2027-01-11"), now=NOW)[0].times[0]
    taken = ((free, free + timedelta(hours=1)),)
    other = suggest([LISBON], {}, wish("2027-01-11", "2027-01-11", taken=taken), now=NOW)[0].times[0]
    assert other >= free + timedelta(hours=1) or other + timedelta(minutes=90) <= free
    whole = ((free - timedelta(days=3), free + timedelta(days=3)),)
    assert suggest([LISBON], {}, wish("2027-01-11", "2027-01-11", taken=whole), now=NOW) == ()


def test_more_than_a_month_is_cut() -> None:
    found = suggest([LISBON], {}, wish("2027-01-11", "2027-06-30"), now=NOW, most=500)
    assert len(found) == 31


def test_nobody_is_asked_when_there_is_nobody() -> None:
    assert suggest([], {"PT": 60}, wish(), now=NOW) == ()


def test_country_counts_once_however_many_teams_it_has() -> None:
    at = datetime(2027, 1, 11, 22, 0, tzinfo=UTC)
    one, many = (weigh([at], 60, [LISBON] * count, {}) for count in (1, 7))
    assert (one.burdens, many.burdens) == ((("PT", 60),), (("PT", 60),))
    assert isinstance(many, Weighed)
    assert (one.together, many.together) == (60, 420)
