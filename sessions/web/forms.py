"""The forms of sessions, as they arrive."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator

from cohorts.models import Attribution
from server.forms import Form, Sent, number, one_line, words
from server.languages import N_
from server.refusals import Message, Rejected, Wrong
from sessions.agenda import MOST_ITEMS, Item
from sessions.models import OpenTo, SessionPart
from sessions.sessions import Plan
from sessions.slots import LONGEST
from sessions.web.words import REMINDERS

NOT_OURS = N_("This form is not one of ours. Load the page again.")
MOST_GUESTS, MOST_PEOPLE, MOST_SEATS, SHORTEST = 12, 20, 5_000, 5
MOST_TEXT = 10_000
# The boxes of each kind of row: how they are called, and how many rows there can be.
ITEM = ("title", "minutes", "hint")
GUEST = ("name", "about")
PERSON = ("person", "part")
ROWS: dict[str, tuple[tuple[str, ...], int]] = {
    "item": (ITEM, MOST_ITEMS),
    "guest": (GUEST, MOST_GUESTS),
    "lead": (PERSON, MOST_PEOPLE),
}
Read = TypeVar("Read")


def _one_of(known: Collection[str], wrong: str) -> AfterValidator:
    def check(text: str) -> str:
        if text not in known:
            raise Wrong(wrong)
        return text

    return AfterValidator(check)


def _whole(text: str, least: int, most: int) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and least <= int(text[:6]) <= most):
        raise Wrong(N_("Give a number from %(least)s to %(most)s."), least=least, most=most)
    return int(text)


def _address(text: str) -> str:
    try:
        parts = urlsplit(text)
        fine = parts.scheme in ("https", "http") and bool(parts.hostname) and " " not in text
    except ValueError:
        fine = False
    if text and not fine:
        raise Wrong(N_("Give a whole address, such as https://meet.example.org/our-room."))
    return text


Link = Annotated[str, one_line(500), AfterValidator(_address)]
Minutes = Annotated[int, BeforeValidator(lambda text: _whole(str(text), SHORTEST, LONGEST))]
Seats = Annotated[
    int | None, BeforeValidator(lambda text: _whole(text, 1, MOST_SEATS) if text and text.strip() else None)
]


class PlanForm(Form):
    """A session as a facilitator plans it. Its rows come beside: `item_1_title`, `guest_1_name`, `lead_1_person` and so
    on, and its reminders: `remind_60`. `more`: more rows are asked for, and nothing is saved."""

    theme: Annotated[str, one_line(200, empty=N_("Say what the session is about."))] = ""
    purpose: Annotated[str, words(MOST_TEXT)] = ""
    materials: Annotated[str, words(MOST_TEXT)] = ""
    video_url: Link = ""
    open_to: Annotated[str, _one_of(list(OpenTo), N_("Choose who can read it."))] = ""
    attribution: Annotated[str, _one_of(list(Attribution), N_("Choose what may be told of who says what."))] = ""
    version: Annotated[int, number(NOT_OURS)] = 0
    more: Annotated[str, one_line(10)] = ""

    model_config = {**Form.model_config, "validate_default": True}

    def plan(self, sent: Sent, known: Collection[int]) -> Plan:
        """What is planned; `known`: ids of the people who can lead it. Raises Rejected."""
        if self.more:
            raise Rejected({})
        errors: dict[str, Message] = {}
        items = _or_errors(lambda: _items(sent), errors)
        guests = _or_errors(lambda: _guests(sent), errors)
        people = _or_errors(lambda: _people(sent, known), errors)
        if errors or items is None or guests is None or people is None:
            raise Rejected(errors)
        return Plan(
            **self.model_dump(exclude={"version", "more"}),
            reminders=tuple(one for one in REMINDERS if sent.get(f"remind_{one}")),
            agenda=items,
            guests=guests,
            leaders=tuple(id_ for id_, part in people.items() if part == SessionPart.LEADS),
            helpers=tuple(id_ for id_, part in people.items() if part == SessionPart.HELPS),
        )


def _or_errors(read: Callable[[], Read], errors: dict[str, Message]) -> Read | None:
    """What that part of a form says; what is wrong with it goes to `errors`."""
    try:
        return read()
    except Rejected as rejected:
        errors |= rejected.errors
        return None


def _rows(sent: Mapping[str, Sequence[str]], kind: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The rows of that kind in which something was typed: how their boxes begin, and what is in them."""
    names, most = ROWS[kind]
    for place in range(1, most + 1):
        typed = {name: (sent.get(f"{kind}_{place}_{name}") or ("",))[0] for name in names}
        if any(text.strip() for name, text in typed.items() if name != "part"):
            yield f"{kind}_{place}", typed


def _items(sent: Sent) -> tuple[Item, ...]:
    errors: dict[str, Message] = {}
    found = []
    for row, typed in _rows(sent, "item"):
        try:
            title = one_line(200, empty=N_("Give this item a title, or empty its row.")).func(typed["title"])
            hint = words(1000).func(typed["hint"])
        except Wrong as wrong:
            errors[f"{row}_title"] = wrong.message
            continue
        try:
            found.append(Item(title, _whole(typed["minutes"], 1, LONGEST), hint))
        except Wrong as wrong:
            errors[f"{row}_minutes"] = wrong.message
    if errors:
        raise Rejected(errors)
    return tuple(found)


def _guests(sent: Sent) -> tuple[tuple[str, str], ...]:
    errors: dict[str, Message] = {}
    found = []
    for row, typed in _rows(sent, "guest"):
        try:
            name = one_line(120, empty=N_("Say who comes, or empty this row.")).func(typed["name"])
            found.append((name, one_line(300).func(typed["about"])))
        except Wrong as wrong:
            errors[f"{row}_name"] = wrong.message
    if errors:
        raise Rejected(errors)
    return tuple(found)


def _people(sent: Sent, known: Collection[int]) -> dict[int, str]:
    errors: dict[str, Message] = {}
    found: dict[int, str] = {}
    for row, typed in _rows(sent, "lead"):
        id_ = int(typed["person"]) if typed["person"].isascii() and typed["person"].isdigit() else 0
        if id_ not in known:
            errors[f"{row}_person"] = Message(N_("Choose somebody from the list."))
        elif id_ in found:
            errors[f"{row}_person"] = Message(N_("This person is in the list already."))
        else:
            found[id_] = typed["part"] if typed["part"] in list(SessionPart) else SessionPart.LEADS
    if errors:
        raise Rejected(errors)
    return found


class TimeForm(Form):
    """When a slot is. `meaning` and `which` answer what times.questions asks; `anyway` names the instant at which
    something else may be too."""

    at: Annotated[str, one_line(30)] = ""
    time_zone: Annotated[str, one_line(60)] = ""
    minutes: Minutes = 0
    meaning: Annotated[str, one_line(10)] = ""
    which: Annotated[str, one_line(10)] = ""
    anyway: Annotated[str, one_line(40)] = ""

    model_config = {**Form.model_config, "validate_default": True}

    def words(self) -> dict[str, Any]:
        """Its fields as texts."""
        return {name: str(value) for name, value in self.model_dump().items()}


class SlotForm(TimeForm):
    """One more time for a session."""

    capacity: Seats = None
    video_url: Link = ""


class SeatsForm(Form):
    """How many seats a slot has, and where it meets."""

    capacity: Seats = None
    video_url: Link = ""


class WhyForm(Form):
    """Why a session or a slot is called off."""

    why: Annotated[str, words(1000, empty=N_("Say why. Whoever wanted to come reads it."))] = ""

    model_config = {**Form.model_config, "validate_default": True}


class CopyForm(Form):
    """The theme of a session made after another."""

    theme: Annotated[str, one_line(200, empty=N_("Say what the session is about."))] = ""

    model_config = {**Form.model_config, "validate_default": True}
