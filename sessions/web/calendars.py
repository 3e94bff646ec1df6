"""A slot as a calendar file, for whoever is signed in and takes part."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from server.calls import Call
from server.headers import page_headers
from server.house import Answer
from server.routes import page
from sessions import answers, calendars, letters
from sessions.calendars import CANCEL, MEDIA_TYPE, PUBLISH, Entry
from sessions.models import Rsvp
from sessions.web.doors import AttendDoor, OpenSlot


def _entry(call: Call, opened: OpenSlot) -> Entry:
    facts, slot = opened.session.now, opened.now
    said = answers.given(call.db, facts.id, call.signed_in.person_id).get(slot.id)
    certain = said is None or (said.answer == Rsvp.YES and (said.asked_at is None or said.seated_at is not None))
    comes = said is None or said.answer != Rsvp.NO
    return calendars.entry_of(facts, slot, call.house.settings.origin, certain=certain, comes=comes)


@page("/slots/{slot:int}/calendar.ics", name="slots.calendar")
def show(call: Call, opened: AttendDoor) -> Answer:
    """The slot for one's own calendar. A file that is taken again later is news of the same event."""
    settings, entry = call.house.settings, _entry(call, opened)
    method = CANCEL if entry.status == "CANCELLED" else PUBLISH
    file = calendars.file_of(entry, settings, method=method, words=call.text(letters.WORDS), now=call.now)
    headers = page_headers(settings, call.house.policy, call.nonce) | {
        "content-type": MEDIA_TYPE,
        "content-disposition": f'attachment; filename="session-{opened.now.id}.ics"',
    }
    return Answer(file.encode(), 200, headers)


routes: list[HTTPRouteHandler] = [show]
