"""No more reminders of a session, or again: on a page of one's own, and by the link in a mail.

Nobody has to sign in for that link: a mail program posts to it by itself (RFC 8058), and its address is a secret that
can do nothing but stop reminders.
"""

from __future__ import annotations

from typing import Annotated

from litestar.handlers import HTTPRouteHandler

from people.web.doors import LONGEST_TOKEN
from server.calls import Call, Door, Reply
from server.languages import N_
from server.pages import Page
from server.refusals import NotAllowed, NotYours
from server.routes import page, verb
from sessions import reminders, sessions
from sessions.policies import may_attend
from sessions.reminders import Stopping
from sessions.web.doors import OpenSession, open_session
from sessions.web.words import REMINDERS


def open_to_attend(call: Call) -> OpenSession:
    """The session the path names, for those who may come to it."""
    found = open_session(call)
    if not may_attend(found.roles):
        raise NotAllowed
    return found


ReminderDoor = Annotated[OpenSession, Door(open_to_attend)]


def reminders_page(call: Call, opened: ReminderDoor) -> Page:
    """When the reader is reminded of the session, or that they are not."""
    wants = reminders.wants(call.db, opened.id, call.signed_in.person_id)
    when = [REMINDERS[one] for one in sessions.reminders_of(opened.now) if one in REMINDERS]
    context = {"opened": opened, "cohort": opened.cohort, "wants": wants, "when": when}
    return Page("sessions/reminders.html", context)


show = page("/sessions/{session:int}/reminders", name="sessions.reminders")(reminders_page)


@verb("/sessions/{session:int}/silence")
def stop(call: Call, opened: ReminderDoor) -> Reply:
    """Be reminded of this session no more."""
    reminders.stop(call.db, opened.id, call.signed_in.person_id, now=call.now)
    return Reply(f"/sessions/{opened.id}/reminders?done=session-silent")


@verb("/sessions/{session:int}/reminders")
def start(call: Call, opened: ReminderDoor) -> Reply:
    """Be reminded again."""
    reminders.start(call.db, opened.id, call.signed_in.person_id)
    return Reply(f"/sessions/{opened.id}/reminders?done=session-reminds")


def open_link(call: Call) -> Stopping:
    """What the token in the path stops; nobody was sent it: there is nothing."""
    token = call.given["token"]
    found = reminders.link_with(call.db, token) if len(token) <= LONGEST_TOKEN else None
    if found is None:
        raise NotYours(N_("This link stops nothing. It is more than a year old, or a part of it is missing."))
    return found


LinkDoor = Annotated[Stopping, Door(open_link)]


@page("/reminders/{token:str}")
def ask(call: Call, link: LinkDoor) -> Page:
    """The question, for those who open the link: mail scanners open links too."""
    return Page("sessions/reminder_link.html", {"token": call.given["token"], "done": False})


@verb("/reminders/{token:str}", anybody=True)
def silence(call: Call, link: LinkDoor) -> Reply:
    """No more reminders of that session. Twice is once."""
    reminders.stop(call.db, link.session_id, link.person_id, now=call.now)
    return Reply(f"/reminders/{call.given['token']}/done")


@page("/reminders/{token:str}/done")
def silenced(call: Call, link: LinkDoor) -> Page:
    """That it is stopped."""
    return Page("sessions/reminder_link.html", {"token": call.given["token"], "done": True})


routes: list[HTTPRouteHandler] = [show, stop, start, ask, silence, silenced]
notices = {
    "session-silent": N_("You get no more reminders of this session."),
    "session-reminds": N_("You are reminded of this session again."),
}
