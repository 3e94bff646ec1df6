"""What rounds add to a team's board of what it was asked: the points it was given, once they are revealed."""

from __future__ import annotations

from markupsafe import Markup

from cohorts.models import Role
from cohorts.web.doors import OpenTeam
from cohorts.web.panels import Panel
from feedback.rounds import items
from feedback.rounds.models import AnswerKind
from server.calls import Call
from server.languages import N_
from server.live.log import positions
from server.markdown import first_words
from server.pages import Piece

# What was done with a point, those first with which nothing was.
GROUPS = (
    ("", N_("Not answered yet")),
    (AnswerKind.TAKEN_ON, N_("Taken on")),
    (AnswerKind.ANSWERED, N_("Answered")),
    (AnswerKind.THANKED, N_("Thanked")),
)


def of_board(call: Call, team: OpenTeam) -> Panel | None:
    """For the team and the facilitators: others read what a team received where its round says so."""
    roles = team.vantage.roles & {Role.MEMBER, Role.FACILITATOR}
    if not roles:
        return None
    found = items.items_of_team(call.db, team.id, call.now, roles)
    groups = [(words, [(one, first_words(one.html)) for one in found if one.done == done]) for done, words in GROUPS]
    context = {"groups": [(words, rows) for words, rows in groups if rows], "zone": team.cohort.programme.time_zone}
    html = Markup(call.house.pages.piece(Piece("rounds/asked.html", context), call.language))
    return Panel(html, positions(call.db, items.received_streams(call.db, team.id)))
