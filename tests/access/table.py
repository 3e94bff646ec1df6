"""Who may do what at every address, written down. A route without a row fails, and so does a row without a route.

Each row tells what the answer is for everybody who might ask, in the order of `ASKING`: 200 and 303 are yes, 404 is
"there is no such thing for you", 403 is "yours to see, not to do", 422 a form that was read and not accepted.
Anonymous people are sent to sign in (303) wherever they could see something if they did.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.access.table_rooms import ROOMS
from tests.access.table_sessions import SESSIONS

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
APART = {"other": "2", "why": "We compete."}
QUOTE = {"passage": "Who rings them", "purpose": "A report"}
REVISED = {"version": "1", "text": "Other words"}
# The first audience of the first cohort: the whole of it.
PROMPT = {"kind": "question", "text": "Words", "audience": "1"}
PREFERRED = {"name": "Name", "time_zone": "Europe/Paris", "language": "en"}

#                                    anon outs rem  memb coll peer else advi faci spon owne
TABLE: dict[str, Row] = {
    "home":                       Row("200 303 200 303 303 303 303 200 200 200 200"),
    "cohorts.web.cohort.show":    Row("303 404 404 200 200 200 404 200 200 200 200"),
    "cohorts.web.cohort.show_day": Row("303 404 404 200 200 200 404 200 200 200 200"),
    "cohorts.edit":               Row("303 404 404 403 403 403 404 403 200 403 200"),
    "imports.list":               Row("303 404 404 403 403 403 404 403 200 403 200"),
    "cohorts.web.imports.template": Row("303 404 404 403 403 403 404 403 200 403 200"),
    "cohorts.web.imports.create": Row("303 404 404 403 403 403 404 403 422 403 422"),
    "cohorts.web.imports.show":   Row("303 404 404 404 404 404 404 404 200 404 200"),
    "cohorts.web.imports.show_rows": Row("303 404 404 404 404 404 404 404 200 404 200"),
    "cohorts.web.imports.errors": Row("303 404 404 404 404 404 404 404 200 404 200"),
    "cohorts.web.imports.confirm": Row("303 404 404 404 404 404 404 404 303 404 303"),
    "cohorts.web.imports.resume": Row("303 404 404 404 404 404 404 404 303 404 303"),
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
    "cohorts.web.arrivals.show_list":  Row("303 404 404 403 403 403 404 403 200 403 200"),
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
    "feedback.web.attachments.create": Row("303 404 404 422 422 422 404 422 422 404 404"),
    # The file came with Amara's comment: what was sent is not taken back by itself, not even by her.
    "feedback.web.attachments.show": Row("303 404 404 200 200 200 404 200 200 404 404"),
    "feedback.web.attachments.preview": Row("303 404 404 200 200 200 404 200 200 404 404"),
    "feedback.web.attachments.remove": Row("303 404 404 403 403 403 404 403 403 404 404"),
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
    # The round of Tide and Reed in which the teams write now: what can only be done before its release is closed.
    "feedback.rounds.web.listed.show_list": Row("303 404 404 200 200 200 404 200 200 404 404"),
    "feedback.rounds.web.listed.show": Row("303 404 404 200 200 200 404 200 200 404 404"),
    "rounds.new":                 Row("303 404 404 403 403 403 404 403 200 404 404"),
    "feedback.rounds.web.planning.create": Row("303 404 404 403 403 403 404 403 422 404 404"),
    "rounds.edit":                Row("303 404 404 403 403 403 404 403 403 404 404"),
    "feedback.rounds.web.planning.change": Row("303 404 404 403 403 403 404 403 403 404 404"),
    "rounds.times":               Row("303 404 404 403 403 403 404 403 200 404 404"),
    "feedback.rounds.web.planning.move": Row("303 404 404 403 403 403 404 403 422 404 404"),
    "rounds.cancellation":        Row("303 404 404 403 403 403 404 403 200 404 404"),
    "feedback.rounds.web.planning.cancel": Row("303 404 404 403 403 403 404 403 303 404 404", {"why": "Flood"}),
    "rounds.run":                 Row("303 404 404 403 403 403 404 403 200 404 404"),
    "rounds.pairs":               Row("303 404 404 403 403 403 404 403 200 404 404"),
    "feedback.rounds.web.arranging.propose": Row("303 404 404 403 403 403 404 403 403 404 404"),
    "feedback.rounds.web.arranging.fill": Row("303 404 404 403 403 403 404 403 303 404 404"),
    "feedback.rounds.web.arranging.release": Row("303 404 404 403 403 403 404 403 303 404 404"),
    "feedback.rounds.web.arranging.add": Row("303 404 404 403 403 403 404 403 422 404 404"),
    "feedback.rounds.web.arranging.swap": Row("303 404 404 403 403 403 404 403 422 404 404"),
    # Who is paired with whom is for facilitators: to others a pair is not there.
    "feedback.rounds.web.arranging.remove": Row("303 404 404 404 404 404 404 404 303 404 404"),
    "feedback.rounds.web.arranging.excuse": Row("303 404 404 403 403 403 404 403 303 404 404"),
    "feedback.rounds.web.arranging.take_in": Row("303 404 404 403 403 403 404 403 303 404 404"),
    "feedback.rounds.web.arranging.remind": Row("303 404 404 403 403 403 404 403 303 404 404"),
    "feedback.rounds.web.arranging.remind_all": Row("303 404 404 403 403 403 404 403 303 404 404"),
    "conflicts.show":             Row("303 404 404 200 200 404 404 404 200 404 404"),
    "feedback.rounds.web.conflicts.declare": Row("303 404 404 303 303 404 404 404 403 404 404", APART),
    "feedback.rounds.web.conflicts.remove": Row("303 404 404 303 303 404 404 404 403 404 404"),
    "rounds.reminders":           Row("303 404 404 200 200 200 404 200 200 404 404"),
    "feedback.rounds.web.reminding.stop": Row("303 404 404 303 303 303 404 303 303 404 404"),
    "feedback.rounds.web.reminding.start": Row("303 404 404 303 303 303 404 303 303 404 404"),
    # Tide gives to Reed, and has not begun: only its own people come to what it writes, and nothing is answered yet.
    "feedback.rounds.web.giving.show_team": Row("303 404 404 200 200 404 404 404 404 404 404"),
    "feedback.rounds.web.giving.show": Row("303 404 404 200 200 404 404 404 404 404 404"),
    "feedback.rounds.web.giving.begin": Row("303 404 404 303 303 404 404 404 404 404 404"),
    "feedback.rounds.web.giving.choose_level": Row("303 404 404 404 404 404 404 404 404 404 404", {"level": "0"}),
    "feedback.rounds.web.signing.show": Row("303 404 404 303 303 404 404 404 404 404 404"),
    "feedback.rounds.web.signing.sign": Row("303 404 404 422 422 404 404 404 404 404 404", {"mark": "m"}),
    "feedback.rounds.web.signing.take_back": Row("303 404 404 303 303 404 404 404 404 404 404"),
    "feedback.rounds.web.received.show": Row("303 404 404 200 200 404 404 404 200 404 404"),
    # Nothing was signed here yet; for items that are revealed, tests/feedback/rounds/test_giving.py.
    "items.prompt":               Row("303 404 404 404 404 404 404 404 404 404 404"),
    "feedback.rounds.web.received.show_item": Row("303 404 404 404 404 404 404 404 404 404 404"),
    "rounds.answer":              Row("303 404 404 404 404 404 404 404 404 404 404"),
    "feedback.rounds.web.answering.create": Row("303 404 404 404 404 404 404 404 404 404 404"),
    "feedback.rounds.web.answering.thank": Row("303 404 404 404 404 404 404 404 404 404 404"),
    "rounds.take_back":           Row("303 404 404 404 404 404 404 404 404 404 404"),
    "feedback.rounds.web.taking_back.take_back": Row("303 404 404 404 404 404 404 404 404 404 404"),
    "rounds.helped":              Row("303 404 404 404 404 404 404 404 404 404 404"),
    "feedback.rounds.web.answering.say_helped": Row("303 404 404 404 404 404 404 404 404 404 404"),
    # The round here asks for no document; for one that does, tests/feedback/rounds/test_documents.py.
    "rounds.hand_in": Row("303 404 404 404 404 404 404 404 404 404 404"),
    "feedback.rounds.web.handing_in.create": Row("303 404 404 404 404 404 404 404 404 404 404"),
    "feedback.rounds.web.handing_in.show": Row("303 404 404 404 404 404 404 404 404 404 404"),
    "feedback.rounds.web.handing_in.preview": Row("303 404 404 404 404 404 404 404 404 404 404"),
    "rounds.practice":            Row("303 404 404 200 200 200 404 200 200 404 404"),
    "feedback.rounds.web.practising.keep": Row("303 404 404 303 303 303 404 303 303 404 404", {"text": "Mine"}),
    # Asked of Amara by Chiara: to those whom it does not concern there is no such question.
    "quotes.ask":                 Row("303 404 404 403 200 200 404 200 200 404 404"),
    "feedback.web.quotes.create": Row("303 404 404 403 303 303 404 303 303 404 404", QUOTE),
    "quotes.show":                Row("303 200 200 200 200 200 200 200 200 200 200"),
    "quotes.list":                Row("303 200 200 200 200 200 200 200 200 200 200"),
    "feedback.web.quotes.answer": Row("303 404 404 303 404 403 404 404 403 404 404", {"answer": "no"}),
    "feedback.web.quotes.end":    Row("303 404 404 422 404 403 404 404 403 404 404"),
    "feedback.web.mentioning.show": Row("303 404 404 200 200 200 404 200 200 404 404"),
    "feedback.web.following.choose": Row("303 404 404 303 303 303 404 303 303 404 404", {"volume": "everything"}),
    "feedback.web.following.wish": Row("303 303 303 303 303 303 303 303 303 303 303", {"mail": "never"}),
    # Nobody was sent that link; with one that was, tests/feedback/test_letters.py.
    "feedback.web.following.ask": Row("404 404 404 404 404 404 404 404 404 404 404"),
    "feedback.web.following.stop": Row("404 404 404 404 404 404 404 404 404 404 404"),
    "feedback.web.following.stopped": Row("404 404 404 404 404 404 404 404 404 404 404"),
    "feedback.web.noticing.show": Row("303 200 200 200 200 200 200 200 200 200 200"),
    "feedback.web.noticing.show_list": Row("303 200 200 200 200 200 200 200 200 200 200"),
    "feedback.web.noticing.read_all": Row("303 303 303 303 303 303 303 303 303 303 303"),
    "feedback.web.noticing.read_place": Row("303 303 303 303 303 303 303 303 303 303 303"),
    # One's own comment is withdrawn, not reported.
    "comments.report":            Row("303 404 404 403 200 200 404 200 200 404 404"),
    "feedback.web.moderating.report": Row("303 404 404 403 303 303 404 303 303 404 404", {"reason": "Why"}),
    "feedback.web.moderating.reported": Row("303 404 404 403 200 200 404 200 200 404 404"),
    "comments.moderation":        Row("303 404 404 403 403 403 404 403 200 404 404"),
    "feedback.web.moderating.hide": Row("303 404 404 403 403 403 404 403 303 404 404", {"reason": "Why"}),
    "feedback.web.moderating.dismiss": Row("303 404 404 403 403 403 404 403 303 404 404"),
    "feedback.web.moderating.decide": Row("303 404 404 403 403 403 404 403 303 404 404", {"outcome": "stays"}),
    "feedback.web.moderating.show_again": Row("303 404 404 403 403 403 404 403 303 404 404"),
    # Nobody has hidden it; for one that is, tests/feedback/test_moderation.py.
    "comments.hiding":            Row("303 404 404 200 403 403 404 403 403 404 404"),
    "feedback.web.moderating.appeal": Row("303 404 404 403 403 403 404 403 403 404 404", {"words": "Why"}),
    # Owners do not read the talk, so what is wrong with it is not theirs to decide.
    "feedback.web.moderating.show_reports": Row("303 404 404 403 403 403 403 403 200 403 403"),
    # The prompt is Esi's ("adviser"), for the whole cohort. Nobody agrees with themselves.
    "prompts.new":                Row("303 404 404 403 403 403 404 200 200 403 404"),
    "feedback.advice.web.writing.create": Row("303 404 404 403 403 403 404 303 303 403 404", PROMPT),
    "prompts.show":               Row("303 404 404 200 200 200 404 200 200 404 404"),
    "prompts.alone":              Row("303 404 404 200 200 200 404 200 200 404 404"),
    "prompts.own_list":           Row("303 404 404 404 404 404 404 200 404 404 404"),
    "prompts.edit":               Row("303 404 404 403 403 403 404 200 403 404 404"),
    "feedback.advice.web.asking.revise": Row("303 404 404 403 403 403 404 303 403 404 404", REVISED),
    "prompts.withdrawal":         Row("303 404 404 403 403 403 404 200 403 404 404"),
    "feedback.advice.web.asking.withdraw": Row("303 404 404 403 403 403 404 303 403 404 404"),
    "feedback.advice.web.asking.restore": Row("303 404 404 403 403 403 404 303 403 404 404"),
    "feedback.advice.web.answering.respond": Row("303 404 404 303 303 403 404 403 403 404 404", {"kind": "took on"}),
    # Nobody has answered it; for an answer that was given, tests/feedback/advice/test_taking_back.py.
    "responses.withdrawal":       Row("303 404 404 404 404 404 404 404 404 404 404"),
    "feedback.advice.web.taking_back.take_back": Row("303 404 404 404 404 404 404 404 404 404 404"),
    "feedback.advice.web.taking_back.put_back": Row("303 404 404 404 404 404 404 404 404 404 404"),
    "feedback.advice.web.answering.judge": Row("303 404 404 403 403 403 404 403 303 404 404"),
    "feedback.advice.web.answering.forget": Row("303 404 404 403 403 403 404 403 303 404 404"),
    "feedback.advice.web.desk.show": Row("303 404 404 404 404 404 404 200 404 404 404"),
    "desk.list":                  Row("303 404 404 404 404 404 404 200 404 404 404"),
    "feedback.advice.web.desk.read_one": Row("303 404 404 404 404 404 404 303 404 404 404"),
    "asked.show":                 Row("303 404 404 200 200 200 404 200 200 404 404"),
    "asked.list":                 Row("303 404 404 200 200 200 404 200 200 404 404"),
    "asked.points":               Row("303 404 404 200 200 200 404 200 200 404 404"),
    "reading.list":               Row("303 404 404 200 200 200 404 200 200 404 404"),
    "reading.show":               Row("303 404 404 200 200 200 404 200 200 404 404"),
    "overview.show":              Row("303 404 404 403 403 403 404 403 200 404 404"),
    "feedback.rounds.web.overview.download": Row("303 404 404 403 403 403 404 403 200 404 404"),
    # A text of the team's feedback to another team: its people write, and nobody else reads.
    "texts.page":                 Row("303 404 404 200 200 404 404 404 404 404 404"),
    "texts.changes":              Row("303 404 404 200 200 404 404 404 404 404 404"),
    "server.live.texts_channel.send": Row("303 404 404 200 200 404 404 404 404 404 404"),
    "server.live.texts_page.add": Row("303 404 404 303 303 404 404 404 404 404 404", {"paragraph": "Words"}),
    "live.frames":                Row("303 404 404 200 200 200 404 200 200 404 404"),
    # Only for a program that knows a token: to people there is no such page (tests/server/test_figures.py).
    "metrics":                    Row("404 404 404 404 404 404 404 404 404 404 404"),
    # For load balancers, which come by any name and without a login; they are told no more than whether it works.
    "health":                     Row("200 200 200 200 200 200 200 200 200 200 200"),
    "ready":                      Row("200 200 200 200 200 200 200 200 200 200 200"),
    "static":                     Row("200 200 200 200 200 200 200 200 200 200 200"),
    # The codes with which the sockets of Tide's text and talk are closed; 0 stays open.
    "texts.socket":               Row("4403 4404 4404 0 0 4404 4404 4404 4404 4404 4404"),
    "live.socket":                Row("4403 4404 4404 0 0 0 4404 0 0 4404 4404"),
}  # fmt: skip
TABLE |= {name: Row(*row) for name, row in (SESSIONS | ROOMS).items()}
