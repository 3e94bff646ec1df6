"""What sessions show on a cohort's page."""

from __future__ import annotations

from markupsafe import Markup

from cohorts.web.doors import OpenCohort
from cohorts.web.panels import Panel
from server.calls import Call
from server.pages import Piece
from sessions import themes


def themes_panel(call: Call, cohort: OpenCohort) -> Panel | None:
    """The themes the cohort will meet about; None where it has none. Not live: themes are fixed with the programme."""
    found = themes.of_cohort(call.db, cohort.id)
    if not found:
        return None
    html = call.house.pages.piece(Piece("sessions/themes.html", {"themes": found}), call.language)
    return Panel(Markup(html))


cohort_panels = (themes_panel,)
