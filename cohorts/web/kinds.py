"""The streams of this package: a cohort's list of teams, and an initiative.

The list has everybody who sees the cohort for its audience, sponsors and owners too; so its regions show names and
nothing of the work. A page that follows it shows how many are here, because presence goes to all of its listeners.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cohorts import cohorts, initiatives, teams
from cohorts.initiatives import InitiativeFacts
from cohorts.memberships import members_of
from cohorts.models import Team
from cohorts.policies import Vantage, may_read_initiative, may_see_presence
from cohorts.web import fragments
from cohorts.web.doors import open_cohort_of_stream, open_initiative_of_stream
from server.calls import Call
from server.db import Db
from server.live.kinds import Kind, Placed
from server.live.presence import Presence
from server.pages import Fragment
from server.refusals import NotYours


@dataclass(frozen=True, slots=True)
class Watching:
    """A vantage on a cohort, and where this house keeps who is here: one object, shared by all who watch."""

    vantage: Vantage
    presence: Presence

    @property
    def language(self) -> str:
        """The tag of the language it is read in."""
        return self.vantage.language


# What packages above mark in the chapters of an initiative: called with (db, vantage, facts), gives HTML by chapter.
# server/app.py fills it, once: regions are shown to many vantages at a time, outside of any call.
marking: list[Callable[[Db, Vantage, InitiativeFacts], Mapping[str, str]]] = []


def place(cohort_id: int) -> str:
    """The name of a cohort as a place where people are present."""
    return f"cohort-{cohort_id}"


def _listen_to_cohort(call: Call, stream_id: int) -> Watching:
    cohort = open_cohort_of_stream(call, stream_id)
    return Watching(cohort.vantage, call.house.hub.presence)


def _present_in_cohort(call: Call, stream_id: int) -> str | None:
    cohort = open_cohort_of_stream(call, stream_id)
    return place(cohort.id) if may_see_presence(cohort.vantage) else None


def _show_cohort(db: Db, watching: Watching, stream_id: int, regions: Sequence[str]) -> list[Placed]:
    cohort = cohorts.read(db, stream_id=stream_id)[0]
    wanted = {name.rpartition("-")[2] for name in regions if name.startswith(("team-", "members-"))}
    found = teams.read(db, Team.id.in_(int(id_) for id_ in wanted)) if wanted else []  # type: ignore[union-attr]
    by_id = {team.id: team for team in found}
    shown = (_show_region(db, watching, cohort, by_id, name) for name in regions)
    return [one for one in shown if one is not None]


def _show_region(
    db: Db, watching: Watching, cohort: cohorts.CohortFacts, by_id: dict[int, teams.TeamFacts], name: str
) -> Placed | None:
    kind, _, number = name.rpartition("-")
    if kind == "cohort-head":
        return Placed(name, fragments.cohort_head(cohort, watching.vantage))
    if kind == "named":
        # A team's own page shows its name in many places.
        return Placed(name, None, poke=True)
    if kind == "day":
        # It begins with the reader's own place.
        return Placed(name, None, poke=True)
    if kind == "presence-cohort":
        if not may_see_presence(watching.vantage):
            return None
        return Placed(name, fragments.presence(cohort.id, len(watching.presence.people_at(place(cohort.id)))))
    team = by_id.get(int(number))
    if team is None:
        return Placed(name, None)
    if kind == "team":
        # A team's own page follows the cohort as well, and has no such list.
        return Placed(name, fragments.team_row(team), into=f"teams-{cohort.id}", elsewhere=True)
    # Only the team's own page lists its people.
    return Placed(name, fragments.members(team, members_of(db, team.id), watching.vantage), elsewhere=True)


def _listen_to_initiative(call: Call, stream_id: int) -> Vantage:
    vantage = open_initiative_of_stream(call, stream_id).vantage
    if not may_read_initiative(vantage):
        # Every edit moves this stream: a sponsor, who reads the summary alone, could count the others.
        raise NotYours
    return vantage


def _show_initiative(db: Db, vantage: Vantage, stream_id: int, regions: Sequence[str]) -> list[Placed]:
    row = initiatives.read(db, stream_id=stream_id)[0]
    shown = (marked(db, vantage, row), fragments.whereabouts(row))
    return [Placed(one.dom_id, one) for one in shown if one.dom_id in regions]


def marked(db: Db, vantage: Vantage, row: InitiativeFacts) -> Fragment:
    """An initiative with everything that is marked in it for those who look from here."""
    chapters: dict[str, str] = {}
    for mark in marking:
        chapters |= mark(db, vantage, row)
    return fragments.initiative(row, vantage, chapters)


kinds = [
    Kind("cohort", _listen_to_cohort, _show_cohort, _present_in_cohort),
    Kind("initiative", _listen_to_initiative, _show_initiative),
]
