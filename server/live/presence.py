"""Who is here. A lease for each connection, never in the log: the old connection's end cannot take the new one's.

Other processes say who is with them. What each of them said is one lease as a whole: one that was killed, or cannot be
heard any more, is forgotten when that runs out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Elsewhere:
    """The people with another process, by place, as it said. `until` in the event loop's time."""

    until: float
    people: dict[str, frozenset[int]] = field(default_factory=dict)


class Presence:
    """The people present at each place. Changed in the event loop; read from any thread (sets are replaced whole)."""

    def __init__(self, changed: Callable[[str], None]) -> None:
        # Those with pages of this process.
        self.own: dict[str, frozenset[int]] = {}
        self.own_changed: Callable[[str], None] = lambda place: None
        self.loop: asyncio.AbstractEventLoop | None = None
        self._leases: dict[str, dict[object, int]] = {}
        self._visits: dict[tuple[str, int], asyncio.TimerHandle] = {}
        self._elsewhere: dict[str, Elsewhere] = {}
        self._here: dict[str, frozenset[int]] = {}
        self._changed = changed

    def people_at(self, place: str) -> frozenset[int]:
        """The ids of the persons present at that place."""
        return self._here.get(place, frozenset())

    def arrive(self, place: str, connection: object, person_id: int) -> None:
        """A connection begins to count."""
        self._leases.setdefault(place, {})[connection] = person_id
        self._recount_own(place)

    def leave(self, place: str, connection: object) -> None:
        """A connection no longer counts."""
        self._leases.get(place, {}).pop(connection, None)
        self._recount_own(place)

    def visited(self, place: str, person_id: int, seconds: float) -> None:
        """Somebody loaded a page that holds no connection: they count for so long, or until they load it again. From
        any thread."""
        if self.loop is not None:
            self.loop.call_soon_threadsafe(self._visit, self.loop, place, person_id, seconds)

    def _visit(self, loop: asyncio.AbstractEventLoop, place: str, person_id: int, seconds: float) -> None:
        visit = (place, person_id)
        if visit in self._visits:
            self._visits.pop(visit).cancel()
        self.arrive(place, visit, person_id)

        def gone() -> None:
            del self._visits[visit]
            self.leave(place, visit)

        self._visits[visit] = loop.call_later(seconds, gone)

    def heard(self, process: str, people: Mapping[str, frozenset[int]], until: float | None) -> None:
        """Another process says who is with it: everywhere, which holds until then; or, None, at some places."""
        known = self._elsewhere.get(process)
        if until is None:
            # Of a process that never said all, what changed says too little.
            if known:
                known.people |= people
                self._recount(people)
            return
        self._elsewhere[process] = Elsewhere(until, dict(people))
        self._recount({*people, *(known.people if known else ())})

    def expire(self, now: float) -> None:
        """Forget the processes whose word has run out."""
        for process, said in list(self._elsewhere.items()):
            if said.until < now:
                del self._elsewhere[process]
                self._recount(said.people)

    def _recount_own(self, place: str) -> None:
        own = frozenset(self._leases.get(place, {}).values())
        if own == self.own.get(place, frozenset()):
            return
        if own:
            self.own[place] = own
        else:
            del self.own[place], self._leases[place]
        self._recount([place])
        self.own_changed(place)

    def _recount(self, places: Mapping[str, object] | set[str] | list[str]) -> None:
        for place in places:
            there = [said.people.get(place, frozenset()) for said in self._elsewhere.values()]
            here = self.own.get(place, frozenset()).union(*there)
            if here == self._here.get(place, frozenset()):
                continue
            if here:
                self._here[place] = here
            else:
                self._here.pop(place, None)
            self._changed(place)
