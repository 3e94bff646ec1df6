"""`assert_live_equals_fresh`: promise 1 as a function."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.house import House
from tests.live.follower import Follower, normal


def assert_same(kept: str, fresh: str, what: str) -> None:
    """The two pages are equal; else the lines in which they differ."""
    if kept != fresh:
        lines = list(difflib.unified_diff(kept.splitlines(), fresh.splitlines(), "kept open", "fresh", "", "", 1, ""))
        raise AssertionError(f"{what}:\n" + "\n".join(lines[:60]))


@contextmanager
def following(house: House, person_id: int, path: str, **headers: str) -> Iterator[Follower]:
    """A page kept open, connected, and brought to what a fresh page shows."""
    follower = Follower(house, person_id, path, **headers)
    follower.connect()
    try:
        kept, fresh = follower.settle()
        assert_same(kept, fresh, f"{path} before anything happened")
        yield follower
    finally:
        follower.cut()


def assert_live_equals_fresh(
    house: House, person_id: int, path: str, action: Callable[[], object], *, reloads: bool = False
) -> Follower:
    """`path`, kept open by that person while `action` happens, ends up identical to a fresh page.

    Fails when the action changed nothing on the fresh page, and, unless it `reloads`, when the page could only be
    right by being loaded again.
    """
    with following(house, person_id, path) as follower:
        before = normal(follower.page)
        action()
        kept, fresh = follower.settle()
        assert_same(kept, fresh, f"{path} after {getattr(action, '__name__', action)}")
        assert fresh != before, f"{action} changed nothing on {path}"
        assert reloads or follower.resyncs == 0, f"{path} was right only because it was loaded again"
        return follower
