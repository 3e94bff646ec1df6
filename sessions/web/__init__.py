"""What sessions show. Their own pages come with slots and rooms; until then the themes stand on the cohort's page."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from server.jobs import Work
from server.live.kinds import Kind
from sessions.web.panels import cohort_panels

__all__ = ["cohort_panels", "kinds", "notices", "routes", "works"]

routes: list[HTTPRouteHandler] = []
kinds: list[Kind] = []
notices: dict[str, str] = {}
works: list[Work] = []
