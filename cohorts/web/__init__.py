"""Pages, forms and live regions of cohorts: the only folder of the package that knows HTTP."""

from __future__ import annotations

from cohorts.arrivals import works as arrival_works
from cohorts.importing import works as import_works
from cohorts.memberships import person_renamed
from cohorts.web import (
    arrivals,
    arriving,
    audit,
    cohort,
    ended,
    history,
    import_shown,
    imports,
    initiative,
    invitations,
    inviting,
    mails,
    new_team,
    people,
    programme,
    team,
)
from cohorts.web.home import home
from cohorts.web.kinds import kinds as cohort_kinds
from cohorts.web.reader import cast, reader_of
from server.jobs import Work

__all__ = ["cast", "home", "kinds", "notices", "person_renamed", "reader_of", "routes", "works"]

routes = [
    *programme.routes,
    *cohort.routes,
    *new_team.routes,
    *team.routes,
    *people.routes,
    *initiative.routes,
    *history.routes,
    *audit.routes,
    *mails.routes,
    *ended.routes,
    *imports.routes,
    *inviting.routes,
    *arrivals.routes,
    *invitations.routes,
]
notices = (
    programme.notices
    | cohort.notices
    | new_team.notices
    | team.notices
    | people.notices
    | initiative.notices
    | mails.notices
    | inviting.notices
    | arrivals.notices
    | invitations.notices
)
kinds = [*cohort_kinds, *import_shown.kinds, *arriving.kinds]
works: list[Work] = [*import_works, *arrival_works]
