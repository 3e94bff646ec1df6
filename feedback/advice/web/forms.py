"""The forms of advice."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field

from cohorts.models import Attribution
from cohorts.web.forms import an_attribution
from feedback.advice import responses
from feedback.advice.anchors import LONGEST as LONGEST_PASSAGE
from feedback.advice.models import ResponseKind
from feedback.advice.web.words import ABOUT_WORDS, KIND_WORDS
from feedback.web.forms import NOT_OURS, Said
from server.forms import Form, number, one_line, words
from server.languages import N_
from server.refusals import Wrong

_whole_number = number(NOT_OURS).func
_optional_number = BeforeValidator(lambda text: _whole_number(text) if text else None)
# A choice nobody made is not sent at all.
MISSING = Field(validate_default=True)
Chosen = Annotated[str, AfterValidator(an_attribution)]


def _kind(text: str) -> str:
    if text not in KIND_WORDS:
        raise Wrong(N_("Choose what kind of prompt it is."))
    return text


def _chapter(text: str) -> str:
    if text not in ABOUT_WORDS:
        raise Wrong(NOT_OURS)
    return text


def _address(text: str) -> str:
    if not text:
        return text
    try:
        parts = urlsplit(text)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        fits = False
    if not fits or any(letter.isspace() for letter in text):
        raise Wrong(N_("Give a whole web address, such as https://example.org/report."))
    return text


def _response(text: str) -> str:
    if text not in set(ResponseKind):
        raise Wrong(N_("Choose what you do with it."))
    return text


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text).strip()) if str(text).strip() else None
    except ValueError:
        raise Wrong(N_("Write the day as year-month-day, such as 2027-03-31.")) from None


Address = Annotated[str, words(2_000), AfterValidator(_address)]
Title = Annotated[str, one_line(300)]


class PromptForm(Form):
    """A prompt: what kind, on what, in which words, for whom. `item`: the point of feedback it is about. `near`: where
    in the chapter's shown text the passage was selected. `as_it_is`: the mark of words that are to pass although they
    name their author."""

    kind: Annotated[str, AfterValidator(_kind), MISSING] = ""
    chapter: Annotated[str, AfterValidator(_chapter)] = ""
    passage: Annotated[str, words(LONGEST_PASSAGE)] = ""
    item: str = ""
    near: Annotated[int | None, _optional_number] = None
    text: Said
    url: Address = ""
    source: Title = ""
    audience: Annotated[int, number(N_("Choose who is to read it."))] = 0
    attribution: Chosen = Attribution.NAMED
    as_it_is: str = ""


class RevisionForm(Form):
    """New words for a prompt that was read at `version`."""

    version: Annotated[int, number(NOT_OURS)]
    text: Said
    url: Address = ""
    source: Title = ""
    as_it_is: str = ""


class ResponseForm(Form):
    """What the team does with a prompt; `until`: the day it is parked until; `seen`: the answer in force when the form
    was made, 0 for none. A form that does not say is believed."""

    kind: Annotated[str, AfterValidator(_response), MISSING] = ""
    until: Annotated[date | None, BeforeValidator(_day)] = None
    text: Annotated[str, words(responses.LONGEST)] = ""
    seen: Annotated[int | None, _optional_number] = None
    attribution: Chosen = Attribution.NAMED
    as_it_is: str = ""
