"""Pages, forms and live regions of feedback rounds.

Facilitators plan, arrange and run a round (planning.py, arranging.py); everybody in the cohort sees what it asks
(listed.py), and there each team finds what it has to do: the sections that `parts.round_parts` holds.
"""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from feedback.rounds import turning
from feedback.rounds.items import author_renamed
from feedback.rounds.web import (
    answering,
    arranging,
    asked,
    conflicts,
    giving,
    listed,
    overview,
    planning,
    practising,
    received,
    reminding,
    signing,
    team_parts,
)
from feedback.rounds.web.giving import text_kinds
from feedback.rounds.web.kinds import kinds as round_kinds
from feedback.rounds.web.overview import way_to_overview
from feedback.rounds.web.panels import cohort_panels, team_panels
from feedback.rounds.web.parts import round_parts
from feedback.rounds.web.team_kinds import kinds as team_kinds
from server.jobs import Work
from server.live.kinds import Kind

__all__ = [
    "author_renamed",
    "board_panels",
    "cohort_panels",
    "kinds",
    "notices",
    "routes",
    "team_panels",
    "text_kinds",
    "way_to_overview",
    "works",
]

routes: list[HTTPRouteHandler] = [
    *listed.routes,
    *planning.routes,
    *arranging.routes,
    *conflicts.routes,
    *reminding.routes,
    *giving.routes,
    *signing.routes,
    *received.routes,
    *answering.routes,
    *practising.routes,
    *overview.routes,
]
notices: dict[str, str] = planning.notices | arranging.notices | conflicts.notices | reminding.notices | signing.notices
kinds: list[Kind] = [*round_kinds, *team_kinds]
works: list[Work] = [*turning.works]
board_panels = (asked.of_board,)
round_parts.append(team_parts.of_round)
