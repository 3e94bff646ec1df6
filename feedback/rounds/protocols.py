"""Protocols: the ways of giving feedback that groups know. Each is a list of sections that a facilitator may edit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from server.languages import N_

MOST_SECTIONS = 8
MOST_LEVELS = 7


class Protocol(StrEnum):
    """By what protocol a round asks for feedback."""

    LIKE_WISH = "like wish"
    WARM_COOL = "warm cool"
    TUNING = "tuning"
    RUBRIC = "rubric"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Section:
    """One thing that is asked; `levels` as in RoundSection. The texts are msgids until a round is made with them."""

    title: str
    hint: str = ""
    levels: int = 0


@dataclass(frozen=True, slots=True)
class Described:
    """What a protocol is called, what it is for, and its sections."""

    name: str
    purpose: str
    sections: tuple[Section, ...]


PROTOCOLS: dict[str, Described] = {
    Protocol.LIKE_WISH: Described(
        N_("I like, I wish, what if"),
        N_("Quick and friendly: good for a first round between teams that do not know each other."),
        (
            Section(N_("I like"), N_("What works, and should stay as it is.")),
            Section(N_("I wish"), N_("What is missing, or hard to follow.")),
            Section(N_("What if"), N_("An idea to try, even an unlikely one.")),
        ),
    ),
    Protocol.WARM_COOL: Described(
        N_("Warm and cool"),
        N_("First what is strong, then what is weak, then what the readers wonder."),
        (
            Section(N_("Warm"), N_("Where the work is strong, and how one can tell.")),
            Section(N_("Cool"), N_("Where it is weak, or may lead into a blind alley.")),
            Section(N_("Questions"), N_("What one would need to know to be sure.")),
        ),
    ),
    Protocol.TUNING: Described(
        N_("Tuning"),
        N_("Answers what the team itself asks: for work that is under way."),
        (
            Section(N_("What we understood"), N_("The work in two or three sentences of your own.")),
            Section(N_("To what you ask"), N_("Your answers to what the team asks.")),
            Section(N_("What we would change first"), N_("One thing, and why.")),
            Section(N_("What we take home"), N_("What you will try yourselves.")),
        ),
    ),
    Protocol.RUBRIC: Described(
        N_("Rubric"),
        N_("Criteria of your own, each with a scale and words that say why."),
        (
            Section(N_("Is the challenge clear?"), N_("1: hard to tell. 5: clear to somebody from far away."), 5),
            Section(N_("Who has been asked?"), N_("1: nobody concerned. 5: those concerned take part."), 5),
            Section(N_("Can it work elsewhere?"), N_("1: only there. 5: we could begin tomorrow."), 5),
        ),
    ),
    Protocol.FREE: Described(
        N_("Free"),
        N_("One box, no questions: for teams that know each other well."),
        (Section(N_("Our feedback"), N_("Whatever helps them most.")),),
    ),
}
