"""Who comes to a slot and who came: the live part under it, and the page on which that is corrected.

Under the Chatham House rule only numbers are shown: that somebody was there would tell who said something. Everybody
sees their own answer; it comes beside the part that all share.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from litestar.handlers import HTTPRouteHandler

from cohorts.identity import Byline, listed_as, stricter
from cohorts.models import Attribution
from cohorts.policies import Vantage
from cohorts.web.panels import Panel
from people.web.forms import errors_of
from server.calls import Call, Door, Reply
from server.clock import utc_now
from server.db import Db
from server.languages import N_
from server.live.kinds import Placed, shared
from server.pages import Fragment, Page
from server.refusals import NotAllowed
from server.routes import page, verb
from sessions import answers, attendance
from sessions.answers import Said
from sessions.attendance import Came
from sessions.models import Rsvp
from sessions.policies import may_attend, may_plan_sessions
from sessions.sessions import SessionFacts
from sessions.slots import SlotFacts
from sessions.web.doors import OpenSession, OpenSlot, open_slot
from sessions.web.words import ANSWERS


class AnswersShown(NamedTuple):
    """Who comes to a slot, and who came. `open`: one can answer; `begun`: who came is shown; `free`: seats left, None
    without a limit; `names`, `perhaps`, `there`: empty where they are not named. `words`: (answer, msgid)."""

    id: int
    open: bool
    begun: bool
    takes_calendar: bool
    may_correct: bool
    named: bool
    coming: int
    maybe: int
    waiting: int
    free: int | None
    came: int
    names: tuple[Byline, ...]
    perhaps: tuple[Byline, ...]
    there: tuple[Byline, ...]
    words: tuple[tuple[str, str], ...]


def names_people(facts: SessionFacts, vantage: Vantage) -> bool:
    """Whether this vantage may know who comes to the session and who came."""
    under = stricter(facts.attribution, vantage.attribution)
    return under == Attribution.NAMED or vantage.unmasks


def word_of(answer: str) -> str:
    """An answer as a part of an id."""
    return answer.replace(" ", "-")


def _bylines(people: Iterable[Said | Came], vantage: Vantage, *, named: bool) -> tuple[Byline, ...]:
    found = [listed_as(one.author, vantage) for one in people] if named else []
    return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.team, one.organisation)))


def answers_shown(
    facts: SessionFacts, slot: SlotFacts, said: Sequence[Said], came: Sequence[Came], vantage: Vantage, now: datetime
) -> Fragment:
    """Who said to come to a slot and who came, as that vantage may know it."""
    named, off = names_people(facts, vantage), facts.cancelled_at is not None or slot.cancelled_at is not None
    coming, maybe = [one for one in said if one.is_coming], [one for one in said if one.answer == Rsvp.IF_NEED_BE]
    seated = sum(one.seated_at is not None for one in said)
    is_open = not off and facts.published_at is not None and now < slot.stops_at
    context = AnswersShown(
        id=slot.id,
        open=is_open,
        begun=slot.starts_at <= now and not off,
        takes_calendar=is_open,
        may_correct=slot.starts_at <= now and not off and named and may_plan_sessions(vantage.roles),
        named=named,
        coming=len(coming),
        maybe=len(maybe),
        waiting=sum(one.is_waiting for one in said),
        free=None if slot.capacity is None else max(slot.capacity - seated, 0),
        came=len(came),
        names=_bylines(coming, vantage, named=named),
        perhaps=_bylines(maybe, vantage, named=named),
        there=_bylines(came, vantage, named=named),
        words=tuple((answer, ANSWERS[answer]) for answer in Rsvp),
    )
    return Fragment("sessions/_answers.html", context, f"answers-{slot.id}")


def _holders(said: Sequence[Said]) -> tuple[tuple[int, str], ...]:
    """Whose answers are whose: (person, id in the part). Of those who wait also which place they have."""
    waiting = [one.person_id for one in said if one.is_waiting]
    found = [(one.person_id, f"answer-{one.slot_id}-{word_of(one.answer)}") for one in said]
    slot_id = said[0].slot_id if said else 0
    return (*found, *((id_, f"answer-{slot_id}-wait-{at}") for at, id_ in enumerate(waiting, 1)))


def show(db: Db, vantage: Vantage, facts: SessionFacts, slot: SlotFacts, regions: Sequence[str]) -> Iterable[Placed]:
    """The part on the slot's stream. It follows the slot, which may begin, be over or be called off."""
    if may_attend(vantage.roles) and {f"answers-{slot.id}", f"slot-{slot.id}"} & set(regions):
        said = shared(db, ("answers of", slot.id), lambda: answers.of_slot(db, slot.id))
        came = shared(db, ("came to", slot.id), lambda: attendance.of_slot(db, slot.id))
        found = answers_shown(facts, slot, said, came, vantage, utc_now())
        holders = _holders(said)
        yield Placed(found.dom_id, found, elsewhere=True, holders=holders, anew=f"answer-{slot.id}-")


def part(call: Call, opened: OpenSlot) -> Panel | None:
    """The part under a slot. Sponsors are told nothing of who comes."""
    vantage = opened.session.cohort.vantage
    if not may_attend(vantage.roles):
        return None
    ids, me = [one.id for one in opened.session.slots], call.signed_in.person_id
    said = call.once(("answers of", *ids), lambda: answers.of_slots(call.db, ids)).get(opened.id, [])
    came = call.once(("came to", *ids), lambda: attendance.of_slots(call.db, ids)).get(opened.id, [])
    found = answers_shown(opened.session.now, opened.now, said, came, vantage, call.now)
    mine = tuple(dom_id for person_id, dom_id in _holders(said) if person_id == me)
    return Panel(call.house.pages.show(found, call.language), mine=mine)


def open_attendance(call: Call) -> OpenSlot:
    """The slot the path names, for those who run its session, once it has begun. Where its rule masks who was there,
    that holds for them too."""
    found = open_slot(call)
    session: OpenSession = found.session
    off = session.now.cancelled_at is not None or found.now.cancelled_at is not None
    if off or not session.plans or found.now.starts_at > call.now:
        raise NotAllowed
    if not names_people(session.now, session.cohort.vantage):
        raise NotAllowed(N_("Under the rule of this session nobody is shown who came, so it cannot be corrected."))
    return found


AttendanceDoor = Annotated[OpenSlot, Door(open_attendance)]


def attendance_page(call: Call, opened: AttendanceDoor) -> Page:
    """Everybody who can have come, and who did."""
    vantage = opened.session.cohort.vantage
    found = attendance.choices(call.db, opened.session.now, opened.id)
    people = [(one.person_id, listed_as(one.author, vantage), one.came, one.by_hand) for one in found]
    context: dict[str, Any] = {"opened": opened.session, "slot": opened.now, "cohort": opened.session.cohort}
    return Page("sessions/attendance.html", context | {"people": people, "errors": errors_of(call)})


ask_attendance = page("/slots/{slot:int}/attendance", name="slots.attendance")(attendance_page)


@verb("/slots/{slot:int}/attendance", again=attendance_page)
def correct(call: Call, opened: AttendanceDoor) -> Reply:
    """Note who came and who did not. What the form did not change stays, also if the room noted it meanwhile."""
    facts, slot = opened.session.now, opened.now
    known = {one.person_id: one for one in attendance.choices(call.db, facts, slot.id)}
    ticked, were = ({id_ for id_ in known if call.sent.get(f"{name}_{id_}")} for name in ("came", "was"))
    rule = stricter(facts.attribution, opened.session.cohort.vantage.attribution)
    who = {"by_id": call.signed_in.person_id, "named": rule == Attribution.NAMED, "now": call.now}
    attendance.correct(call.db, facts, slot, known, ticked - were, were - ticked, **who)
    return Reply(f"/sessions/{facts.id}?done=attendance-corrected#answers-{slot.id}")


routes: list[HTTPRouteHandler] = [ask_attendance, correct]
notices = {"attendance-corrected": N_("It is noted who came.")}
