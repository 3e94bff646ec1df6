"""The live parts of advice. Contexts know the vantage's view, never who is looking nor who wrote what is masked.

A card is how a prompt stands on its initiative; `asked` is all there is of it, on its own page.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from cohorts.identity import Author, Byline, shown_as
from cohorts.initiatives import CHAPTERS, InitiativeFacts
from cohorts.models import Role
from cohorts.policies import Vantage
from feedback.advice.anchors import AROUND, Anchor, Found, Mark, find, marked, shown_text
from feedback.advice.web.became import ResponseShown, StanceShown
from feedback.advice.web.words import (
    ABOUT_POINT,
    ABOUT_SESSION,
    ABOUT_WORDS,
    KIND_WORDS,
    OPEN,
    READ_BY,
    STATE_NAMES,
    STATE_WORDS,
    WITHDRAWN,
    state_of,
)
from feedback.models import Matter
from server.pages import Fragment

# Behind all that are open come those that were answered, whatever their ids, and then those that were withdrawn.
ANSWERED, TAKEN_BACK = 10**9, 2 * 10**9


class About(NamedTuple):
    """What prompts are about, as it is now: a matter, the programme's zone, and the HTML of its chapters, if it has
    any."""

    matter: Matter
    zone: str
    markup: Mapping[str, str]

    @property
    def whole(self) -> str:
        """All of it, a msgid."""
        return ABOUT_SESSION if self.matter.session_id is not None else ABOUT_WORDS[""]


class Card(NamedTuple):
    """A row of `prompts.cards_in`: `Author`'s columns, then these."""

    author: tuple[Any, ...]
    id: int
    author_id: int
    kind: str
    attribution: str
    opening: str
    chapter: str
    quote: str
    before: str
    after: str
    place: int
    at: datetime
    version: int
    audience: str
    withdrawn: bool
    owed: bool
    response: str | None
    parked_until: date | None
    replies: int
    thread_id: int
    item_id: int | None

    @property
    def anchor(self) -> Anchor | None:
        """The passage it is about; None: a chapter, the whole, or a point of feedback."""
        here = self.quote and self.item_id is None
        return Anchor(self.quote, self.before, self.after, self.place) if here else None

    def about(self, on: About) -> str:
        """What of that matter it is about, a msgid."""
        if self.item_id is not None:
            return ABOUT_POINT
        return ABOUT_WORDS[self.chapter] if self.chapter else on.whole


class CardShown(NamedTuple):
    """A prompt on its initiative. `number`: of its mark in the text, counted among those that can be read from here.
    Words are msgids. `passage`: "found", "lost" or empty; `said`: how much was said about it, a region."""

    id: int
    number: int
    order: int
    kind: str
    opening: str
    about: str
    passage: str
    audience: str
    state: str
    state_word: str
    parked_until: date | None
    by: Byline
    at: datetime
    zone: str
    edited: bool
    said: Fragment


class Said(NamedTuple):
    """How many comments there are on a prompt."""

    id: int
    comments: int


class OwedShown(NamedTuple):
    """The prompts that are owed an answer, by a team or (`on_session`) by those who run a session: id, kind (msgid),
    how it begins. `own`: seen by those who owe it."""

    items: tuple[tuple[int, str, str], ...]
    own: bool
    on_session: bool


class Passage(NamedTuple):
    """What a prompt is about, as it stands now with what is around it; `how`: as in anchors.Found, or "lost": then it
    is as it was; or "point": of a feedback round."""

    before: str
    quote: str
    after: str
    how: str


class Beside(NamedTuple):
    """A prompt beside the form that may answer it. Words are msgids."""

    id: int
    kind: str
    opening: str
    about: str
    passage: Passage | None


class AskedShown(NamedTuple):
    """All there is of a prompt. `initiative_id` None: it is on a session. `number` 0: it has no mark in the text its
    reader sees. `responses`: the one in force first, if there is one (`answered`), then the others, newest first.
    `answers`: it is for those who look from here to answer. `before`: what it said before its edits, and when. `edits`:
    number and time of the versions of the initiative in which its chapter changed since. `late`: it was edited after
    somebody had said what they think of it."""

    id: int
    initiative_id: int | None
    number: int
    kind: str
    html: str
    url: str
    source: str
    about: str
    item_id: int | None
    passage: Passage | None
    audience: str
    state: str
    state_word: str
    by: Byline
    at: datetime
    zone: str
    may_judge: bool
    answers: bool
    answered: bool
    responses: tuple[ResponseShown, ...]
    late: bool
    stances: tuple[StanceShown, ...]
    before: tuple[tuple[str, datetime], ...]
    edits: tuple[tuple[int, datetime], ...]
    restorable: bool


def card_of(row: Sequence[Any]) -> Card:
    """A row of `prompts.cards_in` by name."""
    return Card(tuple(row[:6]), *row[6:])


def found(card: Card, texts: Mapping[str, str]) -> Found | None:
    """Where its passage stands in the chapters, whose shown text is `texts` by name."""
    return find(texts[card.chapter], card.anchor) if card.anchor and card.chapter in texts else None


def markup_of(initiative: InitiativeFacts) -> dict[str, str]:
    """The HTML of each chapter, without marks."""
    return {name: getattr(initiative, f"{name}_html") for name in CHAPTERS}


def texts_in(markup: Mapping[str, str]) -> dict[str, str]:
    """What somebody reads in each chapter."""
    return {name: shown_text(html) for name, html in markup.items()}


def card(one: Card, number: int, texts: Mapping[str, str], on: About, vantage: Vantage) -> Fragment:
    """A prompt as it stands on its matter."""
    state = state_of(one.withdrawn, one.owed, one.response)
    shown = CardShown(
        id=one.id,
        number=number,
        order={OPEN: 0, WITHDRAWN: TAKEN_BACK}.get(state, ANSWERED) - one.id,
        kind=KIND_WORDS[one.kind],
        opening=one.opening,
        about=one.about(on),
        passage=("found" if found(one, texts) else "lost") if one.anchor else "",
        audience=READ_BY[one.audience],
        state=STATE_NAMES[state],
        state_word=STATE_WORDS[state],
        parked_until=one.parked_until if state not in (OPEN, WITHDRAWN) else None,
        by=shown_as(Author(*one.author), one.attribution, vantage),
        at=one.at,
        zone=on.zone,
        edited=one.version > 1,
        said=said(one),
    )
    return Fragment("advice/_card.html", shown, f"prompt-{one.id}")


def said(one: Card) -> Fragment:
    """How much was said about a prompt."""
    return Fragment("advice/_said.html", Said(one.id, one.replies), f"said-{one.thread_id}")


def marks(cards: Sequence[Card], markup: Mapping[str, str]) -> dict[str, str]:
    """The chapters in which passages are marked, HTML by name; `cards` are all that can be read from here, in order."""
    texts, wanted = texts_in(markup), defaultdict(list)
    for number, one in enumerate(cards, 1):
        here = found(one, texts)
        if here:
            wanted[one.chapter].append(Mark(here.begin, here.end, number, one.id))
    return {name: marked(markup[name], each) for name, each in wanted.items()}


def owed(cards: Iterable[Card], matter: Matter, vantage: Vantage) -> Fragment:
    """What is owed an answer there, longest waiting first."""
    items = tuple((one.id, KIND_WORDS[one.kind], one.opening) for one in cards if one.owed)
    shown = OwedShown(items, Role.MEMBER in vantage.roles, matter.session_id is not None)
    return Fragment("advice/_owed.html", shown, f"owed-{matter.key}")


def passage(one: Card, texts: Mapping[str, str]) -> Passage | None:
    """The passage in what is around it now; as it was, once it is lost."""
    if one.item_id is not None and one.quote:
        return Passage("", one.quote, "", "point")
    if one.anchor is None:
        return None
    here = found(one, texts)
    if here is None:
        return Passage(one.before, one.quote, one.after, "lost")
    text = texts[one.chapter]
    before, after = text[max(0, here.begin - AROUND) : here.begin], text[here.end : here.end + AROUND]
    return Passage(before, text[here.begin : here.end], after, here.how)


def beside(one: Card, on: About, texts: Mapping[str, str]) -> Beside:
    """A prompt beside the form for the text it is about."""
    return Beside(one.id, KIND_WORDS[one.kind], one.opening, one.about(on), passage(one, texts))
