"""Reporting a comment, hiding it, and asking for another decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator

from cohorts.identity import Author, Byline, shown_as, stricter
from cohorts.web.doors import standing
from cohorts.web.places import OpenProgramme, open_programme
from feedback import moderation, notices
from feedback.moderation import LONGEST_APPEAL, LONGEST_REASON, OUTCOMES, SHOWN, STAYS
from feedback.policies import may_appeal, may_decide, may_hide, may_report, may_show_again
from feedback.web.doors import OpenComment, open_comment, place_of
from people.web.forms import errors_of, typed_in
from server.calls import Call, Door, Region, Reply
from server.forms import Form, words
from server.languages import N_
from server.pages import Page
from server.refusals import Message, NotAllowed, Rejected, Wrong
from server.routes import page, verb

MOST = 200
WHY = N_("Say why, in a sentence.")
ONCE = N_("You have asked for another decision already. There is one answer to that.")


class ReasonForm(Form):
    """Why a comment is reported, or hidden."""

    reason: Annotated[str, words(LONGEST_REASON, empty=WHY)]


class AppealForm(Form):
    """What the author of a hidden comment says to that."""

    words: Annotated[str, words(LONGEST_APPEAL, empty=N_("Say why it should be shown."))]


def _a_decision(outcome: str) -> str:
    if outcome not in (STAYS, SHOWN):
        raise Wrong(N_("Choose one of these."))
    return outcome


class DecisionForm(Form):
    """What becomes of a hidden comment."""

    outcome: Annotated[str, AfterValidator(_a_decision)]


def open_to_report(call: Call) -> OpenComment:
    """Somebody else's comment that stands."""
    found = open_comment(call)
    if not may_report(found.thread.matter.vantage, call.signed_in.person_id, found.now):
        raise NotAllowed
    return found


def open_to_moderate(call: Call) -> OpenComment:
    """A comment, for the facilitators who did not write it."""
    found = open_comment(call)
    if not may_hide(found.thread.matter.vantage, call.signed_in.person_id, found.now):
        raise NotAllowed
    return found


def open_hidden(call: Call) -> OpenComment:
    """One's own comment that a facilitator hid, or had hidden."""
    found = open_comment(call)
    if found.now.author_id != call.signed_in.person_id:
        raise NotAllowed
    return found


def open_to_appeal(call: Call) -> OpenComment:
    """One's own comment, as long as it is hidden."""
    found = open_comment(call)
    if not may_appeal(call.signed_in.person_id, found.now):
        raise NotAllowed
    return found


def open_reports(call: Call) -> OpenProgramme:
    """A programme, for its facilitators: owners do not read the talk."""
    found = open_programme(call)
    if not found.moderates:
        raise NotAllowed
    return found


ReportDoor = Annotated[OpenComment, Door(open_to_report)]
ModerateDoor = Annotated[OpenComment, Door(open_to_moderate)]
HiddenDoor = Annotated[OpenComment, Door(open_hidden)]
AppealDoor = Annotated[OpenComment, Door(open_to_appeal)]
ReportsDoor = Annotated[OpenProgramme, Door(open_reports)]


def report_page(call: Call, comment: ReportDoor) -> Page:
    """The form that reports a comment."""
    context = _around(comment) | {"longest": LONGEST_REASON}
    return Page("feedback/report.html", context | {"typed": typed_in(call, reason=""), "errors": errors_of(call)})


def _around(comment: OpenComment) -> dict[str, Any]:
    return {"comment": comment.now, "thread": comment.thread, "back": place_of(comment)}


ask = page("/comments/{comment:int}/report", name="comments.report")(report_page)


@verb("/comments/{comment:int}/reports", again=report_page)
def report(call: Call, comment: ReportDoor, form: ReasonForm) -> Reply:
    """Ask the facilitators to look at a comment."""
    by_id, thread = call.signed_in.person_id, comment.thread.now
    moderation.report(call.db, thread, comment.now, by_id=by_id, reason=form.reason, now=call.now)
    return Reply(f"/comments/{comment.now.id}/report/done")


@page("/comments/{comment:int}/report/done")
def reported(call: Call, comment: ReportDoor) -> Page:
    """What happens now."""
    return Page("feedback/reported.html", _around(comment))


def moderation_page(call: Call, comment: ModerateDoor) -> Page:
    """All a facilitator needs to decide about one comment."""
    me, thread = call.signed_in.person_id, comment.thread
    hiding = moderation.hiding_of(call.db, comment.now.id)
    programme_id, _ = moderation.programme_of(call.db, thread.now.id)
    runs = moderation.facilitators(call.db, programme_id)
    context = _around(comment) | {
        "words": moderation.own_words(call.db, comment.now.id),
        "reports": moderation.reports_of(call.db, comment.now.id),
        "hiding": hiding,
        "decides": hiding is not None and may_decide(thread.matter.vantage, me, hiding.by_id, len(runs)),
        "shows": hiding is not None and may_show_again(thread.matter.vantage, me, hiding.by_id, runs),
        "outcomes": OUTCOMES,
        "programme": programme_id,
        "zone": call.viewer.time_zone or "UTC",
        "longest": LONGEST_REASON,
    }
    context |= {"typed": typed_in(call, reason=""), "errors": errors_of(call)}
    return Page("feedback/moderation.html", context)


show = page("/comments/{comment:int}/moderation", name="comments.moderation")(moderation_page)


@verb("/comments/{comment:int}/hidings", again=moderation_page)
def hide(call: Call, comment: ModerateDoor, form: ReasonForm) -> Reply:
    """Hide a comment, and say why."""
    by_id, thread = call.signed_in.person_id, comment.thread.now
    moderation.hide(call.db, thread, comment.now, by_id=by_id, reason=form.reason, now=call.now)
    return _moderated(comment)


@verb("/comments/{comment:int}/dismissals")
def dismiss(call: Call, comment: ModerateDoor) -> Reply:
    """Leave a reported comment as it is."""
    moderation.dismiss(call.db, comment.thread.now, comment.now, by_id=call.signed_in.person_id, now=call.now)
    return _moderated(comment)


@verb("/comments/{comment:int}/hidings/end")
def show_again(call: Call, comment: ModerateDoor) -> Reply:
    """Show a comment again that one has hidden oneself."""
    me, thread, hiding = call.signed_in.person_id, comment.thread.now, moderation.hiding_of(call.db, comment.now.id)
    runs = moderation.facilitators(call.db, moderation.programme_of(call.db, thread.id)[0])
    if hiding is not None and not may_show_again(comment.thread.matter.vantage, me, hiding.by_id, runs):
        raise NotAllowed(N_("Another facilitator has hidden it. Its author can ask for another decision."))
    if not moderation.show_again(call.db, thread, comment.now, by_id=me, now=call.now):
        raise NotAllowed(N_("It was decided that it stays hidden."))
    return _moderated(comment)


@verb("/comments/{comment:int}/decisions")
def decide(call: Call, comment: ModerateDoor, form: DecisionForm) -> Reply:
    """Answer the author of a hidden comment."""
    me, vantage = call.signed_in.person_id, comment.thread.matter.vantage
    hiding = moderation.hiding_of(call.db, comment.now.id)
    programme_id, _ = moderation.programme_of(call.db, comment.thread.now.id)
    many = len(moderation.facilitators(call.db, programme_id))
    if hiding is not None and not may_decide(vantage, me, hiding.by_id, many):
        raise NotAllowed(N_("Another facilitator decides about what you have hidden."))
    moderation.decide(call.db, comment.thread.now, comment.now, form.outcome, by_id=me, now=call.now)
    return _moderated(comment)


def _moderated(comment: OpenComment) -> Reply:
    dom_id = f"comment-{comment.now.id}"
    return Reply(f"/comments/{comment.now.id}/moderation", (Region(comment.thread.now.stream_id, dom_id),))


def hiding_page(call: Call, comment: HiddenDoor) -> Page:
    """Why one's own comment is hidden, its words, and the one appeal."""
    context = _around(comment) | {
        "words": moderation.own_words(call.db, comment.now.id),
        "hiding": moderation.hiding_of(call.db, comment.now.id),
        "zone": call.viewer.time_zone or "UTC",
        "longest": LONGEST_APPEAL,
    }
    context |= {"typed": typed_in(call, words=""), "errors": errors_of(call)}
    return Page("feedback/hiding.html", context)


show_hiding = page("/comments/{comment:int}/hiding", name="comments.hiding")(hiding_page)


@verb("/comments/{comment:int}/appeals", again=hiding_page)
def appeal(call: Call, comment: AppealDoor, form: AppealForm) -> Reply:
    """Ask for another decision."""
    if not moderation.appeal(call.db, comment.thread.now, comment.now, words=form.words, now=call.now):
        raise Rejected({"words": Message(ONCE)})
    return Reply(f"/comments/{comment.now.id}/hiding")


@dataclass(frozen=True, slots=True)
class Case:
    """A comment that was reported or is hidden: `by` as its facilitators may see it; `row` of `moderation.cases`."""

    row: Any
    by: Byline


@page("/programmes/{programme:int}/reports")
def show_reports(call: Call, programme: ReportsDoor) -> Page:
    """What waits for the facilitators of a programme, and what they hid."""
    found = [_case(call, row) for row in moderation.cases(call.db, programme.id, MOST)]
    zone = call.viewer.time_zone or "UTC"
    return Page("feedback/reports.html", {"programme": programme, "cases": found, "zone": zone, "outcomes": OUTCOMES})


def _case(call: Call, row: Any) -> Case:
    vantage = notices.vantage_of(row, standing(call), call.language.tag)
    return Case(row, shown_as(Author(*row[:6]), stricter(row.cohort_attribution, row.attribution), vantage))


routes = [
    *(ask, report, reported, show, hide, dismiss, show_again, decide, show_hiding, appeal, show_reports),
]
