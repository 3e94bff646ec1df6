"""The document of a team, as a live part: for its own people with what they can do, for its givers to read."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from feedback.attachments import Attached
from feedback.rounds.documents import Document
from feedback.rounds.phases import Phase
from feedback.rounds.policies import may_hand_in, may_replace_document
from feedback.rounds.rounds import RoundFacts
from server.pages import Fragment


class DocumentShown(NamedTuple):
    """What a team handed in, or None; `url`: where it can be had. `wanted`: in words what is asked, `until` when.
    `own`: for the people of the team. `may_hand_in`, `may_replace`: what they can do now."""

    file: Attached | None
    at: datetime | None
    url: str
    wanted: str
    until: datetime | None
    own: bool
    may_hand_in: bool
    may_replace: bool
    zone: str


def document(
    facts: RoundFacts, team_id: int, found: Document | None, phase: Phase, zone: str, roles: frozenset[str] | None
) -> Fragment:
    """The document of that team; `roles`: of its own people towards it, None for those who give feedback on it."""
    shown = DocumentShown(
        # The number of a file is counted for everybody: no page shows it.
        file=found.shown._replace(id=0) if found else None,
        at=found.at if found else None,
        url=f"/rounds/{facts.id}/teams/{team_id}/document",
        wanted=facts.document,
        until=facts.hand_in_by,
        own=roles is not None,
        may_hand_in=found is None and may_hand_in(roles or frozenset(), phase),
        may_replace=found is not None and may_replace_document(roles or frozenset(), phase),
        zone=zone,
    )
    return Fragment("rounds/_document.html", shown, f"document-{facts.id}-{team_id}")
