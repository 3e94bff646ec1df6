"""What only a demo has: entering as somebody, all mail, the style page; and the public page that offers it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_date, format_time
from litestar.handlers import HTTPRouteHandler

from people import persons
from people.web.doors import DemoDoor
from people.web.forms import EntryForm
from people.web.sign_in import new_login
from server.calls import Call, Reply
from server.day_ribbon import Ribbon, day_ribbon
from server.mail import Mail, newest
from server.pages import Page, babel_locale
from server.refusals import NotYours
from server.routes import page, verb

MOST_MAILS = 100
PLACES = (
    ("Santiago", "America/Santiago"),
    ("Dublin", "Europe/Dublin"),
    ("Nairobi", "Africa/Nairobi"),
    ("New Delhi", "Asia/Kolkata"),
    ("Tokyo", "Asia/Tokyo"),
)


@dataclass(frozen=True, slots=True)
class Part:
    """Some words of a mail, and where they lead."""

    words: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ShownMail:
    """A mail as the demo shows it: paragraphs of lines of parts."""

    id: int
    to: str
    subject: str
    at: datetime
    error: str
    paragraphs: tuple[tuple[tuple[Part, ...], ...], ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody one can enter as. `role` is a role's name, `role_word` the word for it in the reader's language."""

    id: int
    name: str
    role: str
    role_word: str
    team: str = ""
    url_action: str = "/demo/entries"


def public_home(call: Call, cast: Sequence[Entry] = ()) -> Page:
    """The page for whoever is not signed in; `cast` is shown in demo mode only."""
    return Page("public/home.html", {"cast": list(cast) if call.house.settings.demo else []})


@verb("/demo/entries")
def enter(call: Call, demo: DemoDoor, form: EntryForm) -> Reply:
    """Sign in as one of the invented people; nobody else can be entered as, not even in a demo."""
    person = persons.by_id(call.db, form.person)
    if person is None or not person.sample:
        raise NotYours
    assert person.id is not None
    return new_login(call, person.id, "/")


@page("/demo/mail")
def show_mail(call: Call, demo: DemoDoor) -> Page:
    """Every mail this installation wrote, the newest first."""
    mails = [_shown(mail, call.house.settings.origin) for mail in newest(call.db, MOST_MAILS)]
    zone = call.viewer.time_zone if call.viewer and call.viewer.time_zone else "UTC"
    return Page("people/demo_mail.html", {"mails": mails, "zone": zone})


def _shown(mail: Mail, origin: str) -> ShownMail:
    link = re.compile(f"({re.escape(origin)}/\\S+)")
    paragraphs = tuple(
        tuple(
            tuple(Part(words, words if link.fullmatch(words) else None) for words in link.split(line) if words)
            for line in paragraph.splitlines()
        )
        for paragraph in mail.text.strip().split("\n\n")
    )
    assert mail.id is not None
    return ShownMail(mail.id, mail.to, mail.subject, mail.at, mail.error, paragraphs)


@page("/styles")
def show_styles(call: Call, demo: DemoDoor) -> Page:
    """Every component with its faces."""
    weekday, winter = datetime.fromisoformat("2027-01-14T14:00Z"), datetime.fromisoformat("2027-01-16T22:00Z")
    offered = [datetime.fromisoformat("2027-01-14T07:00Z"), datetime.fromisoformat("2027-01-14T20:00Z")]
    ribbons = [
        (_ribbon(call, weekday, PLACES, offered), call.text("A session offered at three times")),
        (_ribbon(call, winter, PLACES[:1], []), call.text("A time in one place")),
    ]
    return Page("styles/index.html", {"ribbons": ribbons})


def _ribbon(call: Call, instant: datetime, places: Sequence[tuple[str, str]], others: Sequence[datetime]) -> Ribbon:
    locale = babel_locale(call.language)
    return day_ribbon(
        instant,
        places,
        time_text=lambda local: format_time(local, "HH:mm", locale=locale),
        day_text=lambda local: format_date(local, "EEE d MMM", locale),
        others=others,
    )


routes: list[HTTPRouteHandler] = [enter, show_mail, show_styles]
