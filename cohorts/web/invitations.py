"""What the link of an invitation opens: who invites to what, and one button to accept it, for whoever it is for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from litestar.handlers import HTTPRouteHandler

from cohorts import acceptance, teams
from cohorts.acceptance import Closed, Newcomer, Opened, State
from cohorts.invitations import asks
from cohorts.models import Team
from cohorts.web.forms import NEW_ORGANISATION
from cohorts.web.invitation_forms import AcceptForm
from cohorts.web.words import SECTOR_WORDS, country_choices
from people import logins, organisations, persons
from people.models import Person, Sector
from people.web.doors import LONGEST_TOKEN, login_token
from people.web.forms import errors_of, typed_in
from people.web.sign_in import new_login
from server.calls import Call, CookieSet, Reply
from server.clock import zone_names
from server.languages import N_
from server.limits import Limit, network, take
from server.pages import Page, country
from server.refusals import Message, Rejected
from server.routes import page, verb

ACCEPTED_FROM = Limit(
    "invitations accepted by a client",
    100,
    timedelta(hours=1),
    N_("Many invitations were accepted from where you are. Wait %(minutes)s minutes, then try again."),
)


def _opened(call: Call) -> Opened | None:
    token = call.given["token"]
    return acceptance.open_with(call.db, token, call.now) if len(token) <= LONGEST_TOKEN else None


def _at(call: Call, rest: str = "") -> str:
    return f"/invitations/{quote(call.given['token'], safe='')}{rest}"


def invitation_page(call: Call) -> Page | Reply:
    """Who invites to what. Opening it uses nothing up: mail scanners open links too."""
    opened = _opened(call)
    if opened is None:
        return Page("cohorts/invitation_closed.html", {"state": "unknown", "it": None, "back": "/"}, status=404)
    if opened.state is State.USED and call.viewer and call.viewer.person_id == opened.accepted_by_id:
        return Reply(opened.place.path)
    if opened.state is not State.OPEN:
        context = {"state": opened.state.value, "it": opened, "back": f"/sign-in?next={quote(opened.place.path)}"}
        return Page("cohorts/invitation_closed.html", context, status=410)
    return _open_page(call, opened)


def _open_page(call: Call, opened: Opened) -> Page:
    who = _who(call, opened)
    context = {
        "it": opened,
        "asks": asks(opened.role, opened.place),
        "who": who,
        "at": _at(call),
        "viewer": call.viewer,
        "zone": (call.viewer and call.viewer.time_zone) or opened.place.time_zone,
        "errors": errors_of(call),
    }
    if who == "new":
        context |= _asked_of_newcomers(call, opened)
    return Page("cohorts/invitation.html", context)


def _who(call: Call, opened: Opened) -> str:
    """Who opened it: "me", whom it is for; "other", who is somebody else; "known", whom it is for, not signed in here;
    "new", whom nobody knows yet."""
    if call.viewer is not None:
        return "me" if opened.email in ("", call.viewer.email) else "other"
    return "known" if opened.email and persons.by_email(call.db, opened.email) else "new"


def _asked_of_newcomers(call: Call, opened: Opened) -> dict[str, Any]:
    known, own = _organisations(call, opened)
    fresh = {"name": opened.name, "email": "", "organisation": own or ("" if known else NEW_ORGANISATION)}
    fresh |= {"organisation_name": "", "country": "", "sector": "", "time_zone": ""}
    values, choose = typed_in(call, **fresh), ("", call.text(N_("Choose one")))
    return {
        "values": values,
        "organisations": [choose, *known.items()],
        "countries": [choose, *country_choices(call.language)],
        "sectors": [choose, *((sector, call.text(words)) for sector, words in SECTOR_WORDS.items())],
        "zones": [choose, *((name, name) for name in zone_names(values["time_zone"]))],
    }


def _organisations(call: Call, opened: Opened) -> tuple[dict[str, str], str]:
    """The organisations to choose from, by id, and the id of the team's own."""
    place = opened.place
    if place.programme_id is None:
        return {}, ""
    there = teams.organisations_in(call.db, place.programme_id)
    known = {str(one.id): _in_words(call, one.name, one.country) for one in there}
    if place.team_id is None:
        return known, ""
    return known, str(teams.read(call.db, Team.id == place.team_id)[0].organisation.id)  # type: ignore[arg-type]


def _in_words(call: Call, name: str, code: str) -> str:
    return f"{name} ({country(code, call.language)})"


@verb("/invitations/{token:str}/acceptance", again=invitation_page)  # type: ignore[arg-type]
def accept(call: Call, form: AcceptForm) -> Reply:
    """Take the role. What cannot be accepted leads to its page, which says why."""
    take(call.db, ACCEPTED_FROM, network(call.client), call.now)
    opened = _opened(call)
    if opened is None or opened.state is not State.OPEN or _who(call, opened) == "other":
        return Reply(_at(call))
    try:
        person, new = acceptance.accept(call.db, opened.id, _accepting(call, opened, form), call.now)
    except Closed:
        return Reply(_at(call))
    return _onwards(call, opened, person, new)


def _accepting(call: Call, opened: Opened, form: AcceptForm) -> Person | Newcomer:
    if call.viewer is not None:
        return call.db.get_one(Person, call.viewer.person_id)
    if known := persons.by_email(call.db, opened.email or form.email):
        return known
    if missing := form.missing(asks_email=opened.makes_first_owner):
        raise Rejected(missing)
    home = _organisation_of(call, opened, form)
    return Newcomer(name=form.name, email=form.email, organisation_id=home, time_zone="", language="")


def _organisation_of(call: Call, opened: Opened, form: AcceptForm) -> int:
    """The organisation that was chosen or described; one of the same name and country is not made twice."""
    known, _own = _organisations(call, opened)
    if form.organisation != NEW_ORGANISATION:
        if form.organisation not in known:
            raise Rejected({"organisation": Message(N_("Choose your organisation."))})
        return int(form.organisation)
    named = _in_words(call, form.organisation_name, form.country).casefold()
    if same := next((id_ for id_, name in known.items() if name.casefold() == named), None):
        return int(same)
    name, sector = form.organisation_name, Sector(form.sector)
    made = organisations.add(call.db, name=name, country=form.country, sector=sector, time_zone=form.time_zone)
    assert made.id is not None
    return made.id


def _onwards(call: Call, opened: Opened, person: Person, new: bool) -> Reply:
    """Into the place. A newcomer is signed in; who was here before signs in by mail: a link may be passed on."""
    there = f"{opened.place.path}?done=arrived"
    assert person.id is not None
    if new:
        return new_login(call, person.id, there)
    return Reply(there if call.viewer else f"/sign-in?done=accepted&next={quote(opened.place.path)}")


@verb("/invitations/{token:str}/sign-out")
def sign_out(call: Call) -> Reply:
    """Sign out whom the invitation is not for, and show it again."""
    logins.end(call.db, login_token(call))
    return Reply(_at(call), cookies=(CookieSet(call.house.settings.login_cookie, "", 0),), leaves=True)


show = page("/invitations/{token:str}", name="invitations.show")(invitation_page)
routes: list[HTTPRouteHandler] = [show, accept, sign_out]
notices = {
    "arrived": N_("Welcome. You have accepted the invitation."),
    "accepted": N_("You have accepted the invitation. Sign in to go on."),
}
