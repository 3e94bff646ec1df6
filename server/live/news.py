"""What a delivery finds: how far streams are now, and what their regions look like from each vantage that listens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from server.db import Db
from server.live.kinds import SHARED, Kind, Shown
from server.live.log import Position, changes_since

Show = Callable[[Any, Any], Shown]
# Of streams, by where each was told last: the vantages that listen, and their kind.
Wanted = Mapping[Position, Mapping[Any, Kind]]


@dataclass(frozen=True, slots=True)
class News:
    """Where a stream is now, and its regions for each vantage. None: start over."""

    at: Position | None
    shown: Mapping[Any, Shown]

    def joined(self, more: News) -> News:
        """With what was read later for other vantages. The earlier position stays: what came between is delivered
        again to all, and does no harm."""
        return News(None if more.at is None else self.at, {**self.shown, **more.shown})


def news_of(db: Db, wanted: Wanted, show: Show) -> dict[Position, News]:
    """The news of those streams. `show(placed, vantage)`: regions as HTML."""
    db.info[SHARED] = {}
    found: dict[Position, News] = {}
    for (since, kinds), changes in zip(wanted.items(), changes_since(db, list(wanted)), strict=True):
        shown = dict.fromkeys(kinds, Shown(""))
        if changes is None:
            found[since] = News(None, shown)
            continue
        seq, regions = changes
        if regions:
            shown = {v: show(kind.show(db, v, since.stream_id, regions), v) for v, kind in kinds.items()}
        found[since] = News(Position(since.stream_id, since.epoch, seq), shown)
    return found
