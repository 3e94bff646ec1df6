"""Doors to programmes, roles and the audit log: for those who build and run the places where teams meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from cohorts import programmes, roles
from cohorts.memberships import Standing
from cohorts.models import Programme, Role
from cohorts.policies import may_run_installation, may_run_programme, run_programmes, visible_programmes
from cohorts.programmes import ProgrammeShown
from cohorts.roles import RoleFacts
from cohorts.web.doors import standing
from server.calls import Call, Door
from server.refusals import NotAllowed, NotYours


@dataclass(frozen=True, slots=True)
class OpenProgramme:
    """A programme, whether its reader runs it, and whether they decide about what is said there."""

    facts: ProgrammeShown
    may_run: bool
    # Its facilitators alone: who runs the installation does not read what is said.
    moderates: bool

    @property
    def id(self) -> int:
        return self.facts.id

    @property
    def name(self) -> str:
        return self.facts.name


def open_programme(call: Call) -> OpenProgramme:
    """The programme the path names."""
    table: Any = Programme.__table__  # type: ignore[attr-defined]
    mine = standing(call)
    found = programmes.read(call.db, table.c.id == call.given["programme"], visible_programmes(mine))
    if not found:
        raise NotYours
    return OpenProgramme(found[0], may_run_programme(mine, found[0].id), found[0].id in run_programmes(mine))


def run_programme(call: Call) -> OpenProgramme:
    """The programme, for those who run it. Raises NotAllowed for the others who see it."""
    found = open_programme(call)
    if not found.may_run:
        raise NotAllowed
    return found


def run_installation(call: Call) -> Standing:
    """For owners. Nobody else has to know what is there."""
    mine = standing(call)
    if not may_run_installation(mine):
        raise NotYours
    return mine


def read_audit(call: Call) -> frozenset[int] | None:
    """The programmes whose audit log this reader may read; None: all of it."""
    mine = standing(call)
    if may_run_installation(mine):
        return None
    if not run_programmes(mine):
        raise NotYours
    return run_programmes(mine)


def open_role(call: Call) -> RoleFacts:
    """The role the path names, for those who may take it away; where it is seen but not theirs to take: NotAllowed."""
    found = roles.one(call.db, call.given["membership"])
    mine = standing(call)
    if found is None or (found.role == Role.OWNER and not may_run_installation(mine)):
        raise NotYours
    if may_run_programme(mine, found.programme_id):
        return found
    # Whoever sees the cohort sees the people in its teams, and is told that this is not theirs to do.
    raise NotAllowed if _sees(mine, found) else NotYours


def _sees(mine: Standing, role: RoleFacts) -> bool:
    if role.team_id is None or role.cohort_id is None or role.programme_id is None:
        return False
    return bool(mine.roles_in_cohort(role.cohort_id, role.programme_id))


def open_member(call: Call) -> RoleFacts:
    """A membership in a team, for those who may move it."""
    found = open_role(call)
    if found.team_id is None:
        raise NotYours
    return found


ProgrammeDoor = Annotated[OpenProgramme, Door(open_programme)]
RunProgrammeDoor = Annotated[OpenProgramme, Door(run_programme)]
OwnerDoor = Annotated[Standing, Door(run_installation)]
AuditDoor = Annotated[frozenset[int] | None, Door(read_audit)]
RoleDoor = Annotated[RoleFacts, Door(open_role)]
MemberDoor = Annotated[RoleFacts, Door(open_member)]
