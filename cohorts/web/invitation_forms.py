"""The forms around invitations: whom to invite, and what somebody says who comes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from cohorts.web.forms import NEW_ORGANISATION, a_country, a_sector, a_zone
from people.web.forms import address
from server.forms import Form, clean, one_line
from server.languages import N_
from server.refusals import Message, Wrong

MOST_PEOPLE = 200
# Of what is no address so many are named.
MOST_NAMED = 5
_NAMED = re.compile(r"\s*\"?(?P<name>[^\"<>]*?)\"?\s*<(?P<email>[^<>]*)>\s*")


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody to invite; `name` is empty where none was given."""

    email: str
    name: str = ""


def pasted(text: str) -> tuple[Invited, ...]:
    """Addresses as people paste them: one a line or between semicolons, `Name <address>` or the address alone, and
    commas between addresses without names. Nobody twice."""
    pieces = [piece.strip() for line in re.split(r"[\n;]", clean(str(text))) for piece in _between_commas(line)]
    somebody = [(piece, _somebody(piece)) for piece in pieces if piece]
    if wrong := [piece for piece, one in somebody if one is None]:
        raise _no_addresses(wrong)
    found: dict[str, Invited] = {}
    for _, one in somebody:
        if one is not None:
            found.setdefault(one.email, one)
    if not found:
        raise Wrong(N_("Enter at least one email address."))
    if len(found) > MOST_PEOPLE:
        raise Wrong(
            N_("These are %(count)s people; %(most)s is the most. Import a list instead."),
            count=len(found),
            most=MOST_PEOPLE,
        )
    return tuple(found.values())


def _between_commas(line: str) -> list[str]:
    """A comma may stand in a name (`Reis, Ana <…>`), so one separates only behind an address."""
    pieces = [""]
    for part in line.split(","):
        if "@" in pieces[-1]:
            pieces.append(part)
        else:
            pieces[-1] += f",{part}" if pieces[-1] else part
    return pieces


def _somebody(piece: str) -> Invited | None:
    named = _NAMED.fullmatch(piece)
    typed = (named["email"] if named else piece).strip()
    try:
        name = one_line(120).func(named["name"]) if named else ""
        return Invited(address(typed), name)
    except Wrong:
        return None


def _no_addresses(typed: list[str]) -> Wrong:
    if len(typed) == 1:
        words = N_("“%(typed)s” is no email address. It needs to look like name@example.org.")
        return Wrong(words, typed=typed[0][:100])
    first = ", ".join(f"“{one[:100]}”" for one in typed[:MOST_NAMED])
    if len(typed) <= MOST_NAMED:
        return Wrong(
            N_("These are no email addresses: %(typed)s. Each needs to look like name@example.org."), typed=first
        )
    return Wrong(
        N_("These are no email addresses: %(typed)s and %(more)s more. Each needs to look like name@example.org."),
        typed=first,
        more=len(typed) - MOST_NAMED,
    )


class InviteForm(Form):
    """Whom to invite, as what, and the language of the mail."""

    people: Annotated[tuple[Invited, ...], BeforeValidator(pasted)] = ()
    role: Annotated[str, one_line(20)] = ""
    language: Annotated[str, one_line(20)] = ""

    model_config = {**Form.model_config, "validate_default": True}


class AcceptForm(Form):
    """What somebody says of themselves who comes for the first time. Somebody who is here already says nothing."""

    name: Annotated[str, one_line(120)] = ""
    email: Annotated[str, one_line(254)] = ""
    organisation: Annotated[str, one_line(20)] = ""
    organisation_name: Annotated[str, one_line(200)] = ""
    country: Annotated[str, AfterValidator(a_country)] = ""
    sector: Annotated[str, AfterValidator(a_sector)] = ""
    time_zone: Annotated[str, one_line(60)] = ""

    def missing(self, *, asks_email: bool) -> dict[str, Message]:
        """What is still needed of a newcomer, by field."""
        found = {} if self.name else {"name": Message(N_("Enter your name."))}
        if asks_email:
            found |= _wrong("email", address, self.email)
        return found | (self._missing_organisation() if self.organisation == NEW_ORGANISATION else {})

    def _missing_organisation(self) -> dict[str, Message]:
        needed = {
            "organisation_name": N_("Give the organisation a name."),
            "country": N_("Choose a country from the list."),
            "sector": N_("Choose the kind of organisation."),
        }
        found = {name: Message(words) for name, words in needed.items() if not getattr(self, name)}
        return found | _wrong("time_zone", a_zone, self.time_zone)


def _wrong(name: str, check: Callable[[str], str], text: str) -> dict[str, Message]:
    try:
        check(text)
    except Wrong as wrong:
        return {name: wrong.message}
    return {}
