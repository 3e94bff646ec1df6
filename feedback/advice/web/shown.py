"""From what the tables hold to the fragments of advice: the same way for pages and for what is pushed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cohorts import initiatives
from cohorts.identity import Author, shown_as
from cohorts.initiatives import InitiativeFacts
from cohorts.models import Role
from cohorts.policies import Vantage
from feedback.advice import own, prompts, responses, stances
from feedback.advice.models import Prompt
from feedback.advice.policies import advises
from feedback.advice.web import became, fragments
from feedback.advice.web.fragments import About, AskedShown, Card
from feedback.advice.web.words import KIND_WORDS, READ_BY, STATE_NAMES, STATE_WORDS, state_of
from feedback.models import Matter
from feedback.threads import ThreadNow
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


def cards_on(db: Db, vantage: Vantage, matter: Matter, now: datetime) -> list[Card]:
    """The prompts on a matter that can be read from here, oldest first."""
    return shared(
        db, ("prompts", matter, vantage.audiences), lambda: cards_of(prompts.told_on(db, vantage, matter, now))
    )


def facts_of(db: Db, initiative_id: int) -> InitiativeFacts:
    """The initiative, for whoever has opened something on it."""
    return shared(db, ("initiative", initiative_id), lambda: initiatives.read(db, id=initiative_id)[0])


def about(initiative: InitiativeFacts) -> About:
    """An initiative as prompts are about it."""
    return About(Matter(initiative.id), initiative.programme.time_zone, fragments.markup_of(initiative))


def about_of(db: Db, thread: ThreadNow) -> About:
    """The same of whatever a thread is on: a session has no chapters."""
    if thread.matter.initiative_id is None:
        return About(thread.matter, thread.zone, {})
    return about(facts_of(db, thread.matter.initiative_id))


def marks_of(db: Db, vantage: Vantage, initiative: InitiativeFacts) -> Mapping[str, str]:
    """The chapters with what is marked in them for those who look from here."""
    if not vantage.audiences:
        return {}
    cards = cards_on(db, vantage, Matter(initiative.id), utc_now())
    return fragments.marks(cards, fragments.markup_of(initiative))


def asked(db: Db, vantage: Vantage, on: About, prompt_id: int, now: datetime) -> Asked | None:
    """All there is of a prompt, as seen from here; None: it cannot be seen."""
    cards = cards_on(db, vantage, on.matter, now)
    number = next((at for at, one in enumerate(cards, 1) if one.id == prompt_id), None)
    if number is None:
        return None
    return _whole(db, vantage, on, cards[number - 1], number, now)


def own_cards(db: Db, vantage: Vantage, matter: Matter, person_id: int, now: datetime) -> list[Card]:
    """What that person asked on a matter of people they do not belong to, oldest first."""
    return [fragments.card_of(row) for row in own.cards(db, vantage, matter, person_id, now)]


def asked_own(db: Db, vantage: Vantage, on: About, prompt_id: int, person_id: int, now: datetime) -> Asked | None:
    """The same of one of those; None: it is none of theirs. It has no number: nobody counts what that circle says."""
    found = own_cards(db, vantage, on.matter, person_id, now)
    one = next((card for card in found if card.id == prompt_id), None)
    return _whole(db, vantage, on, one, 0, now) if one else None


def _whole(db: Db, vantage: Vantage, on: About, one: Card, number: int, now: datetime) -> Asked:
    stored, judged = db.get_one(Prompt, one.id, populate_existing=True), stances.on_prompt(db, one.id)
    shown = _asked(db, vantage, on, one, number, stored, judged, now)
    # Of what was taken back nobody is shown what they thought of it.
    holders = () if one.withdrawn else tuple((row[7], f"stance-{one.id}-{row[6]}") for row in judged)
    return Asked(Fragment("advice/_asked.html", shown, f"asked-{one.id}"), one.author_id, holders)


def _asked(
    db: Db,
    vantage: Vantage,
    on: About,
    one: Card,
    number: int,
    stored: Prompt,
    judged: Sequence[Any],
    now: datetime,
) -> AskedShown:
    state = state_of(one.withdrawn, one.owed, one.response)
    # Withdrawn words are shown to nobody, and neither is what they were about.
    stands = not one.withdrawn
    return AskedShown(
        id=one.id,
        initiative_id=on.matter.initiative_id,
        number=number,
        kind=KIND_WORDS[one.kind],
        html=stored.html if stands else "",
        url=stored.url if stands else "",
        source=stored.source if stands else "",
        about=one.about(on),
        item_id=one.item_id,
        passage=fragments.passage(one, fragments.texts_in(on.markup)),
        audience=READ_BY[one.audience],
        state=STATE_NAMES[state],
        state_word=STATE_WORDS[state],
        by=shown_as(Author(*one.author), one.attribution, vantage),
        at=one.at,
        zone=on.zone,
        may_judge=advises(vantage) and not one.withdrawn,
        before=tuple((row.html, row.at) for row in prompts.versions(db, one.id)) if stands else (),
        restorable=not stands and bool(stored.text),
        **_became(db, vantage, on, one, stored, judged, now),
    )


def _became(
    db: Db, vantage: Vantage, on: About, one: Card, stored: Prompt, judged: Sequence[Any], now: datetime
) -> dict[str, Any]:
    """What of `AskedShown` tells what became of it."""
    stands, answers, edited_at = not one.withdrawn, responses.responses_to(db, one.id), stored.edited_at
    answered = bool(answers) and not answers[0].taken
    since = answers[0].at_version if answered else stored.at_version
    edited = on.matter.initiative_id if stands else None
    edits = responses.edits_since(db, edited, one.chapter, since) if edited is not None else ()
    return {
        "answers": Role.MEMBER in vantage.roles and stands,
        "answered": answered,
        "responses": tuple(became.response(row, edited_at, now, vantage) for row in answers) if stands else (),
        "late": edited_at is not None and any(row.at < edited_at for row in judged),
        "stances": became.stances_shown(judged, one.attribution, vantage) if stands else (),
        "edits": tuple((edit.version, edit.at) for edit in edits),
    }
