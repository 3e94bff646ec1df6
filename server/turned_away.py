"""Every refusal as a clear page: what happened, and what to do. Reads no database, so it works when that is down."""

from __future__ import annotations

from enum import Enum
from urllib.parse import quote, urlencode

from server.calls import Call
from server.counting import number
from server.forms import TwiceGiven
from server.headers import SAFE, page_headers
from server.house import Answer
from server.languages import N_
from server.pages import Page
from server.refusals import Away, Busy, First, NotAllowed, NotYours, Refusal, Rejected, SignInFirst, TooMany


class Stranger(Enum):
    """Refusals that come before, or instead of, our own code."""

    UNREADABLE = "unreadable"
    WRONG_HOST = "wrong host"
    FOREIGN_FORM = "foreign form"
    NO_PAGE = "no page"
    NO_VERB = "no verb"
    TOO_LARGE = "too large"
    BROKEN = "broken"


# status, title, sentence
WORDS: dict[object, tuple[int, str, str]] = {
    NotYours: (
        404,
        N_("This page is not here"),
        N_("There is nothing at this address, or it is not open to you. If somebody sent you the link, ask them."),
    ),
    Stranger.NO_PAGE: (
        404,
        N_("This page is not here"),
        N_("There is nothing at this address, or it is not open to you. If somebody sent you the link, ask them."),
    ),
    NotAllowed: (
        403,
        N_("You can read this, but not do that"),
        N_("This is for somebody else to do. If you think it should be yours, ask the people who run your programme."),
    ),
    First: (403, N_("One thing comes first"), N_("Something else has to be done before this.")),
    SignInFirst: (401, N_("Sign in first"), N_("You are not signed in any more. Sign in and send this again.")),
    TooMany: (429, N_("That was too often"), N_("Wait a little, then try again. Nothing was lost.")),
    Busy: (503, N_("Too many people at once"), N_("We are busy for a moment. Wait a few seconds and try again.")),
    Away: (
        503,
        N_("We cannot get at our data right now"),
        N_("It is not your fault. Wait a few seconds, then go back and try again; a comment sent twice appears once."),
    ),
    Rejected: (422, N_("This cannot be taken as it is"), N_("Go back, check what you entered and send it again.")),
    TwiceGiven: (400, N_("This form could not be read"), N_("It came in a way we do not understand. Load it again.")),
    Stranger.UNREADABLE: (
        400,
        N_("This form could not be read"),
        N_("It came in a way we do not understand. Load the page again and send it once more."),
    ),
    Stranger.TOO_LARGE: (413, N_("This is too large"), N_("Shorten what you wrote and send it again.")),
    Stranger.NO_VERB: (405, N_("That does not work here"), N_("This address cannot be used in that way.")),
    Stranger.WRONG_HOST: (
        400,
        N_("This is not our address"),
        N_("The request names another host than this installation's. Check the address you typed."),
    ),
    Stranger.FOREIGN_FORM: (
        403,
        N_("We could not see where this came from"),
        N_(
            "To protect you, a form is only taken when it comes from one of our own pages; your browser did not say. "
            "Load the page from here and send it again; if that fails, a privacy tool may hide where forms come from."
        ),
    ),
    Stranger.BROKEN: (
        500,
        N_("Something broke on our side"),
        N_("It is not your fault and it has been noted. Nothing was saved. Try again in a moment."),
    ),
}


def turned_away(call: Call, why: Refusal | Stranger) -> Answer:
    """The answer to a refused call: an error page, or the way to the sign-in page and back."""
    if isinstance(why, SignInFirst) and not call.htmx:
        back = _way_back(call) if call.method in SAFE else "/"
        to = f"/sign-in?next={quote(back)}" if back != "/" else "/sign-in"
        return Answer(b"", 303, _headers(call) | {"location": to})
    if isinstance(why, First) and call.method in SAFE and not call.htmx:
        return Answer(b"", 303, _headers(call) | {"location": why.to})
    key: object = why if isinstance(why, Stranger) else type(why)
    status, title, sentence = WORDS.get(key) or WORDS[Stranger.BROKEN]
    message = why.message if isinstance(why, Refusal) else None
    pages, language = call.house.pages, call.language
    context = {
        "status": status,
        "title": pages.say(title, language),
        "body": pages.say(message or sentence, language),
        "actions": [(pages.say(msgid, language), to) for msgid, to in _ways(why)],
        "number": number() if key is Stranger.BROKEN else "",
    }
    call.viewer, call.rejected = None, None
    frame = call.house.frame(call, Page("public/error.html"))
    html = pages.page("public/error.html", context, frame, language)
    headers = _headers(call) | {"content-type": "text/html; charset=utf-8"}
    if isinstance(why, TooMany):
        headers["retry-after"] = str(why.wait)
    elif isinstance(why, Busy | Away):
        headers["retry-after"] = "2"
    return Answer(html, status, headers)


def _ways(why: Refusal | Stranger) -> list[tuple[str, str]]:
    """Where to go from here: (msgid, address)."""
    first = [(why.way, why.to)] if isinstance(why, First) else []
    return [*first, (N_("Go to the start page"), "/")]


def _way_back(call: Call) -> str:
    """The page that was asked for, with what was asked of it; not the sentence about something that was done."""
    asked = urlencode({name: value for name, value in call.query.items() if name != "done"})
    return f"{call.path}?{asked}" if asked else call.path


def _headers(call: Call) -> dict[str, str]:
    return page_headers(call.house.settings, call.house.policy, call.nonce)
