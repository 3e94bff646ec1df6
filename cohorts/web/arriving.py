"""The live lists of who has arrived: their regions, and the stream of a cohort that carries them.

Its audience are those who run the cohort. They are not regions of the cohort's own stream: whoever sees the cohort
follows that one, and could count how often somebody is invited (docs/decisions/0004).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cohorts import arrivals, cohorts, teams
from cohorts.arrivals import Arrival, Counts, Stage
from cohorts.audiences import vantage_in_cohort
from cohorts.identity import ROLE_WORDS
from cohorts.models import Cohort, Team
from cohorts.policies import Vantage, may_edit_cohort, visible_cohorts
from cohorts.teams import TeamFacts
from cohorts.web.doors import standing
from server.calls import Call
from server.db import Db
from server.live.kinds import Kind, Placed, shared
from server.pages import Fragment
from server.refusals import NotYours

# Which rows each choice of the page shows.
SHOWN_AS: dict[Stage, str] = {stage: stage.value for stage in Stage} | {Stage.UNCERTAIN: "failed"}


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody in a list; `role_word` is a msgid, empty where all have the same role."""

    arrival: Arrival
    shown_as: str
    role_word: str


@dataclass(frozen=True, slots=True)
class Part:
    """The list of a team, or of a cohort's board: `invite` is the address of the form that asks more people in."""

    team_id: int | None
    name: str
    rows: tuple[Row, ...]
    counts: Counts
    invite: str
    zone: str


@dataclass(frozen=True, slots=True)
class Summary:
    """How far the whole cohort is."""

    cohort_id: int
    counts: Counts


def row(arrival: Arrival, *, with_role: bool = False) -> Row:
    """Somebody, and which choice of the page shows them."""
    return Row(arrival, SHOWN_AS[arrival.stage], ROLE_WORDS[arrival.role] if with_role else "")


def team_part(team: TeamFacts, found: Sequence[Arrival], zone: str) -> Fragment:
    """A team's list."""
    rows = tuple(row(one) for one in found)
    part = Part(team.id, team.name, rows, arrivals.count(found), f"/teams/{team.id}/invitations/new", zone)
    return Fragment("cohorts/_arrivals.html", part, f"arrivals-team-{team.id}")


def board_part(cohort_id: int, found: Sequence[Arrival], zone: str) -> Fragment:
    """The list of a cohort's advisers and sponsors."""
    rows = tuple(row(one, with_role=True) for one in found)
    part = Part(None, "", rows, arrivals.count(found), f"/cohorts/{cohort_id}/invitations/new", zone)
    return Fragment("cohorts/_arrivals.html", part, f"arrivals-board-{cohort_id}")


def summary(cohort_id: int, found: Sequence[Arrival]) -> Fragment:
    """How far the whole cohort is."""
    shown = Summary(cohort_id, arrivals.count(found))
    return Fragment("cohorts/_arrivals_counts.html", shown, f"arrivals-counts-{cohort_id}")


def _listen(call: Call, stream_id: int) -> Vantage:
    table = Cohort.__table__  # type: ignore[attr-defined]
    found = cohorts.read(call.db, table.c.arrivals_stream_id == stream_id, visible_cohorts(standing(call)))
    if not found:
        raise NotYours
    one = found[0]
    vantage = vantage_in_cohort(call.db, standing(call), one.id, one.programme.id, call.language.tag)
    if not may_edit_cohort(vantage):
        raise NotYours
    return vantage


def _show(db: Db, vantage: Vantage, stream_id: int, regions: Sequence[str]) -> list[Placed]:
    cohort = cohorts.read(db, Cohort.arrivals_stream_id == stream_id)[0]  # type: ignore[arg-type]
    zone, into = cohort.programme.time_zone, f"arrivals-{cohort.id}"
    found = shared(db, ("arrivals", cohort.id), lambda: arrivals.in_cohort(db, cohort.id))
    wanted = [int(name.rpartition("-")[2]) for name in regions if name.startswith("arrivals-team-")]
    placed = []
    for team in teams.read(db, Team.id.in_(wanted)) if wanted else []:  # type: ignore[union-attr]
        part = team_part(team, [one for one in found if one.team_id == team.id], zone)
        placed.append(Placed(part.dom_id, part, into=into))
    if f"arrivals-board-{cohort.id}" in regions:
        part = board_part(cohort.id, [one for one in found if one.team_id is None], zone)
        placed.append(Placed(part.dom_id, part, into=into))
    if f"arrivals-counts-{cohort.id}" in regions:
        counts = summary(cohort.id, found)
        placed.append(Placed(counts.dom_id, counts))
    return placed


kinds = [Kind("arrivals", _listen, _show)]
