"""The forms of cohorts, teams and initiatives, as they arrive."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from cohorts.initiatives import CHAPTERS, FIELDS, Merge
from cohorts.models import Attribution, Part
from cohorts.web.words import COUNTRIES
from people.models import Sector
from server.calls import Call
from server.clock import is_zone
from server.forms import Form, clean, number, one_line, words
from server.languages import N_
from server.refusals import Message, Rejected, Wrong

ATTRIBUTIONS: dict[str, tuple[str, str]] = {
    Attribution.NAMED: (
        N_("With names"),
        N_("Everybody sees who says what. Each author can still choose to be shown by role or not at all."),
    ),
    Attribution.ROLE: (
        N_("By role only"),
        N_("Chatham House rule. Others read “A team member”, and neither name, organisation, country nor team."),
    ),
    Attribution.NONE: (
        N_("Without names"),
        N_("Chatham House rule. Others read “A participant”, whoever it is."),
    ),
}
MOST_TITLE, MOST_CHAPTER, MOST_SUMMARY = 200, 10_000, 2000
NEW_ORGANISATION = "new"


def a_part(text: str) -> str:
    """One of the three parts a team can have."""
    if text not in set(Part):
        raise Wrong(N_("Choose what the team does here."))
    return text


def a_sector(text: str) -> str:
    """One of the four sectors, or nothing."""
    if text and text not in set(Sector):
        raise Wrong(N_("Choose the kind of organisation."))
    return text


def a_country(text: str) -> str:
    """A country of the list (ISO 3166-1 alpha-2), or nothing."""
    if text and text not in COUNTRIES:
        raise Wrong(N_("Choose a country from the list."))
    return text


def a_zone(name: str) -> str:
    """An IANA time zone."""
    if not is_zone(name):
        raise Wrong(N_("Choose a time zone from the list."))
    return name


def an_attribution(text: str) -> str:
    """One of the three ways in which somebody is shown."""
    if text not in set(Attribution):
        raise Wrong(N_("Choose in whose name it is shown."))
    return text


class ProgrammeForm(Form):
    """A programme as its owner describes it. `facilitators_see_authors`: a box, sent only where it is ticked."""

    name: Annotated[str, one_line(200, empty=N_("Give the programme a name."))] = ""
    edition: Annotated[str, one_line(100)] = ""
    purpose: Annotated[str, words(2000)] = ""
    host: Annotated[str, one_line(200)] = ""
    time_zone: Annotated[str, AfterValidator(a_zone)] = ""
    facilitators_see_authors: Annotated[bool, BeforeValidator(bool)] = False

    model_config = {**Form.model_config, "validate_default": True}


class CohortForm(Form):
    """A cohort's name and purpose, and in whose name what is said there is shown; empty: as before."""

    name: Annotated[str, one_line(200, empty=N_("Give the cohort a name."))] = ""
    purpose: Annotated[str, words(2000)] = ""
    attribution: Annotated[str, AfterValidator(lambda text: text and an_attribution(text))] = ""

    model_config = {**Form.model_config, "validate_default": True}


class TeamForm(Form):
    """A team's name and part."""

    name: Annotated[str, one_line(200, empty=N_("Give the team a name."))] = ""
    part: Annotated[str, AfterValidator(a_part)] = ""

    model_config = {**Form.model_config, "validate_default": True}


class NewTeamForm(TeamForm):
    """A new team: of an organisation that is here already, or of one that is described."""

    organisation: Annotated[str, one_line(20)] = ""
    organisation_name: Annotated[str, one_line(200)] = ""
    country: Annotated[str, AfterValidator(a_country)] = ""
    sector: Annotated[str, AfterValidator(a_sector)] = ""
    time_zone: Annotated[str, one_line(60)] = ""

    def missing(self) -> dict[str, Message]:
        """What a new organisation still needs, by field; nothing when one of those here is chosen."""
        if self.organisation != NEW_ORGANISATION:
            return {} if self.organisation else {"organisation": Message(N_("Choose the team's organisation."))}
        needed = {
            "organisation_name": N_("Give the organisation a name."),
            "country": N_("Choose a country from the list."),
            "sector": N_("Choose the kind of organisation."),
        }
        found = {name: Message(words) for name, words in needed.items() if not getattr(self, name)}
        if not is_zone(self.time_zone):
            found["time_zone"] = Message(N_("Choose a time zone from the list."))
        return found


class MoveForm(Form):
    """The team somebody moves to."""

    team: Annotated[int, number(N_("Choose the team."))] = 0


class SummaryForm(Form):
    """What a team releases to sponsors."""

    summary: Annotated[str, words(MOST_SUMMARY)] = ""


class NoForm(Form):
    """A form that only asks: are you sure?"""


class VersionForm(Form):
    """An initiative as somebody wrote it over version `base`. After a conflict each field in question also carries a
    choice (mine, theirs or both), `…_mine`, the text that was sent first, and `…_shown`, a mark of what the box
    for a new text held: who wrote there and left the choice on "mine" means what they wrote."""

    base: Annotated[int, number(N_("This form is not one of ours. Load the page again."))]
    title: str = ""
    challenge: str = ""
    context: str = ""
    tried: str = ""
    asked: str = ""
    title_choice: str = ""
    challenge_choice: str = ""
    context_choice: str = ""
    tried_choice: str = ""
    asked_choice: str = ""
    title_mine: str = ""
    challenge_mine: str = ""
    context_mine: str = ""
    tried_mine: str = ""
    asked_mine: str = ""
    title_shown: str = ""
    challenge_shown: str = ""
    context_shown: str = ""
    tried_shown: str = ""
    asked_shown: str = ""

    def texts(self, stood: Mapping[str, str]) -> dict[str, str]:
        """What is to be saved, where `stood` are the texts at `base`. Raises Rejected."""
        found, errors = {}, {}
        for name in FIELDS:
            try:
                found[name] = CHECKS[name](self._chosen(name, stood))
            except Wrong as wrong:
                errors[name] = wrong.message
        if errors:
            raise Rejected(errors)
        return found

    def _chosen(self, name: str, stood: Mapping[str, str]) -> str:
        choice = getattr(self, f"{name}_choice")
        if choice == "theirs":
            return stood[name]
        written, shown = getattr(self, name), getattr(self, f"{name}_shown")
        return str(getattr(self, f"{name}_mine") if choice == "mine" and shown == mark_of(written) else written)


def mark_of(text: str) -> str:
    """A short mark of a text as it comes back from a box: equal marks, nothing was changed."""
    return hashlib.sha256(clean(text).strip().encode()).hexdigest()[:16]


CHECKS: dict[str, Callable[[str], str]] = {
    "title": one_line(MOST_TITLE, empty=N_("Give the initiative a title.")).func,
    **{name: words(MOST_CHAPTER).func for name in CHAPTERS},
}


class Clash(Rejected):
    """Two people changed the same fields of an initiative."""

    def __init__(self, merged: Merge) -> None:
        super().__init__({"": Message(N_("Somebody else changed the same text."))})
        self.merged = merged


def too_old() -> Rejected:
    """The version a form was written over was never there."""
    return Rejected({"": Message(N_("This form is not one of ours. Load the page again."))})


def attribution_choices(call: Call) -> list[tuple[str, str, str]]:
    """In whose name what is said in a cohort can be shown: value, words and what it means."""
    return [(value, call.text(words), call.text(meaning)) for value, (words, meaning) in ATTRIBUTIONS.items()]


def in_summary(call: Call, errors: Mapping[str, Message], first: str) -> list[tuple[str, str]]:
    """The errors for the head of the page: the box each leads to (`first`: of the whole form) and its words."""
    return [(name or first, call.house.pages.say(message, call.language)) for name, message in errors.items()]
