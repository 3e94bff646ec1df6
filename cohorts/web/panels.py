"""What other packages show on a cohort's page. server/app.py registers the functions that make panels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from markupsafe import Markup

from cohorts.web.doors import OpenCohort
from server.calls import Call
from server.live.log import Position


@dataclass(frozen=True, slots=True)
class Panel:
    """A section of the page: its HTML, the positions of the streams it shows, and if it stands beside the teams."""

    html: Markup
    live: tuple[Position, ...] = ()
    aside: bool = False


Panels = tuple[Callable[[Call, OpenCohort], Panel | None], ...]


def panels_of(call: Call, cohort: OpenCohort) -> list[Panel]:
    """What the other packages have to show of that cohort to this reader; None: nothing."""
    makers: Panels = call.house.panels.get("cohort", ())
    return [panel for make in makers if (panel := make(call, cohort)) is not None]
