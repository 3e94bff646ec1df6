"""Doors to rounds: the way to a round goes through its cohort, and the scope of its reader's roles there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from sqlalchemy import ColumnElement, select

from cohorts.models import Cohort
from cohorts.web.doors import OpenCohort, OpenTeam, open_cohort_of_stream, open_team
from cohorts.web.lists import ListDoors
from feedback.rounds import rounds
from feedback.rounds.pairs import PAIR
from feedback.rounds.phases import Phase, phase
from feedback.rounds.policies import (
    may_cancel_round,
    may_declare_conflict,
    may_edit_round,
    may_move_round,
    may_pair_teams,
    may_remind,
    may_run_rounds,
    may_see_conflicts,
    may_see_rounds,
    visible_rounds,
)
from feedback.rounds.rounds import LISTS, ROUND, RoundFacts
from server.calls import Call, Door
from server.refusals import NotAllowed, NotYours

_COHORT: Any = Cohort.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class OpenRound:
    """A round this reader may know of, its cohort, and its phase at the time of the call."""

    now: RoundFacts
    cohort: OpenCohort
    phase: Phase

    @property
    def id(self) -> int:
        """The round's id."""
        return self.now.id

    @property
    def roles(self) -> frozenset[str]:
        """The reader's roles in its cohort."""
        return self.cohort.vantage.roles

    @property
    def runs(self) -> bool:
        """Whether the reader runs it."""
        return may_run_rounds(self.roles)


def round_where(call: Call, condition: ColumnElement[bool]) -> OpenRound:
    """The round that meets the condition, if this reader may know of it."""
    assert call.signed_in
    way = select(_COHORT.c.stream_id).join_from(ROUND, _COHORT, _COHORT.c.id == ROUND.c.cohort_id)
    around = call.db.execute(way.where(condition)).scalar()
    if around is None:
        raise NotYours
    cohort = open_cohort_of_stream(call, around)
    found = rounds.read(call.db, condition, visible_rounds(cohort.vantage.roles))
    if not found:
        raise NotYours
    return OpenRound(found[0], cohort, phase(found[0], call.now))


def open_round(call: Call) -> OpenRound:
    """The round the path names."""
    return round_where(call, ROUND.c.id == call.given["round"])


def _for(may: Callable[[frozenset[str], Phase], bool]) -> Callable[[Call], OpenRound]:
    """The round the path names, as long as those who run it may do that. Others who know of it may not."""

    def opened(call: Call) -> OpenRound:
        found = open_round(call)
        if not may(found.roles, found.phase):
            raise NotAllowed
        return found

    return opened


@dataclass(frozen=True, slots=True)
class OpenPair:
    """A pair of a round that can still be arranged anew."""

    id: int
    round: OpenRound


def open_pair(call: Call) -> OpenPair:
    """The pair the path names. Nobody else learns that there is one."""
    round_id = call.db.execute(select(PAIR.c.round_id).where(PAIR.c.id == call.given["pair"])).scalar()
    if round_id is None or call.viewer is None:
        assert call.signed_in
        raise NotYours
    found = round_where(call, ROUND.c.id == round_id)
    if not found.runs:
        raise NotYours
    if not may_pair_teams(found.roles, found.phase):
        raise NotAllowed
    return OpenPair(call.given["pair"], found)


def open_conflicts(call: Call) -> OpenTeam:
    """The team the path names, for those who may see with whom it should not be paired: others are told of nothing."""
    team = open_team(call)
    if not may_see_conflicts(team.vantage):
        raise NotYours
    return team


def declare_conflicts(call: Call) -> OpenTeam:
    """The same, for its own people."""
    team = open_conflicts(call)
    if not may_declare_conflict(team.vantage):
        raise NotAllowed
    return team


LIST_DOORS = ListDoors(LISTS, may_see_rounds, may_run_rounds)
ListDoor = Annotated[OpenCohort, Door(LIST_DOORS.open)]
PlanDoor = Annotated[OpenCohort, Door(LIST_DOORS.plan)]
RoundDoor = Annotated[OpenRound, Door(open_round)]
RunDoor = Annotated[OpenRound, Door(_for(lambda roles, reached: may_run_rounds(roles)))]
open_to_edit = _for(may_edit_round)
EditDoor = Annotated[OpenRound, Door(open_to_edit)]
MoveDoor = Annotated[OpenRound, Door(_for(may_move_round))]
CancelDoor = Annotated[OpenRound, Door(_for(may_cancel_round))]
PairsDoor = Annotated[OpenRound, Door(_for(may_pair_teams))]
RemindDoor = Annotated[OpenRound, Door(_for(may_remind))]
PairDoor = Annotated[OpenPair, Door(open_pair)]
ConflictsDoor = Annotated[OpenTeam, Door(open_conflicts)]
DeclareDoor = Annotated[OpenTeam, Door(declare_conflicts)]
