"""Threads: a discussion on an initiative or a session, for one audience; settled and opened again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, case, delete, func, insert, or_, select, update

from cohorts.identity import Author, Byline, for_deeds, shown_as
from cohorts.models import Attribution, Audience, AudienceKind, Cohort, Initiative, Membership, Programme, Team
from cohorts.policies import Vantage
from feedback.models import Comment, Matter, Resolution, Subject, Thread
from feedback.policies import may_read_thread, visible_threads
from people.models import Organisation, Person
from server.db import Db, ask
from server.live.log import Position, Stream, new_streams, touch

THREAD: Any = Thread.__table__  # type: ignore[attr-defined]
RESOLUTION: Any = Resolution.__table__  # type: ignore[attr-defined]
COMMENT: Any = Comment.__table__  # type: ignore[attr-defined]
AUDIENCE: Any = Audience.__table__  # type: ignore[attr-defined]
COHORT: Any = Cohort.__table__  # type: ignore[attr-defined]
TEAM: Any = Team.__table__  # type: ignore[attr-defined]
INITIATIVE: Any = Initiative.__table__  # type: ignore[attr-defined]
PROGRAMME: Any = Programme.__table__  # type: ignore[attr-defined]
MEMBERSHIP: Any = Membership.__table__  # type: ignore[attr-defined]
PERSON: Any = Person.__table__  # type: ignore[attr-defined]
ORGANISATION: Any = Organisation.__table__  # type: ignore[attr-defined]
STREAM: Any = Stream.__table__  # type: ignore[attr-defined]

# A query that reads them may join two teams: the one talked about, and the one somebody talks for.
SPEAKS_FOR: Any = TEAM.alias("speaks_for")
# Read first in every row, in the order of `Author`.
AUTHOR = (
    PERSON.c.name,
    ORGANISATION.c.name.label("organisation"),
    ORGANISATION.c.country,
    MEMBERSHIP.c.role,
    SPEAKS_FOR.c.name.label("team"),
    PERSON.c.sample,
)


@dataclass(frozen=True, slots=True)
class ThreadNow:
    """A thread as it is now. `matter`: what it is on. `page`: where it can be read; `kind`: of its audience.
    `talk_stream_id`: where the cohort is told what is new; `zone`: the programme's; `attribution`: the cohort's, or the
    session's where that tells less. `carrier_id`: the stream that carries what the thread is about, its own where that
    is all of the matter. `tops`: how many comments were begun in it, which says nothing about those already shown: they
    are kept without it, and without where its stream and the one of the matter (`around`) stood."""

    id: int
    matter: Matter
    stream_id: int
    page: str
    kind: str
    cohort_id: int
    talk_stream_id: int
    attribution: str
    zone: str
    resolved_by: Byline | None
    resolved_at: datetime | None
    audience_id: int
    carrier_id: int
    tops: int = field(compare=False)
    position: Position = field(compare=False)
    around: Position = field(compare=False)


def with_author(rows: Any, membership_id: Any) -> Any:
    """`rows` joined with who wrote them, in the role of that membership; it may be missing."""
    joined = rows.outerjoin(MEMBERSHIP, MEMBERSHIP.c.id == membership_id)
    joined = joined.outerjoin(PERSON, PERSON.c.id == MEMBERSHIP.c.person_id)
    joined = joined.outerjoin(ORGANISATION, ORGANISATION.c.id == PERSON.c.organisation_id)
    return joined.outerjoin(SPEAKS_FOR, SPEAKS_FOR.c.id == MEMBERSHIP.c.team_id)


def _either(attribution: Attribution) -> Any:
    return (COHORT.c.attribution == attribution) | (THREAD.c.attribution == attribution)


# What is told of who says what in a thread, of rows joined with its cohort; and what the thread is about in words.
RULE: Any = case(
    *((_either(one), one.value) for one in (Attribution.NONE, Attribution.ROLE)), else_=Attribution.NAMED.value
)
TITLE: Any = func.coalesce(INITIATIVE.c.title, THREAD.c.about)

# The thread about all of it for the same audience, and the streams whose positions a page of the thread needs.
_WHOLE: Any = THREAD.alias("whole")
CARRIER: Any = func.coalesce(_WHOLE.c.stream_id, THREAD.c.stream_id)
_HERE, _AROUND_IT = STREAM.alias("here"), STREAM.alias("around")
_NOW = select(
    *AUTHOR,
    RESOLUTION.c.at,
    THREAD.c.id,
    THREAD.c.initiative_id,
    THREAD.c.session_id,
    THREAD.c.stream_id,
    THREAD.c.subject,
    THREAD.c.subject_id,
    THREAD.c.tops,
    AUDIENCE.c.kind,
    COHORT.c.id.label("cohort_id"),
    COHORT.c.talk_stream_id,
    RULE.label("attribution"),
    PROGRAMME.c.time_zone,
    THREAD.c.audience_id,
    CARRIER.label("carrier_id"),
    *(_HERE.c[name] for name in ("epoch", "seq")),
    *(_AROUND_IT.c[name].label(f"around_{name}") for name in ("id", "epoch", "seq")),
).select_from(
    with_author(
        THREAD.join(AUDIENCE, AUDIENCE.c.id == THREAD.c.audience_id)
        .outerjoin(_WHOLE, _WHOLE.c.id == THREAD.c.whole_id)
        .join(_HERE, _HERE.c.id == THREAD.c.stream_id)
        .join(_AROUND_IT, _AROUND_IT.c.id == THREAD.c.around_id)
        .join(COHORT, COHORT.c.id == AUDIENCE.c.cohort_id)
        .join(PROGRAMME, PROGRAMME.c.id == COHORT.c.programme_id)
        .outerjoin(RESOLUTION, RESOLUTION.c.thread_id == THREAD.c.id),
        RESOLUTION.c.membership_id,
    )
)


_ON = select(THREAD.c.initiative_id, THREAD.c.session_id, THREAD.c.around_id)
_AROUND = _ON.where(THREAD.c.id == bindparam("given"))
_AROUND_STREAM = _ON.where(THREAD.c.stream_id == bindparam("given"))


def open_for_new(db: Db, begun: Sequence[Initiative]) -> None:
    """A thread for each audience of initiatives that were begun just now, in as many statements as one takes. All of
    them at once: a page that is open follows each of them before anybody has said anything."""
    mine = (AUDIENCE.c.cohort_id == TEAM.c.cohort_id) & or_(
        AUDIENCE.c.team_id.is_(None), AUDIENCE.c.team_id == TEAM.c.id
    )
    found = select(TEAM.c.id, AUDIENCE.c.id).join(AUDIENCE, mine).where(TEAM.c.id.in_([one.team_id for one in begun]))
    audiences = defaultdict(list)
    for team_id, audience_id in db.execute(found.order_by(AUDIENCE.c.id)):
        audiences[team_id].append(audience_id)
    wanted = [(one, audience_id) for one in begun for audience_id in audiences[one.team_id]]
    for (one, audience_id), stream_id in zip(wanted, new_streams(db, "thread", len(wanted)), strict=True):
        assert one.id is not None
        made = Thread(initiative_id=one.id, audience_id=audience_id, stream_id=stream_id, around_id=one.stream_id)
        db.add(made)
    db.flush()


def of_cohort(db: Db, initiative_id: int) -> int:
    """The thread on that initiative for everybody who learns with its team."""
    found = select(THREAD.c.id).join(AUDIENCE, AUDIENCE.c.id == THREAD.c.audience_id)
    found = found.where(THREAD.c.initiative_id == initiative_id, THREAD.c.subject == Subject.INITIATIVE)
    thread_id: int = db.execute(found.where(AUDIENCE.c.kind == AudienceKind.COHORT)).scalar_one()
    return thread_id


_COUNT = (
    update(THREAD).where(THREAD.c.id == bindparam("thread")).values(tops=THREAD.c.tops + 1).returning(THREAD.c.tops)
)


# How the threads of an initiative or of a session are found, and single ones.
_BY_ID, _WHOLES = "id", {"initiative_id": Subject.INITIATIVE, "session_id": Subject.SESSION}
_OF_STREAM = _NOW.where(THREAD.c.stream_id == bindparam("given"))


@lru_cache(maxsize=1024)
def _seen(vantage: Vantage, which: str) -> Any:
    """The query for the threads whose column `which` is the value `given`. Kept, because putting it together costs more
    than asking it; a vantage is shared by many readers."""
    found = _NOW.where(THREAD.c[which] == bindparam("given"), visible_threads(vantage)).order_by(THREAD.c.id)
    return found.where(THREAD.c.subject == _WHOLES[which]) if which in _WHOLES else found


def _now(db: Db, vantage: Vantage, which: str, given: int) -> list[ThreadNow]:
    if not vantage.audiences:
        return []
    return [_thread_now(row, vantage) for row in ask(db, _seen(vantage, which), given=given)]


def _thread_now(row: Any, vantage: Vantage) -> ThreadNow:
    by = shown_as(Author(*row[:6]), for_deeds(row.attribution), vantage) if row.at else None
    return ThreadNow(
        id=row.id,
        matter=Matter(row.initiative_id, row.session_id),
        stream_id=row.stream_id,
        page=_page(row),
        kind=row.kind,
        cohort_id=row.cohort_id,
        talk_stream_id=row.talk_stream_id,
        attribution=row.attribution,
        zone=row.time_zone,
        resolved_by=by,
        resolved_at=row.at,
        audience_id=row.audience_id,
        carrier_id=row.carrier_id,
        tops=row.tops,
        position=Position(row.stream_id, row.epoch, row.seq),
        around=Position(row.around_id, row.around_epoch, row.around_seq),
    )


def _page(row: Any) -> str:
    if row.subject == Subject.PROMPT:
        return f"/prompts/{row.subject_id}"
    if row.subject == Subject.SESSION:
        return f"/sessions/{row.session_id}"
    return f"/initiatives/{row.initiative_id}" if row.kind == AudienceKind.COHORT else f"/threads/{row.id}"


def on_initiative(db: Db, vantage: Vantage, initiative_id: int) -> list[ThreadNow]:
    """The threads about that initiative as a whole that can be read from here, one an audience."""
    return _now(db, vantage, "initiative_id", initiative_id)


def on_session(db: Db, vantage: Vantage, session_id: int) -> list[ThreadNow]:
    """The threads about that session as a whole that can be read from here, one an audience."""
    return _now(db, vantage, "session_id", session_id)


def thread_now(db: Db, vantage: Vantage, thread_id: int) -> ThreadNow | None:
    """That thread, if it can be read from here."""
    return next(iter(_now(db, vantage, _BY_ID, thread_id)), None)


def thread_of_stream(db: Db, vantage: Vantage, stream_id: int) -> ThreadNow | None:
    """The thread followed by that stream, if it can be read from here."""
    return seen_from(vantage, row_of_stream(db, stream_id))


def row_of_stream(db: Db, stream_id: int) -> Any:
    """The thread followed by that stream, for `seen_from`, which says whether it may be read: a delivery asks once for
    all of its vantages."""
    return ask(db, _OF_STREAM, given=stream_id).first()


def seen_from(vantage: Vantage, row: Any) -> ThreadNow | None:
    """The thread of a row, if it can be read from here."""
    return _thread_now(row, vantage) if row is not None and may_read_thread(vantage, row.audience_id) else None


def around_of(db: Db, *, thread_id: int | None = None, stream_id: int | None = None) -> tuple[Matter, int] | None:
    """What a thread is on, and the stream of that: the way to its door. Says nothing about who may see it."""
    asked = ask(db, _AROUND, given=thread_id) if stream_id is None else ask(db, _AROUND_STREAM, given=stream_id)
    row = asked.first()
    return (Matter(row.initiative_id, row.session_id), row.around_id) if row else None


def cohort_of_talk(db: Db, stream_id: int) -> Any:
    """Id, stream_id and zone of the cohort whose news that stream carries. Says nothing about who may see it."""
    return db.execute(
        select(COHORT.c.id, COHORT.c.stream_id, PROGRAMME.c.time_zone.label("zone"))
        .join_from(COHORT, PROGRAMME, PROGRAMME.c.id == COHORT.c.programme_id)
        .where(COHORT.c.talk_stream_id == stream_id)
    ).first()


def count(db: Db, thread_id: int) -> int:
    """Begin another comment in a thread; its number, from 1. The row's lock gives every number once."""
    number: int = ask(db, _COUNT, thread=thread_id).scalar_one()
    return number


def touch_thread(db: Db, thread: ThreadNow, *regions: str) -> None:
    """Say that regions of a thread changed, and so what is new in its cohort: only of what the whole cohort may see, or
    others could count what is said without them."""
    touch(db, thread.stream_id, *regions)
    if thread.carrier_id != thread.stream_id:
        touch(db, thread.carrier_id, f"said-{thread.id}")
    if thread.kind == AudienceKind.COHORT:
        touch(db, thread.talk_stream_id, f"news-{thread.cohort_id}")


def resolve(db: Db, thread: ThreadNow, *, membership_id: int, now: datetime) -> None:
    """Settle the thread. Whoever settles it a second time changes nothing."""
    db.execute(select(THREAD.c.id).where(THREAD.c.id == thread.id).with_for_update())
    if db.get(Resolution, thread.id) is None:
        db.execute(insert(Resolution).values(thread_id=thread.id, membership_id=membership_id, at=now))
        touch_thread(db, thread, f"resolution-{thread.id}")


def reopen(db: Db, thread: ThreadNow) -> None:
    """Open a settled thread again. Whoever opens an open one changes nothing."""
    gone: Any = db.execute(delete(Resolution).where(RESOLUTION.c.thread_id == thread.id))
    if gone.rowcount:
        touch_thread(db, thread, f"resolution-{thread.id}")
