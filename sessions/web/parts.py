"""What the other files and packages of sessions add to the page of a session: under each slot, above the slots, and
below the agenda.

Each list holds makers; a maker gives a section with the positions of the streams it shows, or None for this reader.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from cohorts.policies import Vantage
from cohorts.web.panels import Panel
from server.calls import Call
from server.db import Db
from server.live.kinds import Placed
from sessions.sessions import SessionFacts
from sessions.slots import SlotFacts
from sessions.web.doors import OpenSession, OpenSlot

session_parts: list[Callable[[Call, OpenSession], Panel | None]] = []
parts_below: list[Callable[[Call, OpenSession], Panel | None]] = []
slot_parts: list[Callable[[Call, OpenSlot], Panel | None]] = []
# What they show live on a slot's stream, beside the slot itself: regions are shown to many vantages at a time, outside
# of any call. Called with (db, vantage, session, slot, regions).
slot_shows: list[Callable[[Db, Vantage, SessionFacts, SlotFacts, Sequence[str]], Iterable[Placed]]] = []
# The same on the stream of a session, and on the one of those who plan it: called with (db, vantage, session, regions).
session_shows: list[Callable[[Db, Vantage, SessionFacts, Sequence[str]], Iterable[Placed]]] = []
run_shows: list[Callable[[Db, Vantage, SessionFacts, Sequence[str]], Iterable[Placed]]] = []


def parts_of(call: Call, opened: OpenSession) -> tuple[list[Panel], list[Panel]]:
    """The sections of the session that this reader is shown: above its slots, and below its agenda."""
    above, below = ([panel for make in made if (panel := make(call, opened))] for made in (session_parts, parts_below))
    return above, below


def parts_of_slot(call: Call, opened: OpenSession, slot: SlotFacts) -> list[Panel]:
    """What this reader is shown under one slot."""
    one = OpenSlot(slot, opened)
    return [panel for make in slot_parts if (panel := make(call, one)) is not None]
