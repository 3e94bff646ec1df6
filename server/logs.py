"""What the running program says on standard error: readable lines, or one JSON object a line.

Every line of a request carries its number, every line of a job the job's. No line holds what people wrote, their names
or their addresses: the program logs kinds and numbers only, an exception is shown by its type and its places in the
code, and whatever still looks like a mail address is taken out of the finished line.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from server.settings import ROOT

Result = TypeVar("Result")

LINES, JSON = "lines", "json"
# Seconds: how often the same line is said again, and when it is new again.
AGAIN, FORGOTTEN = 60.0, 3600.0
ABOUT: ContextVar[Mapping[str, object]] = ContextVar("about", default=MappingProxyType({}))
ADDRESS = re.compile(r"[^\s@<>()\[\]{}'\",;:=]+@[^\s@<>()\[\]{}'\",;:=]+")
# Their messages are made of the names in our code, not of what people entered.
TELL_CODE = (TypeError, AttributeError, NameError, ImportError, RuntimeError, TimeoutError)


def about(fields: Mapping[str, object], work: Callable[[], Result]) -> Result:
    """`work()`; whatever is logged in it carries those fields."""
    token = ABOUT.set(fields)
    try:
        return work()
    finally:
        ABOUT.reset(token)


def without_addresses(line: str) -> str:
    """The line with every mail address and every password of an address blotted out."""
    return ADDRESS.sub("…@…", line) if "@" in line else line


def told(error: BaseException) -> str:
    """The type of an exception, and as much of its message as can only come from the code or the system."""
    name = type(error).__name__
    database = getattr(error, "orig", None)
    if database is not None:
        diagnosis = getattr(database, "diag", None)
        kind = type(database).__name__
        parts = [kind if kind != name else None, getattr(database, "sqlstate", None)]
        parts += [getattr(diagnosis, part, None) for part in ("table_name", "column_name", "constraint_name")]
        # SQLite names columns; it shows a value only where it could not read one.
        parts += [str(database)] if diagnosis is None and "with text" not in str(database) else []
        return f"{name}: {' '.join(str(part) for part in parts if part)}"
    if isinstance(error, OSError):
        return f"{name}: {error.strerror}" if error.strerror else name
    if isinstance(error, TELL_CODE) or type(error).__module__.startswith("jinja2"):
        return f"{name}: {error}"
    return name


def chain(error: BaseException) -> Iterator[BaseException]:
    """An exception and what caused it, the cause first."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    # The driver's own exception is told with the one that wraps it.
    if cause is not None and cause is not getattr(error, "orig", None):
        yield from chain(cause)
    yield error


def places(error: BaseException) -> list[str]:
    """Where an exception passed, from the outermost call to the innermost: file, line and function."""
    found = []
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        _, _, library = frame.filename.partition("/site-packages/")
        shown = library or (path.relative_to(ROOT) if path.is_relative_to(ROOT) else path.name)
        found.append(f"{shown}:{frame.lineno} {frame.name}")
    return found


def when(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)


def said_of(record: logging.LogRecord) -> Mapping[str, object]:
    """Which request or job a line belongs to: the one it is written in, unless it says another."""
    said: Mapping[str, object] = getattr(record, "about", None) or ABOUT.get()
    return said


class Lines(logging.Formatter):
    """A line a person reads: when (UTC), how bad, what, and the number of the request or job."""

    def format(self, record: logging.LogRecord) -> str:
        about = "".join(f" ({name} {value})" for name, value in said_of(record).items())
        line = f"{when(record):%Y-%m-%d %H:%M:%S} {record.levelname.lower():<7} {record.getMessage()}{about}"
        if record.exc_info and (error := record.exc_info[1]):
            for one in chain(error):
                line += "".join(f"\n    {place}" for place in places(one)) + f"\n  {told(one)}"
        return without_addresses(line)


class Json(logging.Formatter):
    """One object: at, level, log, message; request or job; the fields of `extra={"fields": …}`; error and places."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = {
            "at": when(record).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "log": record.name,
            "message": record.getMessage(),
            **said_of(record),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and (error := record.exc_info[1]):
            fields["error"] = [told(one) for one in chain(error)]
            fields["places"] = [place for one in chain(error) for place in places(one)]
        return without_addresses(json.dumps(fields, ensure_ascii=False))


class Repeats(logging.Filter):
    """Of what goes wrong again and again in the background, one line a minute: an outage is told, not recited every
    second. The lines of requests and jobs carry their numbers, and all of them are kept."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        # When the last such line was kept, and how many were left out since.
        self._kept: dict[Hashable, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.WARNING or said_of(record):
            return True
        error = record.exc_info[1] if record.exc_info else None
        same = (record.name, record.msg, str(record.args), told(error) if error else "")
        with self._lock:
            at, left_out = self._kept.get(same, (0.0, 0))
            if record.created - at < AGAIN:
                self._kept[same] = (at, left_out + 1)
                return False
            fresh = {key: one for key, one in self._kept.items() if record.created - one[0] < FORGOTTEN}
            self._kept = fresh | {same: (record.created, 0)}
        if left_out:
            record.msg = f"{record.msg} (and {left_out} times more since this was last said)"
        return True


def configure(form: str) -> None:
    """Log to standard error in that form (`lines` or `json`). For a program of its own: it changes the root logger."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json() if form == JSON else Lines())
    handler.addFilter(Repeats())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("sweetspot").setLevel(logging.INFO)
    # Who called the logger is in no line, and finding out costs more than the rest of it.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
