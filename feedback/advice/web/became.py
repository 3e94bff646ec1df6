"""What became of a prompt, as it is shown: what was answered, and what other advisers think of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from cohorts.identity import Author, Byline, shown_as, stricter
from cohorts.policies import Vantage
from feedback.advice import stances
from feedback.advice.web.words import STATE_NAMES, STATE_WORDS


class ResponseShown(NamedTuple):
    """What the team answered; `word` is a msgid. `back`: it was parked, and its day has come. `late`: the prompt was
    edited after it. Of one that was `taken` back nothing is told but whether it can be put back."""

    id: int
    state: str
    word: str
    html: str
    parked_until: date | None
    back: bool
    late: bool
    by: Byline | None
    at: datetime | None
    taken: bool = False
    restorable: bool = False


class StanceShown(NamedTuple):
    """Who agrees, or who disagrees; `word` is a msgid."""

    kind: str
    word: str
    by: tuple[Byline, ...]


def response(row: Sequence[Any], edited_at: datetime | None, now: datetime, vantage: Vantage) -> ResponseShown:
    """A row of `responses.responses_to` as seen from here; `edited_at`: when the prompt was edited last."""
    kind, markup, until, back_at, attribution, at, _, id_, taken, restorable = row[6:16]
    if taken:
        return ResponseShown(id_, "", "", "", None, False, False, None, None, taken=True, restorable=restorable)
    by, back = shown_as(Author(*row[:6]), attribution, vantage), back_at is not None and back_at <= now
    late = edited_at is not None and edited_at > at
    return ResponseShown(id_, STATE_NAMES[kind], STATE_WORDS[kind], markup, until, back, late, by, at)


def stances_shown(rows: Iterable[Sequence[Any]], asked: str, vantage: Vantage) -> tuple[StanceShown, ...]:
    """Who thinks what of a prompt that was asked under the attribution `asked`, in the order of the names that are
    shown."""
    by_kind = defaultdict(list)
    for row in rows:
        # Those of before a release that stored less are read as the newer ones are kept (feedback/advice/stances.py).
        by_kind[row[6]].append(shown_as(Author(*row[:6]), stricter(row[8], asked), vantage))
    return tuple(
        StanceShown(kind, word, tuple(sorted(by_kind[kind], key=lambda by: (by.masked, by.name.casefold()))))
        for kind, word in stances.WORDS.items()
    )
