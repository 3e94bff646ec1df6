"""Prompts in the world before a test begins, and how tests write more of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from cohorts import initiatives
from cohorts.audiences import vantage_in_team
from cohorts.memberships import standing_of
from cohorts.models import AudienceKind
from feedback import threads
from feedback.advice import own, prompts
from feedback.advice.anchors import anchor
from feedback.advice.prompts import Draft
from feedback.advice.web.fragments import markup_of, texts_in
from feedback.notices import NOTICE
from server.db import Db


def give(
    db: Db,
    place: Any,
    person_id: int,
    membership_id: int,
    text: str,
    *,
    now: datetime,
    kind: str = "question",
    chapter: str = "",
    quote: str = "",
    audience: str = AudienceKind.COHORT,
    **reference: str,
) -> int:
    """A prompt of that person on the initiative of a place (tests/world.py); its id."""
    facts = initiatives.read(db, id=place.initiative)[0]
    vantage = vantage_in_team(db, standing_of(db, person_id), place.team, place.cohort, place.programme, "en")
    every = own.circles(db, vantage, place.team, place.cohort)
    around = next(one for one in threads.on_initiative(db, every, place.initiative) if one.kind == audience)
    found = anchor(texts_in(markup_of(facts))[chapter], quote) if quote else None
    assert found or not quote
    draft = Draft(kind, text, chapter, found, **reference)  # type: ignore[arg-type]
    who: dict[str, Any] = {"audience_id": around.audience_id, "membership_id": membership_id, "author_id": person_id}
    return prompts.write(db, around, facts, draft, attribution="named", now=now, **who)


def prompted(db: Db, builder: Any, *given: tuple[Any, str, str]) -> dict[int, int]:
    """A prompt on the challenge of each of those places, by somebody and with a mark in its words; by cohort."""
    found = {}
    for place, name, mark in given:
        person_id, membership_id = builder.people[name].id, builder.memberships[name]
        text, about = f"{mark}Who is *not* reached?", {"chapter": "challenge", "quote": f"{mark}Warnings reach half"}
        found[place.cohort] = give(db, place, person_id, membership_id, text, now=builder.now, **about)
    # Tests begin with nobody told of anything.
    db.execute(NOTICE.delete())
    return found
