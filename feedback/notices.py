"""Notices: what somebody is told of, on a page of their own and by mail (feedback/web/letters.py).

A notice holds no words and no name of anybody. Both are looked up when it is shown, as its reader may see them then:
so it is gone with what it tells of, and says no more of an author than the page does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, bindparam, case, exists, func, insert, literal, literal_column, select, update

from cohorts.models import Role
from cohorts.policies import Standing, Vantage
from feedback.comments import STANDS, WITHDRAWAL
from feedback.mentions import targets
from feedback.models import Follow, Notice, Volume
from feedback.policies import Reached, belongs
from feedback.threads import (
    AUDIENCE,
    AUTHOR,
    COHORT,
    COMMENT,
    INITIATIVE,
    PERSON,
    PROGRAMME,
    RULE,
    TEAM,
    THREAD,
    TITLE,
    ThreadNow,
    with_author,
)
from server.db import Db, ask, settled
from server.languages import N_
from server.live.log import touch

NOTICE: Any = Notice.__table__  # type: ignore[attr-defined]
FOLLOW: Any = Follow.__table__  # type: ignore[attr-defined]

BELL = "bell"
MENTION, REPLY, NEW = "mention", "reply", "new"
HIDDEN, SHOWN_AGAIN, STAYS, REPORTED, APPEALED = "hidden", "shown again", "stays", "reported", "appealed"
# What a notice says. `name` is known where a comment of somebody is told of. Other packages add kinds of their own.
KINDS: dict[str, str] = {
    MENTION: N_("%(name)s mentioned you"),
    REPLY: N_("%(name)s answered where you took part"),
    NEW: N_("%(name)s wrote a comment"),
    HIDDEN: N_("A facilitator hid a comment of yours"),
    SHOWN_AGAIN: N_("A comment of yours is shown again"),
    STAYS: N_("It was decided that your comment stays hidden"),
    REPORTED: N_("Somebody reported a comment"),
    APPEALED: N_("The author of a hidden comment asks for another decision"),
}
# The same of somebody who is not named: their name is words for them.
UNNAMED: dict[str, str] = {
    MENTION: N_("You are mentioned in a comment (%(name)s)"),
    REPLY: N_("There is an answer where you took part (%(name)s)"),
    NEW: N_("There is a new comment (%(name)s)"),
}
MOST = 200
# More than that is not counted.
MANY = 99

_SAID = select(COMMENT.c.id).select_from(COMMENT.outerjoin(WITHDRAWAL, WITHDRAWAL.c.comment_id == COMMENT.c.id))
# A notice is shown while what it tells of stands, to whom it reaches now.
IS_SHOWN: Any = (NOTICE.c.comment_id.is_(None) | _SAID.where(COMMENT.c.id == NOTICE.c.comment_id, STANDS).exists()) & (
    NOTICE.c.audience_id.is_(None) | belongs(NOTICE.c.person_id, NOTICE.c.audience_id)
)
_UNREAD = (NOTICE.c.person_id == bindparam("person")) & NOTICE.c.read_at.is_(None) & IS_SHOWN


def _up_to_many(*which: Any) -> Any:
    found = select(NOTICE.c.id).where(*which).limit(MANY + 1).subquery()
    return select(func.count()).select_from(found).scalar_subquery()


# How many somebody has not read, one more than MANY at most; the other, of one thread.
UNREAD: Any = _up_to_many(_UNREAD)
UNREAD_HERE: Any = _up_to_many(_UNREAD, NOTICE.c.thread_id == bindparam("thread"))
_COUNT = settled(select(UNREAD))


def unread(db: Db, person_id: int) -> int:
    """How many notices that person has not read, one more than MANY at most."""
    return int(ask(db, _COUNT, person=person_id).scalar_one())


def tell(
    db: Db,
    people: Iterable[int],
    kind: str,
    *,
    now: datetime,
    url: str,
    about: str = "",
    thread_id: int | None = None,
    audience_id: int | None = None,
) -> None:
    """Tell those people of something that is no comment. `kind`: one of KINDS; `url`: where it is read; `about`: its
    title. Shown as long as they belong to the audience. One statement for all of them."""
    ids = sorted(set(people))
    if not ids:
        return
    values: dict[str, Any] = {"kind": kind, "thread_id": thread_id, "comment_id": None, "audience_id": audience_id}
    values |= {"url": url, "about": about[:200], "at": now}
    rows = select(PERSON.c.id, *(literal(value, NOTICE.c[name].type) for name, value in values.items()))
    db.execute(insert(NOTICE).from_select(["person_id", *values], rows.where(PERSON.c.id.in_(ids))))
    ring(db, ids)


_BELLS = select(PERSON.c.bell_stream_id).where(PERSON.c.id.in_(bindparam("people", expanding=True)))


def ring(db: Db, people: Iterable[int]) -> None:
    """Say that the number at those people's bell has changed."""
    if ids := sorted(set(people)):
        _touch(db, ask(db, _BELLS, people=ids).scalars())


def _touch(db: Db, stream_ids: Iterable[int | None]) -> None:
    for stream_id in stream_ids:
        if stream_id is not None:
            touch(db, stream_id, BELL)


def changed(db: Db, comment_id: int) -> None:
    """A comment does not stand any more, or stands again: who was told of it and has not read that."""
    told = select(NOTICE.c.person_id).where(NOTICE.c.comment_id == comment_id, NOTICE.c.read_at.is_(None))
    ring(db, db.execute(told).scalars())


def take_back(db: Db, url: str) -> None:
    """Forget the notices that lead to that address: there is nothing to read there any more."""
    here = NOTICE.c.url == url
    waiting = db.execute(select(NOTICE.c.person_id).where(here, NOTICE.c.read_at.is_(None))).scalars().all()
    db.execute(NOTICE.delete().where(here))
    ring(db, waiting)


_READER = Reached.reader
_VOLUME = func.coalesce(FOLLOW.c.volume, Volume.ANSWERS)
_TOP: Any = COMMENT.alias("top")
_PARENT: Any = COMMENT.alias("parent")


def tell_of_comment(
    db: Db,
    thread: ThreadNow,
    comment_id: int,
    *,
    author_id: int,
    parent_id: int | None,
    marks: Iterable[str],
    only_named: bool = False,
) -> None:
    """Tell whoever is named in a comment, is answered by it, or follows its thread: each once, for the first of these
    reasons. Who wants to hear nothing of the thread hears nothing. Somebody who was told of it is not told again.
    `only_named`: the others were told before it was edited."""
    named, is_answer = targets(marks), parent_id is not None
    given: dict[str, Any] = {"thread": thread.id, "audience": thread.audience_id, "comment": comment_id}
    given |= {"author": author_id, "people": named["people"], "teams": named["teams"]}
    if not only_named:
        given |= {"parent": parent_id} if is_answer else {"initiative": thread.matter.initiative_id}
    of_session = thread.matter.session_id is not None
    _touch(db, ask(db, _telling(only_named, is_answer, named["board"], of_session), **given).scalars())


# Where the number changes when somebody is told; in RETURNING a table that is written to cannot be named otherwise.
_BELL_OF_TOLD = (
    select(PERSON.c.bell_stream_id).where(PERSON.c.id == literal_column("notice.person_id")).scalar_subquery()
)


@lru_cache
def _telling(only_named: bool, is_answer: bool, board: bool, of_session: bool) -> Any:
    """The statement that writes the notices of a comment and gives the bells of those who are told. Its values are
    bound by name: every comment waits for it, and putting it together takes longer than asking it."""
    reason = _reason(only_named=only_named, is_answer=is_answer, board=board, of_session=of_session)
    thread, comment = bindparam("thread", type_=Integer), bindparam("comment", type_=Integer)
    followed = (FOLLOW.c.person_id == _READER.c.person_id) & (FOLLOW.c.thread_id == thread)
    known = exists().where(NOTICE.c.person_id == _READER.c.person_id, NOTICE.c.comment_id == comment)
    reached = Reached.readers.join(THREAD, THREAD.c.audience_id == Reached.audience.c.id).outerjoin(FOLLOW, followed)
    whom: Any = (
        select(_READER.c.person_id, func.min(reason).label("reason"))
        .select_from(reached)
        .where(THREAD.c.id == thread, Reached.now, _READER.c.person_id != bindparam("author"), ~known)
        .where(_VOLUME != Volume.NOTHING, reason.is_not(None))
        .group_by(_READER.c.person_id)
        .subquery()
    )
    rows = {
        "person_id": whom.c.person_id,
        "kind": case((whom.c.reason == 1, MENTION), (whom.c.reason == 2, REPLY), else_=NEW),
        "thread_id": thread,
        "comment_id": COMMENT.c.id,
        "audience_id": bindparam("audience", type_=Integer),
        "url": literal(""),
        "about": literal(""),
        "at": COMMENT.c.at,
    }
    said = select(*rows.values()).select_from(whom.join(COMMENT, COMMENT.c.id == comment))
    return settled(insert(NOTICE).from_select(list(rows), said).returning(_BELL_OF_TOLD))


def _reason(*, only_named: bool, is_answer: bool, board: bool, of_session: bool) -> Any:
    """Of one membership in the audience: 1 named, 2 answered, 3 follows; null: nothing to tell them."""
    reader = _READER.c
    people, teams = (bindparam(name, expanding=True, type_=Integer) for name in ("people", "teams"))
    mentioned = reader.person_id.in_(people) | reader.team_id.in_(teams)
    if board:
        mentioned |= reader.role == Role.ADVISER
    if only_named:
        return case((mentioned, 1))
    everything = _VOLUME == Volume.EVERYTHING
    if not is_answer:
        # Whoever writes about a team's work answers what the team asks; a session is its facilitators' work.
        team = select(INITIATIVE.c.team_id).where(INITIATIVE.c.id == bindparam("initiative")).scalar_subquery()
        own = reader.role == Role.FACILITATOR if of_session else reader.team_id == team
        return case((mentioned, 1), (everything | own, 3))
    parent: Any = bindparam("parent", type_=Integer)
    top = select(_PARENT.c.parent_id).where(_PARENT.c.id == parent).scalar_subquery()
    under = func.coalesce(top, parent)
    took_part = exists().where(_TOP.c.author_id == reader.person_id, (_TOP.c.id == under) | (_TOP.c.parent_id == under))
    return case((mentioned, 1), (took_part, 2), (everything, 3))


def read_in(db: Db, person_id: int, thread_id: int, upto: int, *, now: datetime) -> None:
    """Somebody has read a thread up to that comment, and so what they were told of it."""
    here = (NOTICE.c.thread_id == thread_id) & (NOTICE.c.comment_id.is_(None) | (NOTICE.c.comment_id <= upto))
    _read(db, person_id, here, now)


def read_place(db: Db, person_id: int, thread_id: int | None, url: str, *, now: datetime) -> None:
    """Mark as read all that leads that person to one place: a thread, or an address. No notice is called by its number:
    that is counted for everybody, and would tell how many were written for others."""
    # Of a thread all of it: also what leads to something else in it than a comment.
    here = NOTICE.c.thread_id == thread_id
    _read(db, person_id, NOTICE.c.thread_id.is_(None) & (NOTICE.c.url == url) if thread_id is None else here, now)


def read_all(db: Db, person_id: int, *, now: datetime) -> None:
    """Mark every notice of that person as read."""
    _read(db, person_id, literal(True), now)


def _read(db: Db, person_id: int, which: Any, now: datetime) -> None:
    mine = (NOTICE.c.person_id == person_id) & NOTICE.c.read_at.is_(None)
    gone: Any = db.execute(update(NOTICE).where(mine, which).values(read_at=now))
    if gone.rowcount:
        ring(db, [person_id])


_ROWS = select(
    *AUTHOR,
    *(NOTICE.c[name] for name in ("id", "kind", "thread_id", "comment_id", "url", "about", "at", "read_at")),
    COMMENT.c.attribution,
    INITIATIVE.c.id.label("initiative_id"),
    TITLE.label("title"),
    INITIATIVE.c.language,
    *(THREAD.c[name] for name in ("subject", "subject_id")),
    AUDIENCE.c.kind.label("audience"),
    TEAM.c.id.label("team_id"),
    COHORT.c.id.label("cohort_id"),
    RULE.label("cohort_attribution"),
    PROGRAMME.c.id.label("programme_id"),
    PROGRAMME.c.facilitators_see_authors,
).select_from(
    with_author(
        NOTICE.outerjoin(COMMENT, COMMENT.c.id == NOTICE.c.comment_id)
        .outerjoin(THREAD, THREAD.c.id == NOTICE.c.thread_id)
        .outerjoin(AUDIENCE, AUDIENCE.c.id == THREAD.c.audience_id)
        .outerjoin(INITIATIVE, INITIATIVE.c.id == THREAD.c.initiative_id)
        .outerjoin(TEAM, TEAM.c.id == INITIATIVE.c.team_id)
        .outerjoin(COHORT, COHORT.c.id == AUDIENCE.c.cohort_id)
        .outerjoin(PROGRAMME, PROGRAMME.c.id == COHORT.c.programme_id),
        COMMENT.c.membership_id,
    )
)


def latest(db: Db, person_id: int) -> Sequence[Any]:
    """The newest notices of that person which may be shown: `Author`'s columns, then each one's own."""
    return those(db, person_id, IS_SHOWN)


def those(db: Db, person_id: int, *which: Any) -> Sequence[Any]:
    """The newest notices of that person that meet those conditions."""
    mine = _ROWS.where(NOTICE.c.person_id == person_id, *which)
    return db.execute(mine.order_by(NOTICE.c.id.desc()).limit(MOST)).all()


def vantage_of(row: Any, standing: Standing, language: str) -> Vantage:
    """From where somebody sees what a notice of theirs tells of: enough to say in whose name it is shown."""
    roles = standing.roles_in_team(row.team_id, row.cohort_id, row.programme_id)
    return Vantage(frozenset(), roles, language, row.cohort_attribution, row.facilitators_see_authors)
