"""Parsed input. A form is a type of its own: a table model never parses what a browser sent."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from server.languages import N_
from server.refusals import Message, Refusal, Rejected, Wrong
from server.settings import LARGEST_ID

# Direction overrides and embeddings reorder the text around them (https://trojansource.codes); what people write is
# isolated with dir=auto instead. The rest are controls no form field needs.
_INVISIBLE = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")

Sent = Mapping[str, Sequence[str]]
SomeForm = TypeVar("SomeForm", bound="Form")


class TwiceGiven(Refusal):
    """A field that can be given once was given twice: nobody's browser does that by itself."""


class Form(BaseModel):
    """Fields as the product names them. Every field arrives as text; validators raise `Wrong`."""

    model_config = ConfigDict(extra="ignore", frozen=True, arbitrary_types_allowed=True)


def clean(text: str) -> str:
    """`text` in NFC, with plain line ends, without control characters and direction overrides."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _CONTROLS.sub("", _INVISIBLE.sub("", text))


def words(most: int, empty: str | None = None) -> Any:
    """A validator for text of at most `most` characters; `empty` is the message when nothing is there."""

    def check(text: str) -> str:
        text = clean(text).strip()
        if not text and empty:
            raise Wrong(empty)
        if len(text) > most:
            raise Wrong(
                N_("This is %(long)s characters long; %(most)s is the most. Nothing is lost: shorten it here."),
                long=len(text),
                most=most,
            )
        return text

    return AfterValidator(check)


def one_line(most: int, empty: str | None = None) -> Any:
    """Like `words`, for a field that is one line: line ends and tabs become spaces before anything else."""
    inner = words(most, empty).func
    return AfterValidator(lambda text: inner(" ".join(text.split())))


def number(wrong: str) -> Any:
    """A validator for a whole number such as an id; `wrong` is the message when it is none."""

    def check(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,10}", str(text)) or int(text) > LARGEST_ID:
            raise Wrong(wrong)
        return int(text)

    return BeforeValidator(check)


def parse(form: type[SomeForm], sent: Sent) -> SomeForm:
    """The form from the fields a browser sent. Raises Rejected with every error and all that was typed."""
    values: dict[str, str] = {}
    for name in form.model_fields:
        given = sent.get(name, ())
        if len(given) > 1:
            raise TwiceGiven
        if given:
            values[name] = given[0]
    try:
        return form.model_validate(values)
    except ValidationError as problem:
        raise Rejected(_messages(problem), values) from None


def _messages(problem: ValidationError) -> dict[str, Message]:
    found: dict[str, Message] = {}
    for error in problem.errors():
        wrong = error.get("ctx", {}).get("error")
        name = str(error["loc"][0]) if error["loc"] else ""
        found[name] = wrong.message if isinstance(wrong, Wrong) else Message(N_("Fill this in."))
    return found
