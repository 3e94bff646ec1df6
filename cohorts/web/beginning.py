"""What comes next on the way from an empty installation to teams that have arrived."""

from __future__ import annotations

from dataclasses import dataclass

from cohorts import cohorts, programmes
from cohorts.memberships import Standing
from cohorts.policies import may_run_installation, run_programmes, visible_programmes
from server.calls import Call
from server.languages import N_


@dataclass(frozen=True, slots=True)
class Step:
    """One step: title and words are msgids; `url` None: it is not its turn. `state`: done, next or later."""

    title: str
    words: str
    state: str
    url: str | None = None
    action: str = ""


def steps(call: Call, mine: Standing) -> list[Step]:
    """The steps in order, the next one with its link; none for those who build nothing, or where all is there."""
    if not (may_run_installation(mine) or run_programmes(mine)):
        return []
    seen = visible_programmes(mine)
    there = programmes.arrived(call.db, seen)
    if not there.empty:
        return []
    programme = next(iter(programmes.read(call.db, seen)), None)
    first = cohorts.read(call.db, programme_id=programme.id) if programme else []
    at = f"/programmes/{programme.id}" if programme else ""
    into = f"/cohorts/{first[0].id}" if first else ""
    return _in_order([bool(there.programmes), bool(there.cohorts), bool(there.teams), bool(there.people)], at, into)


def _in_order(done: list[bool], programme: str, cohort: str) -> list[Step]:
    wanted = [
        (
            N_("Make the programme"),
            N_("Its name, its host and its time zone."),
            "/programmes/new",
            N_("Make the programme"),
        ),
        (
            N_("Make the first cohort"),
            N_("A group of teams that learn together."),
            f"{programme}/cohorts/new",
            N_("Make a cohort"),
        ),
        (
            N_("Add the teams"),
            N_("One by one here, or all at once from a list that you import."),
            f"{cohort}/teams/new",
            N_("Add a team"),
        ),
        (
            N_("Invite the people"),
            N_("Everybody gets a mail with a link. You see who has arrived."),
            f"{cohort}/arrivals",
            N_("Invite people"),
        ),
    ]
    at = done.index(False)
    return [
        Step(title, words, _state(number, at, done), url if number == at else None, action if number == at else "")
        for number, (title, words, url, action) in enumerate(wanted)
    ]


def _state(number: int, at: int, done: list[bool]) -> str:
    return "next" if number == at else "done" if done[number] else "later"
