"""The pages of feedback: an initiative with its conversation, and comments one by one."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from feedback.comments import author_renamed
from feedback.drafts import clear
from feedback.web import (
    comments,
    composer,
    drafts,
    initiatives,
    previews,
    reacting,
    resolutions,
    revisions,
    talk,
    visits,
)
from feedback.web.drafting import kept as draft_kept
from feedback.web.drafting import sent as draft_sent
from feedback.web.kinds import kinds
from feedback.web.panels import cohort_panels
from feedback.withdrawals import erase_withdrawn
from server.jobs import Work, hourly

__all__ = ["author_renamed", "cohort_panels", "draft_kept", "draft_sent", "kinds", "notices", "routes", "works"]

routes: list[HTTPRouteHandler] = [
    *initiatives.routes,
    *talk.routes,
    *composer.routes,
    *comments.routes,
    *revisions.routes,
    *resolutions.routes,
    *visits.routes,
    *reacting.routes,
    *drafts.routes,
    *previews.routes,
]

# A comment is its own confirmation: one sees it.
notices: dict[str, str] = visits.notices

works: list[Work] = [
    hourly("erase withdrawn", lambda db, now: erase_withdrawn(db, now=now)),
    hourly("clear drafts", lambda db, now: clear(db, now=now)),
]
