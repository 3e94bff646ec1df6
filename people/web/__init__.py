"""The pages about who you are: signing in, the profile, and what only a demo has."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from people import logins
from people import sign_in as sign_ins
from people.web import demo, my_data, my_logins, profile, sign_in
from server.jobs import Work, hourly
from server.languages import N_
from server.live.kinds import Kind

__all__ = ["kinds", "notices", "routes", "works"]

routes: list[HTTPRouteHandler] = [
    *sign_in.routes,
    *profile.routes,
    *my_logins.routes,
    *my_data.routes,
    *demo.routes,
]

# The stream of a person shows nothing: its changes only make open pages ask again what they may see.
kinds: list[Kind] = []

works: list[Work] = [hourly("clear ways in", sign_ins.clear, logins.clear)]

# What a page says after a redirect with `?done=…`.
notices: dict[str, str] = {
    "signed-out": N_("You are signed out."),
    "profile-saved": N_("Your profile is saved."),
    **my_logins.notices,
}
