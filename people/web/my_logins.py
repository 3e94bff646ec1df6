"""The browsers somebody is signed in with, and how they end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from litestar.handlers import HTTPRouteHandler

from people import logins
from people.browsers import described
from people.logins import LoginFacts, Viewer
from people.web.doors import SelfDoor
from people.web.sign_in import sign_out_of
from server.audit import note
from server.calls import Call, Door, Reply
from server.languages import N_
from server.pages import Page
from server.refusals import NotYours
from server.routes import page, verb


@dataclass(frozen=True, slots=True)
class ShownLogin:
    """A signed-in browser in words."""

    id: int
    words: str
    began_at: datetime
    seen_at: datetime
    this: bool


def open_login(call: Call) -> LoginFacts:
    """One of the viewer's own logins. Somebody else's is not there."""
    viewer: Viewer = call.signed_in
    found = (one for one in logins.of_person(call.db, viewer.person_id, call.now) if one.id == call.given["login"])
    if (login := next(found, None)) is None:
        raise NotYours
    return login


LoginDoor = Annotated[LoginFacts, Door(open_login)]


def _words(call: Call, agent: str) -> str:
    browser, system = described(agent)
    if browser and system:
        return call.text(N_("%(browser)s on %(system)s"), browser=browser, system=system)
    return browser or system or call.text(N_("A browser we do not know"))


@page("/profile/logins")
def show(call: Call, viewer: SelfDoor) -> Page:
    """This browser first, then the others."""
    found = [
        ShownLogin(one.id, _words(call, one.agent), one.began_at, one.seen_at, one.id == viewer.login_id)
        for one in logins.of_person(call.db, viewer.person_id, call.now)
    ]
    found.sort(key=lambda one: not one.this)
    return Page("people/logins.html", {"logins": found, "zone": viewer.time_zone or "UTC"})


@verb("/profile/logins/{login:int}/end")
def end_one(call: Call, login: LoginDoor) -> Reply:
    """End that login; its open pages close within two seconds. Ending this one is signing out."""
    viewer: Viewer = call.signed_in
    if login.id == viewer.login_id:
        return sign_out_of(call)
    logins.end_one(call.db, viewer, login.id)
    note(call.db, "logins ended", by_id=viewer.person_id, person_id=viewer.person_id, now=call.now, words=viewer.name)
    return Reply("/profile/logins?done=login-ended")


@verb("/profile/logins/others/end")
def end_others(call: Call, viewer: SelfDoor) -> Reply:
    """End every login but this one."""
    logins.end_others(call.db, viewer)
    note(call.db, "logins ended", by_id=viewer.person_id, person_id=viewer.person_id, now=call.now, words=viewer.name)
    return Reply("/profile/logins?done=logins-ended")


routes: list[HTTPRouteHandler] = [show, end_one, end_others]
notices = {
    "login-ended": N_("That browser is signed out."),
    "logins-ended": N_("All other browsers are signed out."),
}
