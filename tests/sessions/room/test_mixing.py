"""Who goes into which group: everybody into one, evenly, replayed by its seed."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from sessions.room.mixing import as_before, at_random, least_alike, mixed, smallest

PEOPLE = st.sets(st.integers(1, 10_000), max_size=60)
COUNTRIES = st.dictionaries(st.integers(1, 10_000), st.sampled_from(["NL", "NG", "IT", "GH", "FR"]), max_size=60)
COUNT, SEED = st.integers(1, 20), st.integers(0, 2**32)


def spread(sizes: list[int]) -> int:
    return max(sizes) - min(sizes)


@given(people=PEOPLE, count=COUNT, seed=SEED)
def test_everybody_is_in_one_group_and_sizes_differ_by_at_most_one(people: set[int], count: int, seed: int) -> None:
    groups = at_random(people, count, seed)
    assert len(groups) == count
    assert sorted(person for group in groups for person in group) == sorted(people)
    assert spread([len(group) for group in groups]) <= 1


@given(countries=COUNTRIES, count=COUNT, seed=SEED)
def test_every_country_is_spread_as_evenly_as_it_can_be(countries: dict[int, str], count: int, seed: int) -> None:
    groups = mixed(countries, count, seed)
    assert sorted(person for group in groups for person in group) == sorted(countries)
    assert spread([len(group) for group in groups]) <= 1
    homes = [Counter(countries[person] for person in group) for group in groups]
    for country in set(countries.values()):
        assert spread([home[country] for home in homes]) <= 1, country


@given(countries=COUNTRIES, count=COUNT, seed=SEED)
def test_seed_replays_whatever_order_the_people_come_in(countries: dict[int, str], count: int, seed: int) -> None:
    backwards = dict(reversed(countries.items()))
    assert mixed(countries, count, seed) == mixed(backwards, count, seed)
    assert at_random(countries, count, seed) == at_random(backwards, count, seed)


def test_another_seed_makes_other_groups() -> None:
    people = range(1, 31)
    assert len({str(at_random(people, 5, seed)) for seed in range(20)}) == 20


@given(before=st.lists(PEOPLE, max_size=8), people=PEOPLE, seed=SEED)
def test_as_before_keeps_who_was_together(before: list[set[int]], people: set[int], seed: int) -> None:
    groups = as_before(before, people, seed)
    assert groups == as_before(before, people, seed)
    assert all(groups)
    if not set().union(*before) & people:
        assert groups == []
        return
    assert sorted(person for group in groups for person in group) == sorted(people)
    seen = set[int]()
    stayed = []
    for group in before:
        there = (group & people) - seen
        seen |= there
        stayed += [there] if there else []
    assert all(set(now) >= was for now, was in zip(groups, stayed, strict=True))


@given(sizes=st.lists(st.integers(0, 9), min_size=1, max_size=9))
def test_late_comers_go_where_fewest_are(sizes: list[int]) -> None:
    found = smallest(sizes)
    assert sizes[found] == min(sizes)
    assert min(sizes) not in sizes[:found]


def test_whoever_comes_late_goes_where_fewest_are_like_them() -> None:
    assert least_alike([["NL"], ["NG"], ["NL", "IT"]], "NL") == 1
    assert least_alike([["NL", "NL"], ["NG", "IT"], ["GH"]], "GH") == 2, "size comes before country"
    assert least_alike([["NL"], ["NG"]], "FR") == 0
