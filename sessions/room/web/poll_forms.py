"""What is typed about polls: how one is prepared, and what is answered."""

from __future__ import annotations

from typing import Annotated

from server.forms import Form, number, one_line, words
from server.languages import N_
from server.refusals import Message, Rejected
from sessions.room.models import PollKind
from sessions.room.polls import CHOOSING, FEWEST_OPTIONS, MOST_OPTIONS, Plan
from sessions.room.web.words import NOT_OURS

KINDS: dict[str, tuple[str, str]] = {
    PollKind.SINGLE: (N_("One answer"), N_("Everybody chooses one of the answers.")),
    PollKind.SEVERAL: (N_("Several answers"), N_("Everybody chooses as many as they like.")),
    PollKind.SCALE: (N_("A scale"), N_("From 1, least, to 5, most.")),
    PollKind.WORDS: (N_("Open words"), N_("Everybody writes a word or a few. What is written alike counts together.")),
}
LONGEST_OPTION, LONGEST_WORDS = 200, 200
WHICH = N_("Choose what kind of poll it is.")
ASK = N_("Write what you ask.")
HOW_MANY = N_("Write %(fewest)s to %(most)s answers, each on a line of its own.")
TOO_LONG = N_("The answer “%(text)s…” is too long; %(most)s characters are the most.")
TWICE = N_("The answer “%(text)s” is there twice.")
SAY = N_("Write your answer.")


class PollForm(Form):
    """A poll as it is prepared or said anew; `options`: one a line. `named` "yes": it may be read who chose what."""

    kind: Annotated[str, one_line(10)] = ""
    question: Annotated[str, one_line(500, empty=ASK)]
    options: Annotated[str, words(5_000)] = ""
    named: Annotated[str, one_line(10)] = ""
    version: Annotated[int, number(NOT_OURS)] = 0

    def plan(self, *, may_name: bool) -> Plan:
        """The poll. Raises Rejected."""
        if self.kind not in set(PollKind):
            raise Rejected({"kind": Message(WHICH)})
        options = self._options() if self.kind in CHOOSING else ()
        return Plan(self.kind, self.question, not (may_name and self.named == "yes"), options)

    def _options(self) -> tuple[str, ...]:
        found = [" ".join(line.split()) for line in self.options.splitlines() if line.strip()]
        if not FEWEST_OPTIONS <= len(found) <= MOST_OPTIONS:
            raise Rejected({"options": Message(HOW_MANY, {"fewest": FEWEST_OPTIONS, "most": MOST_OPTIONS})})
        for number_, text in enumerate(found):
            if len(text) > LONGEST_OPTION:
                raise Rejected({"options": Message(TOO_LONG, {"text": text[:40], "most": LONGEST_OPTION})})
            if text.casefold() in (one.casefold() for one in found[:number_]):
                raise Rejected({"options": Message(TWICE, {"text": text})})
        return tuple(found)


class TurnForm(Form):
    """What becomes of a poll, from which state of it."""

    act: Annotated[str, one_line(10)] = ""
    version: Annotated[int, number(NOT_OURS)] = 0


class ChoiceForm(Form):
    """Which option or level; 0: none of them."""

    option: Annotated[int, number(NOT_OURS)] = 0


class WordsForm(Form):
    """An answer in one's own words."""

    words: Annotated[str, one_line(LONGEST_WORDS, empty=SAY)]
