"""The zone in which a slot was planned. Times in its room are told in it to readers whose own is not known."""

from __future__ import annotations

from server.db import Db
from server.live.kinds import shared
from sessions import slots
from sessions.slots import SlotFacts


def zone_of(db: Db, slot_id: int) -> str:
    """That zone."""
    return shared(db, ("zone of slot", slot_id), lambda: slots.zone_of(db, slot_id))


def zone_known(db: Db, slot: SlotFacts) -> None:
    """The door has read it already: a page that shares what it reads asks no more."""
    shared(db, ("zone of slot", slot.id), lambda: slot.time_zone)
