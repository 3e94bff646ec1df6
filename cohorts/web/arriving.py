"""The live lists of who has arrived: their regions, and the stream of a cohort that carries them.

Its audience are those who run the cohort. They are not regions of the cohort's own stream: whoever sees the cohort
follows that one, and could count how often somebody is invited (docs/decisions/0004).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cohorts import arrivals, cohorts, teams
from cohorts.arrival_windows import Window
from cohorts.arrivals import Arrival, Counts, Stage
from cohorts.audiences import vantage_in_cohort
from cohorts.identity import ROLE_WORDS
from cohorts.models import Team
from cohorts.policies import Vantage, may_edit_cohort, visible_cohorts
from cohorts.teams import TeamFacts
from cohorts.web.doors import OpenCohort, standing
from server.calls import Call
from server.db import Db
from server.live.kinds import Kind, Placed
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


def parts_of(call: Call, cohort: OpenCohort, found: Sequence[Arrival], shown: Window, chosen: str) -> list[Fragment]:
    """The lists of the board and of the teams, as far as that window holds them. Who has nobody at all is in it too,
    unless only those `chosen` are looked for."""
    by_team, here = grouped(found), grouped(shown.shown)
    there = teams.read(call.db, Team.cohort_id == cohort.id)  # type: ignore[arg-type]
    parts = []
    for team in (None, *there):
        id_ = team.id if team else None
        bare = not chosen and id_ not in by_team and shown.holds((id_ or 0, 0, 0))
        if id_ in here or bare:
            parts.append(part(cohort, team, here.get(id_, ()), arrivals.count(by_team.get(id_, ()))))
    return parts


def grouped(found: Iterable[Arrival]) -> dict[int | None, list[Arrival]]:
    """Those found by their team; None: the board."""
    by_team: dict[int | None, list[Arrival]] = {}
    for one in found:
        by_team.setdefault(one.team_id, []).append(one)
    return by_team


def part(cohort: OpenCohort, team: TeamFacts | None, shown: Sequence[Arrival], counts: Counts) -> Fragment:
    """A team's list, or that of a cohort's advisers and sponsors; `counts` are of all of it."""
    rows, zone = tuple(row(one, with_role=team is None) for one in shown), cohort.programme.time_zone
    if team is None:
        listed = Part(None, "", rows, counts, f"/cohorts/{cohort.id}/invitations/new", zone)
        return Fragment("cohorts/_arrivals.html", listed, f"arrivals-board-{cohort.id}")
    listed = Part(team.id, team.name, rows, counts, f"/teams/{team.id}/invitations/new", zone)
    return Fragment("cohorts/_arrivals.html", listed, f"arrivals-team-{team.id}")


def summary(cohort_id: int, found: Sequence[Arrival]) -> Fragment:
    """How far the whole cohort is."""
    shown = Summary(cohort_id, arrivals.count(found))
    return Fragment("cohorts/_arrivals_counts.html", shown, f"arrivals-counts-{cohort_id}")


def _listen(call: Call, stream_id: int) -> Vantage:
    found = cohorts.read(call.db, visible_cohorts(standing(call)), arrivals_stream_id=stream_id)
    if not found:
        raise NotYours
    one = found[0]
    vantage = vantage_in_cohort(call.db, standing(call), one.id, one.programme.id, call.language.tag)
    if not may_edit_cohort(vantage):
        raise NotYours
    return vantage


def _show(db: Db, vantage: Vantage, stream_id: int, regions: Sequence[str]) -> list[Placed]:
    """How far it is, and that the list is another: each page fetches the window of it that it shows."""
    cohort = cohorts.read(db, arrivals_stream_id=stream_id)[0]
    listed = Placed(f"arrivals-{cohort.id}", None, poke=True)
    if f"arrivals-counts-{cohort.id}" not in regions:
        return [listed]
    counts = summary(cohort.id, arrivals.in_cohort(db, cohort.id))
    return [Placed(counts.dom_id, counts), listed]


kinds = [Kind("arrivals", _listen, _show)]
