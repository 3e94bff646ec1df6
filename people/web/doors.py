"""Who is asking."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from people import logins
from people.logins import Viewer
from server.calls import Call, Door
from server.languages import choose
from server.refusals import NotYours

# Longer than any token of ours; what is longer is not worth a hash.
LONGEST_TOKEN = 100


def viewer_of(call: Call) -> Viewer | None:
    """The person whose login the browser shows, or None. Sets the language of the answer to theirs."""
    token = login_token(call)
    viewer = logins.viewer_with(call.db, token, call.now) if token else None
    if viewer is None:
        return None
    call.language = choose(viewer.language, call.accepts, tuple(call.house.pages.languages.values()))
    # A form that is shown again after a refusal is a reading call, whatever its method.
    if not viewer.is_stale(call.now):
        return viewer
    if call.method == "POST" and call.rejected is None:
        logins.seen(call.db, viewer.login_id, call.now)
    else:
        # Reading writes nothing, and yet who only reads must stay signed in.
        call.afterwards.append(partial(logins.seen, login_id=viewer.login_id, now=call.now))
    return viewer


def login_token(call: Call) -> str:
    """What the browser shows as its login, true or not; empty for none."""
    token = call.cookies.get(call.house.settings.login_cookie, "")
    return token if len(token) <= LONGEST_TOKEN else ""


def open_self(call: Call) -> Viewer:
    """The viewer. Raises SignInFirst."""
    viewer: Viewer = call.signed_in
    return viewer


def open_demo(call: Call) -> bool:
    """Only in demo mode; anywhere else there is no such page."""
    if not call.house.settings.demo:
        raise NotYours
    return True


SelfDoor = Annotated[Viewer, Door(open_self)]
DemoDoor = Annotated[bool, Door(open_demo)]
