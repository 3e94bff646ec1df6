"""Filling a table of givers and receivers: everybody gives and gets so many, at the least cost, as close as possible.

Least cost by successive shortest paths (Ahuja, Magnanti, Orlin: Network Flows, 1993, sections 9.7 and 9.8), where all
paths of one length are taken at once. Costs are whole numbers from 0 to 2, so there are few lengths. The begin is
greedy over the pairs that cost nothing: such a flow is one of least cost for its size, because no detour costs less.
Sets of receivers are whole numbers, a bit for each: 200 of them are looked through in one step.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

Cost = Sequence[Sequence[int | None]]
DEAREST = 2
# Each pass over all trades finds fewer than the one before; the fourth rarely finds any.
PASSES = 4
_LEAST_GAIN = 1e-6


def _bits(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


class Filling:
    """`cost[g][r]`: of receiver r for giver g, 0 to 2, None where they must not meet; `score[g][r]`: how close; `most`:
    how many each is to give and get; `kept`: pairs that stand. `fill` fills `given` and `received`."""

    def __init__(
        self, cost: Cost, score: Sequence[Sequence[float]], most: int, kept: Sequence[tuple[int, int]], seed: int
    ) -> None:
        self.cost, self.score, self.most, self._kept = cost, score, most, frozenset(kept)
        self._random, self._stuck = random.Random(seed), False
        everybody = range(len(cost))
        self.given: list[set[int]] = [set() for _ in everybody]
        self.received: list[set[int]] = [set() for _ in everybody]
        # masks[g][c]: the receivers that cost giver g just c.
        self._masks = [[sum(1 << r for r in everybody if row[r] == c) for c in range(DEAREST + 1)] for row in cost]
        for giver, receiver in kept:
            self._add(giver, receiver)

    def fill(self) -> None:
        """Give everybody as many as can be."""
        self._begin()
        while self._lengthen():
            pass
        self._even(self.given, self.received, turned=False)
        self._even(self.received, self.given, turned=True)
        self._trade()

    def stretch(self) -> None:
        """Let others give or get one more than planned where somebody would have fewer: a gap in a round that runs is
        filled without arranging the others anew."""
        for short in range(len(self.given)):
            for turned, own, their in ((False, self.given, self.received), (True, self.received, self.given)):
                while len(own[short]) < self.most and self._one_more(short, own, their, turned):
                    pass

    def _one_more(self, short: int, own: list[set[int]], their: list[set[int]], turned: bool) -> bool:
        may = []
        for other in range(len(their)):
            giver, receiver = (other, short) if turned else (short, other)
            cost = self.cost[giver][receiver]
            if cost is not None and other not in own[short] and len(their[other]) <= self.most:
                may.append((len(their[other]), cost, -self.score[giver][receiver], other))
        if may:
            other = min(may)[-1]
            self._add(*((other, short) if turned else (short, other)))
        return bool(may)

    def _add(self, giver: int, receiver: int) -> None:
        self.given[giver].add(receiver)
        self.received[receiver].add(giver)

    def _drop(self, giver: int, receiver: int) -> None:
        self.given[giver].discard(receiver)
        self.received[receiver].discard(giver)

    def _begin(self) -> None:
        """Greedy: the closest pairs that cost nothing."""
        free = [
            (-self.score[giver][receiver], self._random.random(), giver, receiver)
            for giver, row in enumerate(self.cost)
            for receiver, cost in enumerate(row)
            if cost == 0 and receiver not in self.given[giver]
        ]
        for _, _, giver, receiver in sorted(free):
            if len(self.given[giver]) < self.most and len(self.received[receiver]) < self.most:
                self._add(giver, receiver)

    def _lengthen(self) -> bool:
        """Take every path of the shortest length there is; False: there is none."""
        givers, receivers = self._distances()
        spare = [r for r in receivers if len(self.received[r]) < self.most]
        if not spare:
            return False
        shortest = min(receivers[r] for r in spare)
        ends = sum(1 << r for r in spare if receivers[r] == shortest)
        at: dict[int, int] = {}
        for receiver, length in receivers.items():
            at[length] = at.get(length, 0) | 1 << receiver
        for giver in [g for g in givers if len(self.given[g]) < self.most]:
            while len(self.given[giver]) < self.most and ends:
                ends &= ~self._path(giver, givers, at, ends)
                if self._stuck:
                    break
        return True

    def _distances(self) -> tuple[dict[int, int], dict[int, int]]:
        """How long the shortest path is from a giver who can give more to each giver and receiver."""
        givers = {g: 0 for g, mine in enumerate(self.given) if len(mine) < self.most}
        receivers: dict[int, int] = {}
        queue = list(givers)
        for giver in queue:
            has = sum(1 << r for r in self.given[giver])
            for cost, mask in enumerate(self._masks[giver]):
                length = givers[giver] + cost
                for receiver in _bits(mask & ~has):
                    if length < receivers.get(receiver, length + 1):
                        receivers[receiver] = length
                        queue += self._back(receiver, length, givers)
        return givers, receivers

    def _back(self, receiver: int, length: int, givers: dict[int, int]) -> list[int]:
        """The givers that are nearer now, by taking their gift to that receiver away."""
        nearer = []
        for giver in self._movable(receiver):
            shorter = length - (self.cost[giver][receiver] or 0)
            if shorter < givers.get(giver, shorter + 1):
                givers[giver] = shorter
                nearer.append(giver)
        return nearer

    def _movable(self, receiver: int) -> list[int]:
        return [giver for giver in self.received[receiver] if (giver, receiver) not in self._kept]

    def _path(self, start: int, givers: dict[int, int], at: dict[int, int], ends: int) -> int:
        """Take a path of tight edges from that giver to one of `ends`; the end that is full now, as a bit."""
        came: dict[int, int] = {}
        through: dict[int, int] = {}
        queue, seen = [start], 0
        self._stuck = False
        for giver in queue:
            has = sum(1 << r for r in self.given[giver])
            tight = 0
            for cost, mask in enumerate(self._masks[giver]):
                tight |= mask & at.get(givers[giver] + cost, 0)
            tight &= ~has & ~seen
            seen |= tight
            if tight & ends:
                end = self._closest(giver, tight & ends)
                came[end] = giver
                self._take(end, start, came, through)
                return 1 << end if len(self.received[end]) >= self.most else 0
            for receiver in _bits(tight):
                came[receiver] = giver
                length = givers[giver] + (self.cost[giver][receiver] or 0)
                for other in self._movable(receiver):
                    tied = givers.get(other) == length - (self.cost[other][receiver] or 0)
                    if tied and other not in through and other != start:
                        through[other] = receiver
                        queue.append(other)
        self._stuck = True
        return 0

    def _closest(self, giver: int, mask: int) -> int:
        return max(_bits(mask), key=lambda receiver: (self.score[giver][receiver], -receiver))

    def _take(self, end: int, start: int, came: dict[int, int], through: dict[int, int]) -> None:
        receiver, giver = end, came[end]
        while giver != start:
            self._add(giver, receiver)
            receiver = through[giver]
            self._drop(giver, receiver)
            giver = came[receiver]
        self._add(giver, receiver)

    def _even(self, own: list[set[int]], their: list[set[int]], *, turned: bool) -> None:
        """Where not everybody can have all: nobody two fewer than somebody who could hand one over, on one side."""
        moved = True
        while moved:
            moved = False
            for low in sorted(range(len(own)), key=lambda one: (len(own[one]), one)):
                if len(own[low]) < self.most - 1 and self._hand_over(low, own, their, turned):
                    moved = True

    def _hand_over(self, low: int, own: list[set[int]], their: list[set[int]], turned: bool) -> bool:
        came: dict[int, int] = {}
        through: dict[int, int] = {}
        queue = [low]
        for one in queue:
            for partner in range(len(their)):
                pair = (partner, one) if turned else (one, partner)
                if partner in came or partner in own[one] or self.cost[pair[0]][pair[1]] is None:
                    continue
                came[partner] = one
                for other in sorted(their[partner]):
                    kept = ((partner, other) if turned else (other, partner)) in self._kept
                    if kept or other in through or other == low:
                        continue
                    through[other] = partner
                    if len(own[other]) >= len(own[low]) + 2:
                        self._shift(other, low, came, through, turned)
                        return True
                    queue.append(other)
        return False

    def _shift(self, high: int, low: int, came: dict[int, int], through: dict[int, int], turned: bool) -> None:
        one = high
        while one != low:
            partner = through[one]
            to = came[partner]
            self._drop(*((partner, one) if turned else (one, partner)))
            self._add(*((partner, to) if turned else (to, partner)))
            one = to

    def _trade(self) -> None:
        """Two givers trade receivers as long as that breaks no more and brings closer ones together."""
        for _ in range(PASSES):
            if not self._traded():
                return

    def _traded(self) -> bool:
        pairs = [(g, r) for g, mine in enumerate(self.given) for r in sorted(mine) if (g, r) not in self._kept]
        traded = False
        for first in range(len(pairs)):
            for second in range(first + 1, len(pairs)):
                if self._gains(pairs[first], pairs[second]):
                    (one, ones), (other, others) = pairs[first], pairs[second]
                    self._drop(one, ones)
                    self._drop(other, others)
                    self._add(one, others)
                    self._add(other, ones)
                    pairs[first], pairs[second] = (one, others), (other, ones)
                    traded = True
        return traded

    def _gains(self, first: tuple[int, int], second: tuple[int, int]) -> bool:
        (one, ones), (other, others) = first, second
        mine, theirs = self.score[one], self.score[other]
        if mine[others] + theirs[ones] <= mine[ones] + theirs[others] + _LEAST_GAIN:
            return False
        to, back = self.cost[one][others], self.cost[other][ones]
        if to is None or back is None or others in self.given[one] or ones in self.given[other]:
            return False
        return to + back <= (self.cost[one][ones] or 0) + (self.cost[other][others] or 0)
