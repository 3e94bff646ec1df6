"""The forms of rounds, as they arrive."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator

from cohorts.initiatives import CHAPTERS
from cohorts.models import Attribution, AudienceKind
from feedback.rounds.models import Asks
from feedback.rounds.protocols import MOST_LEVELS, MOST_SECTIONS, PROTOCOLS, Section
from feedback.rounds.rounds import Plan
from feedback.rounds.web.times import read_hand_in, read_times
from feedback.web.forms import NOT_OURS
from server.forms import Form, number, one_line, words
from server.languages import N_
from server.refusals import Message, Rejected, Wrong

MOST_GIVES = 20
MOST_TEXT = 5_000
Sent = Mapping[str, Sequence[str]]
Read = TypeVar("Read")


def _one_of(known: Sequence[str], wrong: str) -> AfterValidator:
    def check(text: str) -> str:
        if text not in known:
            raise Wrong(wrong)
        return text

    return AfterValidator(check)


def _how_many(text: str) -> str:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= MOST_GIVES):
        raise Wrong(N_("Give a number from 1 to %(most)s."), most=MOST_GIVES)
    return text


class TimesForm(Form):
    """When a round opens, is revealed and closes, in the zone that is named."""

    opens_at: Annotated[str, one_line(30)] = ""
    reveals_at: Annotated[str, one_line(30)] = ""
    closes_at: Annotated[str, one_line(30)] = ""
    hand_in_by: Annotated[str, one_line(30)] = ""
    time_zone: Annotated[str, one_line(60)] = ""

    def read(self, now: datetime, stood: Mapping[str, datetime], *, documents: bool) -> dict[str, datetime | None]:
        """The instants, with `hand_in_by` where documents are handed in. Raises Rejected."""
        given, errors = self.model_dump(), dict[str, Message]()
        times = _or_errors(lambda: read_times(given, now, stood), errors)
        opens_at = times["opens_at"] if times else None
        by = None
        if documents and "time_zone" not in errors:
            by = _or_errors(lambda: read_hand_in(given, opens_at, now, stood), errors)
        if errors or times is None:
            raise Rejected(errors)
        return {**times, "hand_in_by": by}


class PlanForm(TimesForm):
    """A round as a facilitator plans it. Its sections come beside: `section_1_title` and so on."""

    title: Annotated[str, one_line(200, empty=N_("Give the round a title."))] = ""
    intro: Annotated[str, words(MOST_TEXT)] = ""
    asks: Annotated[str, _one_of(list(Asks), N_("Choose what the teams read."))] = ""
    chapter: Annotated[str, one_line(20)] = ""
    document: Annotated[str, words(500)] = ""
    protocol: Annotated[str, _one_of(list(PROTOCOLS), N_("Choose a protocol."))] = ""
    gives: Annotated[str, one_line(10), AfterValidator(_how_many)] = ""
    shared_with: Annotated[
        str, _one_of([AudienceKind.TEAM, AudienceKind.COHORT], N_("Choose who reads the feedback."))
    ] = ""
    attribution: Annotated[str, _one_of(list(Attribution), N_("Choose who is named."))] = ""
    repeats: Annotated[str, one_line(10)] = ""
    example: Annotated[str, words(MOST_TEXT)] = ""
    example_feedback: Annotated[str, words(MOST_TEXT)] = ""
    version: Annotated[int, number(NOT_OURS)] = 0

    model_config = {**Form.model_config, "validate_default": True}

    def plan(self, sent: Sent, now: datetime, stood: Mapping[str, datetime]) -> Plan:
        """What is planned. Raises Rejected with everything that is wrong beyond single fields."""
        errors = self._missing()
        documents = self.asks == Asks.DOCUMENT
        times: dict[str, Any] | None = _or_errors(lambda: self.read(now, stood, documents=documents), errors)
        sections = _or_errors(lambda: sections_in(sent), errors)
        if errors or times is None or sections is None:
            raise Rejected(errors)
        texts: dict[str, Any] = self.model_dump(exclude={"version", "gives", "repeats", *times})
        return Plan(**texts, **times, gives=int(self.gives), repeats=self.repeats == "yes", sections=sections)

    def _missing(self) -> dict[str, Message]:
        if self.asks == Asks.CHAPTER and self.chapter not in CHAPTERS:
            return {"chapter": Message(N_("Choose the chapter."))}
        if self.asks == Asks.DOCUMENT and not self.document:
            return {"document": Message(N_("Say what the teams are to hand in."))}
        return {}


def _or_errors(read: Callable[[], Read], errors: dict[str, Message]) -> Read | None:
    """What that part of a form says; what is wrong with it goes to `errors`."""
    try:
        return read()
    except Rejected as rejected:
        errors |= rejected.errors
        return None


def sections_in(sent: Sent) -> tuple[Section, ...]:
    """The sections of a form: those with a title, in their order. Raises Rejected."""
    errors: dict[str, Message] = {}
    found = []
    for place in range(1, MOST_SECTIONS + 1):
        typed = {name: (sent.get(f"section_{place}_{name}") or ("",))[0] for name in ("title", "hint", "levels")}
        try:
            title, hint = one_line(200).func(typed["title"]), one_line(500).func(typed["hint"])
            levels = _levels(typed["levels"])
        except Wrong as wrong:
            errors[f"section_{place}_title"] = wrong.message
            continue
        if title:
            found.append(Section(title, hint, levels))
        elif hint:
            errors[f"section_{place}_title"] = Message(N_("Give this section a title, or empty it."))
    if not found and not errors:
        errors["section_1_title"] = Message(N_("Ask for at least one thing."))
    if errors:
        raise Rejected(errors)
    return tuple(found)


def _levels(text: str) -> int:
    if text in ("", "0"):
        return 0
    if not (text.isascii() and text.isdigit() and 2 <= int(text[:3]) <= MOST_LEVELS):
        raise Wrong(N_("A scale has 2 to %(most)s levels."), most=MOST_LEVELS)
    return int(text)


class CancelForm(Form):
    """Why a round is called off."""

    why: Annotated[str, words(1000, empty=N_("Say why. The teams read it."))] = ""

    model_config = {**Form.model_config, "validate_default": True}


class PairForm(Form):
    """Two teams to be paired."""

    giver: Annotated[int, number(N_("Choose the team that gives feedback."))] = 0
    receiver: Annotated[int, number(N_("Choose the team that gets it."))] = 0


class SwapForm(Form):
    """Two pairs whose givers trade receivers."""

    one: Annotated[int, number(N_("Choose two pairs."))] = 0
    other: Annotated[int, number(N_("Choose two pairs."))] = 0


class ConflictForm(Form):
    """With which team one's own should not be paired, and why."""

    other: Annotated[int, number(N_("Choose the team."))] = 0
    why: Annotated[str, words(1000, empty=N_("Say why. Only your own team and the facilitators read it."))] = ""

    model_config = {**Form.model_config, "validate_default": True}
