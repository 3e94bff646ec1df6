"""The page on which a team says with whom it should not be paired, and a facilitator reads why."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from cohorts.models import Role
from feedback.rounds import conflicts
from feedback.rounds.policies import may_declare_conflict
from feedback.rounds.web.doors import ConflictsDoor, DeclareDoor
from feedback.rounds.web.forms import ConflictForm
from people.web.forms import errors_of, typed_in
from server.calls import Call, Reply
from server.languages import N_
from server.pages import Page
from server.refusals import Message, Rejected
from server.routes import page, verb


def conflicts_page(call: Call, team: ConflictsDoor) -> Page:
    """What the team declared."""
    may = may_declare_conflict(team.vantage)
    declared = conflicts.of_team(call.db, team.id)
    named = {one.other_id for one in declared}
    others = conflicts.others_of(call.db, team.id, team.cohort_id) if may else []
    context = {
        "team": team,
        "declared": declared,
        "may_declare": may,
        "reads_why": Role.FACILITATOR in team.vantage.roles,
        "others": [
            ("", call.text(N_("Choose a team"))),
            *((str(id_), name) for id_, name in others if id_ not in named),
        ],
        "values": typed_in(call, other="", why=""),
        "errors": errors_of(call),
    }
    return Page("rounds/conflicts.html", context)


show = page("/teams/{team:int}/conflicts", name="conflicts.show")(conflicts_page)


@verb("/teams/{team:int}/conflicts", again=conflicts_page)
def declare(call: Call, team: DeclareDoor, form: ConflictForm) -> Reply:
    """Say with which other team one's own should not be paired."""
    if form.other not in dict(conflicts.others_of(call.db, team.id, team.cohort_id)):
        raise Rejected({"other": Message(N_("Choose the team."))})
    by_id = call.signed_in.person_id
    conflicts.declare(call.db, team.id, form.other, why=form.why, by_id=by_id, now=call.now)
    return Reply(f"/teams/{team.id}/conflicts?done=conflict-declared")


@verb("/teams/{team:int}/conflicts/{other:int}/removal")
def remove(call: Call, team: DeclareDoor) -> Reply:
    """Say that they may be paired after all."""
    conflicts.take_back(call.db, team.id, call.given["other"])
    return Reply(f"/teams/{team.id}/conflicts?done=conflict-removed")


routes: list[HTTPRouteHandler] = [show, declare, remove]
notices = {
    "conflict-declared": N_("Your team will not be paired with that one, unless a facilitator decides otherwise."),
    "conflict-removed": N_("Your team can be paired with that one again."),
}
