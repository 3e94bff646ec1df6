"""The forms of groups, as they arrive. What is wrong with one is told above the groups, under "groups"."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from server.forms import Form, number, one_line, words
from server.languages import N_
from server.refusals import Message, Rejected
from sessions.room import groups, placing
from sessions.room.placing import How, Wanted
from sessions.room.web.words import NOT_OURS, SOMEBODY_ELSE

HOW_MANY = N_("Give a number of groups from 1 to %(most)s.")
HOW_LONG = N_("Give a number of minutes from 1 to %(most)s.")


def _counted(text: str, most: int, wrong: str, name: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= most):
        raise Rejected({name: Message(wrong, {"most": most})})
    return int(text)


class PrepareForm(Form):
    """How people come into groups, how many there are, what they do there, and the names of some."""

    group_how: Annotated[str, one_line(20)] = ""
    group_count: Annotated[str, one_line(6)] = ""
    group_task: Annotated[str, words(1000)] = ""
    group_names: Annotated[str, words(3000)] = ""

    def read(self) -> Wanted:
        """What is to be prepared. Raises Rejected."""
        if self.group_how not in set(How):
            raise Rejected({"groups": Message(NOT_OURS)})
        names = tuple(name[:100] for line in self.group_names.splitlines() if (name := line.strip()))
        how = How(self.group_how)
        count = 1 if how == How.BEFORE else _counted(self.group_count, placing.MOST, HOW_MANY, "group_count")
        return Wanted(how, count, self.group_task, names)


class RoundForm(Form):
    """Which time in groups, as the page had it."""

    round: Annotated[int, number(NOT_OURS)] = 0


class OpenForm(RoundForm):
    """For how long."""

    group_minutes: Annotated[str, one_line(6)] = ""

    def read(self) -> int:
        """How many minutes. Raises Rejected."""
        return _counted(self.group_minutes, groups.LONGEST, HOW_LONG, "groups")


class ExtendForm(OpenForm):
    """How much longer than the end the page had."""

    ends: Annotated[str, one_line(40)] = ""

    @property
    def base(self) -> datetime:
        """The end the page had. Raises Rejected."""
        try:
            return datetime.fromisoformat(self.ends).astimezone(UTC)
        except (ValueError, OverflowError):
            raise Rejected({"groups": Message(SOMEBODY_ELSE)}) from None


class CallForm(RoundForm):
    """What is said to all groups."""

    message: Annotated[str, words(500)] = ""


class PutForm(RoundForm):
    """Who goes where; for oneself `person` is not asked. Group 0: where fewest are."""

    person: Annotated[int, number(NOT_OURS)] = 0
    group: Annotated[int, number(NOT_OURS)] = 0
