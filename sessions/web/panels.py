"""What sessions show on a cohort's page."""

from __future__ import annotations

from dataclasses import dataclass

from cohorts.web.doors import OpenCohort
from cohorts.web.panels import Panel
from server.calls import Call
from server.pages import Fragment
from sessions import themes


@dataclass(frozen=True, slots=True)
class Themes:
    """The themes of a cohort, in the order of the programme."""

    titles: tuple[str, ...]


def themes_panel(call: Call, cohort: OpenCohort) -> Panel | None:
    """The themes the cohort will meet about; None where it has none. Not live: they are fixed with the programme."""
    found = themes.of_cohort(call.db, cohort.id)
    if not found:
        return None
    shown = Fragment("sessions/_themes.html", Themes(tuple(found)), f"themes-{cohort.id}")
    return Panel(call.house.pages.show(shown, call.language))


cohort_panels = (themes_panel,)
