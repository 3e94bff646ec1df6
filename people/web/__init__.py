"""The pages about who you are: signing in, the profile, and what only a demo has."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from people.web import demo, profile, sign_in
from server.languages import N_
from server.live.kinds import Kind

__all__ = ["kinds", "notices", "routes"]

routes: list[HTTPRouteHandler] = [*sign_in.routes, *profile.routes, *demo.routes]

# The stream of a person shows nothing: its changes only make open pages ask again what they may see.
kinds: list[Kind] = []

# What a page says after a redirect with `?done=…`.
notices: dict[str, str] = {
    "signed-out": N_("You are signed out."),
    "profile-saved": N_("Your profile is saved."),
}
