"""What rounds show on the pages of a cohort and of a team."""

from __future__ import annotations

from markupsafe import Markup

from cohorts.web.doors import OpenCohort, OpenTeam
from cohorts.web.panels import Panel
from feedback.rounds import rounds
from feedback.rounds.policies import may_run_rounds, may_see_conflicts, may_see_rounds
from feedback.rounds.web import fragments
from server.calls import Call
from server.pages import Piece


def _panel(call: Call, cohort_id: int, zone: str, context: dict[str, object]) -> Panel:
    lists = rounds.LISTS.of(call.db, cohort_id)
    shown = fragments.current(call.db, cohort_id, zone, call.now)
    piece = Piece("rounds/panel.html", context | {"shown": shown, "cohort_id": cohort_id})
    html = Markup(call.house.pages.piece(piece, call.language))
    return Panel(html, (lists.stream_id,))


def of_cohort(call: Call, cohort: OpenCohort) -> Panel | None:
    """The rounds that are going on, for those who take part."""
    if not may_see_rounds(cohort.vantage.roles):
        return None
    return _panel(
        call, cohort.id, cohort.programme.time_zone, {"runs": may_run_rounds(cohort.vantage.roles), "conflicts": None}
    )


def of_team(call: Call, team: OpenTeam) -> Panel | None:
    """The same on a team's page; its own people also find there with whom they should not be paired."""
    if not may_see_rounds(team.vantage.roles):
        return None
    where = f"/teams/{team.id}/conflicts" if may_see_conflicts(team.vantage) else None
    return _panel(call, team.cohort_id, team.cohort.programme.time_zone, {"runs": False, "conflicts": where})


cohort_panels = (of_cohort,)
team_panels = (of_team,)
