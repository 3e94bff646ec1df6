"""Who may see and do what, on one screen (the table is in docs/architecture.md). Seeing is SQL, doing is a predicate.

Somebody with two roles in one place sees what either role sees. A role that is not named in a rule has no part in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, false, or_, select, true

from cohorts.models import Attribution, AudienceKind, Cohort, Initiative, Programme, Role, Team

PEER = "peer"
READERS = frozenset({Role.FACILITATOR, Role.MEMBER, PEER, Role.ADVISER})
"""The roles that read an initiative and talk about it: all but those who only want results or run the machine."""

# Which roles belong to an audience of that kind.
BELONGS: dict[str, frozenset[str]] = {
    AudienceKind.TEAM: frozenset({Role.FACILITATOR, Role.MEMBER}),
    AudienceKind.TEAM_AND_BOARD: frozenset({Role.FACILITATOR, Role.MEMBER, Role.ADVISER}),
    AudienceKind.COHORT: READERS,
    AudienceKind.FACILITATORS: frozenset({Role.FACILITATOR}),
}


@dataclass(frozen=True, slots=True)
class Held:
    """A membership somebody has now. A role covers what its narrowest id names, and the owner's everything."""

    id: int
    role: str
    programme_id: int | None
    cohort_id: int | None
    team_id: int | None


@dataclass(frozen=True, slots=True)
class Standing:
    """All memberships of one person that have not ended."""

    person_id: int
    held: tuple[Held, ...]

    def roles_in_cohort(self, cohort_id: int, programme_id: int) -> frozenset[str]:
        """The roles in a cohort as a whole, where a member of any of its teams is a peer.

        A sponsor of one cohort sees the results of every cohort of the programme, so the role reaches that far.
        """
        roles = set()
        for one in self.held:
            if one.role == Role.OWNER or (
                one.role in (Role.FACILITATOR, Role.SPONSOR) and one.programme_id == programme_id
            ):
                roles.add(one.role)
            elif one.cohort_id == cohort_id and one.role in (Role.ADVISER, Role.MEMBER):
                roles.add(PEER if one.role == Role.MEMBER else one.role)
        return frozenset(roles)

    def roles_in_team(self, team_id: int, cohort_id: int, programme_id: int) -> frozenset[str]:
        """The roles towards one team: its own people are members, those of its neighbours peers."""
        roles = set(self.roles_in_cohort(cohort_id, programme_id)) - {PEER}
        for one in self.held:
            if one.role == Role.MEMBER and one.cohort_id == cohort_id:
                roles.add(Role.MEMBER if one.team_id == team_id else PEER)
        return frozenset(roles)


@dataclass(frozen=True, slots=True)
class Vantage:
    """From where a team or a cohort is seen: its audiences that the reader belongs to and the reader's roles there.
    Shared by many readers, never a person. `attribution`: the cohort's; `facilitators_see_authors`: the programme's."""

    audiences: frozenset[int]
    roles: frozenset[str]
    language: str
    attribution: str = Attribution.NAMED
    facilitators_see_authors: bool = False

    @property
    def unmasks(self) -> bool:
        """Whether its readers see whose words are whose, whatever others are told."""
        return self.facilitators_see_authors and Role.FACILITATOR in self.roles


_PROGRAMME_WIDE = frozenset({Role.FACILITATOR, Role.SPONSOR})
_COHORT_WIDE = frozenset({Role.MEMBER, Role.ADVISER})
_ANY = frozenset(Role)
_READING = frozenset({Role.FACILITATOR, Role.MEMBER, Role.ADVISER})


class Reach(NamedTuple):
    """How far somebody's roles go: programmes as a whole, single cohorts, or every one of them."""

    everywhere: bool
    programmes: frozenset[int]
    cohorts: frozenset[int]


def _reach(standing: Standing, roles: frozenset[Role]) -> Reach:
    held = [one for one in standing.held if one.role in roles]
    return Reach(
        any(one.role == Role.OWNER for one in held),
        frozenset(one.programme_id for one in held if one.programme_id and one.role in _PROGRAMME_WIDE),
        frozenset(one.cohort_id for one in held if one.cohort_id and one.role in _COHORT_WIDE),
    )


# Conditions cost more to put together than to run. Kept by what they say, so one serves all whose roles go equally far,
# and nothing has to be forgotten when a membership changes: it is read each time, and then another condition holds.
KEPT = 512


@lru_cache(maxsize=KEPT)
def _cohorts_in(reach: Reach) -> ColumnElement[bool]:
    table: Any = Cohort.__table__  # type: ignore[attr-defined]
    if reach.everywhere:
        return true()
    found = [false()]
    if reach.programmes:
        found.append(table.c.programme_id.in_(sorted(reach.programmes)))
    if reach.cohorts:
        found.append(table.c.id.in_(sorted(reach.cohorts)))
    return or_(*found)


@lru_cache(maxsize=KEPT)
def _teams_in(reach: Reach) -> ColumnElement[bool]:
    team: Any = Team.__table__  # type: ignore[attr-defined]
    return team.c.cohort_id.in_(select(Cohort.id).where(_cohorts_in(reach)))  # type: ignore[call-overload]


@lru_cache(maxsize=KEPT)
def _initiatives_in(reach: Reach) -> ColumnElement[bool]:
    initiative, team = Initiative.__table__, Team.__table__  # type: ignore[attr-defined]
    teams = select(team.c.id).join(Cohort, Cohort.id == team.c.cohort_id).where(_cohorts_in(reach))
    return initiative.c.team_id.in_(teams)


def visible_programmes(standing: Standing) -> ColumnElement[bool]:
    """The condition on Programme: its name, edition, host and purpose. Any role in a part of it is enough."""
    table: Any = Programme.__table__  # type: ignore[attr-defined]
    if may_run_installation(standing):
        return true()
    return table.c.id.in_(sorted({one.programme_id for one in standing.held if one.programme_id is not None}))


def visible_cohorts(standing: Standing) -> ColumnElement[bool]:
    """The condition on Cohort: a cohort, its programme and its list of teams."""
    return _cohorts_in(_reach(standing, _ANY))


def visible_teams(standing: Standing) -> ColumnElement[bool]:
    """The condition on Team: a team and the names of its people."""
    return _teams_in(_reach(standing, _ANY))


def visible_initiatives(standing: Standing) -> ColumnElement[bool]:
    """The condition on Initiative: its four chapters. The owner runs the machine and reads none of them."""
    return _initiatives_in(_reach(standing, _READING))


def visible_summaries(standing: Standing) -> ColumnElement[bool]:
    """The condition on Initiative: at least the summary its team released."""
    return _initiatives_in(_reach(standing, _READING | {Role.SPONSOR}))


def may_run_installation(standing: Standing) -> bool:
    """Make programmes, make owners, read the whole audit log."""
    return any(one.role == Role.OWNER for one in standing.held)


def may_run_programme(standing: Standing, programme_id: int | None) -> bool:
    """Describe it, add cohorts to it, and give and take roles in it. None: what no programme covers, such as owners."""
    mine = any(one.role == Role.FACILITATOR and one.programme_id == programme_id for one in standing.held)
    return may_run_installation(standing) or (mine and programme_id is not None)


def may_invite(standing: Standing, role: str, programme_id: int | None) -> bool:
    """Owners invite anybody, and nobody else invites owners; facilitators everybody else to their programme."""
    return may_run_programme(standing, None if role == Role.OWNER else programme_id)


def run_programmes(standing: Standing) -> frozenset[int]:
    """The programmes somebody facilitates."""
    return frozenset(
        one.programme_id for one in standing.held if one.role == Role.FACILITATOR and one.programme_id is not None
    )


def may_see_presence(vantage: Vantage) -> bool:
    """Sponsors and owners would watch; those who work here meet."""
    return bool(vantage.roles & READERS)


def may_see_profiles(vantage: Vantage) -> bool:
    """More than names of people: their organisation, country and role. Not for those who are sponsors alone."""
    return bool(vantage.roles - {Role.SPONSOR})


def may_read_initiative(vantage: Vantage) -> bool:
    """All four chapters; a sponsor alone gets the released summary."""
    return bool(vantage.roles & READERS)


def may_edit_initiative(vantage: Vantage) -> bool:
    """The team's own people."""
    return Role.MEMBER in vantage.roles


def may_edit_cohort(vantage: Vantage) -> bool:
    """Also its teams and who belongs to them."""
    return bool(vantage.roles & {Role.FACILITATOR, Role.OWNER})


def may_talk(vantage: Vantage) -> bool:
    """Take part in a discussion about a team's work."""
    return bool(vantage.roles & READERS)


def may_moderate(vantage: Vantage) -> bool:
    """Settle what others said."""
    return Role.FACILITATOR in vantage.roles
