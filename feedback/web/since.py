"""What is new to one reader of a thread. It belongs to that reader and to the moment they came, so it stands outside
every region: a line above the conversation, and a rule of style for each new comment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from feedback import visits
from feedback.models import Volume
from feedback.threads import ThreadNow
from feedback.visits import MANY
from feedback.web.bell import TOLD
from feedback.web.drafting import clock
from feedback.windows import Window
from server.calls import Call


@dataclass(frozen=True, slots=True)
class Since:
    """`count` comments of others are new, at least when `more`, since `when`; `first` of them; `seen` and `upto`: the
    last comment noted as read (0: what they were told of is not), and the last that is shown. `marked`: those new
    ones that are shown."""

    count: int
    more: bool
    when: str
    first: int | None
    seen: int
    upto: int
    marked: Sequence[int]


def since_last_visit(call: Call, thread: ThreadNow, window: Window, standing: Sequence[tuple[int, int]]) -> Since:
    """For a window that shows `standing`: ids and authors. Asks for what its form holds as well."""
    me, place = call.signed_in.person_id, f"thread-{thread.id}"
    mine = visits.mine(call.db, me, thread.id, place, call.now)
    before = mine.since
    call.once(("draft", place), lambda: mine.draft)
    call.once(("files", thread.id), lambda: mine.waiting)
    call.once(("volume", thread.id), lambda: mine.volume or Volume.ANSWERS)
    call.once(TOLD, lambda: mine.told)
    # In an older window nothing is noted: what comes later was not seen.
    upto = max((id_ for id_, _ in standing), default=0) if window.is_newest else 0
    seen = before.seen if before and not mine.told_here else 0
    if before is None or not before.count:
        return Since(0, False, "", None, seen, upto, ())
    marked = [id_ for id_, author_id in standing if id_ > before.seen and author_id != me]
    more = before.count == MANY
    return Since(before.count - more, more, clock(call, before.at), before.first, seen, upto, marked)
