"""What rounds show on the pages of a cohort and of a team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from cohorts.models import Role
from cohorts.web.doors import OpenCohort, OpenTeam
from cohorts.web.panels import Panel
from feedback.rounds import balance, rounds
from feedback.rounds.policies import may_run_rounds, may_see_conflicts, may_see_rounds
from feedback.rounds.web import fragments, giving_fragments
from server.calls import Call
from server.pages import Piece


def _panel(call: Call, cohort_id: int, zone: str, context: Mapping[str, object], streams: Sequence[int] = ()) -> Panel:
    lists = rounds.LISTS.of(call.db, cohort_id)
    shown = fragments.current(call.db, cohort_id, zone, call.now)
    around = {"shown": shown, "cohort_id": cohort_id, "owes": rounds.owes(cohort_id)}
    piece = Piece("rounds/panel.html", {**context, **around})
    html = Markup(call.house.pages.piece(piece, call.language))
    return Panel(html, (lists.stream_id, *streams))


def of_cohort(call: Call, cohort: OpenCohort) -> Panel | None:
    """The rounds that are going on, for those who take part."""
    if not may_see_rounds(cohort.vantage.roles):
        return None
    context = {"runs": may_run_rounds(cohort.vantage.roles), "conflicts": None, "owed": None}
    return _panel(call, cohort.id, cohort.programme.time_zone, context)


def of_team(call: Call, team: OpenTeam) -> Panel | None:
    """The same on a team's page; its own people also find what they owe, and with whom they should not be paired."""
    if not may_see_rounds(team.vantage.roles):
        return None
    where = f"/teams/{team.id}/conflicts" if may_see_conflicts(team.vantage) else None
    mine = balance.owed_by(call.db, team.id, call.now) if Role.MEMBER in team.vantage.roles else None
    shown = [giving_fragments.owed(one.round, team.id, one.signed, one.of, call.now) for one in mine or ()]
    context = {"runs": False, "conflicts": where, "owed": None if mine is None else shown}
    streams = tuple(one.giving_stream_id for one in mine or ())
    return _panel(call, team.cohort_id, team.cohort.programme.time_zone, context, streams)


cohort_panels = (of_cohort,)
team_panels = (of_team,)
