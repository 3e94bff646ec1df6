"""What the other half of this package adds to the page of a round: below what it asks, in this order."""

from __future__ import annotations

from collections.abc import Callable

from cohorts.web.panels import Panel
from feedback.rounds.web.doors import OpenRound
from server.calls import Call

# Each gives a section of the page with the positions of the streams it shows, or None for this reader.
round_parts: list[Callable[[Call, OpenRound], Panel | None]] = []


def parts_of(call: Call, opened: OpenRound) -> list[Panel]:
    """The sections that this reader is shown."""
    return [panel for make in round_parts if (panel := make(call, opened)) is not None]
