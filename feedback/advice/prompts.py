"""Prompts: what advisers give a team to think about. Written, edited, taken back, and found again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, case, delete, func, insert, select, update

from cohorts.identity import stricter
from cohorts.initiatives import InitiativeFacts
from cohorts.models import AudienceKind
from cohorts.policies import Vantage
from feedback import threads
from feedback.advice import bells
from feedback.advice.anchors import Anchor, find, shown_text
from feedback.advice.models import Prompt, PromptVersion, PromptWithdrawal, Response, ResponseKind, Stance
from feedback.comments import told_of
from feedback.models import Subject
from feedback.threads import AUDIENCE, AUTHOR, COMMENT, THREAD, ThreadNow, with_author
from feedback.web.fragments import first_words
from server.clock import utc_now
from server.db import Db, Told
from server.live.log import touch
from server.markdown import to_html

PROMPT: Any = Prompt.__table__  # type: ignore[attr-defined]
VERSION: Any = PromptVersion.__table__  # type: ignore[attr-defined]
GONE: Any = PromptWithdrawal.__table__  # type: ignore[attr-defined]
RESPONSE: Any = Response.__table__  # type: ignore[attr-defined]
STANCE: Any = Stance.__table__  # type: ignore[attr-defined]

LONGEST = 10_000
RESTORABLE = timedelta(hours=24)


class Stale(Exception):
    """The prompt is no longer at the version that was edited."""


class Erased(Exception):
    """The words are gone; nothing can bring them back."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A prompt about to be written: its kind, words, and what it is about. `anchor` None: all of the chapter, or of the
    initiative where `chapter` is empty too. `url` and `source` belong to a reference.
    `item_id`: a point of feedback; `anchor` then holds how it begins."""

    kind: str
    text: str
    chapter: str = ""
    anchor: Anchor | None = None
    url: str = ""
    source: str = ""
    item_id: int | None = None


@dataclass(frozen=True, slots=True)
class PromptNow:
    """One prompt for somebody who does something with it. `text` is empty once it is withdrawn."""

    id: int
    initiative_id: int
    audience_id: int
    thread_id: int
    author_id: int
    kind: str
    text: str
    url: str
    source: str
    attribution: str
    version: int
    response_id: int | None
    withdrawn: bool


STANDS = GONE.c.prompt_id.is_(None)
_ONE = select(
    *(PROMPT.c[name] for name in ("id", "initiative_id", "audience_id", "thread_id", "author_id", "kind")),
    case((STANDS, PROMPT.c.text), else_="").label("text"),
    *(PROMPT.c[name] for name in ("url", "source", "attribution", "version", "response_id")),
    GONE.c.prompt_id.is_not(None).label("withdrawn"),
).select_from(PROMPT.outerjoin(GONE, GONE.c.prompt_id == PROMPT.c.id))

# Owed: nothing was answered, or what was parked is back. What was withdrawn is owed by nobody.
_BACK = (RESPONSE.c.kind == ResponseKind.PARKED) & (
    RESPONSE.c.back_at <= bindparam("now", type_=RESPONSE.c.back_at.type)
)
# A team owes nothing to what it cannot read.
_ASIDE: Any = AUDIENCE.alias("aside")
ASKS = PROMPT.c.audience_id.not_in(select(_ASIDE.c.id).where(_ASIDE.c.kind == AudienceKind.FACILITATORS))
OWED = STANDS & ASKS & (RESPONSE.c.id.is_(None) | _BACK)
# What a card shows of a prompt: `Author`'s columns, then these.
CARD = (
    *(PROMPT.c[name] for name in ("id", "author_id", "kind", "attribution")),
    # Withdrawn words do not even leave the database.
    case((STANDS, PROMPT.c.opening), else_="").label("opening"),
    PROMPT.c.chapter,
    case((STANDS, PROMPT.c.quote), else_="").label("quote"),
    *(PROMPT.c[name] for name in ("before", "after", "place", "at", "version")),
    AUDIENCE.c.kind.label("audience"),
    GONE.c.prompt_id.is_not(None).label("withdrawn"),
    OWED.label("owed"),
    RESPONSE.c.kind.label("response"),
    RESPONSE.c.parked_until,
    select(func.count()).where(COMMENT.c.thread_id == PROMPT.c.thread_id).scalar_subquery().label("replies"),
    PROMPT.c.thread_id,
    PROMPT.c.item_id,
)
JOINED = with_author(
    PROMPT.join(AUDIENCE, AUDIENCE.c.id == PROMPT.c.audience_id)
    .outerjoin(GONE, GONE.c.prompt_id == PROMPT.c.id)
    .outerjoin(RESPONSE, RESPONSE.c.id == PROMPT.c.response_id),
    PROMPT.c.membership_id,
)
_CARDS = Told(
    select(*AUTHOR, *CARD)
    .select_from(JOINED)
    .where(
        PROMPT.c.initiative_id == bindparam("initiative"),
        PROMPT.c.audience_id.in_(bindparam("audiences", expanding=True)),
    )
)


def prompt_now(db: Db, prompt_id: int) -> PromptNow | None:
    """That prompt. Whoever asks must open its thread before showing anything of it."""
    row = db.execute(_ONE.where(PROMPT.c.id == prompt_id)).first()
    return PromptNow(*row) if row else None


def told_on(db: Db, vantage: Vantage, initiative_id: int, now: datetime) -> str:
    """The prompts on an initiative that can be read from here, in one query and one text: the same one while nothing
    changes and none that was parked comes back."""
    return _CARDS.text(db, initiative=initiative_id, audiences=sorted(vantage.audiences), now=now)


def cards_in(told: str) -> Sequence[tuple[Any, ...]]:
    """The prompts that `told_on` tells, oldest first: `Author`'s columns, then those of CARD."""
    return sorted(_CARDS.rows(told), key=lambda row: row[len(AUTHOR)])


def write(
    db: Db,
    around: ThreadNow,
    initiative: InitiativeFacts,
    draft: Draft,
    *,
    audience_id: int,
    membership_id: int,
    author_id: int,
    attribution: str,
    now: datetime,
) -> int:
    """Give the team a prompt; its id. `around`: the initiative's thread for that audience, whose stream carries it.
    `attribution`: as its author wants it; a cohort's that tells less wins."""
    markup, quoted = to_html(draft.text), draft.anchor or Anchor("", "", "", 0)
    made = Prompt(
        initiative_id=initiative.id,
        audience_id=audience_id,
        membership_id=membership_id,
        author_id=author_id,
        attribution=told_of(db, around, membership_id, stricter(around.attribution, attribution)),
        kind=draft.kind,
        text=draft.text,
        html=markup,
        opening=first_words(markup),
        url=draft.url,
        source=draft.source,
        chapter=draft.chapter,
        **asdict(quoted),
        at_version=initiative.version,
        item_id=draft.item_id,
        at=now,
    )
    db.add(made)
    db.flush()
    assert made.id is not None
    made.thread_id = thread_id = threads.open_about(db, initiative.id, audience_id, Subject.PROMPT, made.id).id
    db.add(made)
    assert thread_id is not None
    touch_prompt(db, around.stream_id, initiative.id, made.id, anew=True)
    bells.tell_of_prompt(db, around, made.id, thread_id, author_id=author_id, now=now)
    return made.id


def touch_prompt(db: Db, stream_id: int, initiative_id: int, prompt_id: int, *, anew: bool = False) -> None:
    """Say that a prompt changed: its card, its page, what its team owes, and the marks in the text (`anew`)."""
    regions = (f"prompt-{prompt_id}", f"asked-{prompt_id}", f"owed-{initiative_id}")
    touch(db, stream_id, *regions, *((f"marks-{initiative_id}",) if anew else ()))
    bells.touch_own(db, initiative_id, prompt_id)


def edit(
    db: Db, stream_id: int, prompt: PromptNow, *, text: str, url: str, source: str, version: int, now: datetime
) -> None:
    """Change the words that stood at `version`; what they were stays in the history. Raises Stale."""
    if version == prompt.version and (text, url, source) == (prompt.text, prompt.url, prompt.source):
        return
    here = (PROMPT.c.id == prompt.id) & (PROMPT.c.version == version)
    before = db.execute(select(PROMPT).where(here).with_for_update()).first()
    if before is None:
        raise Stale
    kept = {"text": before.text, "html": before.html, "at": before.edited_at or before.at}
    db.execute(insert(VERSION).values(prompt_id=prompt.id, version=version, **kept))
    markup = to_html(text)
    values = {"text": text, "html": markup, "opening": first_words(markup), "url": url, "source": source}
    db.execute(update(PROMPT).where(here).values(version=version + 1, edited_at=now, **values))
    touch_prompt(db, stream_id, prompt.initiative_id, prompt.id)


def withdraw(db: Db, stream_id: int, prompt: PromptNow, *, now: datetime) -> None:
    """Take a prompt back. What was said about it stays. Twice is once."""
    db.execute(select(PROMPT.c.id).where(PROMPT.c.id == prompt.id).with_for_update())
    if db.get(PromptWithdrawal, prompt.id) is None:
        db.execute(insert(GONE).values(prompt_id=prompt.id, at=now))
        bells.forget(db, prompt.id)
        touch_prompt(db, stream_id, prompt.initiative_id, prompt.id, anew=True)


def withdrawn_at(db: Db, prompt_id: int) -> datetime | None:
    """When that prompt was taken back."""
    gone = db.get(PromptWithdrawal, prompt_id)
    return gone.at if gone else None


def restore(db: Db, stream_id: int, prompt: PromptNow, *, now: datetime) -> None:
    """Undo a withdrawal within its day. Raises Erased."""
    erase_withdrawn(db, now=now)
    if not db.execute(select(PROMPT.c.text).where(PROMPT.c.id == prompt.id)).scalar_one():
        raise Erased
    db.execute(delete(GONE).where(GONE.c.prompt_id == prompt.id))
    touch_prompt(db, stream_id, prompt.initiative_id, prompt.id, anew=True)


def erase_withdrawn(db: Db, *, now: datetime) -> int:
    """Erase the words of prompts taken back more than a day ago, history and passage included; how many there were."""
    due = select(PROMPT.c.id, PROMPT.c.initiative_id, THREAD.c.stream_id).select_from(
        PROMPT.join(GONE, GONE.c.prompt_id == PROMPT.c.id).join(THREAD, around_of())
    )
    rows = db.execute(due.where(GONE.c.at < now - RESTORABLE, PROMPT.c.text != "")).all()
    erase_words(db, [row.id for row in rows])
    for row in rows:
        touch_prompt(db, row.stream_id, row.initiative_id, row.id)
    return len(rows)


def around_of() -> Any:
    """How a prompt's row joins with the thread that carries it: the initiative's own for that audience."""
    same = (THREAD.c.initiative_id == PROMPT.c.initiative_id) & (THREAD.c.audience_id == PROMPT.c.audience_id)
    return same & (THREAD.c.subject == Subject.INITIATIVE)


def erase_words(db: Db, prompt_ids: Sequence[int]) -> None:
    """Take the words of those prompts away, for good."""
    if prompt_ids:
        nothing = dict.fromkeys(("text", "html", "opening", "url", "source", "quote", "before", "after"), "")
        db.execute(update(PROMPT).where(PROMPT.c.id.in_(prompt_ids)).values(**nothing))
        db.execute(delete(VERSION).where(VERSION.c.prompt_id.in_(prompt_ids)))


def text_changed(db: Db, initiative_id: int, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Say which prompts on an initiative that is saved lose their passage by that, or find it again; and that it was
    changed to those whose prompts were taken on. `before` and `after`: the HTML of its chapters."""
    quoted = select(
        *(PROMPT.c[name] for name in ("id", "chapter", "quote", "before", "after", "place")), THREAD.c.stream_id
    )
    quoted = quoted.select_from(PROMPT.join(THREAD, around_of())).where(PROMPT.c.initiative_id == initiative_id)
    for row in db.execute(quoted.where(PROMPT.c.quote != "", PROMPT.c.item_id.is_(None))).all():
        wanted = Anchor(row.quote, row.before, row.after, row.place)
        old, new = (shown_text(markup[row.chapter]) for markup in (before, after))
        if (find(old, wanted) is None) != (find(new, wanted) is None):
            touch(db, row.stream_id, f"prompt-{row.id}")
    bells.tell_of_edit(db, initiative_id, {name for name in before if before[name] != after[name]}, utc_now())


def versions(db: Db, prompt_id: int) -> Sequence[Any]:
    """What a prompt said before, newest first: version, html, at. Whoever asks must have opened it, and it stands."""
    before = select(VERSION.c.version, VERSION.c.html, VERSION.c.at).where(VERSION.c.prompt_id == prompt_id)
    return db.execute(before.order_by(VERSION.c.version.desc())).all()
