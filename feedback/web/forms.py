"""The forms of a discussion."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from cohorts.models import Attribution
from cohorts.web.forms import an_attribution
from feedback.comments import LONGEST
from feedback.visible import shows_something
from server.forms import Form, number, words
from server.languages import N_
from server.markdown import to_html
from server.refusals import Wrong

EMPTY = N_("Write something first.")
NOT_OURS = N_("This form is not one of ours. Load the page again.")
_whole_number = number(NOT_OURS).func


def _shows(text: str) -> str:
    # Markdown can be written that shows nothing, such as a lone link definition.
    if text and not shows_something(to_html(text)):
        raise Wrong(N_("Nothing of this would be shown. Write it in words."))
    return text


Said = Annotated[str, words(LONGEST, empty=EMPTY), AfterValidator(_shows)]
Perhaps = Annotated[str, words(LONGEST), AfterValidator(_shows)]


class CommentForm(Form):
    """A comment, or a reply to `parent`. `as_it_is`: the mark of words that pass although they name their author."""

    text: Said
    attribution: Annotated[str, AfterValidator(an_attribution)] = Attribution.NAMED
    as_it_is: str = ""
    parent: Annotated[int | None, BeforeValidator(lambda text: _whole_number(text) if text else None)] = None


class EditForm(Form):
    """New words for a comment that was read at `version`. After a conflict `text_choice` says which words to keep."""

    version: Annotated[int, number(NOT_OURS)]
    text: Perhaps = ""
    mine: Perhaps = ""
    text_choice: str = "both"
    as_it_is: str = ""

    @property
    def chosen(self) -> str | None:
        """The words to save; None: those that are there now."""
        return {"mine": self.mine, "theirs": None}.get(self.text_choice, self.text)
