"""The forms of the teams in a round."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from feedback.rounds.models import AnswerKind
from feedback.web.forms import NOT_OURS, Perhaps, Said
from server.forms import Form, number, words
from server.languages import N_
from server.refusals import Message, Wrong

MOST_TRY = 10_000


def a_kind(text: str) -> str:
    """What can be done with an item in words: to thank takes none."""
    if text not in (AnswerKind.ANSWERED, AnswerKind.TAKEN_ON):
        raise Wrong(N_("Choose what your team does with it."))
    return text


class LevelForm(Form):
    """Where on its scale a criterion stands; 0: nowhere."""

    level: Annotated[int, number(NOT_OURS)]


class SignForm(Form):
    """What was looked at, as giving.mark_of has it. `as_it_is`: the mark of words that pass although they name whom the
    round does not."""

    mark: str = ""
    as_it_is: str = ""


class AnswerForm(Form):
    """What the team does with an item. Taking it on needs no words. `as_it_is`: as in SignForm."""

    kind: Annotated[str, AfterValidator(a_kind)] = ""
    text: Perhaps = ""
    as_it_is: str = ""

    model_config = {**Form.model_config, "validate_default": True}

    def missing(self) -> dict[str, Message]:
        """An answer is words."""
        wanting = self.kind == AnswerKind.ANSWERED and not self.text
        return {"text": Message(N_("Write your answer first."))} if wanting else {}


class HelpedForm(Form):
    """What a feedback helped with. `as_it_is`: as in SignForm."""

    text: Said
    as_it_is: str = ""


class TryForm(Form):
    """Somebody's own feedback on the example."""

    text: Annotated[str, words(MOST_TRY, empty=N_("Write your own feedback first: then you can compare."))]


class NothingToFill(Form):
    """A form that is only a button."""
