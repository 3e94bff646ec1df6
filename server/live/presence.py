"""Who is here. A lease for each connection, never in the log: the old connection's end cannot take the new one's."""

from __future__ import annotations

from collections.abc import Callable


class Presence:
    """The people present at each place. Changed in the event loop; read from any thread (sets are replaced whole)."""

    def __init__(self, changed: Callable[[str], None]) -> None:
        self._leases: dict[str, dict[object, int]] = {}
        self._here: dict[str, frozenset[int]] = {}
        self._changed = changed

    def people_at(self, place: str) -> frozenset[int]:
        """The ids of the persons present at that place."""
        return self._here.get(place, frozenset())

    def arrive(self, place: str, connection: object, person_id: int) -> None:
        """A connection begins to count."""
        self._leases.setdefault(place, {})[connection] = person_id
        self._recount(place)

    def leave(self, place: str, connection: object) -> None:
        """A connection no longer counts."""
        leases = self._leases.get(place, {})
        leases.pop(connection, None)
        self._recount(place)

    def _recount(self, place: str) -> None:
        here = frozenset(self._leases.get(place, {}).values())
        if here == self._here.get(place, frozenset()):
            return
        if here:
            self._here[place] = here
        else:
            self._here.pop(place, None)
            self._leases.pop(place, None)
        self._changed(place)
