"""Why something is refused, in words that know no HTTP. server/turned_away.py turns each into a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Message:
    """A sentence for people: a msgid of the catalogue and its named values, translated where it is shown."""

    msgid: str
    values: Mapping[str, object] = field(default_factory=dict)


class Refusal(Exception):
    """A clear no. `message` says why and what to do; None: the page's own words say enough."""

    def __init__(self, msgid: str | None = None, **values: object) -> None:
        super().__init__(msgid or type(self).__name__)
        self.message = Message(msgid, values) if msgid else None


class NotYours(Refusal):
    """There is no such thing, or it is not yours to see: the two must look the same."""


class NotAllowed(Refusal):
    """Yours to see, not to do."""


class First(NotAllowed):
    """Yours to do, once something else is done: at the address `to`, which a msgid, `way`, leads to."""

    def __init__(self, to: str, way: str, msgid: str) -> None:
        super().__init__(msgid)
        self.to, self.way = to, way


class SignInFirst(Refusal):
    """Only for people who are signed in."""


class TooMany(Refusal):
    """A limit was reached; `wait` is in seconds."""

    def __init__(self, wait: int, msgid: str | None = None, **values: object) -> None:
        super().__init__(msgid, **values)
        self.wait = wait


class Busy(Refusal):
    """Too much work is waiting; come back in a moment."""


class Away(Refusal):
    """What the answer is made of, or written to, cannot be reached: the database is down, or its disk is full."""


class Wrong(ValueError):
    """One field is wrong. Raised by form validators; `message` is shown beside the field."""

    def __init__(self, msgid: str, **values: object) -> None:
        super().__init__(msgid)
        self.message = Message(msgid, values)


class Rejected(Refusal):
    """A form that cannot be taken: `errors` by field name ("" = the whole form), `values` as they were typed."""

    def __init__(self, errors: Mapping[str, Message], values: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.errors = dict(errors)
        self.values = dict(values or {})
