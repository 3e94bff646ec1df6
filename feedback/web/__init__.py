"""The pages of feedback: an initiative with its conversation, and comments one by one."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from feedback.attachments import clear as clear_files
from feedback.drafts import clear
from feedback.follows import clear as clear_links
from feedback.mentions import people_changed, person_renamed
from feedback.renaming import author_renamed
from feedback.web import (
    attachments,
    comments,
    composer,
    drafts,
    following,
    initiatives,
    letters,
    mentioning,
    moderating,
    noticing,
    previews,
    quotes,
    reacting,
    resolutions,
    revisions,
    talk,
    visits,
)
from feedback.web.bell import bell
from feedback.web.drafting import kept as draft_kept
from feedback.web.drafting import sent as draft_sent
from feedback.web.kinds import kinds
from feedback.web.panels import cohort_panels, home_panels
from feedback.withdrawals import erase_withdrawn
from server.jobs import Work, hourly

__all__ = [
    "author_renamed",
    "bells",
    "cohort_panels",
    "draft_kept",
    "draft_sent",
    "home_panels",
    "kinds",
    "notices",
    "people_changed",
    "person_renamed",
    "profile_panels",
    "routes",
    "works",
]

routes: list[HTTPRouteHandler] = [
    *initiatives.routes,
    *talk.routes,
    *composer.routes,
    *comments.routes,
    *attachments.routes,
    *revisions.routes,
    *resolutions.routes,
    *visits.routes,
    *reacting.routes,
    *drafts.routes,
    *previews.routes,
    *quotes.routes,
    *mentioning.routes,
    *following.routes,
    *noticing.routes,
    *moderating.routes,
]

# What the head of every page, and the profile, are to show of this package.
bells, profile_panels = (bell,), (following.wishing,)

# A comment is its own confirmation: one sees it.
notices: dict[str, str] = visits.notices | quotes.notices | following.notices | noticing.words

works: list[Work] = [
    hourly("erase withdrawn", lambda db, now: erase_withdrawn(db, now=now)),
    letters.work,
    hourly("clear unsubscribe links", lambda db, now: clear_links(db, now=now)),
    hourly("clear drafts", lambda db, now: clear(db, now=now), lambda db, now: clear_files(db, now=now)),
]
