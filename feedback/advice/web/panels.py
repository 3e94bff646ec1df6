"""What advice shows on other packages' pages: on an initiative, on the form that edits it, on its team's page, and on
what else people talk about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from markupsafe import Markup

from cohorts.policies import Vantage
from cohorts.web.doors import OpenInitiative, OpenTeam
from cohorts.web.panels import Panel
from feedback import threads
from feedback.advice import prompts
from feedback.advice.models import ResponseKind
from feedback.advice.policies import advises, asks_outside
from feedback.advice.web import fragments
from feedback.advice.web.fragments import About, Card
from feedback.advice.web.shown import about, cards_of, cards_on, own_cards
from feedback.advice.web.words import ASIDE, KIND_WORDS, READ_BY, STATE_NAMES, STATE_WORDS, state_of
from feedback.models import Matter
from feedback.web.matters import OpenMatter, matter_of
from server.calls import Call
from server.languages import N_, Language
from server.pages import Encoded, Pages, Piece


class OwnPrompt(NamedTuple):
    """What somebody asked of people they do not belong to. `kind`, `audience` and `state_word` are msgids."""

    id: int
    kind: str
    opening: str
    audience: str
    state: str
    state_word: str
    parked_until: date | None


class Words(NamedTuple):
    """What is said around the prompts on a kind of matter: msgids. `selects`: a passage can be asked about."""

    head: str
    ask: str
    none: str
    selects: bool = False


TO_TEAM = Words(
    N_("From the board"), N_("Give the team a prompt"), N_("Nobody has asked the team anything yet."), selects=True
)


@dataclass(frozen=True, slots=True)
class Advice:
    """The prompts on a matter for one vantage: the panel, the chapters with its marks, and the ids of the items of
    each author."""

    shown: Encoded
    marked: Mapping[str, str]
    mine: Mapping[int, Sequence[str]]


def on_initiative(call: Call, initiative: OpenInitiative) -> Panel | None:
    """The prompts on an initiative, for those who belong to one of its audiences."""
    if not initiative.vantage.audiences:
        return None
    return on_matter(call, matter_of(initiative), about(initiative), TO_TEAM)


def on_matter(call: Call, matter: OpenMatter, on: About, words: Words) -> Panel:
    """The prompts on a matter, for those who belong to one of its audiences."""
    vantage, chapters = matter.vantage, tuple(on.markup.items())
    told = prompts.told_on(call.db, vantage, matter.ids, call.now)
    given = told, matter.ids, on.zone, chapters, words, vantage, call.language
    found: Advice = call.house.pages.made(_made, *given)
    mine = tuple(found.mine.get(call.signed_in.person_id, ()))
    return Panel(_with_own(call, matter, found.shown), marked=found.marked, mine=mine)


def _with_own(call: Call, matter: OpenMatter, shown: Encoded) -> Encoded:
    """What is the same for all who look from there, and behind it what this reader alone asked of others."""
    if not asks_outside(matter.vantage):
        return shown
    piece = call.house.pages.piece(own_list(call, matter), call.language)
    return Encoded(shown.html + piece.encode())


def _own(one: Card) -> OwnPrompt:
    """A prompt in the list of those whose author does not belong to whom they asked."""
    state = state_of(one.withdrawn, one.owed, one.response)
    until = one.parked_until if state == ResponseKind.PARKED else None
    words = KIND_WORDS[one.kind], one.opening, READ_BY[one.audience]
    return OwnPrompt(one.id, *words, STATE_NAMES[state], STATE_WORDS[state], until)


def own_list(call: Call, matter: OpenMatter) -> Piece:
    """What this reader asked of people they do not belong to."""
    found = own_cards(call.db, matter.vantage, matter.ids, call.signed_in.person_id, call.now)
    return Piece("advice/own_list.html", {"matter": matter, "items": [_own(one) for one in found]})


def _made(
    pages: Pages,
    told: str,
    matter: Matter,
    zone: str,
    chapters: tuple[tuple[str, str], ...],
    words: Words,
    vantage: Vantage,
    language: Language,
) -> Advice:
    """Kept by what it is made of, as a window of a conversation is (feedback/web/conversations.py)."""
    cards, on = cards_of(told), About(matter, zone, dict(chapters))
    texts = fragments.texts_in(on.markup)
    mine: dict[int, list[str]] = {}
    shown = [fragments.card(one, number, texts, on, vantage) for number, one in enumerate(cards, 1)]
    for one in cards:
        mine.setdefault(one.author_id, []).append(f"prompt-{one.id}")
    context = {
        "matter": matter,
        "words": words,
        "cards": sorted(shown, key=lambda one: one.context.order),  # type: ignore[attr-defined]
        "states": [(STATE_NAMES[state], word) for state, word in STATE_WORDS.items() if state != ASIDE],
        "advises": advises(vantage),
    }
    html = pages.piece(Piece("advice/panel.html", context), language)
    return Advice(Encoded(html.encode()), fragments.marks(cards, on.markup), mine)


def beside_form(call: Call, initiative: OpenInitiative) -> Panel | None:
    """What the team owes an answer, beside the text it is about to change."""
    on = about(initiative)
    cards = [one for one in cards_on(call.db, initiative.vantage, on.matter, call.now) if one.owed]
    if not cards:
        return None
    texts = fragments.texts_in(on.markup)
    piece = Piece("advice/beside.html", {"items": [fragments.beside(one, on, texts) for one in cards]})
    return Panel(Markup(call.house.pages.piece(piece, call.language)), aside=True)


def on_team(call: Call, team: OpenTeam) -> Panel | None:
    """What a team owes an answer, at the top of its page."""
    if not team.vantage.audiences:
        return None
    # The page has read it, and whether more of it is to be read than a summary.
    found, reads = call.memo.get(("initiative of team", team.id)) or (None, False)
    if found is None or not reads:
        return None
    matter = Matter(found.id)
    cards = cards_on(call.db, team.vantage, matter, call.now)
    here = threads.on_initiative(call.db, team.vantage, found.id)
    shown = fragments.owed(cards, matter, team.vantage)
    return Panel(call.house.pages.show(shown, call.language), tuple(one.position for one in here))
