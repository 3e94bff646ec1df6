"""What a stream can be, and how its regions look now. Packages declare their kinds; server/app.py collects them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from markupsafe import escape
from sqlalchemy import select

from server.calls import Call, Region
from server.db import Db
from server.languages import Language
from server.live.log import Stream
from server.pages import Fragment, Pages
from server.refusals import Message, NotYours

Made = TypeVar("Made")
SHARED = "shared by vantages"


class Vantage(Protocol):
    """From where a stream is seen: hashable, shared by many readers, never a person."""

    @property
    def language(self) -> str:
        """The tag of the language it is read in."""

    def __hash__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Placed:
    """A region as it is now. `fragment` None: it is gone. `dom_id` empty: nothing is shown, and whose ids are is told.
    `into`: the list it is put into by its data-order; None: it replaces itself. `elsewhere`: not every page of the
    stream shows it, and those that do not pass it over. `say` is announced to those who did not do it; `owner_id` is
    told that the item is theirs, and nobody else. `holders`: the same for ids inside it, person by person; `anew`: how
    those ids begin: who is not told has none of them any more. `poke`: nothing is sent of it, because it differs from
    person to person: pages that show it fetch it."""

    dom_id: str
    fragment: Fragment | None
    into: str | None = None
    say: Message | None = None
    owner_id: int | None = None
    elsewhere: bool = False
    holders: tuple[tuple[int, str], ...] = ()
    anew: str = ""
    poke: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of stream: who may listen, what its regions show, and where a listener counts as present. `personal`:
    each is one reader's own, and is told after what many read. `tick`: the seconds within which what comes shares
    a frame, after a first one that goes at once."""

    name: str
    listen: Callable[[Call, int], Any]
    show: Callable[[Db, Any, int, Sequence[str]], list[Placed]]
    presence: Callable[[Call, int], str | None] = lambda call, stream_id: None
    personal: bool = False
    tick: float = 0.05


@dataclass(frozen=True, slots=True)
class Shown:
    """Placed regions as HTML for one vantage, what to say of them, and whose they are."""

    html: str
    say: tuple[tuple[str, str], ...] = ()
    owners: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    anew: tuple[str, ...] = ()
    poke: tuple[str, ...] = ()


def shared(db: Db, key: Hashable, make: Callable[[], Made]) -> Made:
    """`make()`, at most once while one delivery is rendered for its vantages: for what is the same from all of them.

    Only there and in pages that ask for it (`sharing`), where nothing is written: elsewhere it is made each time.
    """
    kept: dict[Hashable, Made] | None = db.info.get(SHARED)
    if kept is None:
        return make()
    if key not in kept:
        kept[key] = make()
    return kept[key]


def sharing(db: Db) -> None:
    """From here on `shared` keeps what it makes, in a transaction that only reads: for a page of many parts."""
    db.info.setdefault(SHARED, {})


# Into a list or over itself; where not every page shows it. The names are those of static/js/place.js.
_SWAPS = {
    (True, False): "place",
    (True, True): "place-present",
    (False, False): "outerMorph",
    (False, True): "present",
}


class Kinds:
    """All kinds of this installation, by name."""

    def __init__(self, kinds: Iterable[Kind], pages: Pages) -> None:
        self._by_name = {kind.name: kind for kind in kinds}
        self._pages = pages

    def of(self, db: Db, stream_ids: Iterable[int]) -> dict[int, Kind]:
        """The kind of each stream that exists and can be followed."""
        table: Any = Stream.__table__  # type: ignore[attr-defined]
        rows = db.execute(select(table.c.id, table.c.kind).where(table.c.id.in_(list(stream_ids))))
        return {row.id: self._by_name[row.kind] for row in rows if row.kind in self._by_name}

    def shown(self, placed: Iterable[Placed], language: Language) -> Shown:
        """The regions as htmx partials in that language."""
        html, say = [], []
        owners: dict[int, tuple[str, ...]] = {}
        anew: tuple[str, ...] = ()
        poke: tuple[str, ...] = ()
        for one in placed:
            if one.poke:
                poke += (f"#{one.dom_id}",)
                continue
            if one.dom_id:
                html.append(self._partial(one, language))
            if one.say:
                say.append((self._pages.say(one.say, language), one.dom_id))
            own = () if one.owner_id is None else ((one.owner_id, one.dom_id),)
            for person_id, dom_id in (*own, *one.holders):
                owners[person_id] = (*owners.get(person_id, ()), dom_id)
            anew += (one.anew,) if one.anew else ()
        return Shown("".join(html), tuple(say), owners, anew, poke)

    def _partial(self, one: Placed, language: Language) -> str:
        if one.fragment is None:
            return f'<hx-partial hx-target="#{escape(one.dom_id)}" hx-swap="delete"></hx-partial>'
        target = one.into or one.dom_id
        swap = _SWAPS[bool(one.into), one.elsewhere]
        shown = self._pages.show(one.fragment, language)
        return f'<hx-partial hx-target="#{escape(target)}" hx-swap="{swap}">{shown}</hx-partial>'

    def shown_to(self, call: Call, regions: Sequence[Region]) -> str:
        """The regions a verb touched as its own author sees them: the same fragments the hub pushes to others."""
        html = []
        kinds = self.of(call.db, {region.stream_id for region in regions}) if regions else {}
        for stream_id, kind in kinds.items():
            names = [region.name for region in regions if region.stream_id == stream_id]
            vantage = kind.listen(call, stream_id)
            html.append(self.shown(kind.show(call.db, vantage, stream_id, names), call.language).html)
        return "".join(html)

    def listen(self, call: Call, stream_ids: Sequence[int]) -> dict[int, tuple[Kind, Any, str | None]]:
        """Open the door of each stream: its kind, this viewer's vantage and their place of presence.

        Raises NotYours when one of them does not exist or is not this viewer's to follow.
        """
        kinds = self.of(call.db, stream_ids)
        if len(kinds) != len(set(stream_ids)):
            raise NotYours
        return {id_: (kind, kind.listen(call, id_), kind.presence(call, id_)) for id_, kind in kinds.items()}
