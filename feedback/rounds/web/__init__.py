"""Pages, forms and live regions of feedback rounds.

Facilitators plan, arrange and run a round (planning.py, arranging.py); everybody in the cohort sees what it asks
(listed.py), and there each team finds what it has to do: the sections that `parts.round_parts` holds.
"""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from feedback.advice.web.points import opening
from feedback.rounds import turning
from feedback.rounds.items import author_renamed
from feedback.rounds.web import (
    answering,
    arranging,
    asked,
    conflicts,
    giving,
    handing_in,
    listed,
    overview,
    planning,
    practising,
    prompting,
    received,
    reminding,
    signing,
    taking_back,
    team_parts,
)
from feedback.rounds.web.doors import LIST_DOORS, open_to_edit
from feedback.rounds.web.giving import text_kinds
from feedback.rounds.web.kinds import kinds as round_kinds
from feedback.rounds.web.overview import way_to_overview
from feedback.rounds.web.panels import cohort_panels, team_panels
from feedback.rounds.web.parts import round_parts
from feedback.rounds.web.team_doors import answer_item
from feedback.rounds.web.team_kinds import kinds as team_kinds
from feedback.web.drafts import Kind as Draft
from feedback.web.drafts import keep_also
from server.jobs import Work
from server.languages import N_
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
    *handing_in.routes,
    *signing.routes,
    *received.routes,
    *answering.routes,
    *taking_back.routes,
    *practising.routes,
    *prompting.routes,
    *overview.routes,
]
notices: dict[str, str] = (
    planning.notices
    | arranging.notices
    | conflicts.notices
    | reminding.notices
    | signing.notices
    | handing_in.notices
    | taking_back.notices
)
kinds: list[Kind] = [*round_kinds, *team_kinds]
works: list[Work] = [*turning.works]
board_panels = (asked.of_board,)
round_parts.append(team_parts.of_round)

# The forms that keep drafts.
keep_also(
    "plan",
    Draft("cohort", LIST_DOORS.plan, planning.new_page, lambda one: f"/cohorts/{one.id}/rounds/new"),
    planning.DRAFT_TEXTS,
    planning.DRAFT_BESIDE,
    planning.DRAFT_LABELS,
)
keep_also(
    "replan",
    Draft("round", open_to_edit, planning.edit_page, lambda one: f"/rounds/{one.id}/edit"),
    planning.DRAFT_TEXTS,
    planning.DRAFT_BESIDE,
    planning.DRAFT_LABELS,
)
keep_also(
    "answer",
    Draft("item", answer_item, answering.answer_page, lambda one: f"/items/{one.at.id}/answer"),
    ("text",),
    ("kind",),
    {"text": N_("Your answer")},
)
keep_also(
    "helped",
    Draft("item", answer_item, answering.helped_page, lambda one: f"/items/{one.at.id}/helped"),
    ("text",),
    (),
    {"text": N_("This helped because")},
)
keep_also(
    "try",
    Draft("round", practising.open_example, practising.practice_page, lambda one: f"/rounds/{one.id}/practice"),
    ("text",),
    (),
    {"text": N_("Your own try")},
)
opening.append(prompting.point)
