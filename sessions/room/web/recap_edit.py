"""What those who run a session do with its recap: write over it, publish it, take that back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from litestar.handlers import HTTPRouteHandler

from people.web.forms import errors_of, typed_in
from server.calls import Call, Reply
from server.forms import Form, clean, number, words
from server.languages import N_
from server.pages import Page, date_time
from server.refusals import Message, Rejected
from server.routes import page, verb
from sessions import sessions
from sessions.room import gathering, recaps
from sessions.room.gathering import SlotGathered
from sessions.room.recaps import Changed
from sessions.room.web.notes import FROM_GROUPS, GROUP
from sessions.room.web.recap_doors import OpenRecap, RunRecapDoor
from sessions.room.web.recap_fragments import gathered
from sessions.room.web.words import NOT_OURS

LONGEST, NOTES = 10_000, 200_000
MEANWHILE = N_(
    "The recap changed meanwhile: somebody else edited it, or another slot ended. What you typed is still here. Look "
    "at how it stands, then save to put yours in its place."
)


def merged(call: Call, recap: OpenRecap) -> str:
    """The notes of all slots one after the other, each under when it was; Markdown."""
    found = gathered(call.db, recap.session.now, recap.vantage).slots
    zone = sessions.zone_of(call.db, recap.session.cohort.id)
    blocks: list[str] = []
    for slot in found:
        words = list(notes_of(call, slot))
        if words and len(found) > 1:
            blocks.append(f"**{date_time(slot.starts_at, zone, call.language)}**")
        blocks += words
    return "\n\n".join(blocks)


def notes_of(call: Call, slot: SlotGathered) -> Iterator[str]:
    """The notes of one slot as blocks of Markdown, its groups after it."""
    if slot.notes:
        yield slot.notes
    for task, wrote in slot.groups:
        yield f"**{call.text(FROM_GROUPS)}**"
        if task:
            yield "\n".join(f"> {line}" for line in task.splitlines())
        for one in wrote:
            yield f"**{one.name or call.text(GROUP, number=one.number)}**"
            yield one.words


class RecapForm(Form):
    """What is said in it, and from which version."""

    intro: Annotated[str, words(LONGEST)] = ""
    notes: Annotated[str, words(NOTES)] = ""
    version: Annotated[int, number(NOT_OURS)] = 0


class VersionForm(Form):
    """From which version."""

    version: Annotated[int, number(NOT_OURS)] = 0


def edit_page(call: Call, recap: RunRecapDoor) -> Page:
    """The form. It is made from the newest version, so that who was too late can save after all."""
    notes = recap.now.notes if recap.now.notes_edited else merged(call, recap)
    context: dict[str, object] = {"recap": recap, "session": recap.session, "version": recap.now.version}
    context["longest"] = LONGEST
    context["outcomes"] = gathered(call.db, recap.session.now, recap.vantage).outcomes
    context["over"] = [(room.slot_id, starts_at) for starts_at, room in gathering.over_in(call.db, recap.id)]
    values = typed_in(call, intro=recap.now.intro, notes=notes)
    return Page("room/recap_edit.html", context | {"values": values, "errors": errors_of(call)})


show_form = page("/sessions/{session:int}/recap/edit", name="recap.edit")(edit_page)


@verb("/sessions/{session:int}/recap", again=edit_page)
def change(call: Call, recap: RunRecapDoor, form: RecapForm) -> Reply:
    """Write over it. Notes that were left as they are go on following the rooms."""
    as_merged = not recap.now.notes_edited and form.notes == clean(merged(call, recap)).strip()
    return _write(call, recap, form.intro, None if as_merged else form.notes, form.version)


@verb("/sessions/{session:int}/recap/merging", again=edit_page)
def merge(call: Call, recap: RunRecapDoor, form: VersionForm) -> Reply:
    """The merged notes in place of the edited ones."""
    return _write(call, recap, recap.now.intro, None, form.version)


def _write(call: Call, recap: OpenRecap, intro: str, notes: str | None, base: int) -> Reply:
    try:
        recaps.write(call.db, recap.now, intro=intro, notes=notes, base=base)
    except Changed:
        raise Rejected({"": Message(MEANWHILE)}) from None
    return Reply(f"{recap.url}?done=recap-saved")


@verb("/sessions/{session:int}/recap/publication")
def publish(call: Call, recap: RunRecapDoor) -> Reply:
    """Let the cohort read it."""
    by_id = call.signed_in.person_id
    recaps.publish(call.db, recap.session.now, recap.now, by_id=by_id, now=call.now)
    return Reply(f"{recap.url}?done=recap-published")


@verb("/sessions/{session:int}/recap/withdrawal")
def withdraw(call: Call, recap: RunRecapDoor) -> Reply:
    """It was too early."""
    recaps.withdraw(call.db, recap.session.now, recap.now)
    return Reply(f"{recap.url}?done=recap-withdrawn")


routes: list[HTTPRouteHandler] = [show_form, change, merge, publish, withdraw]
notices = {
    "recap-saved": N_("The recap is saved."),
    "recap-published": N_("The recap is published. The cohort is told."),
    "recap-withdrawn": N_("Only those who run the session read the recap now."),
}
