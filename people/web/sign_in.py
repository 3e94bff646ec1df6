"""Signing in by mail, and out. Nothing here tells whether an address is known."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

from litestar.handlers import HTTPRouteHandler

from people import logins, persons, sign_in
from people.logins import Ending
from people.models import Person
from people.web.doors import login_token
from people.web.forms import CodeForm, EmailForm, errors_of, local_path, typed_in
from server.calls import Call, CookieSet, Reply
from server.languages import N_, choose
from server.limits import Limit, keep, network, take
from server.mail import post
from server.pages import Page
from server.refusals import Message, Rejected
from server.routes import page, verb

_HOUR = timedelta(hours=1)
_TOO_MANY_CODES = N_("Too many codes were tried from where you are. Wait %(minutes)s minutes, then try again.")
MAILS_TO = Limit(
    "sign-in mails to an address",
    5,
    _HOUR,
    N_("Several mails were asked for at this address. Look for the latest one, or try again in %(minutes)s minutes."),
)
MAILS_FROM = Limit(
    "sign-in mails asked for by a client",
    30,
    _HOUR,
    N_("Many sign-in mails were asked for from where you are. Try again in %(minutes)s minutes."),
)
CODES_FROM = Limit("codes tried by a client", 100, _HOUR, _TOO_MANY_CODES)
# One sentence for every reason: which one it is would tell whether the address is known.
WRONG_CODE = N_("This code does not work: a digit is wrong, or it is too old or used. Check it, or ask for a new mail.")

WHY_ENDED = {
    Ending.IDLE: N_("You were signed out because you had not been here for two weeks."),
    Ending.LONGEST: N_("You were signed out because everybody is asked to sign in again after 60 days."),
    Ending.ENDED: N_("You were signed out. That can be done from another browser in which you are signed in."),
}


def new_login(call: Call, person_id: int, to: str) -> Reply:
    """Sign this browser in as that person. The login it came with, planted or real, ends."""
    logins.end(call.db, login_token(call))
    token = logins.begin(call.db, person_id, call.agent, call.now)
    # The cookie outlives the login, so that at its end this browser can be told why.
    age = int((logins.LONGEST + logins.REMEMBERED).total_seconds())
    return Reply(to, cookies=(CookieSet(call.house.settings.login_cookie, token, age),))


def sign_in_page(call: Call) -> Page:
    """Asks for the address."""
    typed = typed_in(call, email="", next=call.query.get("next", "/"))
    context = {"email": typed["email"], "next": local_path(typed["next"]), "errors": errors_of(call)}
    return Page("people/sign_in.html", context | {"ended": _why_ended(call)})


def _why_ended(call: Call) -> str:
    """Why a browser that was signed in is asked to sign in, a msgid; empty where it was not."""
    token = login_token(call)
    how = logins.how_ended(call.db, token, call.now) if token and call.viewer is None else None
    return WHY_ENDED[how] if how else ""


@page("/sign-in")
def show_sign_in(call: Call) -> Page | Reply:
    """The page, or straight on for somebody who is signed in."""
    return Reply(local_path(call.query.get("next", "/"))) if call.viewer else sign_in_page(call)


@verb("/sign-in/mails", again=sign_in_page)
def ask(call: Call, form: EmailForm) -> Reply:
    """Send the mail, if we know the address; the answer and the time it takes are the same if we do not."""
    take(call.db, MAILS_FROM, network(call.client), call.now)
    take(call.db, MAILS_TO, form.email, call.now)
    made = sign_in.Secrets()
    post_mail(call, form, made)
    back = "" if form.next == "/" else f"?next={quote(form.next)}"
    return Reply(f"/sign-in/code/{made.handle}{back}")


def post_mail(call: Call, form: EmailForm, made: sign_in.Secrets) -> None:
    """Post the mail. For an address nobody has the same is written, and taken back: it must take as long."""
    person = persons.by_email(call.db, form.email)
    subject, text = written(call, person, made)
    with call.db.begin_nested() as written_down:
        sign_in.offer(call.db, person, made, form.next, call.now)
        ends = call.now + sign_in.WORKS
        post(call.db, form.email, subject, text, call.now, kind="sign-in", expires_at=ends)
        call.db.flush()
        if person is None:
            written_down.rollback()


def written(call: Call, person: Person | None, made: sign_in.Secrets) -> tuple[str, str]:
    """Subject and text of the mail, in the person's language. Its link is built from settings, never from `Host`."""
    pages = call.house.pages
    accepts = "" if person and person.language else call.accepts
    language = choose(person.language if person else None, accepts, tuple(pages.languages.values()))
    context = {
        "name": person.name if person else "",
        "link": f"{call.house.settings.origin}/sign-in/link/{made.token}",
        "code": f"{made.code[:3]} {made.code[3:]}",
        "minutes": int(sign_in.WORKS.total_seconds()) // 60,
    }
    subject = pages.say(N_("Your link to sign in to Sweetspot"), language)
    return subject, pages.text("mail/sign_in.txt", context, language)


def code_page(call: Call) -> Page:
    """Asks for the code. Looks nothing up: a handle that was never given out shows the same page."""
    back = local_path(call.query.get("next", "/"))
    context = {
        "action": f"/sign-in/code/{quote(call.given['handle'], safe='')}/logins",
        "code": typed_in(call, code="")["code"],
        "errors": errors_of(call),
        "new_mail": "/sign-in" if back == "/" else f"/sign-in?next={quote(back)}",
        "name": call.viewer.name if call.viewer else None,
    }
    return Page("people/code.html", context)


@verb("/sign-in/code/{handle:str}/logins", again=code_page)
def enter_code(call: Call, form: CodeForm) -> Reply:
    """Sign in with the code. A wrong one is counted before it is refused."""
    take(call.db, CODES_FROM, network(call.client), call.now)
    used = sign_in.use_code(call.db, call.given["handle"], form.code, call.now)
    if used is None:
        keep(call.db)
        raise Rejected({"code": Message(WRONG_CODE)})
    return new_login(call, used.person_id, used.next_path)


def link_page(call: Call) -> Page:
    """Shows who would sign in. Opening a link uses nothing up: mail scanners open links too."""
    found = sign_in.offered(call.db, call.given["token"], call.now)
    if found is None or found.state is not sign_in.State.OPEN:
        state = found.state.value if found else "unknown"
        name = call.viewer.name if call.viewer else None
        return Page("people/link_refused.html", {"state": state, "name": name}, status=410)
    action = f"/sign-in/link/{quote(call.given['token'], safe='')}/logins"
    return Page("people/link.html", {"name": found.name, "email": found.email, "action": action})


@verb("/sign-in/link/{token:str}/logins", again=link_page)
def follow_link(call: Call) -> Reply:
    """Sign in with the link. One that does not work leads to its page, which says why."""
    used = sign_in.use_link(call.db, call.given["token"], call.now)
    if used is None:
        return Reply(f"/sign-in/link/{quote(call.given['token'], safe='')}")
    return new_login(call, used.person_id, used.next_path)


@verb("/sign-out")
def sign_out(call: Call) -> Reply:
    """End this login, and make the browser forget what it kept of us."""
    return sign_out_of(call)


def sign_out_of(call: Call) -> Reply:
    """The end of the login this browser shows."""
    logins.end(call.db, login_token(call))
    gone = CookieSet(call.house.settings.login_cookie, "", 0)
    return Reply("/?done=signed-out", cookies=(gone,), leaves=True)


show_code = page("/sign-in/code/{handle:str}")(code_page)
show_link = page("/sign-in/link/{token:str}")(link_page)

routes: list[HTTPRouteHandler] = [show_sign_in, ask, show_code, enter_code, show_link, follow_link, sign_out]
