"""Who goes into which group: at random, with every country spread, or as it was last time.

Pure: people are ids, and a seed replays what chance made. Groups are lists, in their order; some may stay empty where
there are more groups than people.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence

Groups = list[list[int]]


def at_random(people: Iterable[int], count: int, seed: int) -> Groups:
    """`count` groups whose sizes differ by at most one."""
    return mixed(dict.fromkeys(people, ""), count, seed)


def mixed(countries: Mapping[int, str], count: int, seed: int) -> Groups:
    """The same, with the people of each country spread: no group has two more of them than another.

    Dealt like cards, country after country: what is dealt in one run lands evenly, and so does the whole.
    """
    chance = random.Random(seed)
    there = sorted(set(countries.values()))
    chance.shuffle(there)
    dealt: list[int] = []
    for country in there:
        those = sorted(person for person, home in countries.items() if home == country)
        chance.shuffle(those)
        dealt += those
    groups: Groups = [dealt[number::count] for number in range(count)]
    # Else the first groups would always be the larger ones.
    chance.shuffle(groups)
    return groups


def as_before(before: Sequence[Iterable[int]], people: Iterable[int], seed: int) -> Groups:
    """The groups as they were, of those who are here now; whoever was in none goes where fewest are. A group of which
    nobody is here is left out."""
    here, placed = set(people), set[int]()
    groups: Groups = []
    for group in before:
        kept = sorted((set(group) & here) - placed)
        placed.update(kept)
        groups += [kept] if kept else []
    fresh = sorted(here - placed)
    random.Random(seed).shuffle(fresh)
    for person in fresh if groups else ():
        groups[smallest([len(group) for group in groups])].append(person)
    return groups


def smallest(sizes: Sequence[int]) -> int:
    """Where fewest are; of several the first."""
    return min(range(len(sizes)), key=lambda number: (sizes[number], number))


def least_alike(homes: Sequence[Sequence[str]], country: str) -> int:
    """Of the smallest groups the one with the fewest from that country; of several the first. `homes`: the countries
    of those in each."""
    return min(range(len(homes)), key=lambda number: (len(homes[number]), homes[number].count(country), number))
