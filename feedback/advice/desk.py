"""An adviser's desk: the teams entrusted to them, what is new there since they last said they had seen it, and what
waits for them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, insert, or_, select, update

from cohorts import initiatives
from cohorts.audiences import vantages_in_teams
from cohorts.initiatives import InitiativeHead
from cohorts.models import Cohort, Role
from cohorts.policies import Standing, Vantage, visible_initiatives
from feedback import visits
from feedback.advice import bells
from feedback.advice.models import DeskVisit, ResponseKind
from feedback.advice.policies import advises, own_prompts
from feedback.advice.prompts import GONE, PROMPT, RESPONSE, STANDS
from feedback.comments import STANDS as SAID
from feedback.comments import WITHDRAWAL
from feedback.drafts import DRAFT
from feedback.notices import read_in
from feedback.threads import AUDIENCE, AUTHOR, COMMENT, RESOLUTION, THREAD, with_author
from feedback.visits import VISIT
from server.db import Db

SEEN: Any = DeskVisit.__table__  # type: ignore[attr-defined]
# Of drafts, what they are of: a prompt being written, a comment, a prompt being edited.
PROMPTING, TALKING, REVISING = "prompt", "thread", "revision"


@dataclass(frozen=True, slots=True)
class Begun:
    """A draft: of which form, and how it begins."""

    place: str
    kind: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Entrusted:
    """A team on the desk. `version`: of its initiative when its adviser last said it was seen, else the first. Rows of
    `prompts`: others' that are new; `answers`: to the adviser's own that are new; `replies`: where the team disagrees
    and waits for a word. `talks`: rows of conversations in which something new was said."""

    head: InitiativeHead
    vantage: Vantage
    version: int
    prompts: tuple[Any, ...] = ()
    answers: tuple[Any, ...] = ()
    replies: tuple[Any, ...] = ()
    talks: tuple[Any, ...] = ()
    drafts: tuple[Begun, ...] = ()

    @property
    def is_edited(self) -> bool:
        """Whether the initiative was changed since."""
        return self.version < self.head.version

    @property
    def waits(self) -> bool:
        """Whether something there is for this adviser to do."""
        return bool(self.answers or self.replies or self.drafts)

    @property
    def shows_news(self) -> bool:
        """Whether anything can be marked as seen."""
        return bool(self.is_edited or self.prompts or self.answers or self.talks)


@dataclass(slots=True)
class _Found:
    """What the queries bring, by initiative."""

    versions: dict[int, int] = field(default_factory=dict)
    prompts: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    answers: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    replies: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    talks: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    drafts: dict[int, list[Begun]] = field(default_factory=lambda: defaultdict(list))


def read(db: Db, standing: Standing, language: str) -> list[Entrusted]:
    """The desk of that person, by cohort and team: as many queries however many teams. `language`: a BCP 47 tag."""
    advised = sorted({one.cohort_id for one in standing.held if one.role == Role.ADVISER and one.cohort_id})
    cohort: Any = Cohort.__table__  # type: ignore[attr-defined]
    heads = initiatives.heads(db, visible_initiatives(standing), cohort.c.id.in_(advised))
    vantages = vantages_in_teams(db, standing, (one.place for one in heads), language)
    mine = [one for one in heads if advises(vantages[one.place.team_id])]
    if not mine:
        return []
    audiences = sorted(frozenset().union(*(vantages[one.place.team_id].audiences for one in mine)))
    found = _found(db, standing.person_id, [one.id for one in mine], audiences)
    return [_entrusted(one, vantages[one.place.team_id], found) for one in mine]


def _entrusted(head: InitiativeHead, vantage: Vantage, found: _Found) -> Entrusted:
    parts = (found.prompts, found.answers, found.replies, found.talks, found.drafts)
    return Entrusted(head, vantage, found.versions.get(head.id, 1), *(tuple(part.get(head.id, ())) for part in parts))


def _found(db: Db, person_id: int, ids: Sequence[int], audiences: Sequence[int]) -> _Found:
    found = _Found()
    seen = select(SEEN.c.initiative_id, SEEN.c.version).where(SEEN.c.person_id == person_id)
    found.versions.update((row.initiative_id, row.version) for row in db.execute(seen))
    for row in _advice(db, person_id, ids, audiences):
        if row.author_id != person_id:
            found.prompts[row.initiative_id].append(row)
        elif row.kind_of_response == ResponseKind.DISAGREE and row.among and not (row.replied or row.settled):
            found.replies[row.initiative_id].append(row)
        elif row.is_new:
            found.answers[row.initiative_id].append(row)
    for row in db.execute(_talks(person_id, ids, audiences)):
        found.talks[row.initiative_id].append(row)
    for initiative_id, draft in _drafts(db, person_id, ids, audiences):
        found.drafts[initiative_id].append(draft)
    return found


def _advice(db: Db, person_id: int, ids: Sequence[int], audiences: Sequence[int]) -> Sequence[Any]:
    """What others asked and is new, and one's own that was answered: `Author`'s columns, then each one's. `among`: its
    author can say more about it, where it is discussed."""
    since = (SEEN.c.person_id == person_id) & (SEEN.c.initiative_id == PROMPT.c.initiative_id)
    replied = exists().where(
        COMMENT.c.thread_id == PROMPT.c.thread_id, COMMENT.c.author_id == person_id, COMMENT.c.at > RESPONSE.c.at
    )
    new = RESPONSE.c.id > func.coalesce(SEEN.c.response_id, 0)
    disagrees = RESPONSE.c.kind == ResponseKind.DISAGREE
    mine, among = own_prompts(person_id), PROMPT.c.audience_id.in_(audiences)
    rows = (
        select(
            *AUTHOR,
            *(PROMPT.c[name] for name in ("id", "initiative_id", "author_id", "kind", "opening", "attribution", "at")),
            RESPONSE.c.id.label("response_id"),
            RESPONSE.c.kind.label("kind_of_response"),
            RESPONSE.c.at.label("answered_at"),
            new.label("is_new"),
            replied.label("replied"),
            among.label("among"),
            RESOLUTION.c.thread_id.is_not(None).label("settled"),
        )
        .select_from(
            with_author(
                PROMPT.outerjoin(GONE, GONE.c.prompt_id == PROMPT.c.id)
                .outerjoin(RESPONSE, RESPONSE.c.id == PROMPT.c.response_id)
                .outerjoin(SEEN, since)
                .outerjoin(RESOLUTION, RESOLUTION.c.thread_id == PROMPT.c.thread_id),
                PROMPT.c.membership_id,
            )
        )
        .where(PROMPT.c.initiative_id.in_(ids), STANDS)
        .where(or_(mine & (new | disagrees), ~mine & among & (PROMPT.c.id > func.coalesce(SEEN.c.prompt_id, 0))))
    )
    return db.execute(rows.order_by(PROMPT.c.id.desc())).all()


def _talks(person_id: int, ids: Sequence[int], audiences: Sequence[int]) -> Any:
    """Conversations in which others said something that this person has not read: how much, and the first of it."""
    seen = (VISIT.c.thread_id == THREAD.c.id) & (VISIT.c.person_id == person_id)
    columns = (THREAD.c.id, THREAD.c.initiative_id, THREAD.c.subject, AUDIENCE.c.kind.label("audience"))
    return (
        select(*columns, func.count().label("said"), func.min(COMMENT.c.id).label("first"))
        .add_columns(func.max(COMMENT.c.id).label("last"))
        .select_from(
            THREAD.join(AUDIENCE, AUDIENCE.c.id == THREAD.c.audience_id)
            .join(COMMENT, COMMENT.c.thread_id == THREAD.c.id)
            .outerjoin(WITHDRAWAL, WITHDRAWAL.c.comment_id == COMMENT.c.id)
            .outerjoin(VISIT, seen)
        )
        .where(THREAD.c.initiative_id.in_(ids), THREAD.c.audience_id.in_(audiences), SAID)
        .where(COMMENT.c.author_id != person_id, COMMENT.c.id > func.coalesce(VISIT.c.comment_id, 0))
        .group_by(*columns)
        .order_by(THREAD.c.id)
    )


def _drafts(db: Db, person_id: int, ids: Sequence[int], audiences: Sequence[int]) -> Iterable[tuple[int, Begun]]:
    """What this person has begun to write on those initiatives, with the initiative's id."""
    kept = select(DRAFT.c.place, DRAFT.c.text, DRAFT.c.at).where(
        DRAFT.c.person_id == person_id, DRAFT.c.discarded_at.is_(None)
    )
    begun = [(*row.place.split("-", 1), row) for row in db.execute(kept.order_by(DRAFT.c.at.desc()))]
    named = {kind: [int(id_) for each, id_, _ in begun if each == kind] for kind in (TALKING, REVISING)}
    here = THREAD.c.initiative_id.in_(ids) & THREAD.c.audience_id.in_(audiences)
    talks = select(THREAD.c.id, THREAD.c.initiative_id).where(THREAD.c.id.in_(named[TALKING]), here)
    own = select(PROMPT.c.id, PROMPT.c.initiative_id).outerjoin(GONE, GONE.c.prompt_id == PROMPT.c.id)
    mine = PROMPT.c.initiative_id.in_(ids) & own_prompts(person_id)
    own = own.where(PROMPT.c.id.in_(named[REVISING]), mine, STANDS)
    of: dict[str, Mapping[int, int]] = {
        PROMPTING: {id_: id_ for id_ in ids},
        TALKING: dict(tuple(row) for row in db.execute(talks)),
        REVISING: dict(tuple(row) for row in db.execute(own)),
    }
    for kind, id_, row in begun:
        if int(id_) in of.get(kind, {}):
            words = " ".join(str(json.loads(row.text).get("text", "")).split())
            yield of[kind][int(id_)], Begun(row.place, kind, words, row.at)


def audiences_of(entrusted: Iterable[Entrusted]) -> frozenset[int]:
    """The audiences its adviser belongs to, of all those teams."""
    return frozenset().union(*(one.vantage.audiences for one in entrusted))


def note_seen(
    db: Db, person_id: int, one: Entrusted, *, version: int, prompt_id: int, response_id: int, upto: int, now: datetime
) -> None:
    """This person has seen what is new of a team's work up to those ids, and the comments up to `upto`. What came since
    stays new, and what was seen stays seen."""
    here = (SEEN.c.person_id == person_id) & (SEEN.c.initiative_id == one.head.id)
    before = db.execute(select(SEEN).where(here).with_for_update()).first()
    values: dict[str, Any] = {"version": version, "prompt_id": prompt_id, "response_id": response_id}
    if before is None:
        db.execute(insert(SEEN).values(person_id=person_id, initiative_id=one.head.id, at=now, **values))
    else:
        values = {name: max(value, before._mapping[name]) for name, value in values.items()}
        db.execute(update(SEEN).where(here).values(at=now, **values))
    bells.touch_desk(db, person_id)
    for row in one.talks:
        visits.visit(db, person_id, row.id, upto, now=now)
        read_in(db, person_id, row.id, upto, now=now)
