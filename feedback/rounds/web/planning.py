"""Planning a round: choosing a protocol, the form, changing it, setting its times, calling it off."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from litestar.handlers import HTTPRouteHandler

from cohorts.identity import RULES, STRICTNESS, stricter
from cohorts.initiatives import CHAPTERS
from cohorts.memberships import FEW
from cohorts.models import Attribution, AudienceKind
from cohorts.web.doors import OpenCohort
from cohorts.web.initiative import LABELS
from feedback.rounds import pairs, rounds
from feedback.rounds.models import Asks
from feedback.rounds.phases import Phase
from feedback.rounds.protocols import MOST_LEVELS, MOST_SECTIONS, PROTOCOLS, Section
from feedback.rounds.rounds import Changed, RoundFacts
from feedback.rounds.web.doors import CancelDoor, EditDoor, MoveDoor, PlanDoor
from feedback.rounds.web.forms import MOST_GIVES, CancelForm, PlanForm, TimesForm
from feedback.rounds.web.times import TIMES, typed
from feedback.rounds.web.words import ASKS, NAMED, SHARED
from feedback.web.drafting import DraftShown, kept, sent
from people.web.forms import errors_of, typed_in
from server.calls import Call, Reply
from server.clock import zone_names
from server.languages import N_
from server.pages import Page
from server.refusals import Message, Rejected
from server.routes import page, verb

FEW_TEAMS = N_("In this cohort fewer than three other teams can give to a team, so it may work out who did.")
SPARE = 2
HAND_IN = "hand_in_by"
_NUMBERS = range(1, MOST_SECTIONS + 1)
# What a draft of the form keeps: words, and what is chosen beside them.
DRAFT_TEXTS = (
    *("title", "intro", "document", "gives", "example", "example_feedback"),
    *(f"section_{at}_{name}" for at in _NUMBERS for name in ("title", "hint")),
)
DRAFT_BESIDE = (
    *("version", "protocol", "asks", "chapter", "repeats", "shared_with", "attribution", "time_zone", *TIMES, HAND_IN),
    *(f"section_{at}_levels" for at in _NUMBERS),
)
# What its fields are called where two devices disagree about one.
DRAFT_LABELS = {
    "title": N_("Title"),
    "intro": N_("What it is for"),
    "document": N_("What each team hands in"),
    "gives": N_("How many teams does each team give feedback to?"),
    "example": N_("An example to practise on"),
    "example_feedback": N_("Good feedback on that example"),
    **{name: N_("What is asked of those who give feedback") for name in DRAFT_TEXTS if name.startswith("section_")},
}
_TEXTS = ("title", "intro", "chapter", "document", "gives", "example", "example_feedback", "time_zone")


def _sections(values: Mapping[str, str], fresh: tuple[Section, ...], typed: bool) -> list[dict[str, str]]:
    """The boxes for sections: those there are, or were `typed`, and some to spare."""
    if typed:
        given = [
            {name: values.get(f"section_{at}_{name}", "") for name in ("title", "hint", "levels")} for at in _NUMBERS
        ]
        last = max((at for at, one in enumerate(given) if one["title"] or one["hint"]), default=0)
        return given[: min(last + 1 + SPARE, MOST_SECTIONS)]
    found = [{"title": one.title, "hint": one.hint, "levels": str(one.levels)} for one in fresh]
    return [*found, *({"title": "", "hint": "", "levels": "0"} for _ in range(SPARE))][:MOST_SECTIONS]


def _form(
    call: Call, cohort: OpenCohort, draft: DraftShown, fresh: dict[str, str], sections: tuple[Section, ...]
) -> dict[str, Any]:
    """The form as it was refused, as its draft was kept, or fresh."""
    typed = call.rejected.values if call.rejected else draft.fields
    values = fresh | dict(typed or {})
    if typed is not None:
        # A box that is not ticked is not sent.
        values["repeats"] = typed.get("repeats", "")
    return {
        "cohort": cohort,
        "draft": draft,
        "values": values,
        "errors": errors_of(call),
        "sections": _sections(values, sections, typed is not None),
        "asks": [(one, call.text(word)) for one, word in ASKS.items()],
        "chapters": [("", call.text(N_("Choose a chapter"))), *((one, call.text(LABELS[one])) for one in CHAPTERS)],
        "shared": [(one, call.text(word)) for one, word in SHARED.items()],
        **_naming(call, cohort, values),
        "levels": [("0", call.text(N_("Words only"))), *((str(n), f"1–{n}") for n in range(2, MOST_LEVELS + 1))],
        "zones": [(name, name) for name in zone_names(values["time_zone"])],
        "most_gives": MOST_GIVES,
    }


def _naming(call: Call, cohort: OpenCohort, values: dict[str, str]) -> dict[str, Any]:
    """Who can be named: nothing that tells more than the cohort's rule, and where few teams could have given, that."""
    least = cohort.vantage.attribution
    offered = [one for one in STRICTNESS if stricter(least, one) == one]
    if values["attribution"] not in offered:
        values["attribution"] = offered[0]
    told = [RULES[least]] if least in RULES else []
    told += [FEW_TEAMS] if pairs.how_many_can_give(call.db, cohort.id) <= FEW else []
    return {"named": [(one, call.text(NAMED[one])) for one in offered], "naming": " ".join(map(call.text, told))}


def _fresh(call: Call, cohort: OpenCohort, protocol: str) -> tuple[dict[str, str], tuple[Section, ...]]:
    described = PROTOCOLS[protocol]
    zone = call.signed_in.time_zone or cohort.programme.time_zone
    fresh = dict.fromkeys((*_TEXTS, *TIMES, HAND_IN, "repeats"), "")
    fresh |= {"protocol": protocol, "gives": "2", "time_zone": zone}
    fresh |= {"asks": Asks.INITIATIVE, "shared_with": AudienceKind.TEAM, "attribution": Attribution.NAMED}
    texts = tuple(
        Section(call.text(one.title), call.text(one.hint) if one.hint else "", one.levels) for one in described.sections
    )
    return fresh | {"version": "0"}, texts


def new_page(call: Call, cohort: PlanDoor) -> Page:
    """First the protocol, then everything else; whoever has begun goes on with what they began."""
    draft = kept(call, f"plan-{cohort.id}")
    given = call.rejected.values if call.rejected else draft.fields or call.query
    protocol = given.get("protocol", "")
    if protocol not in PROTOCOLS:
        choices = [(one, call.text(it.name), call.text(it.purpose)) for one, it in PROTOCOLS.items()]
        return Page("rounds/protocol.html", {"cohort": cohort, "choices": choices})
    context = _form(call, cohort, draft, *_fresh(call, cohort, protocol))
    more = {
        "again": f"/cohorts/{cohort.id}/rounds/new?protocol={quote(protocol)}",
        "head": N_("Plan a round"),
        "action": f"/cohorts/{cohort.id}/rounds",
        "back": f"/cohorts/{cohort.id}/rounds",
    }
    return Page("rounds/plan.html", context | more)


new = page("/cohorts/{cohort:int}/rounds/new", name="rounds.new")(new_page)


@verb("/cohorts/{cohort:int}/rounds", again=new_page, once=True)
def create(call: Call, cohort: PlanDoor, form: PlanForm) -> Reply:
    """Plan a round. Facilitators alone know of it until it is released."""
    plan = form.plan(call.sent, call.now, {})
    made = rounds.plan(call.db, cohort.id, plan, by_id=call.signed_in.person_id, now=call.now)
    sent(call, f"plan-{cohort.id}")
    return Reply(f"/rounds/{made.id}/run?done=round-planned")


def edit_page(call: Call, round: EditDoor) -> Page:
    """The same form for a round that is not released."""
    now, draft = round.now, kept(call, f"replan-{round.id}")
    fresh = {name: str(getattr(now, name)) for name in (*_TEXTS, "asks", "protocol", "shared_with", "attribution")}
    fresh |= _typed(now)
    fresh |= {"repeats": "yes" if now.repeats else "", "version": str(now.version)}
    stood = tuple(Section(one.title, one.hint, one.levels) for one in rounds.sections_of(call.db, now.id))
    more = {"head": N_("Edit the round"), "action": f"/rounds/{now.id}/details", "back": f"/rounds/{now.id}/run"}
    more["again"] = f"/rounds/{now.id}/edit"
    return Page("rounds/plan.html", _form(call, round.cohort, draft, fresh, stood) | more)


edit = page("/rounds/{round:int}/edit", name="rounds.edit")(edit_page)


@verb("/rounds/{round:int}/details", again=edit_page)
def change(call: Call, round: EditDoor, form: PlanForm) -> Reply:
    """Plan the round anew."""
    plan = form.plan(call.sent, call.now, {})
    try:
        rounds.change(call.db, round.now, plan, base=form.version)
    except Changed:
        words = N_("Somebody else changed this round meanwhile. What you typed is still here; look at theirs first.")
        # Whoever saves again has looked at what others wrote meanwhile.
        raise Rejected({"": Message(words)}, {"version": str(round.now.version)}) from None
    sent(call, f"replan-{round.id}")
    return Reply(f"/rounds/{round.id}/run?done=round-saved")


def _stood(now: RoundFacts) -> dict[str, datetime]:
    """The times a round has, by name."""
    by = {HAND_IN: now.hand_in_by} if now.hand_in_by is not None else {}
    return {name: getattr(now, name) for name in TIMES} | by


def _typed(now: RoundFacts) -> dict[str, str]:
    return {HAND_IN: ""} | {name: typed(at, now.time_zone) for name, at in _stood(now).items()}


def times_page(call: Call, round: MoveDoor) -> Page:
    """The form for other times. What has begun cannot be moved."""
    now = round.now
    fresh = _typed(now) | {"time_zone": now.time_zone}
    values = typed_in(call, **fresh)
    context = {
        "round": now,
        "cohort": round.cohort,
        "values": values,
        "errors": errors_of(call),
        "zones": [(name, name) for name in zone_names(values["time_zone"])],
        "documents": now.asks == Asks.DOCUMENT,
        "begun": [] if round.phase == Phase.PLANNED else [name for name, at in _stood(now).items() if at <= call.now],
    }
    return Page("rounds/times.html", context)


times = page("/rounds/{round:int}/times", name="rounds.times")(times_page)


@verb("/rounds/{round:int}/times", again=times_page)
def move(call: Call, round: MoveDoor, form: TimesForm) -> Reply:
    """Set other times. Whoever is writing goes on writing."""
    planned = round.phase == Phase.PLANNED
    stood = {} if planned else _stood(round.now)
    found: dict[str, Any] = form.read(call.now, stood, documents=round.now.asks == Asks.DOCUMENT)
    rounds.move(call.db, round.now, **found, zone=form.time_zone, now=call.now)
    return Reply(f"/rounds/{round.id}/run?done=round-moved")


def cancel_page(call: Call, round: CancelDoor) -> Page:
    """Are you sure, and why?"""
    context = {"round": round.now, "cohort": round.cohort, "values": typed_in(call, why=""), "errors": errors_of(call)}
    return Page("rounds/cancel.html", context | {"released": round.phase != Phase.PLANNED})


confirm = page("/rounds/{round:int}/cancellation", name="rounds.cancellation")(cancel_page)


@verb("/rounds/{round:int}/cancellation", again=cancel_page)
def cancel(call: Call, round: CancelDoor, form: CancelForm) -> Reply:
    """Call the round off."""
    rounds.cancel(call.db, round.now, why=form.why, by_id=call.signed_in.person_id, now=call.now)
    return Reply(f"/rounds/{round.id}/run?done=round-cancelled")


routes: list[HTTPRouteHandler] = [new, create, edit, change, times, move, confirm, cancel]
notices = {
    "round-planned": N_("The round is planned. Propose its pairs, then release it."),
    "round-saved": N_("The round is saved."),
    "round-moved": N_("The new times are set, and every open page shows them."),
    "round-cancelled": N_("The round is called off."),
}
