"""Questions whether a passage may be quoted, asked through the product's own verb."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cohorts import initiatives
from feedback import comments, quotes
from people.models import Person
from server.db import Db


def asked_quotes(db: Db, people: Mapping[str, Person], now: datetime, *asked: tuple[Any, str, str]) -> dict[int, int]:
    """In each place one: asked by whom, and of whose comment; the ids by cohort."""
    found = {}
    for place, by, whose in asked:
        comment = comments.comment_now(db, place.comments[whose])
        (about,) = initiatives.read(db, id=place.initiative)
        by_id = people[by].id
        assert comment is not None
        assert by_id is not None
        use = {"passage": comment.text, "purpose": f"A report on {about.title}"}
        found[place.cohort] = quotes.ask_for(db, comment, about, by_id=by_id, named=True, **use, now=now)
    return found
