"""Prompts: what advisers give a team to think about, or whoever runs a session. Written, edited, taken back, and found
again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import bindparam, case, func, insert, select, update

from cohorts.identity import stricter
from cohorts.models import AudienceKind
from cohorts.policies import Vantage
from feedback import matters
from feedback.advice import bells
from feedback.advice.anchors import Anchor, find, shown_text
from feedback.advice.models import (
    Prompt,
    PromptVersion,
    PromptWithdrawal,
    Response,
    ResponseKind,
    ResponseWithdrawal,
    Stance,
)
from feedback.comments import told_of
from feedback.models import Matter, Subject
from feedback.threads import AUDIENCE, AUTHOR, COMMENT, THREAD, ThreadNow, with_author
from server.clock import utc_now
from server.db import Db, Told
from server.live.log import touch
from server.markdown import first_words, to_html

PROMPT: Any = Prompt.__table__  # type: ignore[attr-defined]
VERSION: Any = PromptVersion.__table__  # type: ignore[attr-defined]
GONE: Any = PromptWithdrawal.__table__  # type: ignore[attr-defined]
RESPONSE: Any = Response.__table__  # type: ignore[attr-defined]
TAKEN: Any = ResponseWithdrawal.__table__  # type: ignore[attr-defined]
STANCE: Any = Stance.__table__  # type: ignore[attr-defined]

LONGEST = 10_000


class Read(Protocol):
    """What a prompt is about, as its author read it."""

    @property
    def version(self) -> int: ...


class Stale(Exception):
    """The prompt is no longer at the version that was edited."""


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
    matter: Matter
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
# What is told of a prompt that changed, of rows that `carried` made.
FOUND = (PROMPT.c.id, PROMPT.c.initiative_id, PROMPT.c.session_id, THREAD.c.stream_id)
_ONE = select(
    *(
        PROMPT.c[name]
        for name in ("initiative_id", "session_id", "id", "audience_id", "thread_id", "author_id", "kind")
    ),
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
_SEEN = PROMPT.c.audience_id.not_in(select(_ASIDE.c.id).where(_ASIDE.c.kind == AudienceKind.FACILITATORS))
ASKS = PROMPT.c.session_id.is_not(None) | _SEEN
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
_MINE = PROMPT.c.audience_id.in_(bindparam("audiences", expanding=True))
_CARDS = {
    name: Told(select(*AUTHOR, *CARD).select_from(JOINED).where(PROMPT.c[name] == bindparam("on"), _MINE))
    for name in Matter._fields
}
_DISCUSSED: Any = THREAD.alias("discussed")


def carried(rows: Any) -> Any:
    """Rows with PROMPT joined with the thread whose stream carries it, THREAD."""
    own = rows.join(_DISCUSSED, _DISCUSSED.c.id == PROMPT.c.thread_id)
    return own.join(THREAD, THREAD.c.id == _DISCUSSED.c.whole_id)


def on(matter: Matter) -> Any:
    """The condition on Prompt: those on that matter."""
    name, id_ = _column(matter)
    return PROMPT.c[name] == id_


def _column(matter: Matter) -> tuple[str, int]:
    name = next(name for name in Matter._fields if getattr(matter, name) is not None)
    return name, getattr(matter, name)


def prompt_now(db: Db, prompt_id: int) -> PromptNow | None:
    """That prompt. Whoever asks must open its thread before showing anything of it."""
    row = db.execute(_ONE.where(PROMPT.c.id == prompt_id)).first()
    return PromptNow(row.id, Matter(*row[:2]), *row[3:]) if row else None


def told_on(db: Db, vantage: Vantage, matter: Matter, now: datetime) -> str:
    """The prompts on a matter that can be read from here, in one query and one text: the same one while nothing
    changes and none that was parked comes back."""
    name, id_ = _column(matter)
    return _CARDS[name].text(db, on=id_, audiences=sorted(vantage.audiences), now=now)


def cards_in(told: str) -> Sequence[tuple[Any, ...]]:
    """The prompts that `told_on` tells, oldest first: `Author`'s columns, then those of CARD."""
    return sorted(_CARDS["initiative_id"].rows(told), key=lambda row: row[len(AUTHOR)])


def write(
    db: Db,
    around: ThreadNow,
    read: Read,
    draft: Draft,
    *,
    audience_id: int,
    membership_id: int,
    author_id: int,
    attribution: str,
    now: datetime,
    run_by: Collection[int] = (),
) -> int:
    """Give a team a prompt, or whoever runs a session; its id. `around`: the thread on all of that for that audience,
    whose stream carries it; `read`: the initiative or session as its author read it. `attribution`: as its author wants
    it; a rule of the cohort or session that tells less wins. `run_by`: who runs the session beside its facilitators."""
    markup, quoted = to_html(draft.text), draft.anchor or Anchor("", "", "", 0)
    made = Prompt(
        **around.matter._asdict(),
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
        at_version=read.version,
        item_id=draft.item_id,
        at=now,
    )
    db.add(made)
    db.flush()
    assert made.id is not None
    made.thread_id = thread_id = matters.open_about(db, around, Subject.PROMPT, made.id).id
    assert thread_id is not None
    touch_prompt(db, around.stream_id, around.matter, made.id, anew=True)
    bells.tell_of_prompt(db, around, made.id, thread_id, author_id=author_id, run_by=run_by, now=now)
    return made.id


def touch_prompt(db: Db, stream_id: int, matter: Matter, prompt_id: int, *, anew: bool = False) -> None:
    """Say that a prompt changed: its card, its page, what is owed, and the marks in the text (`anew`)."""
    regions = (f"prompt-{prompt_id}", f"asked-{prompt_id}", f"owed-{matter.key}")
    touch(db, stream_id, *regions, *((f"marks-{matter.key}",) if anew else ()))
    bells.touch_own(db, matter, prompt_id)


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
    touch_prompt(db, stream_id, prompt.matter, prompt.id)


def touch_found(db: Db, row: Any, *, anew: bool = False) -> None:
    """The same of a row of FOUND."""
    touch_prompt(db, row.stream_id, Matter(row.initiative_id, row.session_id), row.id, anew=anew)


def text_changed(db: Db, initiative_id: int, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """Say which prompts on an initiative that is saved lose their passage by that, or find it again; and that it was
    changed to those whose prompts were taken on. `before` and `after`: the HTML of its chapters."""
    quoted = select(
        *(PROMPT.c[name] for name in ("id", "chapter", "quote", "before", "after", "place")), THREAD.c.stream_id
    )
    quoted = quoted.select_from(carried(PROMPT)).where(PROMPT.c.initiative_id == initiative_id)
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
