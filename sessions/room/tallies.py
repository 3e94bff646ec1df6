"""What came out of polls: how many persons chose what, who that was where a poll is named, and who has not answered.

Counts are of persons. Of several options each is chosen by so many of those who answered, never more.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select

from cohorts.identity import Author
from feedback.threads import AUTHOR, with_author
from server.db import Db, ask
from sessions.room.polls import VOTE
from sessions.room.rooms import CAME

_ALIKE = (VOTE.c.poll_id, VOTE.c.chosen, VOTE.c.words)
_COUNTS = (
    select(*_ALIKE, func.count().label("persons"))
    .where(VOTE.c.poll_id.in_(bindparam("polls", expanding=True)))
    .group_by(*_ALIKE)
)


class Word(NamedTuple):
    """What several wrote alike, as most of them spell it, and how many they are."""

    text: str
    persons: int


@dataclass(slots=True)
class Tally:
    """`answered`: persons; `counts`: of them, by option or level; `words`: the most written first."""

    answered: int = 0
    counts: Counter[int] = field(default_factory=Counter)
    words: tuple[Word, ...] = ()

    @property
    def mean(self) -> float | None:
        """Of the levels of a scale; None: nobody answered."""
        whole = sum(self.counts.values())
        return sum(level * count for level, count in self.counts.items()) / whole if whole else None


class Voted(NamedTuple):
    """Somebody and what they chose; `attribution`: the rule of the room when they did."""

    author: Author
    attribution: str
    chosen: tuple[int, ...]
    words: str


def of_polls(db: Db, poll_ids: Iterable[int]) -> dict[int, Tally]:
    """How those polls stand, by poll, in one query whatever the number of votes."""
    ids = sorted(poll_ids)
    found = {id_: Tally() for id_ in ids}
    if not ids:
        return found
    written: dict[int, Counter[str]] = defaultdict(Counter)
    for row in ask(db, _COUNTS, polls=ids):
        tally = found[row.poll_id]
        tally.answered += row.persons
        for number in json.loads(row.chosen):
            tally.counts[number] += row.persons
        if row.words:
            written[row.poll_id][row.words] += row.persons
    for id_, spellings in written.items():
        found[id_].words = weighed(spellings)
    return found


def weighed(spellings: Counter[str]) -> tuple[Word, ...]:
    """Words by how many wrote them, whatever the case and the blanks; among equals in the order of their letters."""
    alike: dict[str, Counter[str]] = defaultdict(Counter)
    for text, count in spellings.items():
        alike[folded(text)][text] += count
    words = [(key, _usual(found), found.total()) for key, found in alike.items()]
    return tuple(Word(text, count) for key, text, count in sorted(words, key=lambda one: (-one[2], one[0])))


def _usual(spellings: Counter[str]) -> str:
    return min(spellings, key=lambda text: (-spellings[text], text))


def folded(text: str) -> str:
    """`text` as it is compared."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()).strip(".,;:!?")


def voters(db: Db, poll_id: int) -> list[Voted]:
    """Who chose what, in the order of their names: for a named poll only."""
    columns = (VOTE.c.chosen, VOTE.c.words, VOTE.c.attribution, *AUTHOR)
    rows = select(*columns).select_from(with_author(VOTE, VOTE.c.membership_id)).where(VOTE.c.poll_id == poll_id)
    found = [Voted(_author(row), row.attribution, tuple(json.loads(row.chosen)), row.words) for row in db.execute(rows)]
    return sorted(found, key=lambda one: (one.author.name.casefold(), one.author.team))


def waited_for(db: Db, slot_id: int, poll_id: int) -> list[Author]:
    """Who came and has not answered that poll, in the order of their names: for a named poll only."""
    voted = select(VOTE.c.person_id).where(VOTE.c.poll_id == poll_id)
    rows = select(*AUTHOR).select_from(with_author(CAME, CAME.c.membership_id))
    missing = rows.where(CAME.c.slot_id == slot_id, CAME.c.person_id.not_in(voted))
    return sorted((_author(row) for row in db.execute(missing)), key=lambda one: (one.name.casefold(), one.team))


def _author(row: Any) -> Author:
    return Author(row.name, row.organisation, row.country, row.role, row.team or "", row.sample)
