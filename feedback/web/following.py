"""How much somebody is told of a conversation, when they get mail, and the link in a mail that stops it.

Nobody has to sign in for that link: a mail program posts to it by itself (RFC 8058), and its address is a secret that
can do nothing but stop mail.
"""

from __future__ import annotations

from typing import Annotated

from markupsafe import Markup
from pydantic import AfterValidator

from feedback import follows
from feedback.follows import VOLUMES, WISHES, Stopping
from feedback.web.doors import ThreadDoor
from people.web.doors import LONGEST_TOKEN, SelfDoor
from people.web.profile import profile_page
from server.calls import Call, Door, Reply
from server.forms import Form
from server.languages import N_
from server.pages import Page, Piece
from server.refusals import NotYours, Wrong
from server.routes import page, verb


def _known(words: dict[str, str]) -> AfterValidator:
    def check(word: str) -> str:
        if word not in words:
            raise Wrong(N_("Choose one of these."))
        return word

    return AfterValidator(check)


class VolumeForm(Form):
    """How much of a conversation to be told of."""

    volume: Annotated[str, _known(VOLUMES)]


class WishForm(Form):
    """When to get mail."""

    mail: Annotated[str, _known(WISHES)]


@verb("/threads/{thread:int}/volume")
def choose(call: Call, thread: ThreadDoor, form: VolumeForm) -> Reply:
    """Be told of more of a conversation, or of less."""
    follows.choose(call.db, call.signed_in.person_id, thread.now.id, form.volume, now=call.now)
    return Reply(f"{thread.now.page}#conversation")


def wishing(call: Call) -> Markup:
    """The form on the profile that says when to get mail."""
    context = {"wish": follows.wish_of(call.db, call.signed_in.person_id), "wishes": WISHES}
    return Markup(call.house.pages.piece(Piece("feedback/wish.html", context), call.language))


@verb("/notices/settings", again=profile_page)
def wish(call: Call, viewer: SelfDoor, form: WishForm) -> Reply:
    """Choose when to get mail."""
    follows.wish(call.db, viewer.person_id, form.mail)
    return Reply("/profile?done=wish-saved")


def open_link(call: Call) -> Stopping:
    """What the token in the path stops; nobody was sent it: there is nothing."""
    token = call.given["token"]
    found = follows.link_with(call.db, token) if len(token) <= LONGEST_TOKEN else None
    if found is None:
        raise NotYours(N_("This link stops nothing. It is more than a year old, or a part of it is missing."))
    return found


LinkDoor = Annotated[Stopping, Door(open_link)]


@page("/unsubscribe/{token:str}")
def ask(call: Call, link: LinkDoor) -> Page:
    """The question, for those who open the link: mail scanners open links too."""
    return Page("feedback/unsubscribe.html", {"link": link, "token": call.given["token"], "done": False})


@verb("/unsubscribe/{token:str}", anybody=True)
def stop(call: Call, link: LinkDoor) -> Reply:
    """No more mail about that conversation, or none at all."""
    follows.stop(call.db, link, now=call.now)
    return Reply(f"/unsubscribe/{call.given['token']}/done")


@page("/unsubscribe/{token:str}/done")
def stopped(call: Call, link: LinkDoor) -> Page:
    """What was stopped, and where to choose otherwise."""
    return Page("feedback/unsubscribe.html", {"link": link, "token": call.given["token"], "done": True})


routes = [choose, wish, ask, stop, stopped]
notices = {"wish-saved": N_("It is saved when you get mail.")}
