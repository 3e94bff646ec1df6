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
PREFERRED = {"name": "Name", "time_zone": "Europe/Paris", "language": "en"}

#                                    anon outs rem  memb coll peer else advi faci spon owne
TABLE: dict[str, Row] = {
    "home":                       Row("200 303 200 303 303 303 303 200 200 200 200"),
    "cohorts.web.cohort.show":    Row("303 404 404 200 200 200 404 200 200 200 200"),
    "cohorts.edit":               Row("303 404 404 403 403 403 404 403 200 403 200"),
    "cohorts.web.cohort.describe": Row("303 404 404 403 403 403 404 403 303 403 303", {"name": "Name"}),
    "cohorts.web.team.show":      Row("303 404 404 200 200 200 404 200 200 200 200"),
    "teams.edit":                 Row("303 404 404 403 403 403 404 403 200 403 200"),
    "cohorts.web.team.describe":  Row("303 404 404 403 403 403 404 403 303 403 303", {"name": "Name", "part": "asks"}),
    "memberships.removal":        Row("303 404 404 403 403 403 404 403 200 403 200"),
    "cohorts.web.team.remove":    Row("303 404 404 403 403 403 404 403 303 403 303"),
    "feedback.web.initiatives.show": Row("303 404 404 200 200 200 404 200 200 200 404"),
    "initiatives.edit":           Row("303 404 404 200 200 403 404 403 403 403 404"),
    "cohorts.web.initiative.save": Row("303 404 404 303 303 403 404 403 403 403 404", TEXTS),
    "initiatives.summary":        Row("303 404 404 200 200 403 404 403 403 403 404"),
    "cohorts.web.initiative.release": Row("303 404 404 303 303 403 404 403 403 403 404", {"summary": "What we found"}),
    "feedback.web.comments.create": Row("303 404 404 303 303 303 404 303 303 404 404", {"text": "Words"}),
    "feedback.web.composer.show": Row("303 404 404 200 200 200 404 200 200 404 404"),
    "feedback.web.comments.show": Row("303 404 404 303 303 303 404 303 303 404 404"),
    "feedback.web.comments.history": Row("303 404 404 200 200 200 404 200 200 404 404"),
    "feedback.web.revisions.edit": Row("303 404 404 200 403 403 404 403 403 404 404"),
    "feedback.web.revisions.revise": Row("303 404 404 303 403 403 404 403 403 404 404", {"text": "W", "version": "1"}),
    "feedback.web.revisions.confirm": Row("303 404 404 200 403 403 404 403 403 404 404"),
    "feedback.web.revisions.withdraw": Row("303 404 404 303 403 403 404 403 403 404 404"),
    "feedback.web.revisions.restore": Row("303 404 404 303 403 403 404 403 403 404 404"),
    "feedback.web.resolutions.create": Row("303 404 404 303 303 403 404 403 303 404 404"),
    "feedback.web.resolutions.reopen": Row("303 404 404 303 303 403 404 403 303 404 404"),
    "people.web.profile.profile_page": Row("303 200 200 200 200 200 200 200 200 200 200"),
    "people.web.profile.prefer":  Row("303 303 303 303 303 303 303 303 303 303 303", PREFERRED),
    "people.web.profile.set_zone": Row("303 303 303 303 303 303 303 303 303 303 303", {"zone": "Europe/Paris"}),
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
    "static":                     Row("200 200 200 200 200 200 200 200 200 200 200"),
    # The codes with which the socket of Tide's talk is closed; 0 stays open.
    "live.socket":                Row("4403 4404 4404 0 0 0 4404 0 0 4404 4404"),
}  # fmt: skip
