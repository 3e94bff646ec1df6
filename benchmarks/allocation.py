"""How long does it take to pair 200 teams with 5 others each, and what does the proposal keep?

The teams are as uneven as real ones: 40 countries of very different size, five languages, forty declared conflicts,
one round before. The second line is the hard case: all teams from one country, so that one wish has to be broken in
every pair and the fewest have to be found.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.lines import line
from feedback.rounds.allocation import Allocation, Candidate, Question, allocate

TEAMS, GIVES, WORDS, USED = 200, 5, 1_500, 80
LANGUAGES = ("en", "fr", "es", "pt", "ar")
TARGET = 2.0


def measure() -> Iterator[dict[str, Any]]:
    """The two lines of `feedback.allocation_200x5_seconds`."""
    for name, countries in (("feedback.allocation_200x5_seconds", 40), ("feedback.allocation_one_country_seconds", 1)):
        question = _question(countries)
        began = time.perf_counter()
        found = allocate(question)
        seconds = time.perf_counter() - began
        yield line(name, seconds, "s", TARGET, **_kept(found))


def _kept(found: Allocation) -> dict[str, int]:
    broken = sum(len(pair.broken) for pair in found.pairs)
    return {"pairs": len(found.pairs), "short_teams": len(found.shortfalls), "wishes_broken": broken}


def _question(countries: int) -> Question:
    chance = random.Random(20)
    rarity = [1 / (place + 1) ** 0.8 for place in range(WORDS)]
    teams = tuple(
        Candidate(
            number,
            f"C{int(countries * chance.random() ** 2)}",
            frozenset(chance.sample(LANGUAGES, chance.choice((1, 2, 2)))),
            chance.choice(("learns", "asks", "brings")),
            frozenset(f"word{place}" for place in chance.choices(range(WORDS), rarity, k=USED)),
        )
        for number in range(1, TEAMS + 1)
    )
    apart = frozenset((chance.randint(1, TEAMS), chance.randint(1, TEAMS)) for _ in range(40))
    before = allocate(Question(teams, GIVES, conflicts=apart, seed=1))
    met = frozenset((pair.giver_id, pair.receiver_id) for pair in before.pairs)
    return Question(teams, GIVES, conflicts=apart, met=met, seed=2)
