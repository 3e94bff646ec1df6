"""The personal calendar feed: its address on the profile, and the file that programs read there without signing in.

An address that nobody has is answered like a page that is not there, after the same work as for a real one. Guesses
are not counted: with 256 random bits nobody hits one, and a count would let strangers make us write.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta

from litestar.handlers import HTTPRouteHandler
from markupsafe import Markup

from people.web.doors import LONGEST_TOKEN, SelfDoor
from server import limits
from server.calls import Call, Reply
from server.db import Db
from server.headers import is_known, page_headers
from server.house import Answer
from server.languages import N_, choose
from server.limits import Limit
from server.pages import Page, Piece
from server.refusals import Message, NotYours, TooMany
from server.routes import page, verb
from sessions import calendars, feeds, letters
from sessions.calendars import MEDIA_TYPE

NAME = N_("Sessions in Sweetspot")
TOO_OFTEN = N_("This calendar was asked for too often. Ask once an hour, or again in %(minutes)s minutes.")
# A program that says what it has already (If-None-Match) may ask as often as it likes while nothing changed; what
# counts is the whole file.
READ = Limit("calendar feed", 30, timedelta(hours=1), TOO_OFTEN)


@page("/calendar/{token:str}", name="calendar.feed")
def show(call: Call) -> Answer:
    """The feed at a secret address: the file, or that it is the one which the program has."""
    token, known = call.given["token"].removesuffix(".ics"), call.given["token"].endswith(".ics")
    owner = feeds.owner_of(call.db, token if known and len(token) <= LONGEST_TOKEN else "")
    file, subject = _file(call, owner), f"{token} {limits.network(call.client)}"
    refused = limits.spent(call.db, READ, subject, call.now)
    if owner == feeds.NOBODY:
        raise NotYours
    headers = page_headers(call.house.settings, call.house.policy, call.nonce) | _kept(file)
    if is_known(call.etag, headers["etag"]):
        return Answer(b"", 304, headers)
    _count(call, subject, refused)
    return Answer(file, 200, headers | {"content-type": MEDIA_TYPE})


def _kept(file: bytes) -> dict[str, str]:
    """What lets a program keep the file, and ask if it is still the same."""
    etag = f'"{hashlib.sha256(file).hexdigest()[:32]}"'
    return {"etag": etag, "cache-control": "private, no-cache", "vary": "Accept-Encoding"}


def _file(call: Call, owner: int) -> bytes:
    pages, origin = call.house.pages, call.house.settings.origin
    language = choose(feeds.language_of(call.db, owner), "", tuple(pages.languages.values()))
    words, name = (pages.say(Message(one), language) for one in (letters.WORDS, NAME))
    return calendars.feed_of(feeds.entries(call.db, owner, origin, now=call.now), words=words, name=name).encode()


def _count(call: Call, subject: str, refused: TooMany | None) -> None:
    """One more whole file. Raises TooMany."""
    if refused is not None:
        raise refused

    def take(db: Db) -> None:
        try:
            limits.take(db, READ, subject, call.now)
        except TooMany:
            # Two who asked at once took the last try; the next is refused.
            return

    call.afterwards.append(take)


def on_profile(call: Call) -> Markup:
    """The section of the profile: whether there is an address, making one, and ending it."""
    context = {"since": feeds.since(call.db, call.signed_in.person_id), "zone": call.signed_in.time_zone or "UTC"}
    return Markup(call.house.pages.piece(Piece("sessions/calendar.html", context), call.language))


@verb("/profile/calendar")
def make(call: Call, viewer: SelfDoor) -> Answer:
    """A new address, shown this once: nothing but its hash is kept."""
    token = feeds.new_address(call.db, viewer.person_id, now=call.now)
    address = f"{call.house.settings.origin}/calendar/{token}.ics"
    return call.house.render(call, Page("sessions/calendar_address.html", {"address": address}))


@verb("/profile/calendar/end")
def end(call: Call, viewer: SelfDoor) -> Reply:
    """The address opens nothing any more."""
    feeds.end(call.db, viewer.person_id)
    return Reply("/profile?done=calendar-ended")


routes: list[HTTPRouteHandler] = [show, make, end]
notices = {"calendar-ended": N_("The calendar address is ended. Programs that read it find nothing any more.")}
