"""What people are told of a prompt at their bell, as far as they want to hear of its conversation.

A notice names nobody (0044). Whoever asked people they do not belong to is told as one who reads the initiative: the
conversation is not theirs to follow, so they get no link to turn it down.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import case, exists, func, select

from cohorts.models import AudienceKind, Role
from feedback import notices
from feedback.advice.models import Prompt, PromptWithdrawal, Response, ResponseKind
from feedback.models import Matter, Volume
from feedback.notices import FOLLOW, NOTICE
from feedback.policies import Reached, belongs
from feedback.threads import AUDIENCE, INITIATIVE, PERSON, THREAD, TITLE, ThreadNow
from server.db import Db
from server.languages import N_
from server.live.log import touch

TEAM_ASKED, ASKED, ANSWERED, TEAM_ANSWERED = "team prompted", "prompted", "prompt answered", "team answered"
JUDGED, CHANGED = "prompt judged", "prompt changed"
# The same on a session.
RUN_ASKED, RUN_ANSWERED, RUN_HEARD = "session prompted", "own session answer", "session answered"
KINDS = {
    TEAM_ASKED: N_("Your team was given a prompt"),
    ASKED: N_("There is a new prompt"),
    ANSWERED: N_("A team answered a prompt of yours"),
    TEAM_ANSWERED: N_("A team answered a prompt"),
    JUDGED: N_("Somebody agrees or disagrees with a prompt of yours"),
    CHANGED: N_("A team changed its text after it took on a prompt of yours"),
    RUN_ASKED: N_("There is a new prompt on a session that you run"),
    RUN_ANSWERED: N_("A prompt of yours on a session was answered"),
    RUN_HEARD: N_("A prompt on a session was answered"),
}
notices.KINDS.update(KINDS)
# The region of a desk, on the stream of its owner's bell and on those of the teams it shows.
DESK = "desk"

_PROMPT: Any = Prompt.__table__  # type: ignore[attr-defined]
_WITHDRAWN: Any = PromptWithdrawal.__table__  # type: ignore[attr-defined]
_RESPONSE: Any = Response.__table__  # type: ignore[attr-defined]
_READER = Reached.reader.c
_WHOLE: Any = AUDIENCE.alias("whole_cohort")
_AROUND: Any = FOLLOW.alias("around")


class Asked(Protocol):
    """A prompt, as far as a notice tells of it."""

    @property
    def id(self) -> int: ...
    @property
    def thread_id(self) -> int: ...
    @property
    def matter(self) -> Matter: ...
    @property
    def audience_id(self) -> int: ...
    @property
    def author_id(self) -> int: ...


def _wants(here: int) -> Any:
    """Readers joined with what they chose for the thread `here`."""
    mine = (FOLLOW.c.person_id == _READER.person_id) & (FOLLOW.c.thread_id == here)
    return Reached.readers.outerjoin(FOLLOW, mine)


_VOLUME = func.coalesce(FOLLOW.c.volume, Volume.ANSWERS)
_EVERYTHING = _VOLUME == Volume.EVERYTHING


def tell_of_prompt(
    db: Db,
    around: ThreadNow,
    prompt_id: int,
    thread_id: int,
    *,
    author_id: int,
    now: datetime,
    run_by: Collection[int] = (),
) -> None:
    """The team that was asked, or who runs the session: its facilitators, and the people `run_by`; the facilitators
    where nobody else was asked; and who follows all of what that circle says about it. Who wants to hear nothing of
    that hears nothing."""
    team = select(INITIATIVE.c.team_id).where(INITIATIVE.c.id == around.matter.initiative_id).scalar_subquery()
    runs = (_READER.role == Role.FACILITATOR) | _READER.person_id.in_(sorted(run_by))
    of_session = around.matter.session_id is not None
    mine = case((runs if of_session else _READER.team_id == team, 1), else_=0)
    asked = (mine == 1) | _EVERYTHING | (Reached.audience.c.kind == AudienceKind.FACILITATORS)
    rows = select(_READER.person_id, func.max(mine).label("own")).select_from(_wants(around.id))
    rows = rows.where(Reached.audience.c.id == around.audience_id, Reached.now, asked, _VOLUME != Volume.NOTHING)
    found = db.execute(rows.where(_READER.person_id != author_id).group_by(_READER.person_id)).all()
    where: dict[str, Any] = {"url": f"/prompts/{prompt_id}", "thread_id": thread_id, "audience_id": around.audience_id}
    for kind, own_people in ((RUN_ASKED if of_session else TEAM_ASKED, 1), (ASKED, 0)):
        notices.tell(db, [row.person_id for row in found if row.own == own_people], kind, now=now, **where)


def tell_of_answer(db: Db, prompt: Asked, *, author_id: int, now: datetime) -> None:
    """Whoever asked, and who follows all of what is said about it; but not who answered."""
    of_session = prompt.matter.session_id is not None
    _tell_author(db, prompt, RUN_ANSWERED if of_session else ANSWERED, now)
    rows = select(_READER.person_id).select_from(_wants(prompt.thread_id)).distinct()
    rows = rows.where(Reached.audience.c.id == prompt.audience_id, Reached.now, _EVERYTHING)
    people = db.execute(rows.where(_READER.person_id.not_in((author_id, prompt.author_id)))).scalars().all()
    where: dict[str, Any] = {"url": f"/prompts/{prompt.id}", "thread_id": prompt.thread_id}
    kind = RUN_HEARD if of_session else TEAM_ANSWERED
    notices.tell(db, people, kind, audience_id=prompt.audience_id, now=now, **where)


def tell_of_stance(db: Db, prompt: Asked, *, now: datetime) -> None:
    """Whoever asked."""
    _tell_author(db, prompt, JUDGED, now)


def _authors(kind: str, url: Any) -> Any:
    """Who asked what, to be told of it: without those who muted it, or were told and have not read that."""
    muted = (FOLLOW.c.person_id == _PROMPT.c.author_id) & (FOLLOW.c.thread_id == _PROMPT.c.thread_id)
    around = (_AROUND.c.person_id == _PROMPT.c.author_id) & (_AROUND.c.thread_id == THREAD.c.whole_id)
    told = (NOTICE.c.person_id == _PROMPT.c.author_id) & (NOTICE.c.kind == kind) & (NOTICE.c.url == url)
    columns = (_PROMPT.c.author_id, TITLE.label("title"), _WHOLE.c.id.label("whole_id"))
    return (
        select(*columns, belongs(_PROMPT.c.author_id, _PROMPT.c.audience_id).label("among"))
        .select_from(
            _PROMPT.join(THREAD, THREAD.c.id == _PROMPT.c.thread_id)
            .outerjoin(INITIATIVE, INITIATIVE.c.id == _PROMPT.c.initiative_id)
            .join(AUDIENCE, AUDIENCE.c.id == _PROMPT.c.audience_id)
            .join(_WHOLE, (_WHOLE.c.cohort_id == AUDIENCE.c.cohort_id) & (_WHOLE.c.kind == AudienceKind.COHORT))
            .outerjoin(FOLLOW, muted)
            .outerjoin(_AROUND, around)
            .outerjoin(_WITHDRAWN, _WITHDRAWN.c.prompt_id == _PROMPT.c.id)
        )
        .where(*(func.coalesce(one.c.volume, "") != Volume.NOTHING for one in (FOLLOW, _AROUND)))
        .where(_WITHDRAWN.c.prompt_id.is_(None), ~exists().where(told, NOTICE.c.read_at.is_(None)))
    )


def _tell_author(db: Db, prompt: Asked, kind: str, now: datetime) -> None:
    url = f"/prompts/{prompt.id}"
    for row in db.execute(_authors(kind, url).where(_PROMPT.c.id == prompt.id)).all():
        among = {"thread_id": prompt.thread_id, "audience_id": prompt.audience_id}
        where: dict[str, Any] = among if row.among else {"audience_id": row.whole_id, "about": row.title}
        notices.tell(db, [row.author_id], kind, url=url, now=now, **where)


def tell_of_edit(db: Db, initiative_id: int, chapters: Collection[str], now: datetime) -> None:
    """Those whose prompts the team took on before it changed one of those chapters: once for all of theirs."""
    url = f"/initiatives/{initiative_id}/history"
    taken_on = select(_RESPONSE.c.id).where(_RESPONSE.c.kind == ResponseKind.TOOK_ON)
    rows = _authors(CHANGED, url).where(_PROMPT.c.initiative_id == initiative_id)
    rows = rows.where(_PROMPT.c.response_id.in_(taken_on), _PROMPT.c.chapter.in_(("", *chapters)))
    found = db.execute(rows).all()
    for row in found[:1]:
        people = [one.author_id for one in found]
        notices.tell(db, people, CHANGED, url=url, about=row.title, audience_id=row.whole_id, now=now)


_BELL_OF = select(PERSON.c.bell_stream_id).join_from(_PROMPT, PERSON, PERSON.c.id == _PROMPT.c.author_id)


def touch_own(db: Db, matter: Matter, prompt_id: int) -> None:
    """Say that a prompt changed to its author alone, who need not belong to those it is for."""
    bell = db.execute(_BELL_OF.where(_PROMPT.c.id == prompt_id)).scalar()
    if bell is not None:
        touch(db, bell, f"own-prompts-{matter.key}", f"own-prompt-{prompt_id}", DESK)


def touch_desk(db: Db, person_id: int) -> None:
    """Say that somebody's desk changed by what they did there themselves."""
    bell = db.execute(select(PERSON.c.bell_stream_id).where(PERSON.c.id == person_id)).scalar()
    if bell is not None:
        touch(db, bell, DESK)


def read(db: Db, person_id: int, prompt_id: int, thread_id: int, *, now: datetime) -> None:
    """That person has done something with a prompt, and so read what they were told of it."""
    for place in (thread_id, None):
        notices.read_place(db, person_id, place, f"/prompts/{prompt_id}", now=now)


def forget(db: Db, prompt_id: int) -> None:
    """A prompt was taken back: nobody is told of it any more."""
    notices.take_back(db, f"/prompts/{prompt_id}")
