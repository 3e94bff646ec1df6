"""The bell in the head of every page: how many notices its reader has not read.

Its stream is theirs alone, so the number is pushed like any other region. Pages that follow nothing else show it as it
was when they were loaded: what tells that such a page may still be read is that it has nothing to follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cohorts.identity import NAMES
from cohorts.policies import Held
from cohorts.web.doors import standing
from feedback import notices
from feedback.notices import BELL, MANY
from server.calls import Call
from server.db import Db
from server.live.kinds import Kind, Placed
from server.live.log import Position
from server.pages import Fragment
from server.refusals import NotYours

TOLD = "notices not read"
# What packages above tell somebody's open pages on this stream: called with (db, person, regions), they give how the
# ids of what is that person's own begin, and those there are now. What others may not count is told nowhere else. The
# names of such regions begin with OWN.
OWN = "mine-"
owns: list[Callable[[Db, int, Sequence[str]], Iterable[tuple[str, tuple[str, ...]]]]] = []


class BellShown(NamedTuple):
    """How many notices are not read, at most MANY; `more`: there are others."""

    unread: int
    more: bool


@dataclass(frozen=True, slots=True)
class Ear:
    """Who listens to their own bell, with what they may see: a page that shows what they were told of is another one
    when that changes."""

    person_id: int
    held: tuple[Held, ...]
    language: str


def shown(count: int) -> Fragment:
    """The bell with that many."""
    return Fragment("feedback/_bell.html", BellShown(min(count, MANY), count > MANY), BELL)


def bell(call: Call) -> tuple[Fragment, Position | None]:
    """The bell of the reader and where its stream is. A page that asked for more has asked for the number as well."""
    count = call.once(TOLD, lambda: notices.unread(call.db, call.viewer.person_id))
    return shown(count), call.viewer.bell


def _listen(call: Call, stream_id: int) -> Ear:
    viewer = call.signed_in
    if viewer.bell is None or viewer.bell.stream_id != stream_id:
        raise NotYours
    return Ear(viewer.person_id, standing(call).held, call.language.tag)


def _show(db: Db, ear: Ear, stream_id: int, regions: Sequence[str]) -> list[Placed]:
    if NAMES in regions:
        # No page has that list: each is loaded again as a whole.
        return [Placed(BELL, _now(db, ear), into="in-other-names")]
    # What else packages touch for that person alone is fetched where it is shown.
    poked = [Placed(name, None, poke=True) for name in regions if name != BELL and not name.startswith(OWN)]
    # What they are is read at their page alone.
    told = [Placed(BELL, _now(db, ear), elsewhere=True), Placed("told", None, poke=True)] if BELL in regions else []
    return [*told, *poked, *_own(db, ear.person_id, regions)]


def _now(db: Db, ear: Ear) -> Fragment:
    return shown(notices.unread(db, ear.person_id))


def _own(db: Db, person_id: int, regions: Sequence[str]) -> Iterator[Placed]:
    mine = [name for name in regions if name.startswith(OWN)]
    for tell in owns if mine else ():
        for start, ids in tell(db, person_id, mine):
            yield Placed("", None, holders=tuple((person_id, dom_id) for dom_id in ids), anew=start)


kind = Kind("bell", _listen, _show, personal=True)
