"""What people type about themselves."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

from people.persons import folded
from server.calls import Call
from server.clock import is_zone
from server.forms import Form, number, one_line
from server.languages import N_
from server.refusals import Wrong

# Only what a typing slip breaks: whether an address exists, the mail itself finds out.
_ADDRESS = re.compile(r"[^@\s,;<>\"()\[\]\\]{1,64}@[^@\s,;<>\"()\[\]\\]+\.[^@\s,;<>\"()\[\]\\.]+")
_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


def local_path(path: str) -> str:
    """`path` if it leads to a page of ours, else "/". Never another site: browsers read `//host`, `/\\host` as one."""
    leads_here = len(path) <= 500 and _LOCAL.fullmatch(path) and not path.startswith("/sign-in")
    return path if leads_here else "/"


def address(email: str) -> str:
    """An email address, folded."""
    if not _ADDRESS.fullmatch(email):
        raise Wrong(N_("Enter an email address like name@example.org."))
    return folded(email)


def _six_digits(code: str) -> str:
    code = re.sub(r"[\s-]", "", code)
    if not re.fullmatch(r"[0-9]{6}", code):
        raise Wrong(N_("Enter the 6 digits from the mail."))
    return code


def _known_zone(name: str) -> str:
    if not is_zone(name):
        raise Wrong(N_("Choose a time zone from the list."))
    return name


def errors_of(call: Call) -> dict[str, str]:
    """The sentences of a rejected form by field, in the reader's language; empty when the form is fresh."""
    found = call.rejected.errors if call.rejected else {}
    return {name: call.house.pages.say(message, call.language) for name, message in found.items()}


def typed_in(call: Call, **fresh: str) -> dict[str, str]:
    """The values to show in a form: as they were typed, else `fresh`."""
    typed = call.rejected.values if call.rejected else {}
    return {name: typed.get(name, value) for name, value in fresh.items()}


LocalPath = Annotated[str, AfterValidator(local_path)]
Zone = Annotated[str, AfterValidator(_known_zone)]


class EmailForm(Form):
    """Who wants to sign in, and where they wanted to go."""

    email: Annotated[str, one_line(254, empty=N_("Enter your email address.")), AfterValidator(address)]
    next: LocalPath = "/"


class CodeForm(Form):
    """The code from the mail, however it is grouped."""

    code: Annotated[str, one_line(40), AfterValidator(_six_digits)]


class PreferencesForm(Form):
    """What a person chooses; an empty language follows the browser."""

    name: Annotated[str, one_line(120, empty=N_("Enter your name."))]
    time_zone: Zone
    language: Annotated[str, one_line(20)] = ""


class ZoneForm(Form):
    """The answer to the question that is asked once."""

    zone: Zone
    next: LocalPath = "/"


class EntryForm(Form):
    """Whose eyes to look through."""

    person: Annotated[int, number(N_("Choose one of the people."))]
