"""The live parts of a discussion. Contexts know the vantage's view, never who is looking nor who wrote what is masked.

They are flat tuples, because the whole context is the key under which a rendered fragment is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from cohorts.identity import Author, Byline, shown_as, stricter
from cohorts.models import Attribution
from cohorts.policies import Vantage, may_moderate
from feedback import listing, mentions, reactions
from feedback.attachments import Attached, attached
from feedback.policies import may_resolve_thread
from feedback.threads import ThreadNow
from feedback.windows import block_of
from feedback.withdrawals import RESTORABLE
from server.db import Db
from server.markdown import first_words
from server.pages import Fragment

NEWS = 8


class CommentShown(NamedTuple):
    """A comment: what it says, in whose name as seen from here. `page`: of its thread; `zone`: the programme's;
    `reactions`: a region; `moderates`: whoever reads it from here may hide it."""

    id: int
    thread_id: int
    page: str
    reply: bool
    by: Byline
    html: str
    language: str
    at: datetime
    versions: int
    zone: str
    reactions: Fragment
    files: tuple[Attached, ...]
    moderates: bool


class ReactionsShown(NamedTuple):
    """How often each word was given to a comment: its name, msgid and count. Nobody learns who gave it."""

    id: int
    counts: tuple[tuple[str, str, int], ...]


class WithdrawnShown(NamedTuple):
    """What stays where a comment was. `until`: how long its author may put it back; None: its words are erased."""

    id: int
    reply: bool
    until: datetime | None
    zone: str


class HiddenShown(NamedTuple):
    """What stays where a comment was that a facilitator hid, and why they did."""

    id: int
    reply: bool
    reason: str


class RepliesShown(NamedTuple):
    """The replies to a comment, oldest first."""

    order: str
    comments: tuple[Fragment, ...]


class ResolutionShown(NamedTuple):
    """Whether a thread is settled, by whom and when; and what those who look from here may do about it.
    `asked_by_team`: it is on a team's work."""

    thread_id: int
    by: Byline | None
    at: datetime | None
    zone: str
    may_resolve: bool
    empty: bool
    asked_by_team: bool


class NewsItem(NamedTuple):
    """Something that happened: a comment, or a change of an initiative, with nobody's name and no words."""

    url: str
    title: str
    title_language: str
    by: Byline | None
    words: str
    language: str
    at: datetime


class NewsShown(NamedTuple):
    """What happened last in a cohort, newest first."""

    items: tuple[NewsItem, ...]
    zone: str


def comment(row: Any, thread: ThreadNow, vantage: Vantage) -> Fragment:
    """A row of `listing.rows_in` as seen from `vantage`."""
    _, _, _, _, _, _, id_, parent_id, _, language, at, version, written, withdrawn, erased, _, given = row[:17]
    attribution, told_files = row[17:19]
    hidden, told_mentions = row[19:21]
    if withdrawn:
        until = None if erased else withdrawn + RESTORABLE
        gone = WithdrawnShown(id_, parent_id is not None, until, thread.zone)
        return Fragment("feedback/_withdrawn.html", gone, f"comment-{id_}")
    if hidden is not None:
        return Fragment("feedback/_hidden.html", HiddenShown(id_, parent_id is not None, hidden), f"comment-{id_}")
    written = mentions.shown(written, told_mentions, vantage.language)
    by = _byline(row[:6], stricter(thread.attribution, attribution), vantage)
    is_reply, liked = parent_id is not None, reactions_to(id_, given)
    # The language somebody writes in is often the one of their country.
    tag = language if by.is_named else ""
    said = (id_, thread.id, thread.page, is_reply, by, written, tag, at, version, thread.zone)
    shown = CommentShown(*said, liked, attached(told_files), may_moderate(vantage))
    return Fragment("feedback/_comment.html", shown, f"comment-{id_}")


def reactions_to(comment_id: int, given: str) -> Fragment:
    """The words given to a comment that stands, from the column `reactions` of its row."""
    counts = tuple((kind, reactions.WORDS[kind], count) for kind, count in reactions.counted(given))
    return Fragment("feedback/_reactions.html", ReactionsShown(comment_id, counts), f"reactions-{comment_id}")


@lru_cache(maxsize=4096)
def _byline(author: tuple[Any, ...], attribution: Attribution, vantage: Vantage) -> Byline:
    # One object for the same name: a page compares hundreds of them.
    return shown_as(Author(*author), attribution, vantage)


def list_of(thread_id: int, number: int) -> str:
    """The id of the list that holds the comment of that number, and stands on the pages that show its block."""
    return f"comments-{thread_id}-{block_of(number)}"


def replies(top_id: int, shown: Iterable[Fragment]) -> Fragment:
    """The list of replies to a comment; it stands right after it."""
    return Fragment("feedback/_replies.html", RepliesShown(f"{top_id}.5", tuple(shown)), f"replies-{top_id}")


def conversation(rows: Iterable[Any], thread: ThreadNow, vantage: Vantage) -> list[Fragment]:
    """Those comments of a thread in reading order, replies in lists of their own."""
    answers: dict[int, list[Fragment]] = defaultdict(list)
    tops = []
    for row in rows:
        shown = comment(row, thread, vantage)
        if row[7] is None:
            tops.append((row[6], shown))
        else:
            answers[row[7]].append(shown)
    found: list[Fragment] = []
    for id_, shown in tops:
        found += (shown, replies(id_, answers.get(id_, ())))
    return found


def resolution(thread: ThreadNow, vantage: Vantage, empty: bool) -> Fragment:
    """Whether the thread is settled; `empty`: nobody has said anything yet."""
    may = may_resolve_thread(vantage)
    of_team = thread.matter.session_id is None
    shown = ResolutionShown(thread.id, thread.resolved_by, thread.resolved_at, thread.zone, may, empty, of_team)
    return Fragment("feedback/_resolution.html", shown, f"resolution-{thread.id}")


def news(db: Db, vantage: Vantage, cohort_id: int, zone: str) -> Fragment:
    """What happened last in a cohort, as far as it can be seen from here."""
    said = [_said(row, vantage) for row in listing.latest(db, vantage, cohort_id, NEWS)]
    changed = [
        NewsItem(f"/initiatives/{row.id}", row.title, row.language, None, "", "", row.changed_at)
        for row in listing.latest_changes(db, vantage, cohort_id, NEWS)
    ]
    items = sorted((*said, *changed), key=lambda item: item.at, reverse=True)[:NEWS]
    return Fragment("feedback/_news.html", NewsShown(tuple(items), zone), f"news-{cohort_id}")


def _said(row: Any, vantage: Vantage) -> NewsItem:
    by = shown_as(Author(*row[:6]), stricter(row.cohort_attribution, row.attribution), vantage)
    tag = row.language if by.is_named else ""
    words = first_words(mentions.shown(row.html, row.mentions, vantage.language))
    return NewsItem(f"/comments/{row.id}", row.title, row.title_language, by, words, tag, row.at)
