"""In which phase a round is. It follows from what was decided and from the clock, and is stored nowhere: so rights open
and close at their instant in every time zone, whether or not a job runs then. The jobs only turn open pages over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from server.clock import zone


class Phase(StrEnum):
    """Where a round stands. PLANNED: not released, so that facilitators alone know of it; WAITING: released, and nobody
    may write yet; OPEN: the teams write; REVEALED: they read and answer; CLOSED: they read."""

    PLANNED = "planned"
    WAITING = "waiting"
    OPEN = "open"
    REVEALED = "revealed"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Timed(Protocol):
    """What the phase of a round follows from."""

    @property
    def opens_at(self) -> datetime: ...
    @property
    def reveals_at(self) -> datetime: ...
    @property
    def closes_at(self) -> datetime: ...
    @property
    def released_at(self) -> datetime | None: ...
    @property
    def cancelled_at(self) -> datetime | None: ...


def phase(timed: Timed, now: datetime) -> Phase:
    """The phase of a round at that instant; a boundary belongs to what it begins."""
    if timed.cancelled_at is not None:
        return Phase.CANCELLED
    if timed.released_at is None:
        return Phase.PLANNED
    begun = ((timed.closes_at, Phase.CLOSED), (timed.reveals_at, Phase.REVEALED), (timed.opens_at, Phase.OPEN))
    return next((begins for at, begins in begun if at <= now), Phase.WAITING)


def is_known(reached: Phase, released_at: datetime | None) -> bool:
    """Whether others than facilitators may know of the round: it was released, and perhaps cancelled afterwards."""
    return reached != Phase.PLANNED and released_at is not None


def is_revealed(reached: Phase) -> bool:
    """Whether feedback may be read by those who received it."""
    return reached in (Phase.REVEALED, Phase.CLOSED)


def next_boundary(timed: Timed, now: datetime) -> datetime | None:
    """When the phase changes next by itself; None: never."""
    if phase(timed, now) in (Phase.PLANNED, Phase.CLOSED, Phase.CANCELLED):
        return None
    return min(at for at in (timed.opens_at, timed.reveals_at, timed.closes_at) if at > now)


def instants(local: datetime, zone_name: str) -> Sequence[datetime]:
    """The instants, in UTC, at which the clocks of that zone show that naive local time: one, none where clocks are put
    forward over it, two where they are put back over it."""
    here = zone(zone_name)
    found = (local.replace(tzinfo=here, fold=fold).astimezone(UTC) for fold in (0, 1))
    return sorted({at for at in found if at.astimezone(here).replace(tzinfo=None) == local})
