"""The recap to take away: as Markdown, as CSV, as PDF. What its reader reads on the page, and no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from litestar.handlers import HTTPRouteHandler

from cohorts.identity import BY_ROLE, RULES
from cohorts.spreadsheets import as_csv
from server.calls import Call
from server.headers import page_headers
from server.house import Answer
from server.languages import N_
from server.pages import date_time, day
from server.routes import page
from sessions.room import documents
from sessions.room.documents import Block, Document, Heading, Listed, Paragraph, Table, Written
from sessions.room.gathering import Came, Gathered, SlotGathered
from sessions.room.web.notes import called
from sessions.room.web.outcomes import HEADS, KINDS
from sessions.room.web.recap_doors import OpenRecap, RecapDoor
from sessions.room.web.recap_edit import notes_of
from sessions.room.web.recap_fragments import STATES, gathered

COLUMNS = (N_("Kind"), N_("When"), N_("Text"), N_("Answer"), N_("Persons"), N_("Who does it"), N_("Until when"))


@dataclass(frozen=True, slots=True)
class Export:
    """A recap on its way out, in the reader's language and zone."""

    call: Call
    recap: OpenRecap
    found: Gathered
    zone: str

    def say(self, msgid: str, **values: object) -> str:
        """A sentence."""
        return self.call.text(msgid, **values)

    def when(self, at: datetime) -> str:
        """An instant."""
        return date_time(at, self.zone, self.call.language)


def _export(call: Call, recap: OpenRecap) -> Export:
    zone = call.signed_in.time_zone or recap.session.cohort.programme.time_zone
    return Export(call, recap, gathered(call.db, recap.session.now, recap.vantage), zone)


def document_of(out: Export) -> Document:
    """The recap as a document, in the order of the page."""
    parts = (_outcomes, _agenda, _notes, _polls, _questions, _said, _came, _worth)
    blocks = [*_begin(out), *(block for part in parts for block in part(out))]
    title = out.say(N_("%(theme)s: recap"), theme=out.recap.session.now.theme)
    return Document(title, out.call.language.tag, tuple(blocks))


def _begin(out: Export) -> Iterator[Block]:
    rule = RULES.get(out.recap.vantage.attribution) if out.found.candid else None
    if rule is not None:
        yield Paragraph(out.say(rule))
    if out.recap.now.intro:
        yield Written(out.recap.now.intro)


def _outcomes(out: Export) -> Iterator[Block]:
    if not out.found.outcomes:
        return
    yield Heading(1, out.say(N_("Decisions and actions")))
    for kind, head in HEADS.items():
        mine = [one.said for one in out.found.outcomes if one.said.kind == kind]
        if mine:
            yield Heading(2, out.say(head))
            columns = tuple(out.say(one) for one in (KINDS[kind], COLUMNS[5], COLUMNS[6]))
            yield Table(columns, tuple((one.text, one.owner, _due(out, one.due)) for one in mine))


def _due(out: Export, due: object) -> str:
    return day(due, out.call.language) if due else ""  # type: ignore[arg-type]


def _slots(
    out: Export, title: str, wanted: Callable[[SlotGathered], object], part: Callable[[SlotGathered], Iterator[Block]]
) -> Iterator[Block]:
    """A part of the recap, slot by slot where there are several."""
    found = [slot for slot in out.found.slots if wanted(slot)]
    if found:
        yield Heading(1, out.say(title))
    for slot in found:
        if len(out.found.slots) > 1:
            yield Heading(2, out.when(slot.starts_at))
        yield from part(slot)


def _agenda(out: Export) -> Iterator[Block]:
    def part(slot: SlotGathered) -> Iterator[Block]:
        yield Paragraph(f"{out.when(slot.began_at)} – {out.when(slot.ended_at)}")
        names = (N_("Item"), N_("Minutes planned"), N_("Minutes it took"))
        rows = tuple((one.title, str(one.planned), str(one.minutes)) for one in slot.items)
        if rows:
            yield Table(tuple(out.say(one) for one in names), rows)

    yield from _slots(out, N_("The agenda as it ran"), lambda slot: True, part)


def _notes(out: Export) -> Iterator[Block]:
    edited = out.recap.now.notes if out.recap.now.notes_edited and out.found.candid else ""
    if edited:
        yield Heading(1, out.say(N_("Notes")))
        yield Written(edited)
    elif not out.recap.now.notes_edited:
        yield from _slots(
            out,
            N_("Notes"),
            lambda slot: slot.notes or slot.groups,
            lambda slot: (Written(words) for words in notes_of(out.call, slot)),
        )


def _polls(out: Export) -> Iterator[Block]:
    def part(slot: SlotGathered) -> Iterator[Block]:
        for poll in slot.polls:
            yield Paragraph(poll.question)
            rows = tuple((text, str(count)) for text, count in poll.rows)
            chart = out.say(N_("Bar chart of the answers in the table below: %(question)s"), question=poll.question)
            if rows:
                yield Table((out.say(COLUMNS[3]), out.say(COLUMNS[4])), rows, chart)

    yield from _slots(out, N_("Polls"), lambda slot: slot.polls, part)


def _questions(out: Export) -> Iterator[Block]:
    def part(slot: SlotGathered) -> Iterator[Block]:
        names = (N_("Question"), N_("Asked by"), N_("Wanted to know"), N_("State"), N_("Answer"))
        rows = [(one.text, one.who.name, str(one.wants), out.say(STATES[one.state]), one.answer) for one in slot.asked]
        if rows:
            yield Table(tuple(out.say(one) for one in names), tuple(rows))
        if slot.asked_in_groups:
            yield Paragraph(out.say(N_("Asked in groups:")))
            yield Listed(tuple(f"{called(out.call, one)}: {one.asked}" for one in slot.asked_in_groups))

    yield from _slots(out, N_("Questions"), lambda slot: slot.asked or slot.asked_in_groups, part)


def _said(out: Export) -> Iterator[Block]:
    yield from _slots(
        out,
        N_("What people took with them"),
        lambda slot: slot.said,
        lambda slot: iter([Listed(tuple(f"{words} ({by.name})" for by, words in slot.said))]),
    )


def _came(out: Export) -> Iterator[Block]:
    def part(slot: SlotGathered) -> Iterator[Block]:
        yield Paragraph(out.say(N_("Persons: %(count)s"), count=slot.came.people))
        if listed := tuple(_listed(out, slot.came)):
            yield Listed(tuple(name if count == 1 else f"{name} × {count}" for name, count in listed))

    if out.found.candid:
        yield from _slots(out, N_("Who was there"), lambda slot: True, part)


def _listed(out: Export, came: Came) -> Iterator[tuple[str, int]]:
    """Names, or roles with how many have them."""
    yield from ((one.name, 1) for one in came.names)
    yield from ((out.say(BY_ROLE[role]), count) for role, count in came.roles)


def _worth(out: Export) -> Iterator[Block]:
    together = out.found.together
    if together is None:
        return
    yield Heading(1, out.say(N_("Was it worth people's time?")))
    rows = tuple((str(level), str(count)) for level, count in together.counts)
    chart = out.say(N_("Bar chart of the levels in the table below, from 1, not at all, to 5, very much"))
    yield Table((out.say(N_("Level")), out.say(COLUMNS[4])), rows, chart)
    if together.words:
        yield Listed(together.words)


def lines_of(out: Export) -> Iterator[Sequence[str]]:
    """What can be counted or sorted, as rows of one table: all of the recap but its notes."""
    yield [out.say(one) for one in COLUMNS]
    for one in out.found.outcomes:
        said = one.said
        yield [out.say(KINDS[said.kind]), "", said.text, "", "", said.owner, said.due.isoformat() if said.due else ""]
    for slot in out.found.slots:
        for kind, text, answer, count in _told(out, slot):
            yield [out.say(kind), out.when(slot.starts_at), text, answer, count, "", ""]
    for level, persons in out.found.together.counts if out.found.together else ():
        yield [out.say(N_("Was it worth people's time?")), "", str(level), "", str(persons), "", ""]
    for words in out.found.together.words if out.found.together else ():
        yield [out.say(N_("Was it worth people's time?")), "", words, "", "", "", ""]


def _told(out: Export, slot: SlotGathered) -> Iterator[tuple[str, str, str, str]]:
    """What a slot was: kind, text, answer, persons."""
    for item in slot.items:
        yield N_("Minutes on the agenda"), item.title, str(item.minutes), ""
    for poll in slot.polls:
        yield from ((N_("Poll"), poll.question, text, str(count)) for text, count in poll.rows)
    for one in slot.asked:
        yield N_("Question"), one.text, one.answer, str(one.wants)
    for by, words in slot.said:
        yield N_("Taken along"), f"{words} ({by.name})", "", ""
    for name, count in _listed(out, slot.came):
        yield N_("Was there"), name, "", str(count)


def _file(out: Export, body: bytes, media_type: str, ending: str) -> Answer:
    name = f"recap-{out.recap.id}-{out.call.now:%Y-%m-%d}.{ending}"
    headers = page_headers(out.call.house.settings, out.call.house.policy, out.call.nonce)
    headers |= {"content-type": media_type, "content-disposition": f'attachment; filename="{name}"'}
    return Answer(body, 200, headers)


@page("/sessions/{session:int}/recap/markdown", name="recap.markdown")
def markdown(call: Call, recap: RecapDoor) -> Answer:
    """As Markdown."""
    out = _export(call, recap)
    return _file(out, documents.as_markdown(document_of(out)), "text/markdown; charset=utf-8", "md")


@page("/sessions/{session:int}/recap/csv", name="recap.csv")
def csv(call: Call, recap: RecapDoor) -> Answer:
    """As CSV."""
    out = _export(call, recap)
    return _file(out, as_csv(lines_of(out)), "text/csv; charset=utf-8", "csv")


@page("/sessions/{session:int}/recap/pdf", name="recap.pdf")
def pdf(call: Call, recap: RecapDoor) -> Answer:
    """As PDF."""
    out = _export(call, recap)
    return _file(out, documents.as_pdf(document_of(out)), "application/pdf", "pdf")


routes: list[HTTPRouteHandler] = [markdown, csv, pdf]
