"""Planning a session: the form, changing it, making another after it, publishing it, calling it off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from litestar.handlers import HTTPRouteHandler

from cohorts.identity import ROLE_WORDS, listed_as
from cohorts.models import Attribution
from cohorts.web.doors import OpenCohort
from people.web.forms import errors_of, typed_in
from server.calls import Call, Reply
from server.languages import N_
from server.pages import Page
from server.receipts import new_key
from server.refusals import Message, Rejected
from server.routes import page, verb
from sessions import agenda, leaders, publishing, sessions, slots, telling
from sessions.leaders import Leading
from sessions.models import OpenTo, SessionPart
from sessions.policies import may_unpublish_session
from sessions.publishing import Answered, Prompted
from sessions.sessions import Changed, Plan
from sessions.web.doors import CancelDoor, ChangeDoor, OpenSession, PlanDoor, PublishDoor, RunDoor, UnpublishDoor
from sessions.web.forms import ROWS, CopyForm, PlanForm, WhyForm
from sessions.web.words import ATTRIBUTIONS, OPEN, PARTS, REMINDERS

# Rows without anything in them, for the first time and behind those there are.
FIRST, SPARE = {"item": 5, "guest": 1, "lead": 1}, 2
TEXTS = ("theme", "purpose", "materials", "video_url", "open_to", "attribution")
THEIRS = N_(
    "Somebody else changed this session meanwhile. What you typed is still here. Look at theirs, then save to put "
    "yours in its place."
)
PROMPTED = N_("It cannot be a draft again: an adviser left a prompt on it. Move it or call it off.")


def _rows_of(plan: Plan) -> dict[str, list[tuple[str, ...]]]:
    people = [(id_, SessionPart.LEADS) for id_ in plan.leaders] + [(id_, SessionPart.HELPS) for id_ in plan.helpers]
    return {
        "item": [(one.title, str(one.minutes), one.hint) for one in plan.agenda],
        "guest": [tuple(one) for one in plan.guests],
        "lead": [(str(id_), part) for id_, part in people],
    }


def _boxes(call: Call, kind: str, fresh: list[tuple[str, ...]], values: Mapping[str, str]) -> list[dict[str, str]]:
    """The rows of that kind: those there are, and some to spare."""
    names, most = ROWS[kind]
    if call.rejected:
        typed = [{name: values.get(f"{kind}_{at}_{name}", "") for name in names} for at in range(1, most + 1)]
        last = max(
            (at for at, one in enumerate(typed, 1) if any(one[name] for name in names if name != "part")), default=0
        )
        return typed[: min(last + (FIRST[kind] if values.get("more") else SPARE), most)]
    blank = dict.fromkeys(names, "")
    found = [dict(zip(names, one, strict=True)) for one in fresh]
    return [*found, *(dict(blank) for _ in range(SPARE if found else FIRST[kind]))][:most]


def _called(call: Call, cohort: OpenCohort, one: Leading) -> str:
    """Somebody in the list of those who can lead: a person of the programme, and why they are there."""
    name = listed_as(one.author, cohort.vantage).name
    return f"{name} ({one.author.team or call.text(ROLE_WORDS[one.author.role])})"


def _form(call: Call, cohort: OpenCohort, plan: Plan, version: int, opened: OpenSession | None) -> dict[str, Any]:
    fresh = {name: str(getattr(plan, name)) for name in TEXTS} | {"version": str(version)}
    values = fresh | (call.rejected.values if call.rejected else {})
    ticked = {one for one in REMINDERS if values.get(f"remind_{one}")} if call.rejected else set(plan.reminders)
    if call.rejected and call.rejected.errors.get("") == Message(THEIRS):
        values["version"] = str(version)
    rows = _rows_of(plan)
    return {
        "cohort": cohort,
        "values": values | {"key": values.get("key") or new_key()},
        "errors": errors_of(call),
        "rows": {kind: _boxes(call, kind, rows[kind], values) for kind in ROWS},
        "people": [("", call.text(N_("Nobody"))), *_people(call, cohort, opened)],
        "parts": [(one, call.text(word)) for one, word in PARTS.items()],
        "open": [(one, call.text(word)) for one, word in OPEN.items()],
        "attributions": [(one, *map(call.text, both)) for one, both in ATTRIBUTIONS.items()],
        "cohort_rule": cohort.attribution,
        "reminders": [(one, call.text(word), one in ticked) for one, word in REMINDERS.items()],
    }


def _people(call: Call, cohort: OpenCohort, opened: OpenSession | None) -> list[tuple[str, str]]:
    """Who can lead a session: whoever takes part in the cohort, and whoever leads it already."""
    already = leaders.of_session(call.db, opened.id) if opened else []
    known = {one.person_id: one for one in (*leaders.choices(call.db, cohort.id), *already)}
    return [(str(id_), _called(call, cohort, one)) for id_, one in known.items()]


def new_page(call: Call, cohort: PlanDoor) -> Page:
    """The form for a session that is none yet."""
    plan = Plan("", open_to=OpenTo.COHORT, attribution=Attribution.NAMED, leaders=(call.signed_in.person_id,))
    where = f"/cohorts/{cohort.id}/sessions"
    more = {"head": N_("Plan a session"), "action": where, "back": where, "stands": ""}
    return Page("sessions/plan.html", _form(call, cohort, plan, 0, None) | more)


new = page("/cohorts/{cohort:int}/sessions/new", name="sessions.new")(new_page)


@verb("/cohorts/{cohort:int}/sessions", again=new_page, once=True)
def create(call: Call, cohort: PlanDoor, form: PlanForm) -> Reply:
    """Plan a session. Facilitators alone know of it until it is published."""
    plan = form.plan(call.sent, {int(id_) for id_, _ in _people(call, cohort, None)})
    made = sessions.plan(call.db, cohort.id, plan, by_id=call.signed_in.person_id, now=call.now)
    return Reply(f"/sessions/{made.id}?done=session-planned")


def edit_page(call: Call, opened: ChangeDoor) -> Page:
    """The same form for a session there is."""
    plan, here = sessions.plan_of(call.db, opened.now), f"/sessions/{opened.id}"
    more = {"head": N_("Edit the session"), "action": f"{here}/details", "back": here, "stands": here}
    return Page("sessions/plan.html", _form(call, opened.cohort, plan, opened.now.version, opened) | more)


edit = page("/sessions/{session:int}/edit", name="sessions.edit")(edit_page)


@verb("/sessions/{session:int}/details", again=edit_page)
def change(call: Call, opened: ChangeDoor, form: PlanForm) -> Reply:
    """Say the session anew."""
    plan = form.plan(call.sent, {int(id_) for id_, _ in _people(call, opened.cohort, opened)})
    _fits(plan, opened)
    try:
        sessions.change(call.db, opened.now, plan, base=form.version, now=call.now)
    except Changed:
        raise Rejected({"": Message(THEIRS)}) from None
    slots.follow(call.db, opened.id, now=call.now)
    return Reply(f"/sessions/{opened.id}?done=session-saved")


def _fits(plan: Plan, opened: OpenSession) -> None:
    """Raises Rejected where the agenda is longer than one of the slots."""
    there = [slot.minutes for slot in slots.standing(opened.slots)]
    over = agenda.total(plan.agenda) - min(there, default=10**6)
    if over > 0:
        words = N_("The agenda takes %(over)s minutes longer than a time at which the session is offered.")
        raise Rejected({"agenda": Message(words, {"over": over})})


def publication_page(call: Call, opened: RunDoor) -> Page:
    """Before it is published: who will be told. Afterwards: whether it can be a draft again."""
    told = [one for one in leaders.choices(call.db, opened.cohort.id) if one.person_id != call.signed_in.person_id]
    counts = Counter(one.author.role for one in told)
    may_undo = may_unpublish_session(opened.roles, opened.state)
    context = {"opened": opened, "cohort": opened.cohort, "errors": errors_of(call), "told": len(told)}
    context["roles"] = [(call.text(word), counts[role]) for role, word in ROLE_WORDS.items() if counts[role]]
    answered = len(telling.answered(call.db, opened.id)) if may_undo else 0
    return Page("sessions/publication.html", context | {"may_undo": may_undo, "answered": answered})


confirm = page("/sessions/{session:int}/publication", name="sessions.publication")(publication_page)


@verb("/sessions/{session:int}/publication", again=publication_page)
def publish(call: Call, opened: PublishDoor) -> Reply:
    """Let the cohort know of it."""
    publishing.publish(call.db, opened.now, by_id=call.signed_in.person_id, now=call.now)
    return Reply(f"/sessions/{opened.id}?done=session-published")


@verb("/sessions/{session:int}/publication/undoing", again=publication_page)
def unpublish(call: Call, opened: UnpublishDoor) -> Reply:
    """Make it a draft again, while nobody answered."""
    try:
        publishing.unpublish(call.db, opened.now)
    except Answered as answered:
        words = N_("It cannot be a draft again: people answered to it (%(count)s). Move it or call it off.")
        raise Rejected({"": Message(words, {"count": answered.count})}) from None
    except Prompted:
        raise Rejected({"": Message(PROMPTED)}) from None
    return Reply(f"/sessions/{opened.id}?done=session-unpublished")


def cancel_page(call: Call, opened: CancelDoor) -> Page:
    """Are you sure, and why?"""
    context = {"opened": opened, "cohort": opened.cohort, "values": typed_in(call, why=""), "errors": errors_of(call)}
    return Page("sessions/cancel.html", context | {"answered": len(telling.answered(call.db, opened.id))})


ask_cancel = page("/sessions/{session:int}/cancellation", name="sessions.cancellation")(cancel_page)


@verb("/sessions/{session:int}/cancellation", again=cancel_page)
def cancel(call: Call, opened: CancelDoor, form: WhyForm) -> Reply:
    """Call the session off with all its slots."""
    publishing.call_off(call.db, opened.now, why=form.why, by_id=call.signed_in.person_id, now=call.now)
    return Reply(f"/sessions/{opened.id}?done=session-cancelled")


def copy_page(call: Call, opened: RunDoor) -> Page:
    """What another session made after this one is about."""
    values = typed_in(call, theme=opened.now.theme, key=new_key())
    context = {"opened": opened, "cohort": opened.cohort, "values": values, "errors": errors_of(call)}
    return Page("sessions/copy.html", context)


ask_copy = page("/sessions/{session:int}/copies", name="sessions.copies")(copy_page)


@verb("/sessions/{session:int}/copies", again=copy_page, once=True)
def copy(call: Call, opened: RunDoor, form: CopyForm) -> Reply:
    """A draft with the same texts, people and agenda, and no times."""
    made = publishing.duplicate(call.db, opened.now, form.theme, by_id=call.signed_in.person_id, now=call.now)
    return Reply(f"/sessions/{made.id}?done=session-copied")


routes: list[HTTPRouteHandler] = [
    *(new, create, edit, change, confirm, publish, unpublish, ask_cancel, cancel, ask_copy, copy),
]
notices = {
    "session-planned": N_("The session is planned. Offer one time or several, then publish it."),
    "session-saved": N_("The session is saved."),
    "session-published": N_("The session is published, and the cohort was told."),
    "session-unpublished": N_("The session is a draft again. Only facilitators see it."),
    "session-cancelled": N_("The session is called off. Whoever answered to it was told."),
    "session-copied": N_("This is the new draft. It has no times yet."),
}
