"""What the things of advice are called where they are shown and chosen."""

from __future__ import annotations

from cohorts.initiatives import CHAPTERS
from cohorts.web.fragments import CHAPTER_WORDS
from feedback.advice.models import PromptKind, ResponseKind
from server.languages import N_

KIND_WORDS: dict[str, str] = {
    PromptKind.QUESTION: N_("Question"),
    PromptKind.PROVOCATION: N_("Provocation"),
    PromptKind.EXPERIENCE: N_("Experience"),
    PromptKind.REFERENCE: N_("Reference"),
}
KIND_HINTS: dict[str, str] = {
    PromptKind.QUESTION: N_("Something the team should be able to answer."),
    PromptKind.PROVOCATION: N_("A thought that goes against what the team takes for granted."),
    PromptKind.EXPERIENCE: N_("What you did or saw yourself, and what came of it."),
    PromptKind.REFERENCE: N_("Something to read, with a sentence on why."),
}

OPEN, WITHDRAWN = "open", "withdrawn"
# What became of a prompt. A parked one that is back is open again.
STATE_WORDS: dict[str, str] = {
    OPEN: N_("Waits for an answer"),
    ResponseKind.TOOK_ON: N_("Took on"),
    ResponseKind.PARKED: N_("Parked"),
    ResponseKind.DISAGREE: N_("Disagree"),
    WITHDRAWN: N_("Withdrawn"),
}
# The same as names of classes and of choices in a page.
STATE_NAMES: dict[str, str] = {
    OPEN: "open",
    ResponseKind.TOOK_ON: "took-on",
    ResponseKind.PARKED: "parked",
    ResponseKind.DISAGREE: "disagree",
    WITHDRAWN: "withdrawn",
}
RESPONSE_WORDS: dict[str, str] = {
    ResponseKind.TOOK_ON: N_("We take it on"),
    ResponseKind.PARKED: N_("We park it until a day"),
    ResponseKind.DISAGREE: N_("We disagree, because"),
}

# What a prompt is about: the whole (no name), or one chapter.
ABOUT_WORDS: dict[str, str] = {"": N_("The whole initiative")} | {name: CHAPTER_WORDS[name][0] for name in CHAPTERS}


def state_of(withdrawn: bool, owed: bool, response: str | None) -> str:
    """What became of a prompt, in a word of STATE_WORDS."""
    if withdrawn:
        return WITHDRAWN
    return OPEN if owed or response is None else response
