"""Mentions: the people, teams and the board that a comment names with an @.

Only who may read a conversation can be named in it. A name is matched when the words are kept, and stands in the HTML
as a mark; what the mark shows is decided whenever it is shown, so that a name that changed changes here too. Nothing
that is offered or shown tells who has spoken.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import String, bindparam, case, cast, func, insert, literal, select, update

from cohorts.models import AudienceKind, Role
from feedback.comments import VERSION
from feedback.models import Mention
from feedback.policies import Reached, belongs
from feedback.threads import AUDIENCE, COHORT, COMMENT, MEMBERSHIP, ORGANISATION, PERSON, TEAM, THREAD
from people.erasure import GONE
from server.db import Db, ask
from server.languages import N_, said_in
from server.live.log import touch
from server.markdown import BEGIN, END, Marked, Names, to_html, to_marked_html

MENTION: Any = Mention.__table__  # type: ignore[attr-defined]

# What somebody writes after the @ for the advisers of a cohort.
BOARD = N_("board")
THE_BOARD = "b"
BETWEEN = "\x1f"
_MARK = re.compile(f"{BEGIN}([ptb][0-9]*){END}")


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who can be named: the words to write after the @, their mark, and what tells them from others."""

    label: str
    mark: str
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Everybody:
    """All who can be named in one thread, in the order of the alphabet, and how the names are read."""

    named: tuple[Named, ...]
    names: Names


@dataclass(frozen=True, slots=True)
class _Candidate:
    name: str
    mark: str
    beside: str


_MAY_READ = (
    select(PERSON.c.id, PERSON.c.name, Reached.reader.c.role, TEAM.c.id, TEAM.c.name, ORGANISATION.c.name)
    .select_from(
        Reached.readers.join(THREAD, THREAD.c.audience_id == Reached.audience.c.id)
        .join(PERSON, PERSON.c.id == Reached.reader.c.person_id)
        .join(ORGANISATION, ORGANISATION.c.id == PERSON.c.organisation_id)
        .outerjoin(TEAM, TEAM.c.id == Reached.reader.c.team_id)
    )
    .where(THREAD.c.id == bindparam("thread"), Reached.now, PERSON.c.name != GONE)
    .order_by(PERSON.c.id)
)


def everybody(db: Db, thread_id: int, language: str) -> Everybody:
    """Who may read that thread now. Who is called the same is told apart by what stands beside; who still is, cannot
    be named. `language`: a BCP 47 tag, for the word for the board."""
    people: dict[int, _Candidate] = {}
    groups: dict[str, _Candidate] = {}
    for id_, name, role, team_id, team, organisation in ask(db, _MAY_READ, thread=thread_id):
        people.setdefault(id_, _Candidate(name, f"p{id_}", team or organisation))
        if team_id is not None:
            groups.setdefault(f"t{team_id}", _Candidate(team, f"t{team_id}", ""))
        if role == Role.ADVISER:
            groups[THE_BOARD] = _Candidate(said_in(language, BOARD), THE_BOARD, "")
    return _told_apart([*people.values()], [*groups.values()])


def _told_apart(people: Sequence[_Candidate], groups: Sequence[_Candidate]) -> Everybody:
    taken = Counter(one.name.casefold() for one in (*people, *groups))
    named = [Named(one.name, one.mark) for one in groups]
    for one in people:
        alone = taken[one.name.casefold()] == 1
        named.append(Named(one.name if alone else f"{one.name} ({one.beside})", one.mark, one.beside))
    labels = Counter(one.label.casefold() for one in named)
    named = sorted((one for one in named if labels[one.label.casefold()] == 1), key=lambda one: one.label.casefold())
    marks = {one.label: one.mark for one in named}
    # The first word of a name is enough where nobody else begins like that.
    firsts = Counter(one.label.split()[0].casefold() for one in named)
    short = {first: one.mark for one in named if firsts[(first := one.label.split()[0]).casefold()] == 1}
    short = {first: mark for first, mark in short.items() if first.casefold() not in labels and len(first) > 1}
    return Everybody(tuple(named), Names(short | marks, careful=short))


def read(db: Db, thread_id: int, text: str, language: str, before: Mapping[str, str] | None = None) -> Marked:
    """The HTML of a text for that thread, and whom it names. `before`: names it had, with their marks: somebody may be
    called otherwise by now."""
    if "@" not in text:
        return Marked(to_html(text))
    found = everybody(db, thread_id, language)
    if not before:
        return to_marked_html(text, found.names)
    known = {one.mark for one in found.named}
    kept = {written: mark for written, mark in before.items() if mark in known}
    return to_marked_html(text, found.names.also(kept))


_TYPED = select(MENTION.c.person_id, MENTION.c.team_id, MENTION.c.typed).where(
    MENTION.c.comment_id == bindparam("comment")
)


def typed_in(db: Db, comment_id: int) -> dict[str, str]:
    """The names in a comment as they were written, with their marks."""
    return {row.typed: _mark(row.person_id, row.team_id) for row in ask(db, _TYPED, comment=comment_id)}


def _mark(person_id: int | None, team_id: int | None) -> str:
    return f"p{person_id}" if person_id is not None else f"t{team_id}" if team_id is not None else THE_BOARD


def keep(db: Db, comment_id: int, found: Mapping[str, str]) -> None:
    """Write down whom a comment names; `found`: what was written by mark. What was there before stays."""
    if not found:
        return
    known = set(typed_in(db, comment_id).values())
    rows = [
        {
            "comment_id": comment_id,
            "number": number,
            "person_id": int(mark[1:]) if mark[0] == "p" else None,
            "team_id": int(mark[1:]) if mark[0] == "t" else None,
            "typed": typed,
        }
        for number, (mark, typed) in enumerate(found.items(), start=len(known))
        if mark not in known
    ]
    if rows:
        db.connection().execute(insert(MENTION), rows)


_WHO: Any = PERSON.alias("mentioned")
_AROUND: Any = THREAD.alias("mentioned_in")
_PREFIX = case(
    (MENTION.c.person_id.is_not(None), literal("p") + cast(MENTION.c.person_id, String)),
    (MENTION.c.team_id.is_not(None), literal("t") + cast(MENTION.c.team_id, String)),
    else_=THE_BOARD,
)
_AUDIENCE_OF: Any = (
    select(_AROUND.c.audience_id).where(_AROUND.c.id == COMMENT.c.thread_id).correlate(COMMENT).scalar_subquery()
)
_REACHES = MENTION.c.person_id.is_(None) | (belongs(_WHO.c.id, _AUDIENCE_OF) & (_WHO.c.name != GONE))
_EACH = _PREFIX + case((_REACHES, "+"), else_="-") + func.coalesce(_WHO.c.name, MENTION.c.typed)
# Whom a row of COMMENT names: each mark with "+" (they may read it) or "-", and the name a person has now.
TOLD_MENTIONS: Any = (
    select(func.aggregate_strings(_EACH, BETWEEN))
    .select_from(MENTION.outerjoin(_WHO, _WHO.c.id == MENTION.c.person_id))
    .where(MENTION.c.comment_id == COMMENT.c.id)
    .correlate(COMMENT)
    .scalar_subquery()
)
# Nearly every comment names nobody: those are not asked.
HAS_MARKS: Any = COMMENT.c.html.contains(BEGIN)
_OF_ONE = select(TOLD_MENTIONS).select_from(COMMENT).where(COMMENT.c.id == bindparam("comment"))


def told_of(db: Db, comment_id: int) -> str:
    """What TOLD_MENTIONS tells of one comment."""
    return ask(db, _OF_ONE, comment=comment_id).scalar() or ""


def shown(html: str, told: str, language: str) -> str:
    """HTML with the names as they are now in the place of its marks. Somebody who may not read it is words only."""
    if BEGIN not in html:
        return html
    known = {one[: place.start()]: one[place.start() :] for one in told.split(BETWEEN) if (place := _sign(one))}

    def name(match: re.Match[str]) -> str:
        sign, words = known.get(match[1], "-")[:1], known.get(match[1], "-")[1:]
        if match[1] == THE_BOARD or not words:
            words = said_in(language, BOARD if match[1] == THE_BOARD else GONE)
        mark = Markup('<bdi class="mention">@{}</bdi>').format(words)
        return str(mark if sign == "+" else "@" + escape(words))

    return _MARK.sub(name, html)


def _sign(one: str) -> re.Match[str] | None:
    return re.search(r"[+-]", one)


def _show_again(db: Db, people: Any) -> None:
    """Say wherever those people are named that what is shown there may have changed."""
    around = MENTION.join(COMMENT, COMMENT.c.id == MENTION.c.comment_id).join(
        THREAD, THREAD.c.id == COMMENT.c.thread_id
    )
    around = around.join(AUDIENCE, AUDIENCE.c.id == THREAD.c.audience_id).join(
        COHORT, COHORT.c.id == AUDIENCE.c.cohort_id
    )
    columns = (COMMENT.c.id, THREAD.c.stream_id, COHORT.c.talk_stream_id, COHORT.c.id.label("cohort_id"))
    found = select(*columns, AUDIENCE.c.kind).select_from(around).where(MENTION.c.person_id.in_(people))
    for row in db.execute(found).all():
        touch(db, row.stream_id, f"byline-{row.id}")
        if row.kind == AudienceKind.COHORT:
            touch(db, row.talk_stream_id, f"news-{row.cohort_id}")


def person_renamed(db: Db, person_id: int) -> None:
    """A name is another one wherever it is written after an @."""
    _show_again(db, [person_id])


def people_changed(db: Db, cohort_id: int, team_id: int | None) -> None:
    """Somebody of that team, or of the cohort itself, came or went: their name may be a mark now, or only words."""
    held = MEMBERSHIP.c.team_id == team_id if team_id is not None else MEMBERSHIP.c.role == Role.ADVISER
    _show_again(db, select(MEMBERSHIP.c.person_id).where(MEMBERSHIP.c.cohort_id == cohort_id, held))


def erase(db: Db, person_id: int) -> None:
    """Take a person's name out of the words others wrote, history included. The HTML has only marks, which show that
    somebody left."""
    found = db.execute(select(MENTION.c.comment_id, MENTION.c.typed).where(MENTION.c.person_id == person_id)).all()
    for row in found:
        for table, own in ((COMMENT, COMMENT.c.id), (VERSION, VERSION.c.comment_id)):
            unnamed = func.replace(table.c.text, f"@{row.typed}", f"@{GONE}")
            db.execute(update(table).where(own == row.comment_id).values(text=unnamed))
    db.execute(update(MENTION).where(MENTION.c.person_id == person_id).values(typed=GONE))


def targets(marks: Iterable[str]) -> dict[str, Any]:
    """Whom those marks name: ids of "people" and "teams", and whether the "board" is among them."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for mark in marks:
        by_kind[mark[0]].append(int(mark[1:] or 0))
    return {"people": by_kind["p"], "teams": by_kind["t"], "board": bool(by_kind[THE_BOARD])}
