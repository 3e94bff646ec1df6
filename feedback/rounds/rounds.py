"""Feedback rounds: planned by a facilitator, released to the teams, moved, called off; and who is told of it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select

from cohorts.lists import CohortList
from cohorts.models import Cohort, Programme, Team
from feedback.rounds import bells
from feedback.rounds.models import Round, RoundList, RoundSection, RoundTeam
from feedback.rounds.protocols import Section
from people.models import Organisation
from server.db import Db
from server.jobs import enqueue
from server.live.log import new_stream, new_streams, touch
from server.markdown import to_html

ROUND: Any = Round.__table__  # type: ignore[attr-defined]
SECTION: Any = RoundSection.__table__  # type: ignore[attr-defined]
ROUND_TEAM: Any = RoundTeam.__table__  # type: ignore[attr-defined]
LISTS = CohortList(RoundList, "round")
_TEAM: Any = Team.__table__  # type: ignore[attr-defined]
_COHORT: Any = Cohort.__table__  # type: ignore[attr-defined]
_PROGRAMME: Any = Programme.__table__  # type: ignore[attr-defined]
_HOME: Any = Organisation.__table__  # type: ignore[attr-defined]

# The works that turn open pages over, write reminders, and tell people: turning.py, reminders.py and telling.py.
TURNS, REMINDS, TELLS = "round turns", "round reminds", "round tells"
# People are told once the open pages have turned over, and what was being signed at that moment is there.
AFTERWARDS = timedelta(seconds=15)
# So long before the reveal those who owe feedback are written to, and before that time those who owe a document.
REMINDED_BEFORE = {"48 hours": timedelta(hours=48), "12 hours": timedelta(hours=12)}
# How a reminder of a document is called: this before the others' words.
DOCUMENT = "document "


class Changed(Exception):
    """Somebody else changed the round after the form was made."""


class NotYet(Exception):
    """The round cannot be released: it has no pairs, or its reveal is over already."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a facilitator says of a round. The times are aware; `time_zone` is the IANA zone they were written in.
    `hand_in_by`: until when documents are handed in, where it asks for them."""

    title: str
    intro: str
    asks: str
    chapter: str
    document: str
    protocol: str
    gives: int
    opens_at: datetime
    reveals_at: datetime
    closes_at: datetime
    time_zone: str
    shared_with: str
    attribution: str
    repeats: bool
    example: str
    example_feedback: str
    sections: tuple[Section, ...]
    hand_in_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class RoundFacts:
    """A round as it is now; the columns are explained in models.py."""

    id: int
    cohort_id: int
    title: str
    intro: str
    intro_html: str
    asks: str
    chapter: str
    document: str
    protocol: str
    gives: int
    opens_at: datetime
    reveals_at: datetime
    closes_at: datetime
    hand_in_by: datetime | None
    time_zone: str
    shared_with: str
    attribution: str
    repeats: bool
    seed: int
    example: str
    example_html: str
    example_feedback: str
    example_feedback_html: str
    version: int
    released_at: datetime | None
    cancelled_at: datetime | None
    cancelled_why: str
    stream_id: int
    run_stream_id: int


@dataclass(frozen=True, slots=True)
class SectionFacts:
    """What is asked in one section of a round."""

    id: int
    number: int
    title: str
    hint: str
    levels: int


_COLUMNS = tuple(ROUND.c[field.name] for field in fields(RoundFacts))


def read(db: Db, *conditions: ColumnElement[bool]) -> list[RoundFacts]:
    """The rounds that meet the conditions, the one that opens last first: one query. Says nothing about who may see
    them: that is policies.visible_rounds."""
    rows = db.execute(select(*_COLUMNS).where(*conditions).order_by(ROUND.c.opens_at.desc(), ROUND.c.id.desc()))
    return [RoundFacts(*row) for row in rows]


def sections_of(db: Db, round_id: int) -> list[SectionFacts]:
    """What is asked, in its order: one query."""
    columns = (SECTION.c[field.name] for field in fields(SectionFacts))
    rows = db.execute(select(*columns).where(SECTION.c.round_id == round_id).order_by(SECTION.c.number))
    return [SectionFacts(*row) for row in rows]


def zone_of(db: Db, cohort_id: int) -> str:
    """The zone of a cohort's programme: the one shown where no reader's is known."""
    way = select(_PROGRAMME.c.time_zone).join_from(_COHORT, _PROGRAMME, _PROGRAMME.c.id == _COHORT.c.programme_id)
    return str(db.execute(way.where(_COHORT.c.id == cohort_id)).scalar_one())


def zones_in(db: Db, cohort_id: int) -> list[str]:
    """Where the clocks of a cohort's teams hang."""
    way = select(_HOME.c.time_zone).join_from(_TEAM, _HOME, _HOME.c.id == _TEAM.c.organisation_id).distinct()
    return list(db.execute(way.where(_TEAM.c.cohort_id == cohort_id)).scalars())


def plan(db: Db, cohort_id: int, wanted: Plan, *, by_id: int, now: datetime) -> Round:
    """A round that facilitators alone know of, with every team of the cohort in it."""
    made = Round(
        cohort_id=cohort_id,
        seed=secrets.randbelow(2**31),
        by_id=by_id,
        at=now,
        stream_id=new_stream(db, "round"),
        run_stream_id=new_stream(db, "round run"),
        **_written(wanted),
    )
    db.add(made)
    db.flush()
    assert made.id is not None
    _ask(db, made.id, wanted.sections)
    ids = db.execute(select(_TEAM.c.id).where(_TEAM.c.cohort_id == cohort_id).order_by(_TEAM.c.id)).scalars().all()
    take_in(db, made.id, ids)
    touch(db, LISTS.of(db, cohort_id).run_stream_id, f"planned-{cohort_id}")
    return made


def _written(wanted: Plan) -> dict[str, Any]:
    texts = {field.name: getattr(wanted, field.name) for field in fields(wanted) if field.name != "sections"}
    marked = ("intro", "example", "example_feedback")
    return texts | {f"{name}_html": to_html(texts[name]) if texts[name] else "" for name in marked}


def _ask(db: Db, round_id: int, sections: Sequence[Section]) -> None:
    db.execute(delete(SECTION).where(SECTION.c.round_id == round_id))
    for number, one in enumerate(sections, 1):
        db.add(RoundSection(round_id=round_id, number=number, title=one.title, hint=one.hint, levels=one.levels))
    db.flush()


def take_in(db: Db, round_id: int, team_ids: Iterable[int]) -> None:
    """Teams that take part in the round from now on, with the streams of what they write and receive."""
    ids = list(team_ids)
    giving, received = new_streams(db, "round giving", len(ids)), new_streams(db, "round received", len(ids))
    for team_id, gives, gets in zip(ids, giving, received, strict=True):
        db.add(RoundTeam(round_id=round_id, team_id=team_id, giving_stream_id=gives, received_stream_id=gets))
    db.flush()


def change(db: Db, facts: RoundFacts, wanted: Plan, *, base: int) -> None:
    """Say the round anew; `base` is the version the form was made from. Raises Changed."""
    row = db.get_one(Round, facts.id, with_for_update=True)
    if row.version != base:
        raise Changed
    for name, value in _written(wanted).items():
        setattr(row, name, value)
    row.version += 1
    _ask(db, facts.id, wanted.sections)
    tell(db, facts)


def release(db: Db, facts: RoundFacts, *, by_id: int, now: datetime) -> None:
    """Let the teams know of the round and of whom they give feedback to. Harmless twice. Raises NotYet."""
    row = db.get_one(Round, facts.id, with_for_update=True)
    if row.released_at is not None:
        return
    if row.reveals_at <= now:
        raise NotYet
    row.released_at, row.released_by_id = now, by_id
    row.version += 1
    set_clocks(db, row, now)
    tell(db, facts)
    tell_new(db, facts)
    bells.tell_all(db, facts, bells.RELEASED, by_id=by_id, now=now)


def move(
    db: Db,
    facts: RoundFacts,
    *,
    opens_at: datetime,
    reveals_at: datetime,
    closes_at: datetime,
    hand_in_by: datetime | None = None,
    zone: str,
    now: datetime,
) -> None:
    """Set other times. What was written stays, and is hidden until the new reveal; reminders follow it."""
    row = db.get_one(Round, facts.id, with_for_update=True)
    row.opens_at, row.reveals_at, row.closes_at, row.time_zone = opens_at, reveals_at, closes_at, zone
    row.hand_in_by = hand_in_by
    row.version += 1
    if row.released_at is not None:
        set_clocks(db, row, now)
    tell(db, facts)


def cancel(db: Db, facts: RoundFacts, *, why: str, by_id: int, now: datetime) -> None:
    """Call the round off. Harmless twice: the first reason stays."""
    row = db.get_one(Round, facts.id, with_for_update=True)
    if row.cancelled_at is not None:
        return
    row.cancelled_at, row.cancelled_by_id, row.cancelled_why = now, by_id, why
    row.version += 1
    tell(db, facts)
    if row.released_at is not None:
        bells.tell_all(db, facts, bells.CALLED_OFF, by_id=by_id, now=now)


def set_clocks(db: Db, row: Round, now: datetime) -> None:
    """Ask for the work at each time that is still to come. Clocks of times that were moved find nothing to do."""
    for name in ("opens_at", "reveals_at", "closes_at"):
        at: datetime = getattr(row, name)
        mark, told = f"round-{row.id}-{name}-{at.isoformat()}", at.isoformat()
        if at > now:
            enqueue(db, TURNS, now=now, at=at, key=mark, round=row.id)
        if at > now and name != "closes_at":
            enqueue(db, TELLS, now=now, at=at + AFTERWARDS, key=f"{mark}-told", round=row.id, time=name, told=told)
    for begins, due, what in ((row.opens_at, row.reveals_at, ""), (now, row.hand_in_by, DOCUMENT)):
        for kind, before in REMINDED_BEFORE.items():
            if due is not None and begins < due - before > now:
                key, told = f"round-{row.id}-reminds-{what}{kind}-{due.isoformat()}", due.isoformat()
                enqueue(db, REMINDS, now=now, at=due - before, key=key, round=row.id, when=f"{what}{kind}", due=told)


def tell(db: Db, facts: RoundFacts) -> None:
    """The round itself changed, or its phase: every page that shows any of it. The pages of a team are regions
    `giving-ROUND-TEAM` and `received-ROUND-TEAM` of its two streams."""
    lists = LISTS.of(db, facts.cohort_id)
    touch(db, lists.run_stream_id, f"planned-{facts.cohort_id}")
    tell_run(db, facts)
    if db.execute(select(ROUND.c.released_at).where(ROUND.c.id == facts.id)).scalar() is None:
        return
    touch(db, lists.stream_id, f"rounds-{facts.cohort_id}", f"all-rounds-{facts.cohort_id}")
    touch(db, facts.stream_id, f"round-{facts.id}")
    for row in db.execute(select(ROUND_TEAM).where(ROUND_TEAM.c.round_id == facts.id)):
        touch(db, row.giving_stream_id, f"giving-{facts.id}-{row.team_id}")
        touch(db, row.received_stream_id, f"received-{facts.id}-{row.team_id}")


def owes(cohort_id: int) -> str:
    """The region of a cohort's list that its teams' own pages have, each for what that team owes."""
    return f"owes-{cohort_id}"


def tell_new(db: Db, facts: RoundFacts) -> None:
    """Teams take part that did not: their pages do not follow yet what they owe there, and are loaded again."""
    touch(db, LISTS.of(db, facts.cohort_id).stream_id, owes(facts.cohort_id))


def tell_run(db: Db, facts: RoundFacts) -> None:
    """What facilitators see of a round changed: its pairs, or how far the teams are."""
    touch(db, facts.run_stream_id, *(f"run-{part}-{facts.id}" for part in ("head", "stuck", "teams", "conflicts")))
