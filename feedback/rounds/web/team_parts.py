"""What the page of a round shows each team of its own: the ways to what it gives, what it received, and the example."""

from __future__ import annotations

from markupsafe import Markup
from sqlalchemy import select

from cohorts.models import Role
from cohorts.web.doors import standing
from cohorts.web.panels import Panel
from feedback.rounds.phases import is_known
from feedback.rounds.rounds import ROUND_TEAM
from feedback.rounds.web.doors import OpenRound
from feedback.rounds.web.team_doors import team_in_round
from server.calls import Call
from server.pages import Piece


def of_round(call: Call, opened: OpenRound) -> Panel | None:
    """For those who are in a team of the round."""
    held = [one for one in standing(call).held if one.role == Role.MEMBER and one.cohort_id == opened.cohort.id]
    if not held or not is_known(opened.phase, opened.now.released_at):
        return None
    mine = ROUND_TEAM.c.team_id.in_([one.team_id for one in held])
    ids = call.db.execute(select(ROUND_TEAM.c.team_id).where(ROUND_TEAM.c.round_id == opened.id, mine)).scalars()
    html = Markup()
    for team_id in ids.all():
        context = {"at": team_in_round(call, opened.id, team_id), "has_example": bool(opened.now.example)}
        html += Markup(call.house.pages.piece(Piece("rounds/team_part.html", context), call.language))
    return Panel(html) if html else None
