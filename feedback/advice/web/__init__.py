"""The pages of advice: prompts, the team's answers, and what other advisers think."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from feedback.advice import responses
from feedback.advice.web import answering, asking, board, desk, points, reading, taking_back, writing
from feedback.advice.web.board import way_to_board, way_to_reading
from feedback.advice.web.doors import open_to_edit, open_to_prompt, open_to_respond
from feedback.advice.web.kinds import show
from feedback.advice.web.panels import beside_form, on_initiative, on_team
from feedback.advice.web.shown import marks_of
from feedback.advice.withdrawals import erase_taken_back, erase_withdrawn
from feedback.web.drafts import Kind, keep_also
from server.jobs import Work, hourly
from server.live.kinds import Kind as LiveKind

__all__ = [
    "beside_form",
    "kinds",
    "marks_of",
    "notices",
    "on_initiative",
    "on_team",
    "routes",
    "show",
    "way_to_board",
    "way_to_reading",
    "works",
]

routes: list[HTTPRouteHandler] = [*writing.routes, *asking.routes, *answering.routes, *taking_back.routes]
routes += [*desk.routes, *board.routes, *points.routes, *reading.routes]
notices: dict[str, str] = writing.notices | answering.notices | desk.notices
# Prompts stand on the streams of threads.
kinds: list[LiveKind] = []
works: list[Work] = [
    hourly(
        "erase withdrawn prompts",
        lambda db, now: erase_withdrawn(db, now=now),
        lambda db, now: erase_taken_back(db, now=now),
    ),
    *responses.works,
]

# The forms that keep drafts.
keep_also(
    "prompt",
    Kind("initiative", open_to_prompt, writing.form_page, lambda one: f"/initiatives/{one.id}/prompts/new"),
    ("text", "passage", "source"),
    ("kind", "chapter", "near", "item", "url", "audience", "attribution"),
)
keep_also(
    "revision",
    Kind("prompt", open_to_edit, asking.edit_page, lambda one: f"/prompts/{one.now.id}/edit"),
    ("text", "source"),
    ("version", "url"),
)
keep_also(
    "response",
    Kind("prompt", open_to_respond, asking.prompt_page, lambda one: f"/prompts/{one.now.id}#answer"),
    ("text",),
    ("kind", "until", "attribution"),
)
