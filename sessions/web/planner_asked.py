"""What the planner is asked, out of the query of its address: for which session, on which days, and which times
somebody thought of themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated

from pydantic import AfterValidator

from cohorts.web.doors import OpenCohort
from feedback.rounds.phases import instants
from server.calls import Call
from server.clock import is_zone, zone, zone_names
from server.forms import Form, parse
from server.languages import N_
from server.refusals import Message, Rejected, Wrong
from sessions import agenda, clashes, sessions
from sessions.sessions import SESSION, SessionFacts
from sessions.slots import LONGEST
from sessions.suggesting import DAY, MOST_DAYS, Wish
from sessions.web.forms import SHORTEST, Minutes
from sessions.web.times import FURTHEST, TOO_FAR, local_of

FIELDS = ("session", "first", "last", "minutes", "slots", "zone", "at_1", "at_2")
# What is looked at until somebody says otherwise: from tomorrow on, so many days.
AHEAD = timedelta(days=13)
USUAL = 90
NO_DAY = N_("Give a day, such as 2027-01-15.")


def _day(text: str) -> date:
    try:
        found = date.fromisoformat(text.strip())
    except ValueError:
        raise Wrong(NO_DAY) from None
    if not 1000 <= found.year < 9999:
        raise Wrong(TOO_FAR)
    return found


def _slots(text: str) -> str:
    if text not in ("1", "2"):
        raise Wrong(N_("Choose one time or two."))
    return text


def is_known(zone_name: str) -> bool:
    """Whether it is a zone. Those that can be chosen are looked up first: for others the machine's own list is read,
    which takes milliseconds."""
    return zone_name in zone_names() or is_zone(zone_name)


def _zone(text: str) -> str:
    if not is_known(text):
        raise Wrong(N_("Choose a time zone from the list."))
    return text


class PlannerForm(Form):
    """What the planner is asked, out of its address. `session`: the id of the one it is about, or nothing. `at_1` and
    `at_2`: times somebody thought of, like the days in `zone`."""

    session: str
    first: Annotated[str, AfterValidator(lambda text: _day(text) and text)]
    last: Annotated[str, AfterValidator(lambda text: _day(text) and text)]
    minutes: Minutes
    slots: Annotated[str, AfterValidator(_slots)]
    zone: Annotated[str, AfterValidator(_zone)]
    at_1: str
    at_2: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What the planner is asked: for which session, if for one; the days, with what else is then; times somebody
    thought of."""

    session: SessionFacts | None
    wish: Wish
    proposed: tuple[datetime, ...]


def choices(call: Call, cohort: OpenCohort) -> list[SessionFacts]:
    """The sessions that can be offered at one more time."""
    return sessions.read(call.db, SESSION.c.cohort_id == cohort.id, SESSION.c.cancelled_at.is_(None))


def fresh(call: Call, cohort: OpenCohort, wanted: SessionFacts | None) -> dict[str, str]:
    """What the form says until somebody says otherwise."""
    zone_name = call.signed_in.time_zone or cohort.programme.time_zone
    first = call.now.astimezone(zone(zone_name)).date() + DAY
    total = agenda.total(agenda.items_of(call.db, [wanted.id]).get(wanted.id, [])) if wanted else 0
    minutes = min(max(total, SHORTEST), LONGEST) if total else USUAL
    days = {"first": first.isoformat(), "last": (first + AHEAD).isoformat()}
    return dict.fromkeys(FIELDS, "") | days | {"minutes": str(minutes), "slots": "1", "zone": zone_name}


def chosen(known: Sequence[SessionFacts], text: str) -> SessionFacts | None:
    """The session of that id, as it was typed."""
    return next((one for one in known if str(one.id) == text), None)


def read(call: Call, cohort: OpenCohort, known: Sequence[SessionFacts], values: Mapping[str, str]) -> Asked:
    """What those values ask. Raises Rejected with all that is wrong."""
    errors: dict[str, Message] = {}
    try:
        form = parse(PlannerForm, {name: [text] for name, text in values.items()})
    except Rejected as rejected:
        raise Rejected(rejected.errors, values) from None
    wanted = chosen(known, form.session)
    if form.session and not wanted:
        errors["session"] = Message(N_("Choose a session from the list."))
    days = _day(form.first), _day(form.last)
    errors |= _wrong_days(*days, call.now.astimezone(zone(form.zone)).date())
    proposed = _proposed(form, call.now, errors)
    if errors:
        raise Rejected(errors, values)
    taken = _taken(call, cohort, wanted, days, form.zone)
    return Asked(wanted, Wish(form.minutes, int(form.slots), days, form.zone, taken), proposed)


def _wrong_days(first: date, last: date, today: date) -> dict[str, Message]:
    if first > today + FURTHEST:
        return {"first": Message(TOO_FAR)}
    if last < first:
        return {"last": Message(N_("The last day comes before the first."))}
    if last < today:
        return {"last": Message(N_("These days are over."))}
    if last - first >= MOST_DAYS * DAY:
        return {"last": Message(N_("Look at %(most)s days at most."), {"most": MOST_DAYS})}
    return {}


def _proposed(form: PlannerForm, now: datetime, errors: dict[str, Message]) -> tuple[datetime, ...]:
    found: list[datetime] = []
    for name in ("at_1", "at_2"):
        text = getattr(form, name).strip()
        try:
            found += [_instant(text, form.zone, now)] if text else []
        except Wrong as wrong:
            errors[name] = wrong.message
    if len(found) == 2 and abs(found[1] - found[0]) < timedelta(minutes=form.minutes):
        errors.setdefault("at_2", Message(N_("The two times overlap.")))
    return tuple(sorted(found))


def _instant(text: str, zone_name: str, now: datetime) -> datetime:
    found = instants(local_of(text), zone_name)
    if not found:
        raise Wrong(N_("The clocks there are put forward then, so this hour does not exist. Choose another one."))
    if len(found) > 1:
        raise Wrong(N_("The clocks there are put back then, so this hour comes twice. Choose another one."))
    if found[0] <= now:
        raise Wrong(N_("This is in the past."))
    if found[0] > now + FURTHEST:
        raise Wrong(TOO_FAR)
    return found[0]


def people(call: Call, wanted: SessionFacts | None) -> list[int]:
    """Who must not be elsewhere: those who lead the session; until it is chosen, whoever plans it."""
    return sorted(sessions.parts_of(call.db, wanted.id)) if wanted else [call.signed_in.person_id]


def _taken(
    call: Call, cohort: OpenCohort, wanted: SessionFacts | None, days: tuple[date, date], zone_name: str
) -> tuple[tuple[datetime, datetime], ...]:
    """When something else is, from the first of those days to as long as a session on the last one can take."""
    first = datetime.combine(days[0], time(0), zone(zone_name))
    minutes = (days[1] - days[0] + 2 * DAY) // timedelta(minutes=1) + LONGEST
    found = clashes.among(call.db, cohort.id, first, minutes, people=people(call, wanted))
    return tuple(sorted({(one.starts_at, one.ends_at) for one in found}))
