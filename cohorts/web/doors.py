"""Doors: what a path names, loaded through what this reader may see. 404 for "not yours" and "not there" alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Annotated, Any, TypeVar

from cohorts import cohorts, initiatives, teams
from cohorts.audiences import Vantage, vantage_in_cohort, vantage_in_team
from cohorts.cohorts import CohortFacts
from cohorts.initiatives import InitiativeFacts
from cohorts.memberships import Held, Standing, speaking_as, standing_of
from cohorts.models import Team
from cohorts.policies import (
    may_edit_cohort,
    may_edit_initiative,
    visible_cohorts,
    visible_summaries,
    visible_teams,
)
from cohorts.teams import OrganisationFacts, TeamFacts
from server.calls import Call, Door
from server.refusals import NotAllowed, NotYours


@dataclass(frozen=True, slots=True)
class OpenCohort(CohortFacts):
    """A cohort and from where its reader sees it."""

    vantage: Vantage


@dataclass(frozen=True, slots=True)
class OpenTeam(TeamFacts):
    """A team and from where its reader sees it."""

    cohort: CohortFacts
    vantage: Vantage


@dataclass(frozen=True, slots=True)
class OpenInitiative(InitiativeFacts):
    """An initiative, from where its reader sees it, and with which membership they talk there (None: not at all)."""

    vantage: Vantage
    held: Held | None

    @property
    def organisation(self) -> OrganisationFacts:
        """The team's organisation."""
        return self.team.organisation


Opened = TypeVar("Opened", OpenCohort, OpenTeam, OpenInitiative)


def _all_of(facts: Any) -> dict[str, Any]:
    return {each.name: getattr(facts, each.name) for each in fields(facts)}


def standing(call: Call) -> Standing:
    """What the reader's memberships add up to: read once in a call. Raises SignInFirst."""
    person_id: int = call.signed_in.person_id
    return call.once("standing", lambda: standing_of(call.db, person_id))


def _cohort(call: Call, **named: int) -> OpenCohort:
    found = cohorts.read(call.db, visible_cohorts(standing(call)), **named)
    if not found:
        raise NotYours
    one = found[0]
    vantage = vantage_in_cohort(call.db, standing(call), one.id, one.programme.id, call.language.tag, one.naming)
    return OpenCohort(**_all_of(one), vantage=vantage)


def open_cohort(call: Call) -> OpenCohort:
    """The cohort the path names."""
    return _cohort(call, id=call.given["cohort"])


def open_cohort_of_stream(call: Call, stream_id: int) -> OpenCohort:
    """The cohort whose list of teams that stream carries: read once in a call."""
    return call.once(("cohort of", stream_id), lambda: _cohort(call, stream_id=stream_id))


def _team(call: Call, condition: Any) -> OpenTeam:
    found = teams.read(call.db, condition, visible_teams(standing(call)))
    if not found:
        raise NotYours
    one = found[0]
    cohort = cohorts.read(call.db, id=one.cohort_id)[0]
    where = one.id, one.cohort_id, one.programme_id
    vantage = vantage_in_team(call.db, standing(call), *where, call.language.tag, cohort.naming)
    return OpenTeam(**_all_of(one), cohort=cohort, vantage=vantage)


def open_team(call: Call) -> OpenTeam:
    """The team the path names."""
    return _team(call, Team.id == call.given["team"])


def _initiative(call: Call, **named: int) -> OpenInitiative:
    found = initiatives.read(call.db, visible_summaries(standing(call)), **named)
    if not found:
        raise NotYours
    one, mine = found[0], standing(call)
    team = one.team
    where = team.id, team.cohort_id, team.programme_id
    vantage = vantage_in_team(call.db, mine, *where, call.language.tag, one.naming)
    return OpenInitiative(**_all_of(one), vantage=vantage, held=speaking_as(mine, team))


def open_initiative(call: Call) -> OpenInitiative:
    """The initiative the path names. A sponsor comes in too, to the summary the team released and nothing else."""
    return _initiative(call, id=call.given["initiative"])


def open_initiative_of_stream(call: Call, stream_id: int) -> OpenInitiative:
    """The initiative that stream carries."""
    return _initiative(call, stream_id=stream_id)


CohortDoor = Annotated[OpenCohort, Door(open_cohort)]
TeamDoor = Annotated[OpenTeam, Door(open_team)]
InitiativeDoor = Annotated[OpenInitiative, Door(open_initiative)]


def edit_cohort(call: Call) -> OpenCohort:
    """The cohort, for those who run it. Raises NotAllowed for the others who see it."""
    return _editable(open_cohort(call), may_edit_cohort)


def edit_team(call: Call) -> OpenTeam:
    """The team, for those who run its cohort."""
    return _editable(open_team(call), may_edit_cohort)


def edit_initiative(call: Call) -> OpenInitiative:
    """The initiative, for its own team."""
    return _editable(open_initiative(call), may_edit_initiative)


def _editable(opened: Opened, may: Callable[[Vantage], bool]) -> Opened:
    if not may(opened.vantage):
        raise NotAllowed
    return opened


EditCohortDoor = Annotated[OpenCohort, Door(edit_cohort)]
EditTeamDoor = Annotated[OpenTeam, Door(edit_team)]
EditInitiativeDoor = Annotated[OpenInitiative, Door(edit_initiative)]
