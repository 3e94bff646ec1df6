"""Who may see and do what with advice. Seeing is SQL, doing is a predicate; cohorts.policies defines the roles.

Whoever belongs to a team answers for it: somebody who advises the cohort and belongs to the team as well is asked, and
does not ask (for feedback and advice on the own team, member wins). Whoever runs a session is seen here as its member.
"""

from __future__ import annotations

from typing import Any, Protocol

from sqlalchemy import ColumnElement, false

from cohorts.models import Role
from cohorts.policies import Held, Standing, Vantage, may_read_initiative
from feedback.advice.models import Prompt


class Written(Protocol):
    """What the rules need to know of a prompt."""

    @property
    def author_id(self) -> int: ...

    @property
    def withdrawn(self) -> bool: ...


def visible_prompts(vantage: Vantage) -> ColumnElement[bool]:
    """The condition on Prompt: those for an audience the reader belongs to."""
    if not vantage.audiences:
        return false()
    prompt: Any = Prompt.__table__  # type: ignore[attr-defined]
    return prompt.c.audience_id.in_(sorted(vantage.audiences))


def own_prompts(person_id: int) -> ColumnElement[bool]:
    """The condition on Prompt: what that person asked. It stays theirs to read, with what became of it, whoever it is
    for; what is said about it is for its audience."""
    prompt: Any = Prompt.__table__  # type: ignore[attr-defined]
    found: ColumnElement[bool] = prompt.c.author_id == person_id
    return found


def may_read_own_prompt(vantage: Vantage, person_id: int, prompt: Written) -> bool:
    """The same for one prompt, as long as they read what it is on."""
    return prompt.author_id == person_id and may_read_initiative(vantage)


def may_open_desk(standing: Standing) -> bool:
    """Whoever was entrusted with teams: the advisers."""
    return any(one.role == Role.ADVISER for one in standing.held)


def advises(vantage: Vantage) -> bool:
    """The board and the facilitators, but nobody of the team itself."""
    return bool(vantage.roles & {Role.ADVISER, Role.FACILITATOR}) and Role.MEMBER not in vantage.roles


def asks_outside(vantage: Vantage) -> bool:
    """Whether whoever looks from here may ask people they do not belong to: advisers, who are none of the team and no
    facilitators."""
    return advises(vantage) and Role.FACILITATOR not in vantage.roles


def may_prompt(vantage: Vantage, held: Held | None) -> bool:
    """Whoever advises, in the role of a membership they hold there."""
    return held is not None and advises(vantage)


def may_edit_prompt(person_id: int, prompt: Written) -> bool:
    """One's own words, as long as they stand."""
    return prompt.author_id == person_id and not prompt.withdrawn


def may_withdraw_prompt(person_id: int, prompt: Written) -> bool:
    """One's own words. Taking back twice, or putting back what stands, does no harm."""
    return prompt.author_id == person_id


def may_respond(vantage: Vantage, prompt: Written) -> bool:
    """The team's own people, or who runs the session, to what stands."""
    return Role.MEMBER in vantage.roles and not prompt.withdrawn


def may_take_answer_back(vantage: Vantage, prompt: Written) -> bool:
    """Whoever may answer: an answer is the team's, whoever of it wrote it. Twice, or putting back what stands, does no
    harm."""
    return may_respond(vantage, prompt)


def may_take_stance(vantage: Vantage, held: Held | None, person_id: int, prompt: Written) -> bool:
    """Whoever advises, on what somebody else asked, as long as it stands."""
    return may_prompt(vantage, held) and prompt.author_id != person_id and not prompt.withdrawn
