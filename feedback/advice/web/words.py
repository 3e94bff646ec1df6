"""What the things of advice are called where they are shown and chosen."""

from __future__ import annotations

from cohorts.audiences import AUDIENCE_WORDS
from cohorts.initiatives import CHAPTERS
from cohorts.models import AudienceKind
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

OPEN, WITHDRAWN, ASIDE = "open", "withdrawn", "aside"
# What became of a prompt. A parked one that is back is open again; a team answers nothing that it does not see.
STATE_WORDS: dict[str, str] = {
    OPEN: N_("Waits for an answer"),
    ResponseKind.TOOK_ON: N_("Took on"),
    ResponseKind.PARKED: N_("Parked"),
    ResponseKind.DISAGREE: N_("Disagree"),
    ASIDE: N_("Not seen by the team"),
    WITHDRAWN: N_("Withdrawn"),
}
# The same as names of classes and of choices in a page.
STATE_NAMES: dict[str, str] = {
    OPEN: "open",
    ResponseKind.TOOK_ON: "took-on",
    ResponseKind.PARKED: "parked",
    ResponseKind.DISAGREE: "disagree",
    ASIDE: "aside",
    WITHDRAWN: "withdrawn",
}
RESPONSE_WORDS: dict[str, str] = {
    ResponseKind.TOOK_ON: N_("We take it on"),
    ResponseKind.PARKED: N_("We park it until a day"),
    ResponseKind.DISAGREE: N_("We disagree, because"),
}

# What a prompt is about: the whole (no name), or one chapter.
ABOUT_WORDS: dict[str, str] = {"": N_("The whole initiative")} | {name: CHAPTER_WORDS[name][0] for name in CHAPTERS}
ABOUT_SESSION = N_("The session")
ABOUT_POINT = N_("A point of feedback that the team received")

# Who can read a prompt. Its author always can, also where they do not belong to those they asked.
READ_BY: dict[str, str] = AUDIENCE_WORDS | {
    AudienceKind.TEAM: N_("the team, the facilitators and whoever asked"),
    AudienceKind.FACILITATORS: N_("the facilitators and whoever asked"),
}
# The order in which they are offered, from the team outwards.
CIRCLES = (AudienceKind.TEAM, AudienceKind.TEAM_AND_BOARD, AudienceKind.COHORT, AudienceKind.FACILITATORS)


def state_of(withdrawn: bool, owed: bool, response: str | None) -> str:
    """What became of a prompt, in a word of STATE_WORDS."""
    if withdrawn:
        return WITHDRAWN
    if owed:
        return OPEN
    return ASIDE if response is None else response
