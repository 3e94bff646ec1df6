"""What a team gives: it begins its feedback to another team, writes it in shared texts, and signs it.

The texts are closed while the feedback is signed, so that what was signed is what is read. Taking it back opens them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, update

from cohorts.identity import Author, stricter
from cohorts.models import Cohort, Initiative
from feedback.rounds import bells
from feedback.rounds.models import FeedbackItem
from feedback.rounds.pairs import GIVEN, PAIR, PART
from feedback.rounds.points import Written, points
from feedback.rounds.rounds import ROUND_TEAM, SECTION, TURNS, RoundFacts, sections_of, tell_run
from feedback.threads import AUTHOR, MEMBERSHIP, ORGANISATION, PERSON, SPEAKS_FOR, TEAM
from server.db import Db
from server.jobs import enqueue
from server.live import texts
from server.live.log import touch
from server.refusals import NotYours

ITEM: Any = FeedbackItem.__table__  # type: ignore[attr-defined]
INITIATIVE: Any = Initiative.__table__  # type: ignore[attr-defined]
_COHORT: Any = Cohort.__table__  # type: ignore[attr-defined]
TEXT_KIND = "feedback"
# A signature that is under way at the reveal may become visible after the pages turned over: they are told once more.
UNDER_WAY = timedelta(seconds=10)


class Dropped(Exception):
    """A facilitator took the pair out of the round."""


class Signed(Exception):
    """The feedback is signed: whoever wants to change it takes it back first."""


class Changed(Exception):
    """Somebody wrote on after it was looked at: nobody signs what they have not seen."""


@dataclass(frozen=True, slots=True)
class GivingNow:
    """A pair as the team that gives has it. `begun_by` and `signed_by`: None until it is; `signed_as`: the attribution
    of the signature."""

    id: int
    round_id: int
    giver_id: int
    receiver_id: int
    receiver: str
    sample: bool
    country: str
    initiative_id: int | None
    dropped_at: datetime | None
    begun_by: Author | None
    begun_at: datetime | None
    signed_by: Author | None
    signed_at: datetime | None
    signed_as: str


@dataclass(frozen=True, slots=True)
class Part:
    """One section of a feedback that was begun: its shared text, and the level that was chosen or 0."""

    section_id: int
    number: int
    title: str
    hint: str
    levels: int
    text_id: int
    level: int


def authors(db: Db, membership_ids: Iterable[int | None]) -> Mapping[int, Author]:
    """Who holds those memberships, by membership: one query, none for none."""
    ids = {id_ for id_ in membership_ids if id_ is not None}
    if not ids:
        return {}
    held = MEMBERSHIP.join(PERSON, PERSON.c.id == MEMBERSHIP.c.person_id)
    held = held.join(ORGANISATION, ORGANISATION.c.id == PERSON.c.organisation_id)
    held = held.outerjoin(SPEAKS_FOR, SPEAKS_FOR.c.id == MEMBERSHIP.c.team_id)
    rows = db.execute(select(MEMBERSHIP.c.id, *AUTHOR).select_from(held).where(MEMBERSHIP.c.id.in_(ids)))
    return {row[0]: Author(*row[1:]) for row in rows}


def read(db: Db, *conditions: ColumnElement[bool]) -> list[GivingNow]:
    """The pairs that meet the conditions, by the receiving team's name: two queries."""
    begun = select(PART.c.membership_id).where(PART.c.pair_id == PAIR.c.id).order_by(PART.c.section_id).limit(1)
    begun_at = select(PART.c.at).where(PART.c.pair_id == PAIR.c.id).order_by(PART.c.section_id).limit(1)
    rows: Any = db.execute(
        select(
            *(PAIR.c[name] for name in ("id", "round_id", "giver_id", "receiver_id")),
            *(TEAM.c.name, TEAM.c.sample, ORGANISATION.c.country, INITIATIVE.c.id.label("initiative_id")),
            PAIR.c.dropped_at,
            *(begun.scalar_subquery().label("begun_by"), begun_at.scalar_subquery().label("begun_at")),
            *(GIVEN.c.membership_id, GIVEN.c.signed_at, GIVEN.c.attribution),
        )
        .select_from(PAIR.join(TEAM, TEAM.c.id == PAIR.c.receiver_id))
        .join(ORGANISATION, ORGANISATION.c.id == TEAM.c.organisation_id)
        .outerjoin(INITIATIVE, INITIATIVE.c.team_id == TEAM.c.id)
        .outerjoin(GIVEN, GIVEN.c.pair_id == PAIR.c.id)
        .where(*conditions)
        .order_by(TEAM.c.name, PAIR.c.id)
    ).all()
    known = authors(db, (id_ for row in rows for id_ in (row.begun_by, row.membership_id)))
    return [_facts(row, known) for row in rows]


def _facts(row: Any, known: Mapping[int, Author]) -> GivingNow:
    begun = known.get(row.begun_by), row.begun_at
    signed = known.get(row.membership_id), row.signed_at, row.attribution or ""
    return GivingNow(*(*row[:9], *begun, *signed))


def given_by(team_id: int, round_id: int) -> ColumnElement[bool]:
    """The condition on the pairs a team has in a round: also one that was taken out after it was begun."""
    begun = select(PART.c.pair_id).where(PART.c.pair_id == PAIR.c.id).exists()
    counts: ColumnElement[bool] = PAIR.c.dropped_at.is_(None) | begun
    return (PAIR.c.giver_id == team_id) & (PAIR.c.round_id == round_id) & counts


def parts_of(db: Db, pair_id: int) -> list[Part]:
    """The sections of a feedback that was begun, in their order: one query."""
    rows = db.execute(
        select(
            *(SECTION.c[name] for name in ("id", "number", "title", "hint", "levels")),
            *(PART.c.text_id, PART.c.level),
        )
        .join_from(PART, SECTION, SECTION.c.id == PART.c.section_id)
        .where(PART.c.pair_id == pair_id)
        .order_by(SECTION.c.number)
    )
    return [Part(*row) for row in rows]


def written(db: Db, pair_id: int) -> list[Written]:
    """What stands in its texts now."""
    parts = parts_of(db, pair_id)
    now = texts.texts_now(db, [part.text_id for part in parts])
    return [Written(part.section_id, part.title, now[part.text_id].words, part.level) for part in parts]


def mark_of(parts: Sequence[Written]) -> str:
    """A short mark of what somebody looked at: equal marks, nobody wrote on."""
    told = [[part.section_id, part.words, part.level] for part in parts]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def _lock(db: Db, pair_id: int) -> Any:
    row = db.execute(select(PAIR).where(PAIR.c.id == pair_id).with_for_update()).first()
    if row is None:
        raise NotYours
    if row.dropped_at is not None:
        raise Dropped
    return row


def _is_signed(db: Db, pair_id: int) -> bool:
    return db.execute(select(GIVEN.c.pair_id).where(GIVEN.c.pair_id == pair_id)).first() is not None


def begin(db: Db, facts: RoundFacts, pair_id: int, *, membership_id: int, now: datetime) -> None:
    """Lay out a text for each section. Harmless twice. Raises Dropped."""
    row = _lock(db, pair_id)
    if parts_of(db, pair_id):
        return
    for section in sections_of(db, facts.id):
        text_id = texts.new_text(db, TEXT_KIND, pair_id)
        values = {"pair_id": pair_id, "section_id": section.id, "text_id": text_id, "level": 0}
        db.execute(insert(PART).values(**values, membership_id=membership_id, at=now))
    _tell(db, facts, row, anew=True)


def choose_level(db: Db, facts: RoundFacts, pair_id: int, section_id: int, level: int) -> None:
    """Choose where on its scale a criterion stands; 0: nowhere. Harmless twice. Raises NotYours, Dropped, Signed."""
    row = _lock(db, pair_id)
    if _is_signed(db, pair_id):
        raise Signed
    if not any(part.section_id == section_id and 0 <= level <= part.levels for part in parts_of(db, pair_id)):
        raise NotYours
    mine = (PART.c.pair_id == pair_id) & (PART.c.section_id == section_id)
    db.execute(update(PART).where(mine).values(level=level))
    touch(db, giving_stream(db, facts.id, row.giver_id), f"level-{pair_id}-{section_id}")


def sign(
    db: Db, facts: RoundFacts, pair_id: int, *, mark: str, membership_id: int, author_id: int, now: datetime
) -> None:
    """Sign what stands in the texts for the team; `mark`: of what the signer looked at. A second signature changes
    nothing. Raises Dropped, Changed, and Wrong where it cannot be signed as it is."""
    row = _lock(db, pair_id)
    if _is_signed(db, pair_id):
        return
    for text_id in sorted(part.text_id for part in parts_of(db, pair_id)):
        texts.close(db, text_id)
    parts = written(db, pair_id)
    if mark_of(parts) != mark:
        raise Changed
    for number, point in enumerate(points(parts), 1):
        values = {name: getattr(point, name) for name in ("section_id", "level", "text", "html")}
        db.execute(insert(ITEM).values(pair_id=pair_id, number=number, **values))
    signature = {"membership_id": membership_id, "author_id": author_id, "signed_at": now}
    db.execute(insert(GIVEN).values(pair_id=pair_id, attribution=attribution_in(db, facts), **signature))
    _tell(db, facts, row, anew=True)
    tell_run(db, facts)
    _tell_receiver(db, facts, row.receiver_id, now)


def attribution_in(db: Db, facts: RoundFacts) -> str:
    """In whose name something is shown that is written in a round now."""
    own = db.execute(select(_COHORT.c.attribution).where(_COHORT.c.id == facts.cohort_id)).scalar_one()
    return stricter(own, facts.attribution)


def _tell_receiver(db: Db, facts: RoundFacts, receiver_id: int, now: datetime) -> None:
    """The stream of what a team received says nothing before the reveal, not even that something was signed."""
    if facts.reveals_at <= now:
        touch(db, received_stream(db, facts.id, receiver_id), f"received-{facts.id}-{receiver_id}")
        url = f"/rounds/{facts.id}/teams/{receiver_id}/received"
        bells.tell_team(db, facts, receiver_id, bells.REVEALED, url=url, now=now)
    elif facts.reveals_at <= now + UNDER_WAY:
        at = facts.reveals_at + UNDER_WAY
        enqueue(db, TURNS, now=now, at=at, key=f"round-{facts.id}-late-{at.isoformat()}", round=facts.id)


def take_back(db: Db, facts: RoundFacts, pair_id: int) -> None:
    """Take the signature away, and write on. Harmless twice. Raises Dropped."""
    row = _lock(db, pair_id)
    if not _is_signed(db, pair_id):
        return
    db.execute(delete(GIVEN).where(GIVEN.c.pair_id == pair_id))
    db.execute(delete(ITEM).where(ITEM.c.pair_id == pair_id))
    for text_id in sorted(part.text_id for part in parts_of(db, pair_id)):
        texts.reopen(db, text_id)
    _tell(db, facts, row, anew=True)
    tell_run(db, facts)


def _tell(db: Db, facts: RoundFacts, row: Any, *, anew: bool) -> None:
    names = [f"giving-{facts.id}-{row.giver_id}", *([f"texts-{row.id}"] if anew else [])]
    touch(db, giving_stream(db, facts.id, row.giver_id), *names)


def giving_stream(db: Db, round_id: int, team_id: int) -> int:
    """The stream of what a team gives in a round: its own people follow it, and nobody else."""
    return _stream(db, ROUND_TEAM.c.giving_stream_id, round_id, team_id)


def received_stream(db: Db, round_id: int, team_id: int) -> int:
    """The stream of what a team received in a round."""
    return _stream(db, ROUND_TEAM.c.received_stream_id, round_id, team_id)


def _stream(db: Db, column: Any, round_id: int, team_id: int) -> int:
    here = (ROUND_TEAM.c.round_id == round_id) & (ROUND_TEAM.c.team_id == team_id)
    return int(db.execute(select(column).where(here)).scalar_one())


def round_of(db: Db, pair_id: int) -> int | None:
    """The round that pair is in."""
    found: int | None = db.execute(select(PAIR.c.round_id).where(PAIR.c.id == pair_id)).scalar()
    return found
