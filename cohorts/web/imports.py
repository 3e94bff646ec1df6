"""Importing teams and people: the list of imports, the form, the preview, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from litestar.handlers import HTTPRouteHandler

from cohorts import imports
from cohorts.columns import COLUMNS, EXAMPLE, HEADER
from cohorts.imports import IMPORT, RowFacts
from cohorts.spreadsheets import MOST_BYTES, MOST_ROWS, TOO_LARGE, as_csv
from cohorts.web import import_shown
from cohorts.web.doors import EditCohortDoor
from cohorts.web.forms import NoForm
from cohorts.web.import_doors import ImportDoor
from people.web.forms import errors_of, typed_in
from server.calls import Call, Region, Reply
from server.headers import page_headers
from server.house import Answer
from server.languages import N_
from server.live.log import positions
from server.pages import Page
from server.receipts import new_key
from server.refusals import Message, NotYours, Rejected
from server.routes import page, verb

# What a browser puts around the file.
ENVELOPE = 64 * 1024
A_PAGE = 200


def list_page(call: Call, cohort: EditCohortDoor) -> Page:
    """The form for another list, and the imports there were."""
    found = imports.read(call.db, IMPORT.c.cohort_id == cohort.id)
    errors = errors_of(call)
    # A body that is too large was not read, so nobody knows which field it was: there is only one.
    errors = {"file": errors.get("file") or errors[""]} if errors else {}
    values = typed_in(call, key=new_key())
    context = {"cohort": cohort, "imports": found, "errors": errors, "values": values, "most": MOST_ROWS}
    return Page(
        "cohorts/imports.html", context | {"columns": [call.text(import_shown.COLUMN_WORDS[name]) for name in COLUMNS]}
    )


show_all = page("/cohorts/{cohort:int}/imports", name="imports.list")(list_page)


@page("/cohorts/{cohort:int}/imports/template")
def template(call: Call, cohort: EditCohortDoor) -> Answer:
    """A list to fill in: the columns, and one line that shows how."""
    return _csv(call, "teams-and-people.csv", [HEADER, EXAMPLE])


@verb("/cohorts/{cohort:int}/imports", again=list_page, once=True, most_body=MOST_BYTES + ENVELOPE)
def create(call: Call, cohort: EditCohortDoor, form: NoForm) -> Reply:
    """Take a list in; it is read in the background."""
    file = next(iter(call.files.get("file", ())), None)
    if file is None:
        raise Rejected({"file": Message(N_("Choose the file with your list."))})
    if file.size > MOST_BYTES:
        raise Rejected({"file": Message(TOO_LARGE)})
    name = " ".join(file.name.split())[-200:]
    by_id = call.signed_in.person_id
    made = imports.upload(call.db, cohort_id=cohort.id, by_id=by_id, file_name=name, content=file.content, now=call.now)
    return Reply(f"/imports/{made}")


@page("/imports/{import:int}")
def show(call: Call, opened: ImportDoor) -> Page:
    """How far it is, what it would do, and what it did."""
    one, told = opened.facts, imports.counts(call.db, opened.id)
    shown = {"progress": import_shown.progress(one, told), "listing": import_shown.listing(call.db, one, told)}
    return Page("cohorts/import.html", {"opened": opened} | shown, positions(call.db, [one.stream_id]))


@verb("/imports/{import:int}/confirmation")
def confirm(call: Call, opened: ImportDoor, form: NoForm) -> Reply:
    """Apply the good rows. Harmless twice."""
    imports.confirm(call.db, opened.id, by_id=call.signed_in.person_id, now=call.now)
    return _done(opened, f"/imports/{opened.id}")


@verb("/imports/{import:int}/resumption")
def resume(call: Call, opened: ImportDoor, form: NoForm) -> Reply:
    """Go on with one that was given up. Harmless twice."""
    imports.try_again(call.db, opened.id, by_id=call.signed_in.person_id, now=call.now)
    return _done(opened, f"/imports/{opened.id}")


@verb("/imports/{import:int}/cancellation")
def cancel(call: Call, opened: ImportDoor, form: NoForm) -> Reply:
    """Give it up, and forget the list."""
    imports.cancel(call.db, opened.id, now=call.now)
    return _done(opened, f"/imports/{opened.id}")


def _done(opened: ImportDoor, to: str) -> Reply:
    stream_id = opened.facts.stream_id
    names = (imports.progress(opened.id), imports.listing(opened.id))
    return Reply(to, regions=tuple(Region(stream_id, name) for name in names))


@page("/imports/{import:int}/rows")
def show_rows(call: Call, opened: ImportDoor) -> Page:
    """All rows, some hundred a page."""
    after = call.query.get("after", "0")
    if not after.isdecimal() or len(after) > 9:
        raise NotYours
    found = imports.rows(call.db, opened.id, most=A_PAGE + 1, after=int(after))
    more = found[A_PAGE - 1].number if len(found) > A_PAGE else None
    rows = [import_shown.row_shown(row) for row in found[:A_PAGE]]
    return Page("cohorts/import_rows.html", {"opened": opened, "rows": rows, "more": more, "first": after == "0"})


@page("/imports/{import:int}/errors")
def errors(call: Call, opened: ImportDoor) -> Answer:
    """The rows that cannot be taken, as they came, with a column that says why: to be put right and uploaded again."""
    wrong = imports.rows(call.db, opened.id, most=MOST_ROWS, wrong=True)
    return _csv(call, f"errors-{opened.id}.csv", _as_lines(call, wrong))


def _as_lines(call: Call, rows: Sequence[RowFacts]) -> Iterable[Sequence[str]]:
    yield (*HEADER, call.text(N_("what is wrong")))
    for row in rows:
        why = (f"{name}: {call.house.pages.say(one, call.language)}" for name, one in row.errors.items())
        yield (*(row.typed.get(name, "") for name in HEADER), " ".join(why))


def _csv(call: Call, name: str, rows: Iterable[Sequence[str]]) -> Answer:
    headers = page_headers(call.house.settings, call.house.policy, call.nonce)
    headers |= {"content-type": "text/csv; charset=utf-8", "content-disposition": f'attachment; filename="{name}"'}
    return Answer(as_csv(rows), 200, headers)


routes: list[HTTPRouteHandler] = [show_all, template, create, show, confirm, resume, cancel, show_rows, errors]
