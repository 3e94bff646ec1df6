"""Who may see and do what in a feedback round. Seeing is SQL, doing is a predicate over roles and the phase."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, true

from cohorts.models import AudienceKind, Role
from cohorts.policies import READERS, Vantage
from feedback.rounds.models import Pair, Round
from feedback.rounds.phases import Phase, is_revealed

# Until the reveal a round can still be arranged anew.
UNREVEALED = frozenset({Phase.PLANNED, Phase.WAITING, Phase.OPEN})


def visible_rounds(roles: frozenset[str]) -> ColumnElement[bool]:
    """The condition on the rounds of a cohort for somebody with those roles in it: what is not released is known to
    its facilitators alone, and sponsors and owners know of none."""
    table: Any = Round.__table__  # type: ignore[attr-defined]
    if may_run_rounds(roles):
        return true()
    released: ColumnElement[bool] = table.c.released_at.is_not(None)
    return released if may_see_rounds(roles) else false()


def may_see_rounds(roles: frozenset[str]) -> bool:
    """That there are rounds, and what they ask: whoever takes part in the cohort."""
    return bool(roles & READERS)


def may_run_rounds(roles: frozenset[str]) -> bool:
    """Plan rounds, see who gives feedback to whom and how far they are, and help those who are stuck."""
    return Role.FACILITATOR in roles


def may_edit_round(roles: frozenset[str], reached: Phase) -> bool:
    """Say again what is asked; once it is released, the teams rely on it."""
    return may_run_rounds(roles) and reached == Phase.PLANNED


def may_move_round(roles: frozenset[str], reached: Phase) -> bool:
    """Set other times for what has not come yet."""
    return may_run_rounds(roles) and reached not in (Phase.CLOSED, Phase.CANCELLED)


def may_cancel_round(roles: frozenset[str], reached: Phase) -> bool:
    """Call it off. What was revealed was read, so it stays."""
    return may_run_rounds(roles) and reached in UNREVEALED


def may_pair_teams(roles: frozenset[str], reached: Phase) -> bool:
    """Change who gives feedback to whom, or excuse a team."""
    return may_run_rounds(roles) and reached in UNREVEALED


def may_remind(roles: frozenset[str], reached: Phase) -> bool:
    """Write to the people of a team that owes feedback, also when it is late, or before that a document."""
    return may_run_rounds(roles) and reached in (Phase.WAITING, Phase.OPEN, Phase.REVEALED)


def may_hand_in(roles: frozenset[str], reached: Phase) -> bool:
    """Hand in the document of one's own team: until feedback is revealed, because a late one is better than none."""
    return Role.MEMBER in roles and reached in (Phase.WAITING, Phase.OPEN)


def may_replace_document(roles: frozenset[str], reached: Phase) -> bool:
    """Hand in another one: until somebody writes about the first."""
    return Role.MEMBER in roles and reached == Phase.WAITING


def may_read_document(roles: frozenset[str], gives: bool, reached: Phase, shared_with: str) -> bool:
    """Read what a team handed in: its own people, the facilitators and, with `gives`, whoever gives feedback on it; the
    cohort with the feedback, where the round is shared with it. `roles`: towards the team that handed it in."""
    return gives or bool(roles & {Role.MEMBER, Role.FACILITATOR}) or may_read_received(roles, reached, shared_with)


def may_declare_conflict(vantage: Vantage) -> bool:
    """Say with which other team one's own should not be paired."""
    return Role.MEMBER in vantage.roles


def may_see_conflicts(vantage: Vantage) -> bool:
    """The teams that a team named; why it did, facilitators alone are told."""
    return bool(vantage.roles & {Role.MEMBER, Role.FACILITATOR})


def may_write_feedback(roles: frozenset[str], reached: Phase) -> bool:
    """Write and sign for one's own team, also late: what is signed after the reveal is read at once. `roles`: towards
    the team that gives it."""
    return Role.MEMBER in roles and reached in (Phase.OPEN, Phase.REVEALED)


def may_take_back_feedback(roles: frozenset[str], reached: Phase) -> bool:
    """Take back what one's own team signed, until somebody else may have read it."""
    return Role.MEMBER in roles and reached == Phase.OPEN


def may_read_received(roles: frozenset[str], reached: Phase, shared_with: str) -> bool:
    """Read what a team received; `roles`: towards the team that received it. Nobody before the reveal."""
    if not is_revealed(reached):
        return False
    whole = shared_with == AudienceKind.COHORT and may_see_rounds(roles)
    return whole or bool(roles & {Role.MEMBER, Role.FACILITATOR})


def visible_feedback(giver_roles: frozenset[str], receiver_roles: frozenset[str], now: datetime) -> ColumnElement[bool]:
    """The condition on a pair, joined with its round: whether the feedback that its team signed may be read by somebody
    with those roles towards the team that gives it and towards the one that receives it. Who gives may always; anybody
    else from the reveal on, told by the clock and by nothing else. Pages, live delivery and mails all begin with it."""
    table, pair = Round.__table__, Pair.__table__  # type: ignore[attr-defined]
    if Role.MEMBER in giver_roles:
        return table.c.released_at.is_not(None)
    revealed = and_(
        table.c.released_at.is_not(None),
        table.c.cancelled_at.is_(None),
        table.c.reveals_at <= now,
        pair.c.dropped_at.is_(None),
    )
    if receiver_roles & {Role.MEMBER, Role.FACILITATOR}:
        return revealed
    whole = table.c.shared_with == AudienceKind.COHORT
    return and_(revealed, whole) if may_see_rounds(receiver_roles) else false()


def may_take_back_answer(roles: frozenset[str], reached: Phase) -> bool:
    """Take back what one's own team said, also once the round is closed: nobody's words stay against their will."""
    return Role.MEMBER in roles and is_revealed(reached)


def may_answer_feedback(roles: frozenset[str], reached: Phase) -> bool:
    """Answer, thank and take on what one's own team received, until the round closes."""
    return Role.MEMBER in roles and reached == Phase.REVEALED
