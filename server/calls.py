"""One request, one worker call: doors, a form, one verb, a reply.

A handler is a plain function. Its parameters say what it needs, and they are met in this order inside one worker call
and one transaction: things loaded through doors (`Annotated[Thread, Door(open_thread)]`), a parsed `Form`. The same
doors open websockets. Nothing here awaits while a connection is held.
"""

from __future__ import annotations

import inspect
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, TYPE_CHECKING, Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

from server.db import Db
from server.forms import Form, parse
from server.languages import Language
from server.pages import Page, Piece
from server.refusals import Message, Rejected, SignInFirst

if TYPE_CHECKING:
    from server.files import Kept
    from server.house import House

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Region:
    """A region of a stream that a verb touched: what the reply to its author shows, as the hub shows it to others."""

    stream_id: int
    name: str


@dataclass(frozen=True, slots=True)
class CookieSet:
    """A cookie to set, always HttpOnly, SameSite=Lax, for the whole site; `max_age` in seconds, 0 takes it away."""

    name: str
    value: str
    max_age: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What answers a form: a way to go for a plain browser, the touched regions and a fresh form for htmx.

    `mine` are DOM ids of items the verb created. Stored with the form's key, so that a repeat gets the first reply.
    `anew`: an id that is not theirs any more.
    `leaves`: the browser forgets what it kept of us (sign-out).
    """

    to: str
    regions: tuple[Region, ...] = ()
    mine: tuple[str, ...] = ()
    cookies: tuple[CookieSet, ...] = ()
    leaves: bool = False
    anew: str = ""


@dataclass(slots=True)
class Uploaded:
    """A file that came with a form: what its sender calls it, and its bytes in a nameless temporary file. Where the
    verb takes files it is `kept` by now, or there is a `problem` with it."""

    name: str
    file: IO[bytes]
    size: int
    kept: Kept | None = None
    problem: Message | None = None

    @property
    def content(self) -> bytes:
        """All of its bytes in memory, for those who take small files only."""
        self.file.seek(0)
        return self.file.read()


@dataclass(slots=True)
class Call:
    """One request on its way through the house. `given` are the path's parameters, already typed; `etag`: of what the
    browser has of it already (If-None-Match)."""

    house: House
    method: str
    path: str
    given: Mapping[str, Any]
    query: Mapping[str, str]
    cookies: Mapping[str, str]
    language: Language
    client: str
    now: datetime
    sent: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Mapping[str, Sequence[Uploaded]] = field(default_factory=dict)
    htmx: bool = False
    accepts: str = ""
    agent: str = ""
    byte_range: str = ""
    etag: str = ""
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    db: Db = None  # type: ignore[assignment]  # set for the length of the transaction
    viewer: Any = None
    rejected: Rejected | None = None
    memo: dict[Any, Any] = field(default_factory=dict)
    # Small writes that a reading call asks for: done in a transaction of their own once the answer is on its way.
    afterwards: list[Callable[[Db], None]] = field(default_factory=list)

    def once(self, key: Any, make: Callable[[], Made]) -> Made:
        """`make()`, computed at most once in this call."""
        if key not in self.memo:
            self.memo[key] = make()
        made: Made = self.memo[key]
        return made

    def text(self, msgid: str, **values: object) -> str:
        """A sentence in the reader's language."""
        return self.house.pages.say(Message(msgid, values), self.language)

    @property
    def signed_in(self) -> Any:
        """The viewer. Raises SignInFirst when nobody is signed in."""
        if self.viewer is None:
            raise SignInFirst
        return self.viewer


@dataclass(frozen=True, slots=True)
class Door:
    """Loads what the path names, through what this viewer may see. `load` raises a Refusal."""

    load: Callable[[Call], Any]


@dataclass(frozen=True, slots=True)
class Needs:
    """What a handler asks for: doors by parameter, and at most one form."""

    doors: Mapping[str, Door]
    form: tuple[str, type[Form]] | None

    @classmethod
    def of(cls, handler: Callable[..., Any]) -> Needs:
        """Read from the annotations of `handler`, once, when the program starts."""
        doors: dict[str, Door] = {}
        form = None
        for name, hint in get_type_hints(handler, include_extras=True).items():
            if get_origin(hint) is Annotated:
                doors.update((name, part) for part in get_args(hint)[1:] if isinstance(part, Door))
            elif name != "return" and inspect.isclass(hint) and issubclass(hint, Form):
                form = (name, hint)
        return cls(doors, form)

    def opened(self, call: Call) -> dict[str, Any]:
        """What the doors let through."""
        return {name: door.load(call) for name, door in self.doors.items()}

    def parsed(self, call: Call) -> dict[str, Any]:
        """The form, parsed after the doors have opened: a stranger learns nothing from its errors."""
        return {self.form[0]: parse(self.form[1], call.sent)} if self.form else {}


@dataclass(frozen=True, slots=True)
class Verb:
    """How a handler that changes something is called. `takes` puts stored files where they belong, in a transaction of
    its own: a form that is rejected does not lose them."""

    needs: Needs
    act: Callable[..., Any]
    again: Callable[..., Page] | None = None
    form: Callable[..., Piece] | None = None
    once: bool = False
    takes: Callable[..., None] | None = None


def _begin(call: Call, db: Db) -> None:
    call.db, call.memo = db, {}
    call.viewer = call.house.viewer_of(call)


def run_doors(call: Call, needs: Needs) -> None:
    """Whether the doors open, before a large form is read. Raises a Refusal."""
    with call.house.database.transaction(writing=False) as db:
        _begin(call, db)
        needs.opened(call)


def run_page(call: Call, needs: Needs, show: Callable[..., Any]) -> Any:
    """A reading call, inside its worker: one transaction, doors, page."""
    with call.house.database.transaction(writing=False) as db:
        _begin(call, db)
        return call.house.render(call, show(call, **needs.opened(call)))


@dataclass(frozen=True, slots=True)
class Act:
    """A writing call, inside its worker."""

    call: Call
    verb: Verb

    def __call__(self) -> Any:
        """In transactions of its own. A rejected form is answered from a fresh reading one."""
        call, verb = self.call, self.verb
        try:
            if verb.takes is not None and call.files:
                with call.house.database.transaction(writing=True) as db:
                    _begin(call, db)
                    verb.takes(call, **verb.needs.opened(call))
            with call.house.database.transaction(writing=True) as db:
                answer = self.within(db)
            return answer
        except Rejected as rejected:
            if verb.again is None:
                raise
            rejected.values = {name: given[0] for name, given in call.sent.items() if given} | rejected.values
            call.rejected = rejected
            show = verb.form if call.htmx and verb.form else verb.again
            return run_page(call, verb.needs, show)

    def within(self, db: Db) -> Any:
        """In that transaction: the answer holds once it is committed. Raises what the verb does."""
        call, verb = self.call, self.verb
        _begin(call, db)
        opened = verb.needs.opened(call)
        parsed = verb.needs.parsed(call)
        key = call.sent.get("key", ("",))[0] if verb.once else ""
        reply = call.house.receipts.first(call, key) if key else None
        if reply is None:
            reply = verb.act(call, **opened, **parsed)
            if key:
                call.house.receipts.keep(call, key, reply)
        return call.house.render_reply(call, reply, verb.form, opened)
