"""The mail this installation sends, for its owners: what waits, what failed, what may not have arrived.

Never its words: they hold links that sign in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from cohorts.web.forms import NoForm
from cohorts.web.places import OwnerDoor, run_installation
from server import mail
from server.calls import Call, Door, Reply
from server.languages import N_
from server.mail import MailFacts, MailState
from server.pages import Page
from server.refusals import Message, NotYours, Rejected
from server.routes import page, verb

MOST = 50
# A mail's kind in words, and what to do about one whose text is gone.
KINDS = {"sign-in": N_("Sign-in"), "invitation": N_("Invitation"), "notice": N_("Notices"), "": N_("Other")}
INSTEAD = {
    "sign-in": N_("Its link no longer works. Whoever needs it asks for a new one."),
    "invitation": N_("Its link no longer works. Invite them again."),
}
TOLD = N_("Somebody who is told")
GONE = N_("Its text is gone, so it cannot be sent again.")


@dataclass(frozen=True, slots=True)
class MailRow:
    """A mail in the table: `to`, `kind` and `why` in the reader's language; `instead` where it cannot be sent again."""

    facts: MailFacts
    to: str
    kind: str
    why: str
    instead: str


@dataclass(frozen=True, slots=True)
class Mails:
    """All mails in one state: how many there are, and the newest of them."""

    count: int
    rows: list[MailRow]


def open_mail(call: Call) -> int:
    """The id of the mail the path names, for owners."""
    run_installation(call)
    mail_id: int = call.given["mail"]
    if not mail.exists(call.db, mail_id):
        raise NotYours
    return mail_id


MailDoor = Annotated[int, Door(open_mail)]


def mails_page(call: Call, owner: OwnerDoor) -> Page:
    """What needs somebody first, then what waits, then what was sent."""
    context: dict[str, Any] = {
        **{state.value: _mails(call, state) for state in MailState},
        "server": bool(call.house.settings.smtp_url),
        "error": call.house.pages.say(call.rejected.errors[""], call.language) if call.rejected else "",
        "zone": call.viewer.time_zone or "UTC",
    }
    return Page("cohorts/mails.html", context)


def _mails(call: Call, state: MailState) -> Mails:
    count, found = mail.in_state(call.db, state, MOST, call.now)
    return Mails(count, [_row(call, one) for one in found])


def _row(call: Call, facts: MailFacts) -> MailRow:
    kind = call.text(KINDS[facts.kind]) if facts.kind in KINDS else facts.kind.capitalize()
    instead = "" if facts.again else call.text(INSTEAD.get(facts.kind, GONE))
    return MailRow(facts, _to(call, facts), kind, _why(call, facts.error), instead)


def _to(call: Call, facts: MailFacts) -> str:
    """An address, but not of everybody who is told of something: whoever of a team is not told wrote it, and may have
    done so without their name. Where a mail server refuses an address, somebody must be able to put it right."""
    told = facts.kind == "notice" and not facts.error.startswith((mail.REFUSED, mail.UNWRITABLE))
    return call.text(TOLD) if told else facts.to


def _why(call: Call, error: str) -> str:
    """A reason of ours in the reader's language; what a mail server said stays as it said it."""
    for reason in mail.REASONS:
        if error.startswith(reason):
            return f"{call.text(reason)} {error.removeprefix(reason).strip()}".strip()
    return error


def mails_page_again(call: Call, mail_id: MailDoor) -> Page:
    """The page, with why one of its mails cannot be sent."""
    return mails_page(call, run_installation(call))


@verb("/mail/{mail:int}/resending", again=mails_page_again)
def resend(call: Call, mail_id: MailDoor, form: NoForm) -> Reply:
    """Send a mail again that failed, or may not have arrived, or waits."""
    if not mail.send_again(call.db, mail_id, call.now):
        raise Rejected({"": Message(GONE)})
    return Reply(to="/mail?done=mail-again")


@verb("/mail/tries", again=mails_page)
def try_all(call: Call, owner: OwnerDoor, form: NoForm) -> Reply:
    """Try everything that waits, now."""
    mail.try_all(call.db, call.now)
    return Reply(to="/mail?done=mail-tried")


show = page("/mail")(mails_page)

routes = [show, resend, try_all]
notices = {
    "mail-again": N_("The mail is on its way again."),
    "mail-tried": N_("All mail that waited is tried now."),
}
