"""How close the work of teams is: by the words their initiatives share, rare ones more than common ones."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

_WORD = re.compile(r"[^\W\d_]{5,}")
# Words of five letters and more that every text in English uses: most initiatives are written in it.
_SILENT = frozenset(
    _WORD.findall(
        """
    about above after again against along already always among another anybody anything around because become
    before behind being below between beyond cannot challenge could different doing during either enough every
    everybody everyone everything first further getting given giving going having himself however itself keeps
    knows later least likely little longer looks makes making maybe means might needs never nobody nothing often
    other others otherwise ourselves people perhaps place quite rather really several should since somebody
    someone something sometimes still takes taken their theirs themselves there these thing things think those
    though three through times together towards tried tries twice under until using wants weeks whatever where
    whether which while whole whose within without works would write writes written years yourself
    """
    )
)
# A team that asks and one that brings a solution have something to say to each other whatever words they use.
FITS = 0.25
MOST_SHARED = 3
# A word that more than a third of the teams use says nothing about two of them.
COMMON = 3


def significant(text: str) -> frozenset[str]:
    """The words of a text that may say what it is about: five letters and more, folded."""
    return frozenset(word.casefold() for word in _WORD.findall(text)) - _SILENT


@dataclass(frozen=True, slots=True)
class Closeness:
    """`score[a][b]`: 0 for nothing in common, about 1 for the same words; symmetric."""

    score: list[list[float]]
    _words: list[frozenset[str]]
    _weight: dict[str, float]

    def shared(self, one: int, other: int) -> tuple[str, ...]:
        """The rarest words both use, the rarest first."""
        both = self._words[one] & self._words[other]
        return tuple(sorted(both, key=lambda word: (-self._weight[word], word))[:MOST_SHARED])


def closeness(words: Sequence[frozenset[str]], parts: Sequence[str]) -> Closeness:
    """How close each is to each: the cosine of their words, weighted by rarity."""
    users: dict[str, int] = {}
    for mine in words:
        for word in mine:
            users[word] = users.get(word, 0) + 1
    most = max(len(words) // COMMON, 2)
    weight = {word: math.log(1 + len(words) / count) for word, count in users.items() if 1 < count <= most}
    telling = [frozenset(mine & weight.keys()) for mine in words]
    length = [math.sqrt(sum(weight[word] ** 2 for word in sorted(mine))) or 1.0 for mine in telling]
    score = [[0.0] * len(words) for _ in words]
    for word in sorted(weight):
        holders = [number for number, mine in enumerate(telling) if word in mine]
        for one in holders:
            row = score[one]
            for other in holders:
                row[other] += weight[word] ** 2
    for one, row in enumerate(score):
        for other in range(len(row)):
            fits = FITS if {parts[one], parts[other]} == {"asks", "brings"} else 0.0
            row[other] = round(row[other] / (length[one] * length[other]) + fits, 6)
    return Closeness(score, telling, weight)
