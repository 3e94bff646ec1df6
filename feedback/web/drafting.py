"""What a form shows of the draft that is kept for it. A draft belongs to one person: it stands in that person's form
and nowhere else, never in a fragment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_time

from cohorts.initiatives import FIELDS
from feedback import drafts
from server.calls import Call
from server.clock import zone
from server.pages import babel_locale, date_time
from server.receipts import new_key
from server.refusals import Rejected
from server.settings import LARGEST_ID

# What a form of each kind keeps: texts first, then what they were written over or answer.
TEXTS: dict[str, tuple[str, ...]] = {"thread": ("text",), "edit": ("text",), "initiative": FIELDS}
BESIDE: dict[str, tuple[str, ...]] = {
    "thread": ("parent", "attribution"),
    "edit": ("version",),
    "initiative": ("base",),
}


class Previewed(Rejected):
    """A form that comes back with a preview: nothing is wrong with it. `shown`: a label's msgid and HTML, by field."""

    def __init__(self, values: Mapping[str, str], shown: tuple[tuple[str, str], ...]) -> None:
        super().__init__({}, values)
        self.shown = shown


@dataclass(frozen=True, slots=True)
class DraftShown:
    """The draft of one form for its own writer. `fields` empty: none is filled in. `at` and `when` (the same in words)
    belong to what is kept or was discarded; `previews`: msgid of a label and HTML."""

    place: str
    key: str
    version: int = 0
    fields: Mapping[str, str] | None = None
    at: datetime | None = None
    when: str = ""
    discarded: bool = False
    saved: bool = False
    previews: tuple[tuple[str, str], ...] = ()


def kept(call: Call, place: str) -> DraftShown:
    """The draft for a form about to be shown; a form that comes back shows what was typed, not what was kept."""
    if call.rejected:
        values = call.rejected.values
        shown = getattr(call.rejected, "shown", ())
        return DraftShown(place, values.get("key") or new_key(), number_in(values, "draft"), previews=shown)
    # A page that has asked for it with something else has told so (feedback/web/since.py).
    found = call.once(("draft", place), lambda: drafts.read(call.db, call.signed_in.person_id, place, call.now))
    if found is None:
        return DraftShown(place, new_key())
    fields = None if found.discarded else found.fields
    return DraftShown(
        place, new_key(), found.version, fields, found.at, clock(call, found.at), discarded=found.discarded
    )


def sent(call: Call, place: str) -> None:
    """The form was sent: its draft goes in the same transaction."""
    values = as_typed(call)
    key = values.get("key", "")[:64]
    fields = of_kind(place, values)
    version = number_in(values, "draft")
    drafts.sent(call.db, call.signed_in.person_id, place, fields, version=version, key=key)


def as_typed(call: Call) -> dict[str, str]:
    """The fields of the form as the browser sent them."""
    return {name: given[0] for name, given in call.sent.items() if given}


def of_kind(place: str, values: Mapping[str, str]) -> dict[str, str]:
    """Those fields that a form of that place keeps, with the line ends of Python."""
    kind = place.partition("-")[0]
    wanted = (*TEXTS[kind], *BESIDE[kind])
    return {name: values[name].replace("\r\n", "\n") for name in wanted if name in values}


def number_in(values: Mapping[str, str], name: str) -> int:
    """A whole number some field should hold; 0 when it holds none."""
    text = values.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 11 and int(text) <= LARGEST_ID else 0


def clock(call: Call, at: datetime) -> str:
    """The time in words, in the reader's zone: only the clock for today, the zone always."""
    name = call.signed_in.time_zone or "UTC"
    local, today = at.astimezone(zone(name)), call.now.astimezone(zone(name))
    if local.date() != today.date():
        return date_time(at, name, call.language)
    time = format_time(local, "HH:mm", locale=babel_locale(call.language))
    return f"{time} ({name.rpartition('/')[2].replace('_', ' ')})"
