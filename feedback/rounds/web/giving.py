"""What a team gives in a round, and the page on which its people write one feedback together."""

from __future__ import annotations

from typing import Any

from litestar.handlers import HTTPRouteHandler

from cohorts import initiatives
from cohorts.audiences import vantage_in_team
from cohorts.initiatives import InitiativeFacts
from cohorts.policies import Vantage, visible_initiatives
from cohorts.web.doors import standing
from cohorts.web.fragments import initiative as initiative_fragment
from feedback.rounds import giving, items
from feedback.rounds.giving import Part
from feedback.rounds.models import Asks
from feedback.rounds.pairs import PAIR
from feedback.rounds.policies import visible_feedback
from feedback.rounds.rounds import zone_of
from feedback.rounds.web import giving_fragments
from feedback.rounds.web.item_fragments import Seen
from feedback.rounds.web.readers import of_feedback
from feedback.rounds.web.team_doors import (
    NOBODYS,
    GivenDoor,
    GivingDoor,
    OpenGiven,
    WriteDoor,
    given_pair,
)
from feedback.rounds.web.team_forms import LevelForm, NothingToFill
from feedback.rounds.web.team_kinds import document_now, due_now
from server.calls import Call, Region, Reply
from server.languages import N_
from server.live.log import positions
from server.live.texts import TextKind, TextRight, texts_now
from server.pages import Fragment, Page
from server.receipts import new_key
from server.refusals import NotAllowed
from server.routes import page, verb


@page("/rounds/{round:int}/teams/{team:int}")
def show_team(call: Call, team: GivingDoor) -> Page:
    """The feedbacks a team gives in a round, and how far each is."""
    facts, zone = team.round.now, zone_of(call.db, team.team.cohort_id)
    pairs = giving.read(call.db, giving.given_by(team.team.id, facts.id))
    context = {
        "at": team,
        "due": due_now(call.db, facts, call.now, zone, call.language.tag),
        "given": giving_fragments.giving(facts, team.team.id, pairs, team.vantage, call.now, zone),
        "document": document_now(call.db, facts, team.team.id, team.phase, zone, team.vantage.roles),
        "has_example": bool(facts.example),
    }
    return Page("rounds/giving.html", context, positions(call.db, (team.giving_stream_id,)))


def writing_page(call: Call, given: OpenGiven) -> Page:
    """The work to read, beside the texts in which the team writes."""
    team, pair = given.giver, given.pair
    facts, zone = team.round.now, zone_of(call.db, team.team.cohort_id)
    work = _work(call, given)
    parts = giving.parts_of(call.db, pair.id)
    writes = giving_fragments.may_write(pair, team.vantage, team.phase)
    texts = texts_now(call.db, [part.text_id for part in parts])
    context = {
        "given": given,
        "anew": giving_fragments.anew(pair.id),
        "told": of_feedback(call, team),
        "due": due_now(call.db, facts, call.now, zone, call.language.tag),
        "head": head_of(call, given, zone),
        "writes": writes,
        "parts": [(part, texts[part.text_id], _scale(pair.id, part, writes), new_key()) for part in parts],
        **_to_read(call, given, work),
    }
    streams = (team.giving_stream_id, *((work[0].stream_id,) if work else ()))
    return Page("rounds/writing.html", context, positions(call.db, streams))


def _scale(pair_id: int, part: Part, writes: bool) -> Fragment | None:
    return giving_fragments.level(pair_id, part, writes) if part.levels else None


def head_of(call: Call, given: OpenGiven, zone: str) -> Fragment:
    """How far that feedback is."""
    team = given.giver
    visible = visible_feedback(team.vantage.roles, NOBODYS, call.now)
    signed = next(iter(items.read(call.db, visible, PAIR.c.id == given.pair.id)), None)
    seen = Seen(team.vantage, receives=False, phase=team.phase, zone=zone)
    return giving_fragments.pair_head(team.round.now, given.pair, signed, seen)


def _work(call: Call, given: OpenGiven) -> tuple[InitiativeFacts, Vantage] | None:
    """The initiative of the team that receives, from where the reader sees it."""
    found = initiatives.read(call.db, visible_initiatives(standing(call)), team_id=given.pair.receiver_id)
    if not found:
        return None
    team, one = found[0].team, found[0]
    where = team.id, team.cohort_id, team.programme_id
    return one, vantage_in_team(call.db, standing(call), *where, call.language.tag, one.naming)


def _to_read(call: Call, given: OpenGiven, work: tuple[InitiativeFacts, Vantage] | None) -> dict[str, Any]:
    facts, team, pair = given.giver.round.now, given.giver, given.pair
    zone, stands = zone_of(call.db, team.team.cohort_id), pair.dropped_at is None
    asked = {Asks.CHAPTER: facts.chapter, Asks.DOCUMENT: "document"}.get(Asks(facts.asks), "")
    return {
        "work": initiative_fragment(*work) if work else None,
        "asked": asked,
        "document": document_now(call.db, facts, pair.receiver_id, team.phase, zone) if stands else None,
    }


@page("/pairs/{pair:int}")
def show(call: Call, given: GivenDoor) -> Page:
    """The page of one feedback, for the team that gives it."""
    return writing_page(call, given)


@verb("/pairs/{pair:int}/beginning")
def begin(call: Call, given: WriteDoor, form: NothingToFill) -> Reply:
    """Lay out the texts. Twice is once."""
    team = given.giver
    assert team.held is not None
    giving.begin(call.db, team.round.now, given.pair.id, membership_id=team.held.id, now=call.now)
    return Reply(f"{given.url}#texts")


@verb("/pairs/{pair:int}/sections/{section:int}/level", again=writing_page)
def choose_level(call: Call, given: WriteDoor, form: LevelForm) -> Reply:
    """Choose where on its scale a criterion stands."""
    section = call.given["section"]
    try:
        giving.choose_level(call.db, given.giver.round.now, given.pair.id, section, form.level)
    except giving.Signed:
        raise NotAllowed(N_("It is signed. Take it back first, then change it.")) from None
    region = f"level-{given.pair.id}-{section}"
    return Reply(f"{given.url}#{region}", (Region(given.giver.giving_stream_id, region),))


def open_text(call: Call, pair_id: int) -> TextRight:
    """What this viewer may do with the texts of that pair. Raises NotYours."""
    given = given_pair(call, pair_id)
    team = given.giver
    return TextRight(read=True, write=giving_fragments.may_write(given.pair, team.vantage, team.phase))


text_kinds = [TextKind(giving.TEXT_KIND, open_text, page=lambda db, pair_id: f"/pairs/{pair_id}")]
routes: list[HTTPRouteHandler] = [show_team, show, begin, choose_level]
