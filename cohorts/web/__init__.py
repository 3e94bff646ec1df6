"""Pages, forms and live regions of cohorts: the only folder of the package that knows HTTP."""

from __future__ import annotations

from cohorts.memberships import person_renamed
from cohorts.web import cohort, initiative, team
from cohorts.web.home import home
from cohorts.web.kinds import kinds
from cohorts.web.reader import cast, reader_of

__all__ = ["cast", "home", "kinds", "notices", "person_renamed", "reader_of", "routes"]

routes = [*cohort.routes, *team.routes, *initiative.routes]
notices = cohort.notices | team.notices | initiative.notices
