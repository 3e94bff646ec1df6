"""The times of a session: offering one, moving it, its seats and its link, calling it off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from litestar.handlers import HTTPRouteHandler

from feedback.rounds.web.times import typed
from people.web.forms import errors_of, typed_in
from server.calls import Call, Reply
from server.clock import zone_names
from server.languages import N_
from server.pages import Page
from server.receipts import new_key
from server.refusals import Message, Rejected
from server.routes import page, verb
from sessions import agenda, clashes, publishing, slots, telling
from sessions.clashes import Clash
from sessions.slots import Full, Overlaps, SlotFacts, Time, TooMany
from sessions.web.doors import ChangeDoor, ChangeSlotDoor, OpenSession
from sessions.web.forms import SeatsForm, SlotForm, TimeForm, WhyForm
from sessions.web.times import questions, read_when

FIELDS = ("at", "time_zone", "minutes", "capacity", "video_url", "meaning", "which", "anyway")
OVERLAPS = N_("This session is offered at that time already.")


def _agenda(call: Call, opened: OpenSession) -> int:
    return agenda.total(agenda.items_of(call.db, [opened.id]).get(opened.id, []))


def _timed(call: Call, opened: OpenSession, form: TimeForm, old: SlotFacts | None) -> Time:
    """The time a form means. Raises Rejected with all that is wrong, and with what else is at that time."""
    errors: dict[str, Message] = {}
    over = _agenda(call, opened) - form.minutes
    if over > 0:
        words = N_("The agenda takes %(over)s minutes longer. Make it shorter, or give this more time.")
        errors["minutes"] = Message(words, {"over": over})
    try:
        at = read_when(form.words(), old, call.now)
    except Rejected as rejected:
        raise Rejected(errors | rejected.errors) from None
    stays = old is not None and (at, form.minutes) == (old.starts_at, old.minutes)
    if not stays and form.anyway != at.isoformat() and clashes.at(call.db, opened.now, at, form.minutes):
        errors["anyway"] = Message(
            N_("Something else is at that time. Tick the box if this one is to be then all the same.")
        )
    if errors:
        raise Rejected(errors)
    return Time(at, form.minutes, form.time_zone)


def _asked(call: Call, opened: OpenSession, values: Mapping[str, str], old: SlotFacts | None) -> dict[str, Any]:
    """What the form asks beyond its fields, once it was rejected: which meaning, which of two, and what is then."""
    if call.rejected is None:
        return {"questions": [], "clashes": [], "then": ""}
    context: dict[str, Any] = {"questions": questions(call, values, old), "clashes": [], "then": ""}
    if "anyway" in call.rejected.errors:
        at = read_when(dict.fromkeys(FIELDS, "") | dict(values), old, call.now)
        found: list[Clash] = clashes.at(call.db, opened.now, at, int(values["minutes"]))
        context |= {"clashes": found, "then": at.isoformat()}
    return context


def _page(call: Call, opened: OpenSession, fresh: dict[str, str], old: SlotFacts | None) -> dict[str, Any]:
    values = dict.fromkeys(FIELDS, "") | typed_in(call, **fresh, meaning="", which="", anyway="")
    return {
        "opened": opened,
        "cohort": opened.cohort,
        "values": values,
        "errors": errors_of(call),
        "zones": [(name, name) for name in zone_names(values["time_zone"])],
        "agenda": _agenda(call, opened),
        "longest": slots.LONGEST,
        **_asked(call, opened, values, old),
    }


def offer_page(call: Call, opened: ChangeDoor) -> Page:
    """The form for one more time. The planner leads here with a time in the address."""
    zone = call.signed_in.time_zone or opened.cohort.programme.time_zone
    stood = slots.standing(opened.slots)
    minutes = stood[-1].minutes if stood else max(_agenda(call, opened), 60)
    fresh = {"at": call.query.get("at", "")[:16], "time_zone": call.query.get("zone", zone)[:60], "key": new_key()}
    fresh |= {"minutes": call.query.get("minutes", str(minutes))[:4], "capacity": "", "video_url": ""}
    return Page("sessions/offer.html", _page(call, opened, fresh, None))


ask_offer = page("/sessions/{session:int}/slots/new", name="slots.new")(offer_page)


@verb("/sessions/{session:int}/slots", again=offer_page, once=True)
def offer(call: Call, opened: ChangeDoor, form: SlotForm) -> Reply:
    """Offer the session at one more time."""
    time, seats = _timed(call, opened, form, None), form.capacity
    try:
        slots.offer(call.db, opened.now, time, now=call.now, capacity=seats, video_url=form.video_url)
    except Overlaps:
        raise Rejected({"at": Message(OVERLAPS)}) from None
    except TooMany:
        words = N_("A session is offered at %(most)s times at most. Call another one off first.")
        raise Rejected({"": Message(words, {"most": slots.MOST_SLOTS})}) from None
    return Reply(f"/sessions/{opened.id}?done=slot-offered")


def move_page(call: Call, opened: ChangeSlotDoor) -> Page:
    """The form for another time."""
    slot = opened.now
    fresh = {"at": typed(slot.starts_at, slot.time_zone), "time_zone": slot.time_zone, "minutes": str(slot.minutes)}
    context = _page(call, opened.session, fresh, slot)
    return Page("sessions/move.html", context | {"slot": slot, "answered": _answered(call, opened.session.id, slot.id)})


def _answered(call: Call, session_id: int, slot_id: int) -> int:
    return len(telling.answered(call.db, session_id, slot_id))


ask_move = page("/slots/{slot:int}/times", name="slots.times")(move_page)


@verb("/slots/{slot:int}/times", again=move_page)
def move(call: Call, opened: ChangeSlotDoor, form: TimeForm) -> Reply:
    """Move the slot. Whoever has a seat keeps it, and is told."""
    time, by_id = _timed(call, opened.session, form, opened.now), call.signed_in.person_id
    try:
        publishing.move_slot(call.db, opened.session.now, opened.now, time, by_id=by_id, now=call.now)
    except Overlaps:
        raise Rejected({"at": Message(OVERLAPS)}) from None
    return Reply(f"/sessions/{opened.session.id}?done=slot-moved")


def seats_page(call: Call, opened: ChangeSlotDoor) -> Page:
    """The form for seats and link."""
    slot = opened.now
    capacity = "" if slot.capacity is None else str(slot.capacity)
    values = typed_in(call, capacity=capacity, video_url=slot.video_url)
    context = {"opened": opened.session, "slot": slot, "cohort": opened.session.cohort, "values": values}
    seated = slots.seated_in(call.db, slot.id)
    return Page("sessions/seats.html", context | {"errors": errors_of(call), "seated": seated})


ask_seats = page("/slots/{slot:int}/seats", name="slots.seats")(seats_page)


@verb("/slots/{slot:int}/seats", again=seats_page)
def seat(call: Call, opened: ChangeSlotDoor, form: SeatsForm) -> Reply:
    """Another number of seats, or another place to meet."""
    facts, link = opened.session.now, form.video_url
    try:
        slots.seat(call.db, facts, opened.now, capacity=form.capacity, video_url=link, now=call.now)
    except Full as full:
        words = N_("So many people have a seat already: %(seated)s. Give at least as many.")
        raise Rejected({"capacity": Message(words, {"seated": full.seated})}) from None
    return Reply(f"/sessions/{opened.session.id}?done=slot-seats")


def cancel_page(call: Call, opened: ChangeSlotDoor) -> Page:
    """Are you sure, and why?"""
    context = {"opened": opened.session, "slot": opened.now, "cohort": opened.session.cohort}
    context |= {"values": typed_in(call, why=""), "errors": errors_of(call)}
    answered = _answered(call, opened.session.id, opened.id)
    return Page("sessions/cancel_slot.html", context | {"answered": answered})


ask_cancel = page("/slots/{slot:int}/cancellation", name="slots.cancellation")(cancel_page)


@verb("/slots/{slot:int}/cancellation", again=cancel_page)
def cancel(call: Call, opened: ChangeSlotDoor, form: WhyForm) -> Reply:
    """Call this one time off."""
    facts, by_id = opened.session.now, call.signed_in.person_id
    publishing.call_slot_off(call.db, facts, opened.now, why=form.why, by_id=by_id, now=call.now)
    return Reply(f"/sessions/{opened.session.id}?done=slot-cancelled")


routes: list[HTTPRouteHandler] = [ask_offer, offer, ask_move, move, ask_seats, seat, ask_cancel, cancel]
notices = {
    "slot-offered": N_("The time is offered."),
    "slot-moved": N_("The new time is set. Whoever answered to the old one was told."),
    "slot-seats": N_("Seats and link are saved."),
    "slot-cancelled": N_("This time is called off. Whoever answered to it was told."),
}
