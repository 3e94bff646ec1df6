"""What the people of a team are told of a round at their bell. A notice names nobody: who did it is read on the page,
as its reader may see it there, and how often mail comes of it is everybody's own setting (feedback/follows.py)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import delete, select, update

from cohorts.models import Audience, AudienceKind, Membership, Removal, Role
from feedback import notices
from feedback.notices import NOTICE
from feedback.rounds.models import AnswerKind, RoundTeam
from server.db import Db
from server.languages import N_

_AUDIENCE: Any = Audience.__table__  # type: ignore[attr-defined]
_ROUND_TEAM: Any = RoundTeam.__table__  # type: ignore[attr-defined]
_HELD: Any = Membership.__table__  # type: ignore[attr-defined]
_GONE: Any = Removal.__table__  # type: ignore[attr-defined]

RELEASED, OPENED, DUE, CALLED_OFF = "round released", "round opened", "round due", "round called off"
REVEALED, HELPED, DOCUMENT_DUE = "round revealed", "feedback helped", "document due"
# What the team that gave is told of a point, by what the other team did with it.
DONE: dict[str, str] = {
    AnswerKind.ANSWERED: "point answered",
    AnswerKind.THANKED: "point thanked",
    AnswerKind.TAKEN_ON: "point taken on",
}
KINDS = {
    RELEASED: N_("A feedback round was released: see to whom your team gives feedback"),
    OPENED: N_("A feedback round is open: your team can write now"),
    DUE: N_("Your team has not signed its feedback yet"),
    DOCUMENT_DUE: N_("Your team has not handed in its document yet"),
    CALLED_OFF: N_("A feedback round was called off"),
    REVEALED: N_("There is feedback for your team to read"),
    HELPED: N_("A team says what your feedback helped with"),
    DONE[AnswerKind.ANSWERED]: N_("A team answered a point of your feedback"),
    DONE[AnswerKind.THANKED]: N_("A team thanked yours for a point of its feedback"),
    DONE[AnswerKind.TAKEN_ON]: N_("A team took on a point of your feedback"),
}
notices.KINDS.update(KINDS)


class Titled(Protocol):
    """A round, as far as a notice tells of it."""

    @property
    def id(self) -> int: ...
    @property
    def cohort_id(self) -> int: ...
    @property
    def title(self) -> str: ...


def members_of(db: Db, team_ids: Collection[int]) -> set[int]:
    """The people who are in one of those teams now."""
    held = select(_HELD.c.person_id).select_from(_HELD.outerjoin(_GONE, _GONE.c.membership_id == _HELD.c.id))
    here = _HELD.c.team_id.in_(list(team_ids)) & (_HELD.c.role == Role.MEMBER)
    return set(db.execute(held.where(here, _GONE.c.membership_id.is_(None))).scalars())


def _audience(db: Db, kind: AudienceKind, cohort_id: int, team_id: int | None) -> int:
    here = (_AUDIENCE.c.cohort_id == cohort_id) & (_AUDIENCE.c.kind == kind)
    mine = here & _AUDIENCE.c.team_id.is_not_distinct_from(team_id)
    return int(db.execute(select(_AUDIENCE.c.id).where(mine)).scalar_one())


def tell_all(db: Db, facts: Titled, kind: str, *, by_id: int, now: datetime) -> None:
    """Tell the people of every team that takes part, but not whoever did it."""
    taking = (_ROUND_TEAM.c.round_id == facts.id) & _ROUND_TEAM.c.excused_at.is_(None)
    people = members_of(db, db.execute(select(_ROUND_TEAM.c.team_id).where(taking)).scalars().all()) - {by_id}
    audience_id = _audience(db, AudienceKind.COHORT, facts.cohort_id, None)
    told = {"url": f"/rounds/{facts.id}", "about": facts.title, "audience_id": audience_id, "now": now}
    notices.tell(db, people, kind, **told)  # type: ignore[arg-type]


def tell_team(
    db: Db,
    facts: Titled,
    team_id: int,
    kind: str,
    *,
    url: str,
    now: datetime,
    people: Iterable[int] | None = None,
    by_id: int | None = None,
) -> None:
    """Tell the people of one team, or some of them, but not whoever did it. Shown as long as they are in the team."""
    whom = (members_of(db, [team_id]) if people is None else set(people)) - {by_id}
    audience_id = _audience(db, AudienceKind.TEAM, facts.cohort_id, team_id)
    notices.tell(db, whom, kind, url=url, about=facts.title, audience_id=audience_id, now=now)


def untell(db: Db, kind: str, *, url: str, at: datetime) -> None:
    """What those people were told of at that moment was taken back: their notices go with it."""
    told = (NOTICE.c.kind == kind) & (NOTICE.c.url == url) & (NOTICE.c.at == at)
    people = db.execute(select(NOTICE.c.person_id).where(told)).scalars().all()
    db.execute(delete(NOTICE).where(told))
    notices.ring(db, people)


def mailed(db: Db, people: Collection[int], kind: str, now: datetime) -> None:
    """A mail of its own tells those people of what they were told at that moment: the one about notices does not."""
    told = (NOTICE.c.kind == kind) & (NOTICE.c.at == now) & NOTICE.c.person_id.in_(list(people))
    db.execute(update(NOTICE).where(told).values(mailed_at=now))
