"""What other packages show on the pages of a cohort, a team and an initiative. server/app.py registers the functions
that make panels, by the page they are for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from server.calls import Call
from server.live.log import Position
from server.pages import Encoded


@dataclass(frozen=True, slots=True)
class Panel:
    """A section of the page: its HTML, the streams it shows (positions or ids), and if it stands beside the rest or,
    `first`, before it. `mine`: the ids of the reader's items in it. `unread`: the ids of rows of the page where
    something was new to the reader when they came. `way`: its id and the words (a msgid) of a link to it, for narrow
    screens, where what is beside the rest comes last. `marked`: what it marks in the chapters of an initiative, HTML by
    chapter."""

    html: Markup | Encoded
    live: tuple[Position | int, ...] = ()
    aside: bool = False
    first: bool = False
    mine: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    way: tuple[str, str] | None = None
    marked: Mapping[str, str] = field(default_factory=dict)


def panels_of(call: Call, opened: Any, on: str = "cohort") -> list[Panel]:
    """What the other packages have to show this reader of what was opened, on the page of that name. A maker gives None
    where it has nothing."""
    makers = call.house.panels.get(on, ())
    return [panel for make in makers if (panel := make(call, opened)) is not None]


def bytes_of(panels: list[Panel]) -> dict[str, Encoded]:
    """The panels that are bytes already: a page puts them in where it finds them in its context by name."""
    return {f"panel {at}": panel.html for at, panel in enumerate(panels) if isinstance(panel.html, Encoded)}
