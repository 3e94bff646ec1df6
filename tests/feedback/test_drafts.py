"""What is kept of a draft, and when a save is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from feedback import drafts
from feedback.drafts import KEPT, MOST, RETURNABLE, Full, Newer
from server.clock import utc_now
from server.db import Database
from tests.world import World

NOW = utc_now()


def test_the_same_form_goes_on_and_another_one_is_told(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        me = world.people["Amara"]

        def save(text: str, version: int, key: str) -> int | None:
            return drafts.save(db, me, "thread-1", {"text": text}, version=version, key=key, now=NOW)

        first = save("One", 0, "desk")
        second = save("One two", first or 0, "desk")
        assert second == (first or 0) + 1
        # Its answer never came: the form still believes it wrote over the first one.
        third = save("One two three", first or 0, "desk")
        with pytest.raises(Newer):
            save("Other words", first or 0, "phone")
        assert save("One two three", 0, "phone") is not None, "the same words are no conflict"
        kept = drafts.read(db, me, "thread-1", NOW)
        assert third is not None
        assert kept is not None
        assert kept.fields == {"text": "One two three"}


def test_a_draft_begun_anew_is_not_the_one_before_it(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        me, fields = world.people["Amara"], {"text": "Sent"}
        first = drafts.save(db, me, "thread-1", fields, version=0, key="desk", now=NOW) or 0
        drafts.sent(db, me, "thread-1", fields, version=first, key="desk")
        drafts.save(db, me, "thread-1", {"text": "A new one"}, version=0, key="desk again", now=NOW)
        with pytest.raises(Newer):
            drafts.save(db, me, "thread-1", {"text": "From a phone left open"}, version=first, key="phone", now=NOW)


def test_drafts_are_counted_and_cleared(database: Database, world: World) -> None:
    with database.transaction(writing=True) as db:
        me = world.people["Amara"]
        for number in range(MOST):
            drafts.save(db, me, f"edit-{number + 1}", {"text": "x"}, version=0, key="k", now=NOW)
        with pytest.raises(Full):
            drafts.save(db, me, "thread-9", {"text": "one too many"}, version=0, key="k", now=NOW)
        assert drafts.save(db, world.people["Bram"], "thread-9", {"text": "mine"}, version=0, key="k", now=NOW)
        version = drafts.save(db, me, "edit-1", {"text": "still open"}, version=0, key="k", now=NOW) or 0
        assert drafts.clear(db, now=NOW + KEPT - timedelta(minutes=1)) == 0
        drafts.discard(db, me, "edit-1", version=version, key="k", now=NOW)
        assert drafts.clear(db, now=NOW + RETURNABLE + timedelta(minutes=1)) == 1
        assert drafts.clear(db, now=NOW + KEPT + timedelta(minutes=1)) == MOST
