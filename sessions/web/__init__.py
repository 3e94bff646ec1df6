"""Pages, forms and live regions of thematic sessions.

The page of a session has room for more: other files and packages append to the lists of parts.py.
"""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from server.jobs import Work
from server.live.kinds import Kind
from sessions import answers, letters, reminders, turning
from sessions.web import (
    answering,
    attending,
    calendars,
    feeds,
    ledger,
    listed,
    moving,
    parts,
    planner,
    planning,
    prompts,
    reminding,
)
from sessions.web.kinds import kinds as session_kinds
from sessions.web.panels import cohort_panels, start_panels

__all__ = ["cohort_panels", "kinds", "notices", "profile_panels", "routes", "start_panels", "works"]

routes: list[HTTPRouteHandler] = [*listed.routes, *planning.routes, *moving.routes]
routes += [*planner.routes, *ledger.routes, *prompts.routes]
routes += [*answering.routes, *attending.routes, *calendars.routes, *feeds.routes, *reminding.routes]
kinds: list[Kind] = [*session_kinds]
notices: dict[str, str] = planning.notices | moving.notices
notices |= answering.notices | attending.notices | feeds.notices | reminding.notices
works: list[Work] = [*turning.works, *answers.works, *letters.works, *reminders.works]
profile_panels = (feeds.on_profile,)
parts.slot_parts.append(attending.part)
parts.slot_shows.append(attending.show)
parts.session_parts.append(prompts.on_session)
parts.parts_below.append(prompts.below_session)
parts.session_shows.append(prompts.show_way)
