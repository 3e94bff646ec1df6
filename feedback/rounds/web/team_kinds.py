"""The streams of a team in a round: what it gives, for its own people; and what it received, for those who may read
that once it is revealed. The phase comes from the clock each time: nothing is told early, whatever a stream says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from cohorts.policies import Vantage
from feedback.rounds import documents, giving, items, rounds
from feedback.rounds.giving import GivingNow
from feedback.rounds.items import FeedbackNow
from feedback.rounds.models import Asks
from feedback.rounds.pairs import PAIR
from feedback.rounds.phases import Phase, phase
from feedback.rounds.policies import visible_feedback
from feedback.rounds.rounds import ROUND, ROUND_TEAM, RoundFacts, owes, zone_of, zones_in
from feedback.rounds.web import document_fragments, giving_fragments, item_fragments
from feedback.rounds.web.item_fragments import Seen
from feedback.rounds.web.team_doors import NOBODYS, open_giving_of_stream, open_received_of_stream
from server.calls import Call
from server.clock import utc_now
from server.db import Db
from server.languages import N_
from server.live.kinds import Kind, Placed, shared
from server.pages import Fragment
from server.refusals import Message


@dataclass(frozen=True, slots=True)
class Around:
    """The round and team of a stream, as they are at this moment."""

    facts: RoundFacts
    team_id: int
    zone: str
    now: datetime

    @property
    def phase(self) -> Phase:
        """The phase of the round."""
        return phase(self.facts, self.now)


def _around(db: Db, column: str, stream_id: int) -> Around:
    row = db.execute(select(ROUND_TEAM).where(ROUND_TEAM.c[column] == stream_id)).one()
    facts = rounds.read(db, ROUND.c.id == row.round_id)[0]
    return Around(facts, row.team_id, zone_of(db, facts.cohort_id), utc_now())


def due_now(db: Db, facts: RoundFacts, now: datetime, zone: str, tag: str) -> Fragment:
    """When the phase of a round changes next, across the places of its cohort."""
    zones = shared(db, ("zones", facts.cohort_id), lambda: zones_in(db, facts.cohort_id))
    return giving_fragments.due(facts, now, zone, zones, tag)


def document_now(
    db: Db, facts: RoundFacts, team_id: int, reached: Phase, zone: str, roles: frozenset[str] | None = None
) -> Fragment | None:
    """What a team handed in, where the round asks for it; `roles`: of its own people towards it, None for givers."""
    if facts.asks != Asks.DOCUMENT:
        return None
    found = documents.read(db, facts.id, [team_id]).get(team_id)
    return document_fragments.document(facts, team_id, found, reached, zone, roles)


def received_now(db: Db, facts: RoundFacts, team_id: int, vantage: Vantage, now: datetime, zone: str) -> Fragment:
    """What a team received, as far as it may be read from that vantage on it at that moment."""
    found = items.read(db, visible_feedback(NOBODYS, vantage.roles, now), *_got(facts, team_id))
    seen = Seen(vantage, receives=True, phase=phase(facts, now), zone=zone)
    return item_fragments.received(facts, team_id, found, seen)


def _got(facts: RoundFacts, team_id: int) -> tuple[Any, ...]:
    return PAIR.c.round_id == facts.id, PAIR.c.receiver_id == team_id


def _ids(regions: Sequence[str], kind: str) -> set[int]:
    return {int(name.removeprefix(kind)) for name in regions if name.startswith(kind)}


def _show_received(db: Db, vantage: Vantage, stream_id: int, regions: Sequence[str]) -> list[Placed]:
    around = _around(db, "received_stream_id", stream_id)
    facts, now = around.facts, around.now
    # Its board shows the same, put together: it is fetched by those who look at it.
    board = Placed(f"board-{around.team_id}", None, poke=True)
    if any(name.startswith("received-") for name in regions):
        shown = received_now(db, facts, around.team_id, vantage, now, around.zone)
        say = Message(N_("What this team received can be read now")) if around.phase == Phase.REVEALED else None
        due = due_now(db, facts, now, around.zone, vantage.language)
        return [Placed(due.dom_id, due, elsewhere=True), Placed(shown.dom_id, shown, say=say, elsewhere=True), board]
    found = items.read(db, visible_feedback(NOBODYS, vantage.roles, now), *_got(facts, around.team_id))
    return [*_parts(found, regions, Seen(vantage, receives=True, phase=around.phase, zone=around.zone)), board]


def _parts(found: Sequence[FeedbackNow], regions: Sequence[str], seen: Seen) -> Iterator[Placed]:
    """Single items, and what was said of whole feedbacks."""
    wanted, helped = _ids(regions, "item-"), _ids(regions, "helped-")
    for one in found:
        for item in one.items:
            if item.id in wanted:
                shown = item_fragments.item(item, seen)
                yield Placed(shown.dom_id, shown, elsewhere=True)
        if one.number in helped:
            shown = item_fragments.helped(one.number, one.helped, seen)
            yield Placed(shown.dom_id, shown, elsewhere=True)


def _show_giving(db: Db, vantage: Vantage, stream_id: int, regions: Sequence[str]) -> list[Placed]:
    around = _around(db, "giving_stream_id", stream_id)
    visible = visible_feedback(vantage.roles, NOBODYS, around.now)
    signed = items.read(db, visible, *_gave(around))
    seen = Seen(vantage, receives=False, phase=around.phase, zone=around.zone)
    placed = list(_parts(signed, regions, seen))
    pairs = giving.read(db, giving.given_by(around.team_id, around.facts.id))
    placed += _levels(db, pairs, regions, seen)
    placed += _documents(db, around, pairs, regions, seen)
    anew = _ids(regions, "texts-")
    if any(name.startswith("giving-") for name in regions):
        placed += _whole(db, around, pairs, {one.pair_id: one for one in signed}, seen)
        anew |= {one.id for one in pairs if _was_shut(one, around)}
    return [*placed, *(Placed(giving_fragments.anew(id_), None, poke=True) for id_ in sorted(anew))]


def _documents(
    db: Db, around: Around, pairs: Sequence[GivingNow], regions: Sequence[str], seen: Seen
) -> Iterator[Placed]:
    """That of the team itself, and those that it reads. With the round's phase, what can be done about them changes."""
    all_of_them = any(name.startswith("giving-") for name in regions)
    read = {pair.receiver_id: None for pair in pairs if pair.dropped_at is None}
    for team_id, roles in {**read, around.team_id: seen.vantage.roles}.items():
        shown = document_now(db, around.facts, team_id, around.phase, around.zone, roles)
        if shown and (all_of_them or shown.dom_id in regions):
            yield Placed(shown.dom_id, shown, elsewhere=True)


def _gave(around: Around) -> tuple[Any, ...]:
    return PAIR.c.round_id == around.facts.id, PAIR.c.giver_id == around.team_id


def _was_shut(pair: GivingNow, around: Around) -> bool:
    """Whether texts that stand on open pages can be written in no more, and nobody signed them."""
    over = pair.dropped_at is not None or around.phase in (Phase.CLOSED, Phase.CANCELLED)
    return over and pair.begun_at is not None and pair.signed_at is None


def _whole(
    db: Db, around: Around, pairs: Sequence[GivingNow], signed: dict[int, FeedbackNow], seen: Seen
) -> Iterator[Placed]:
    facts, now = around.facts, around.now
    due = due_now(db, facts, now, around.zone, seen.vantage.language)
    yield Placed(due.dom_id, due, elsewhere=True)
    stand = [pair for pair in pairs if pair.dropped_at is None]
    signed_of = sum(pair.signed_at is not None for pair in stand), len(stand)
    owed = giving_fragments.owed(facts, around.team_id, *signed_of, now)
    # A round that is over is followed no more by those who showed what was owed in it.
    yield Placed(owed.dom_id, owed, elsewhere=True) if owed else Placed(owes(facts.cohort_id), None, poke=True)
    listed = giving_fragments.giving(facts, around.team_id, pairs, seen.vantage, now, around.zone)
    yield Placed(listed.dom_id, listed, elsewhere=True)
    for pair in pairs:
        head = giving_fragments.pair_head(facts, pair, signed.get(pair.id), seen)
        yield Placed(head.dom_id, head, elsewhere=True)


def _levels(db: Db, pairs: Sequence[GivingNow], regions: Sequence[str], seen: Seen) -> Iterator[Placed]:
    chosen = {tuple(map(int, name.split("-")[1:])) for name in regions if name.startswith("level-")}
    for pair in pairs:
        wanted = {section_id for pair_id, section_id in chosen if pair_id == pair.id}
        writes = giving_fragments.may_write(pair, seen.vantage, seen.phase)
        for part in giving.parts_of(db, pair.id) if wanted else ():
            if part.section_id in wanted:
                shown = giving_fragments.level(pair.id, part, writes)
                yield Placed(shown.dom_id, shown, elsewhere=True)


def _listen_to_giving(call: Call, stream_id: int) -> Vantage:
    return open_giving_of_stream(call, stream_id).vantage


def _listen_to_received(call: Call, stream_id: int) -> Vantage:
    return open_received_of_stream(call, stream_id).vantage


kinds = [
    Kind("round giving", _listen_to_giving, _show_giving),
    Kind("round received", _listen_to_received, _show_received),
]
