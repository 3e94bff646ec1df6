"""The pages of feedback: an initiative with its conversation, and comments one by one."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from feedback.comments import author_renamed
from feedback.web import comments, composer, initiatives, resolutions, revisions
from feedback.web.kinds import kinds
from feedback.web.panels import cohort_panels

__all__ = ["author_renamed", "cohort_panels", "kinds", "notices", "routes"]

routes: list[HTTPRouteHandler] = [
    *initiatives.routes,
    *composer.routes,
    *comments.routes,
    *revisions.routes,
    *resolutions.routes,
]

# A comment is its own confirmation: one sees it.
notices: dict[str, str] = {}
