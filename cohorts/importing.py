"""The two jobs of an import: reading a file into rows, and applying the rows that are good.

Both go in short steps, each one transaction, and give the interpreter back between two: the slow lane is a thread of
the process that shows pages (docs/decisions/0028). Whoever kills it loses a step; the next start goes on behind it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import delete, insert, select, update

from cohorts import imports
from cohorts.applying import APART, apply_rows, may_go_on
from cohorts.checking import Checker, Row, as_json, known_in, read
from cohorts.columns import say_missing, understood
from cohorts.imports import IMPORT, ROW
from cohorts.spreadsheets import Line, Unreadable, lines
from server.clock import utc_now
from server.db import Db
from server.jobs import KEPT, Interrupted, LostLease, Running, TryLater, Work, hourly
from server.languages import N_
from server.live.log import touch

READ_STEP, APPLY_STEP = 100, 50
# The share of the time in which an import works; the rest belongs to the pages.
SHARE = 1 / 3
ATTEMPTS = 5
# So many imports are cleared in one transaction: the next hour takes the next.
AT_ONCE = 20

_TWICE = N_("Two columns say the same: %(columns)s. Keep one of each.")
_ONLY_HEADER = N_("There is a line with column names, and nobody below it.")
_BROKEN = N_("Something broke on our side while this list was read. Try again; if it happens again, send us the file.")


class Gone(Exception):
    """The import was cancelled meanwhile."""


@contextmanager
def _pace() -> Iterator[None]:
    """Work for a moment, then leave the interpreter to others for as long as the share says.

    Only what this thread computed counts: while it waited for the interpreter or the disk, others had their turn.
    """
    began = time.thread_time()
    yield
    time.sleep((time.thread_time() - began) * (1 - SHARE) / SHARE)


def run_read(running: Running) -> None:
    """Read the file, check each row, and keep what was found for the preview."""
    import_id = int(running.given["import_id"])
    with running.database.transaction(writing=False) as db:
        row = db.execute(select(IMPORT).where(IMPORT.c.id == import_id)).first()
        if row is None or row.read_at or row.cancelled_at:
            return
        known = known_in(db, row.cohort_id, utc_now())
    try:
        header, found = _parsed(row.content)
        checker = Checker(known)
        for one in found:
            checker.gather(one)
        _keep(running, row, checker, found)
        _finish(running, row, "", header)
    except Unreadable as why:
        _finish(running, row, json.dumps([why.message.msgid, dict(why.message.values)]), [])
    except (LostLease, Interrupted, TryLater):
        raise
    except Gone:
        return
    except Exception:
        if running.attempts < ATTEMPTS:
            raise
        # The last try: whoever waits for the preview is told, not left waiting.
        _finish(running, row, json.dumps([_BROKEN, {}]), [])
        raise


def _parsed(content: bytes) -> tuple[list[str], list[Row]]:
    """The headings nobody knew, and every row as it says itself. Raises Unreadable."""
    every = lines(content)
    header = next(every).cells
    places, unknown, twice = understood(header)
    if missing := say_missing(places):
        raise Unreadable(missing.msgid, **missing.values)
    if twice:
        raise Unreadable(_TWICE, columns=", ".join(twice))
    found: list[Row] = []
    while part := _some(every):
        with _pace():
            found += [read(line, places, len(header)) for line in part if any(_at(line, at) for at in places.values())]
    if not found:
        raise Unreadable(_ONLY_HEADER)
    return unknown, found


def _at(line: Line, place: int) -> str:
    return line.cells[place].strip() if place < len(line.cells) else ""


def _some(every: Iterator[Line]) -> list[Line]:
    with _pace():
        return list(islice(every, READ_STEP))


def _keep(running: Running, row: Any, checker: Checker, found: Sequence[Row]) -> None:
    with _step(running, row, done=0, total=len(found)) as db:
        # What an earlier try kept before it was killed is read again: the cohort may have changed since.
        db.execute(delete(ROW).where(ROW.c.import_id == row.id))
    for at in range(0, len(found), READ_STEP):
        part = found[at : at + READ_STEP]
        with _pace():
            for one in part:
                checker.check(one)
            stored = [_stored(row.id, one) for one in part]
            with _step(running, row, done=at + len(part)) as db:
                db.connection().execute(insert(ROW), stored)


@contextmanager
def _step(running: Running, row: Any, **how_far: int) -> Iterator[Db]:
    """A step of an import that nobody has cancelled, shown live. Raises Gone."""
    with running.step(**how_far) as db:
        mine = select(IMPORT.c.id).where(IMPORT.c.id == row.id, IMPORT.c.cancelled_at.is_(None))
        if db.execute(mine.with_for_update()).first() is None:
            raise Gone
        yield db
        touch(db, row.stream_id, imports.progress(row.id))


def _stored(import_id: int, row: Row) -> dict[str, Any]:
    errors = json.dumps(as_json(row.errors), ensure_ascii=False) if row.errors else ""
    cells = json.dumps({"typed": row.typed, "meant": row.meant})
    return {
        "import_id": import_id,
        "number": row.number,
        "cells": cells,
        "errors": errors,
        "plan": row.plan.value,
        "outcome": "",
    }


def _finish(running: Running, row: Any, problem: str, ignored: list[str]) -> None:
    try:
        with _step(running, row) as db:
            told = json.dumps([heading[:100] for heading in ignored])
            done = {"read_at": utc_now(), "problem": problem, "ignored": told, "content": b""}
            db.execute(update(IMPORT).where(IMPORT.c.id == row.id).values(**done))
            touch(db, row.stream_id, imports.listing(row.id))
    except Gone:
        return


def run_apply(running: Running) -> None:
    """Apply the good rows, some at a time, until none is without an outcome."""
    import_id, by_id = int(running.given["import_id"]), int(running.given["by_id"])
    with running.database.transaction(writing=False) as db:
        facts = imports.read(db, IMPORT.c.id == import_id)[0]
        told = imports.counts(db, import_id)
    done, over = told.to_do - told.waiting, facts.applied_at is not None
    begun = facts.confirmed_at or utc_now()
    while not over:
        with _pace(), running.step(done=done, total=told.to_do) as db:
            part = imports.waiting_rows(db, import_id, APPLY_STEP)
            if part and may_go_on(db, facts.cohort_id, by_id):
                now = utc_now()
                mails = {"now": now, "mails_from": max(now, begun + done * APART)}
                outcomes = apply_rows(db, running.tools, facts.cohort_id, part, by_id=by_id, **mails)
                imports.settle(db, import_id, outcomes)
            else:
                imports.end(db, import_id, now=utc_now())
                over = True
            touch(db, facts.stream_id, imports.progress(import_id))
        done += len(part)


def tell_stuck(db: Db, given: Mapping[str, Any]) -> None:
    """The job of an import was given up: its page says so."""
    import_id = int(given["import_id"])
    for one in imports.read(db, IMPORT.c.id == import_id):
        touch(db, one.stream_id, imports.progress(import_id))


def clear(db: Db, now: datetime) -> None:
    """What lists said of people is forgotten 30 days after they were applied, and as long after the upload where
    nobody went on with them."""
    past = now - KEPT
    waiting = IMPORT.c.cancelled_at.is_(None) & (IMPORT.c.problem == "")
    left = select(IMPORT.c.id).where(waiting, IMPORT.c.confirmed_at.is_(None), IMPORT.c.at < past)
    for import_id in db.execute(left.limit(AT_ONCE)).scalars().all():
        imports.cancel(db, import_id, now=now)
    stuck = select(IMPORT.c.id).where(IMPORT.c.applied_at.is_(None), IMPORT.c.confirmed_at < past)
    for import_id in db.execute(stuck.limit(AT_ONCE)).scalars().all():
        imports.end(db, import_id, now=now)
    kept = select(ROW.c.import_id).where(ROW.c.import_id == IMPORT.c.id).exists()
    over = select(IMPORT.c.id, IMPORT.c.stream_id).where(IMPORT.c.applied_at < past, kept).limit(AT_ONCE)
    for import_id, stream_id in db.execute(over).all():
        db.execute(delete(ROW).where(ROW.c.import_id == import_id))
        touch(db, stream_id, imports.progress(import_id), imports.listing(import_id))


works = [
    Work(imports.READ, run_read, attempts=ATTEMPTS, given_up=tell_stuck),
    Work(imports.APPLY, run_apply, given_up=tell_stuck),
    hourly("clear imports", clear),
]
