"""Feedback that was signed, as live parts: the same for the team that reads it and for the one that gave it.

Where it is not told who gave a feedback, nothing of its parts tells either: they are named by its items (items.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from cohorts.identity import Byline, shown_as
from cohorts.policies import Vantage
from feedback.advice.policies import advises
from feedback.rounds.items import AnswerNow, FeedbackNow, HelpedNow, ItemNow
from feedback.rounds.models import AnswerKind
from feedback.rounds.phases import Phase
from feedback.rounds.policies import may_answer_feedback, may_take_back_answer
from feedback.rounds.rounds import RoundFacts
from feedback.rounds.web.team_words import DONE, NOT_YET, NOTHING, TAKEN_BACK
from server.pages import Fragment


class AnswerShown(NamedTuple):
    """What was done with an item; `done` is a msgid. `by` None: it was taken back, and nothing else of it is told."""

    id: int
    by: Byline | None
    done: str
    html: str
    at: datetime | None


class ItemShown(NamedTuple):
    """One point and what was done with it. `may_answer`: from here, now; `thanked`, `taken_on`: it is done already;
    `may_take_back`: what was answered; `may_ask`: whether a prompt can be given about it from here."""

    id: int
    html: str
    level: int
    levels: int
    answers: tuple[AnswerShown, ...]
    may_answer: bool
    may_take_back: bool
    thanked: bool
    taken_on: bool
    zone: str
    may_ask: bool


class HelpedShown(NamedTuple):
    """What the receiving team said of a feedback; `by` None: nothing yet. `item_id` names the feedback."""

    item_id: int
    by: Byline | None
    html: str
    at: datetime | None
    may_say: bool
    zone: str


class Section(NamedTuple):
    """The items under one section, with the level that was chosen there, of so many; 0: none."""

    title: str
    level: int
    levels: int
    items: tuple[Fragment, ...]


class FeedbackShown(NamedTuple):
    """A signed feedback. `giver` "": it is not told which team it was."""

    number: int
    giver: str
    by: Byline
    signed_at: datetime
    sections: tuple[Section, ...]
    helped: Fragment
    zone: str


class ReceivedShown(NamedTuple):
    """Everything a team received in a round. `why_none`: the sentence in place of feedbacks, a msgid."""

    feedbacks: tuple[FeedbackShown, ...]
    why_none: str


class Seen(NamedTuple):
    """From where feedback is seen: the vantage, whether this is the side that answers, the round's phase now, and the
    programme's zone."""

    vantage: Vantage
    receives: bool
    phase: Phase
    zone: str

    @property
    def may_answer(self) -> bool:
        """Whether the reader may do something with it now."""
        return self.receives and may_answer_feedback(self.vantage.roles, self.phase)

    @property
    def may_take_back(self) -> bool:
        """Whether the reader may take back what was done with it."""
        return self.receives and may_take_back_answer(self.vantage.roles, self.phase)

    @property
    def may_ask(self) -> bool:
        """Whether the reader may give the team that received it a prompt about a point."""
        return self.receives and advises(self.vantage)


def answer(one: AnswerNow, vantage: Vantage) -> AnswerShown:
    """What was done with a point."""
    if one.kind == AnswerKind.TAKEN_BACK:
        return AnswerShown(one.id, None, TAKEN_BACK, "", None)
    by = shown_as(one.by, one.attribution, vantage)
    return AnswerShown(one.id, by, DONE[one.kind], one.html, one.at)


def item(one: ItemNow, seen: Seen) -> Fragment:
    """A point with what was done with it."""
    told = tuple(answer(each, seen.vantage) for each in one.answers)
    kinds = {each.kind for each in one.answers}
    done = AnswerKind.THANKED in kinds, AnswerKind.TAKEN_ON in kinds
    may = seen.may_answer, seen.may_take_back
    shown = ItemShown(one.id, one.html, one.level, one.levels, told, *may, *done, seen.zone, seen.may_ask)
    return Fragment("rounds/_item.html", shown, f"item-{one.id}")


def helped(number: int, said: HelpedNow | None, seen: Seen) -> Fragment:
    """What the team that received a feedback says of it."""
    if said is None:
        shown = HelpedShown(number, None, "", None, seen.may_answer, seen.zone)
    else:
        by = shown_as(said.by, said.attribution, seen.vantage)
        shown = HelpedShown(number, by, said.html, said.at, seen.may_answer, seen.zone)
    return Fragment("rounds/_helped.html", shown, f"helped-{number}")


def feedback(one: FeedbackNow, seen: Seen) -> FeedbackShown:
    """A signed feedback, its items by section."""
    by = shown_as(one.signed_by, one.attribution, seen.vantage)
    said = helped(one.number, one.helped, seen)
    # Whoever may not know who signed may not know the team either: it would name them, and their country.
    giver = "" if by.masked else one.giver
    return FeedbackShown(one.number, giver, by, one.signed_at, sections(one.items, seen), said, seen.zone)


def sections(found: Sequence[ItemNow], seen: Seen) -> tuple[Section, ...]:
    """The items by section, in the order in which they were written."""
    grouped = ((title, tuple(these)) for title, these in groupby(found, key=lambda one: one.section))
    return tuple(
        Section(title, these[0].level, these[0].levels, tuple(item(one, seen) for one in these))
        for title, these in grouped
    )


def received(facts: RoundFacts, team_id: int, found: Sequence[FeedbackNow], seen: Seen) -> Fragment:
    """What a team received, once it is revealed; before that, `found` is empty and it says so."""
    why = "" if found else NOT_YET.get(seen.phase, NOTHING)
    shown = ReceivedShown(tuple(feedback(one, seen) for one in found), why)
    return Fragment("rounds/_received.html", shown, f"received-{facts.id}-{team_id}")
