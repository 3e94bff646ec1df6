"""Who may do what at every address, written down. A route without a row fails, and so does a row without a route.

Each row tells what the answer is for everybody who might ask, in the order of `ASKING`: 200 and 303 are yes, 404 is
"there is no such thing for you", 403 is "yours to see, not to do", 422 a form that was read and not accepted.
Anonymous people are sent to sign in (303) wherever they could see something if they did.
"""

from __future__ import annotations

from dataclasses import dataclass, field

ASKING = (
    *("anonymous", "outsider", "removed", "member", "colleague", "peer", "elsewhere", "adviser"),
    *("facilitator", "sponsor", "owner"),
)


@dataclass(frozen=True)
class Row:
    """`answers`: one status for each of ASKING. `sent`: what the form says. `demo`: only there in demo mode."""

    answers: str
    sent: dict[str, str] = field(default_factory=dict)
    demo: bool = False

    def expected(self) -> dict[str, int]:
        statuses = [int(word) for word in self.answers.split()]
        assert len(statuses) == len(ASKING), self.answers
        return dict(zip(ASKING, statuses, strict=True))


# The comment is Amara's ("member"), the membership Bram's ("colleague"), everything else team Tide's.
TEXTS = {"base": "1", "title": "Title", "challenge": "c", "context": "c", "tried": "t", "asked": "a"}
PROGRAMME = {"name": "Name", "time_zone": "Europe/Paris"}
HOME = {"organisation_name": "House", "country": "FR", "sector": "public", "time_zone": "Europe/Paris"}
TEAM = {"name": "Name", "part": "learns", "organisation": "new", **HOME}
GUEST = {"people": "Guest <guest-of-{role}@example.org>"}
TALK = {"place": "thread-1", "text": "Words"}
PREFERRED = {"name": "Name", "time_zone": "Europe/Paris", "language": "en"}

#                                    anon outs rem  memb coll peer else advi faci spon owne
TABLE: dict[str, Row] = {
    "home":                       Row("200 303 200 303 303 303 303 200 200 200 200"),
    "cohorts.web.cohort.show":    Row("303 404 404 200 200 200 404 200 200 200 200"),
    "cohorts.edit":               Row("303 404 404 403 403 403 404 403 200 403 200"),
    "imports.list":               Row("303 404 404 403 403 403 404 403 200 403 200"),
    "cohorts.web.imports.template": Row("303 404 404 403 403 403 404 403 200 403 200"),
    "cohorts.web.imports.create": Row("303 404 404 403 403 403 404 403 422 403 422"),
    "cohorts.web.imports.show":   Row("303 404 404 404 404 404 404 404 200 404 200"),
    "cohorts.web.imports.show_rows": Row("303 404 404 404 404 404 404 404 200 404 200"),
    "cohorts.web.imports.errors": Row("303 404 404 404 404 404 404 404 200 404 200"),
    "cohorts.web.imports.confirm": Row("303 404 404 404 404 404 404 404 303 404 303"),
    "cohorts.web.imports.cancel": Row("303 404 404 404 404 404 404 404 303 404 303"),
    "cohorts.web.cohort.describe": Row("303 404 404 403 403 403 404 403 303 403 303", {"name": "Name"}),
    "cohorts.web.team.show":      Row("303 404 404 200 200 200 404 200 200 200 200"),
    "teams.edit":                 Row("303 404 404 403 403 403 404 403 200 403 200"),
    "cohorts.web.team.describe":  Row("303 404 404 403 403 403 404 403 303 403 303", {"name": "Name", "part": "asks"}),
    "memberships.removal":        Row("303 404 404 403 403 403 404 403 200 403 200"),
    "cohorts.web.people.remove":  Row("303 404 404 403 403 403 404 403 303 403 303"),
    "memberships.move":           Row("303 404 404 403 403 403 404 403 200 403 200"),
    "cohorts.web.people.move":    Row("303 404 404 403 403 403 404 403 303 403 303", {"team": "2"}),
    "cohorts.web.people.show":    Row("303 404 404 403 403 403 403 403 200 403 200"),
    "cohorts.web.people.show_owners": Row("303 404 404 404 404 404 404 404 404 404 200"),
    "cohorts.web.audit.show":     Row("303 404 404 404 404 404 404 404 200 404 200"),
    "cohorts.web.ended.show":     Row("303 200 200 200 200 200 200 200 200 200 200"),
    "cohorts.web.programme.show": Row("303 404 404 200 200 200 200 200 200 200 200"),
    "programmes.new":             Row("303 404 404 404 404 404 404 404 404 404 200"),
    "cohorts.web.programme.create": Row("303 404 404 404 404 404 404 404 404 404 303", PROGRAMME),
    "programmes.edit":            Row("303 404 404 403 403 403 403 403 200 403 200"),
    "cohorts.web.programme.describe": Row("303 404 404 403 403 403 403 403 303 403 303", PROGRAMME),
    "cohorts.new":                Row("303 404 404 403 403 403 403 403 200 403 200"),
    "cohorts.web.programme.create_cohort": Row("303 404 404 403 403 403 403 403 303 403 303", {"name": "Name"}),
    "teams.new":                  Row("303 404 404 403 403 403 404 403 200 403 200"),
    "cohorts.web.new_team.create": Row("303 404 404 403 403 403 404 403 303 403 303", TEAM),
    "cohorts.web.arrivals.show":  Row("303 404 404 403 403 403 404 403 200 403 200"),
    "arrivals.mails":             Row("303 404 404 403 403 403 404 403 200 403 200"),
    "cohorts.web.arrivals.send_all_again": Row("303 404 404 403 403 403 404 403 303 403 303"),
    # Whoever may not invite does not learn that somebody is invited.
    "cohorts.web.arrivals.send_again": Row("303 404 404 404 404 404 404 404 303 404 303"),
    "invitations.retraction":     Row("303 404 404 404 404 404 404 404 200 404 200"),
    "cohorts.web.arrivals.retract": Row("303 404 404 404 404 404 404 404 303 404 303"),
    "invitations.into_team":      Row("303 404 404 403 403 403 404 403 200 403 200"),
    "invitations.into_cohort":    Row("303 404 404 403 403 403 404 403 200 403 200"),
    "invitations.into_programme": Row("303 404 404 403 403 403 403 403 200 403 200"),
    "invitations.to_own":         Row("303 404 404 404 404 404 404 404 404 404 200"),
    "cohorts.web.inviting.invite_members": Row("303 404 404 403 403 403 404 403 303 403 303", GUEST),
    "cohorts.web.inviting.invite_board": Row("303 404 404 403 403 403 404 403 303 403 303", GUEST),
    "cohorts.web.inviting.invite_facilitators": Row("303 404 404 403 403 403 403 403 303 403 303", GUEST),
    "cohorts.web.inviting.invite_owners": Row("303 404 404 404 404 404 404 404 404 404 303", GUEST),
    "cohorts.web.inviting.show_programme": Row("303 404 404 403 403 403 403 403 200 403 200"),
    "cohorts.web.inviting.show_owners": Row("303 404 404 404 404 404 404 404 404 404 200"),
    # Nobody was sent that link; with one that was, tests/cohorts/test_invitation_links.py.
    "invitations.show":           Row("404 404 404 404 404 404 404 404 404 404 404"),
    "cohorts.web.invitations.accept": Row("303 303 303 303 303 303 303 303 303 303 303"),
    "cohorts.web.invitations.sign_out": Row("303 303 303 303 303 303 303 303 303 303 303"),
    "feedback.web.initiatives.show": Row("303 404 404 200 200 200 404 200 200 200 404"),
    "initiatives.edit":           Row("303 404 404 200 200 403 404 403 403 403 404"),
    "cohorts.web.initiative.save": Row("303 404 404 303 303 403 404 403 403 403 404", TEXTS),
    "initiatives.summary":        Row("303 404 404 200 200 403 404 403 403 403 404"),
    "cohorts.web.initiative.release": Row("303 404 404 303 303 403 404 403 403 403 404", {"summary": "What we found"}),
    "feedback.web.talk.show":     Row("303 404 404 200 200 200 404 200 200 404 404"),
    "feedback.web.comments.create": Row("303 404 404 303 303 303 404 303 303 404 404", {"text": "Words"}),
    "feedback.web.composer.show": Row("303 404 404 200 200 200 404 200 200 404 404"),
    "feedback.web.comments.show": Row("303 404 404 303 303 303 404 303 303 404 404"),
    "feedback.web.comments.history": Row("303 404 404 200 200 200 404 200 200 404 404"),
    "feedback.web.revisions.edit": Row("303 404 404 200 403 403 404 403 403 404 404"),
    "feedback.web.revisions.revise": Row("303 404 404 303 403 403 404 403 403 404 404", {"text": "W", "version": "1"}),
    "feedback.web.revisions.confirm": Row("303 404 404 200 403 403 404 403 403 404 404"),
    "feedback.web.revisions.withdraw": Row("303 404 404 303 403 403 404 403 403 404 404"),
    "feedback.web.revisions.restore": Row("303 404 404 303 403 403 404 403 403 404 404"),
    # One's own comment is not for oneself to nod at.
    "feedback.web.reacting.create": Row("303 404 404 403 303 303 404 303 303 404 404"),
    "feedback.web.reacting.remove": Row("303 404 404 403 303 303 404 303 303 404 404"),
    "feedback.web.visits.create": Row("303 404 404 303 303 303 404 303 303 404 404", {"upto": "1"}),
    "feedback.web.visits.mark_unread": Row("303 404 404 303 303 303 404 303 303 404 404"),
    "cohorts.web.history.show":   Row("303 404 404 200 200 200 404 200 200 403 404"),
    # What one writes is one's own wherever one may be; it is shown in a form that is open to one, and nowhere else.
    "feedback.web.drafts.save":   Row("303 303 303 303 303 303 303 303 303 303 303", TALK),
    "feedback.web.drafts.discard": Row("303 303 303 303 303 303 303 303 303 303 303", TALK),
    "feedback.web.drafts.put_back": Row("303 303 303 303 303 303 303 303 303 303 303", TALK),
    "feedback.web.drafts.show":   Row("303 404 404 303 303 303 404 303 303 404 404"),
    "feedback.web.previews.preview": Row("303 404 404 200 200 200 404 200 200 404 404", TALK),
    "feedback.web.resolutions.create": Row("303 404 404 303 303 403 404 403 303 404 404"),
    "feedback.web.resolutions.reopen": Row("303 404 404 303 303 403 404 403 303 404 404"),
    "cohorts.web.mails.mails_page": Row("303 404 404 404 404 404 404 404 404 404 200"),
    "cohorts.web.mails.resend":   Row("303 404 404 404 404 404 404 404 404 404 303"),
    "cohorts.web.mails.try_all":  Row("303 404 404 404 404 404 404 404 404 404 303"),
    "people.web.profile.profile_page": Row("303 200 200 200 200 200 200 200 200 200 200"),
    "people.web.profile.prefer":  Row("303 303 303 303 303 303 303 303 303 303 303", PREFERRED),
    "people.web.profile.set_zone": Row("303 303 303 303 303 303 303 303 303 303 303", {"zone": "Europe/Paris"}),
    "people.web.my_logins.show":  Row("303 200 200 200 200 200 200 200 200 200 200"),
    # Nobody's login has that number: somebody else's is not there either.
    "people.web.my_logins.end_one": Row("303 404 404 404 404 404 404 404 404 404 404"),
    "people.web.my_logins.end_others": Row("303 303 303 303 303 303 303 303 303 303 303"),
    "people.web.my_data.show":    Row("303 200 200 200 200 200 200 200 200 200 200"),
    "people.web.my_data.download": Row("303 200 200 200 200 200 200 200 200 200 200"),
    "people.web.sign_in.show_sign_in": Row("200 303 303 303 303 303 303 303 303 303 303"),
    "people.web.sign_in.ask":     Row("303 303 303 303 303 303 303 303 303 303 303", {"email": "{role}@example.org"}),
    "people.web.sign_in.code_page": Row("200 200 200 200 200 200 200 200 200 200 200"),
    "people.web.sign_in.enter_code": Row("422 422 422 422 422 422 422 422 422 422 422", {"code": "123456"}),
    "people.web.sign_in.link_page": Row("410 410 410 410 410 410 410 410 410 410 410"),
    "people.web.sign_in.follow_link": Row("303 303 303 303 303 303 303 303 303 303 303"),
    "people.web.sign_in.sign_out": Row("303 303 303 303 303 303 303 303 303 303 303"),
    # Nobody but the people of a demo, and Jun is not invented for it; one enters as a person, whoever one was before.
    "people.web.demo.enter":      Row("303 303 303 303 303 303 303 303 303 303 303", {"person": "1"}, demo=True),
    "people.web.demo.show_mail":  Row("200 200 200 200 200 200 200 200 200 200 200", demo=True),
    "people.web.demo.show_styles": Row("200 200 200 200 200 200 200 200 200 200 200", demo=True),
    "live.frames":                Row("303 404 404 200 200 200 404 200 200 404 404"),
    # Only for a program that knows a token: to people there is no such page (tests/server/test_figures.py).
    "metrics":                    Row("404 404 404 404 404 404 404 404 404 404 404"),
    # For load balancers, which come by any name and without a login; they are told no more than whether it works.
    "health":                     Row("200 200 200 200 200 200 200 200 200 200 200"),
    "ready":                      Row("200 200 200 200 200 200 200 200 200 200 200"),
    "static":                     Row("200 200 200 200 200 200 200 200 200 200 200"),
    # The codes with which the socket of Tide's talk is closed; 0 stays open.
    "live.socket":                Row("4403 4404 4404 0 0 0 4404 0 0 4404 4404"),
}  # fmt: skip
