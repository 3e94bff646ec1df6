"""From what the tables hold to the fragments of advice: the same way for pages and for what is pushed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cohorts import initiatives
from cohorts.audiences import AUDIENCE_WORDS
from cohorts.identity import Author, shown_as
from cohorts.initiatives import InitiativeFacts
from cohorts.policies import Vantage
from feedback.advice import prompts, responses, stances
from feedback.advice.models import Prompt
from feedback.advice.web import fragments
from feedback.advice.web.fragments import AskedShown, Card
from feedback.advice.web.words import ABOUT_WORDS, KIND_WORDS, STATE_NAMES, STATE_WORDS, state_of
from server.clock import utc_now
from server.db import Db
from server.live.kinds import shared
from server.pages import Fragment


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt on its own page: its fragment, its author, and who thinks what of it: person and id of their button."""

    fragment: Fragment
    author_id: int
    holders: tuple[tuple[int, str], ...]

    def mine(self, person_id: int) -> tuple[str, ...]:
        """The ids of that person's items in it."""
        own = (self.fragment.dom_id,) if self.author_id == person_id else ()
        return (*own, *(id_ for holder, id_ in self.holders if holder == person_id))


def cards_of(told: str) -> list[Card]:
    """The prompts that `prompts.told_on` tells, oldest first."""
    return [_dated(fragments.card_of(row)) for row in prompts.cards_in(told)]


def _dated(card: Card) -> Card:
    # As JSON a day is text.
    until: Any = card.parked_until
    return card._replace(parked_until=date.fromisoformat(until)) if isinstance(until, str) else card


def cards_on(db: Db, vantage: Vantage, initiative_id: int, now: datetime) -> list[Card]:
    """The prompts on an initiative that can be read from here, oldest first."""
    return shared(
        db,
        ("prompts", initiative_id, vantage.audiences),
        lambda: cards_of(prompts.told_on(db, vantage, initiative_id, now)),
    )


def facts_of(db: Db, initiative_id: int) -> InitiativeFacts:
    """The initiative, for whoever has opened something on it."""
    return shared(db, ("initiative", initiative_id), lambda: initiatives.read(db, id=initiative_id)[0])


def marks_of(db: Db, vantage: Vantage, initiative: InitiativeFacts) -> Mapping[str, str]:
    """The chapters with what is marked in them for those who look from here."""
    if not vantage.audiences:
        return {}
    return fragments.marks(cards_on(db, vantage, initiative.id, utc_now()), fragments.markup_of(initiative))


def asked(db: Db, vantage: Vantage, initiative: InitiativeFacts, prompt_id: int, now: datetime) -> Asked | None:
    """All there is of a prompt, as seen from here; None: it cannot be seen."""
    cards = cards_on(db, vantage, initiative.id, now)
    number = next((at for at, one in enumerate(cards, 1) if one.id == prompt_id), None)
    if number is None:
        return None
    one, stored = cards[number - 1], db.get_one(Prompt, prompt_id, populate_existing=True)
    judged = stances.on_prompt(db, prompt_id)
    shown = _asked(db, vantage, initiative, one, number, stored, judged, now)
    holders = tuple((row[7], f"stance-{prompt_id}-{row[6]}") for row in judged)
    return Asked(Fragment("advice/_asked.html", shown, f"asked-{prompt_id}"), one.author_id, holders)


def _asked(
    db: Db,
    vantage: Vantage,
    initiative: InitiativeFacts,
    one: Card,
    number: int,
    stored: Prompt,
    judged: Sequence[Any],
    now: datetime,
) -> AskedShown:
    state = state_of(one.withdrawn, one.owed, one.response)
    # Withdrawn words are shown to nobody, and neither is what they were about.
    stands, answers = not one.withdrawn, responses.responses_to(db, one.id)
    since = answers[0].at_version if answers else stored.at_version
    edits = responses.edits_since(db, initiative.id, one.chapter, since) if stands else ()
    return AskedShown(
        id=one.id,
        initiative_id=initiative.id,
        number=number,
        kind=KIND_WORDS[one.kind],
        html=stored.html if stands else "",
        url=stored.url if stands else "",
        source=stored.source if stands else "",
        about=ABOUT_WORDS[one.chapter],
        passage=fragments.passage(one, fragments.texts_in(fragments.markup_of(initiative))),
        audience=AUDIENCE_WORDS[one.audience],
        state=STATE_NAMES[state],
        state_word=STATE_WORDS[state],
        by=shown_as(Author(*one.author), one.attribution, vantage),
        at=one.at,
        zone=initiative.programme.time_zone,
        may_judge=fragments.judges(vantage, one.withdrawn),
        responses=tuple(fragments.response(row, now, vantage) for row in answers),
        stances=fragments.stances_shown(judged, vantage) if stands else (),
        before=tuple((row.html, row.at) for row in prompts.versions(db, one.id)) if stands else (),
        edits=tuple((edit.version, edit.at) for edit in edits),
        restorable=not stands and bool(stored.text),
    )
