"""The streams of this package: a thread, and what is new in a cohort. Both are for those who take part."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from cohorts.identity import Author, shown_as, stricter
from cohorts.policies import Vantage
from cohorts.web.kinds import place
from feedback import listing, reactions, threads
from feedback.threads import ThreadNow
from feedback.web import fragments
from feedback.web.bell import kind as bell
from feedback.web.doors import open_cohort_of_talk, open_thread_of_stream
from server.calls import Call
from server.db import Db
from server.languages import N_
from server.live.kinds import Kind, Placed, shared
from server.pages import Fragment
from server.refusals import Message

# What packages above show on the stream of a thread: called with (db, vantage, thread, regions). server/app.py fills
# it, once: regions are shown to many vantages at a time, outside of any call.
shown_too: list[Callable[[Db, Vantage, ThreadNow, Sequence[str]], Iterable[Placed]]] = []
# How the regions of a thread begin; `byline`: only the name changed; `begins`: as `comment`, in a block of its own.
KINDS = ("replies-", "comment-", "byline-", "begins-", "reactions-")


def _listen_to_thread(call: Call, stream_id: int) -> Vantage:
    return open_thread_of_stream(call, stream_id).matter.vantage


def _present_in_thread(call: Call, stream_id: int) -> str:
    return place(open_thread_of_stream(call, stream_id).matter.cohort_id)


def _numbers(regions: Sequence[str], kind: str) -> list[int]:
    return sorted(int(name.removeprefix(kind)) for name in regions if name.startswith(kind))


def _show_thread(db: Db, vantage: Vantage, stream_id: int, regions: Sequence[str]) -> list[Placed]:
    lists, new, named, begun, liked = (_numbers(regions, kind) for kind in KINDS)
    settled = any(name.startswith("resolution-") for name in regions)
    row_of = shared(db, ("thread of", stream_id), lambda: threads.row_of_stream(db, stream_id))
    thread = threads.seen_from(vantage, row_of)
    if thread is None:
        return []
    beside = [one for show in shown_too for one in show(db, vantage, thread, regions)]
    if not (lists or new or named or begun or liked or settled):
        return beside
    silent = {f"comment-{id_}" for id_ in named if id_ not in (*new, *begun)}
    items = sorted({*new, *named, *begun})
    # Whoever may see the thread sees the same rows: what differs is in whose name they are shown.
    wanted = sorted({*lists, *items, *liked})
    rows = shared(db, (thread.id, *wanted), lambda: listing.some_of(db, thread.id, wanted)) if wanted else ()
    said = _said(rows, lists, items, thread, vantage, frozenset(begun))
    return [
        *(_resolution(thread, vantage, alone=not items) if settled else ()),
        # Whose name changed has said nothing new.
        *(one if one.dom_id not in silent else replace(one, say=None) for one in said),
        *(_reactions(row) for row in rows if row.id in liked and not row.withdrawn and row.hidden is None),
        *beside,
    ]


def _resolution(thread: ThreadNow, vantage: Vantage, alone: bool) -> Iterator[Placed]:
    empty = not thread.tops
    shown = fragments.resolution(thread, vantage, empty)
    say = None
    if thread.resolved_by:
        name = {"name": thread.resolved_by.name}
        say = Message(N_("%(name)s marked this conversation as resolved"), name)
    elif alone and not empty:
        say = Message(N_("This conversation is open again"))
    yield Placed(shown.dom_id, shown, say=say, elsewhere=True)


def _said(
    rows: Sequence[Any],
    lists: Sequence[int],
    items: Sequence[int],
    thread: ThreadNow,
    vantage: Vantage,
    begun: Collection[int],
) -> Iterator[Placed]:
    shown = {row.id: (row, fragments.comment(row, thread, vantage)) for row in rows}
    for id_ in items:
        if id_ not in shown:
            yield Placed(f"comment-{id_}", None)
            continue
        row, fragment = shown[id_]
        yield _placed(row, fragment, thread, vantage, row.id not in begun)
    for top in (id_ for id_ in lists if id_ in shown):
        answers = [fragment for row, fragment in shown.values() if row.parent_id == top]
        listed = fragments.replies(top, answers)
        into = fragments.list_of(thread.id, shown[top][0].number)
        yield Placed(listed.dom_id, listed, into, elsewhere=True)


def _placed(row: Any, shown: Fragment, thread: ThreadNow, vantage: Vantage, elsewhere: bool) -> Placed:
    """Pages that show another window pass it over, but not the comment that begins a block: no open page has the list
    for that one, so each is loaded again, and shows what a fresh one shows, once in fifty comments."""
    into = f"replies-{row.parent_id}" if row.parent_id else fragments.list_of(thread.id, row.number)
    told = replace(_reactions(row), dom_id=shown.dom_id, fragment=shown, elsewhere=elsewhere)
    return replace(told, into=into, say=_sentence(row, thread, vantage), owner_id=row.author_id)


def _reactions(row: Any) -> Placed:
    shown = fragments.reactions_to(row.id, row.reactions)
    holders = tuple((person_id, f"reaction-{row.id}-{kind}") for kind, person_id in reactions.told(row.reactions))
    return Placed(shown.dom_id, shown, elsewhere=True, holders=holders, anew=f"reaction-{row.id}-")


def _sentence(row: Any, thread: ThreadNow, vantage: Vantage) -> Message:
    if row.withdrawn:
        return Message(N_("A comment was withdrawn"))
    if row.hidden is not None:
        return Message(N_("A comment was hidden by a facilitator"))
    by = shown_as(Author(*row[:6]), stricter(thread.attribution, row.attribution), vantage)
    name = {"name": by.name}
    if row.version > 1:
        return Message(N_("A comment was edited")) if by.masked else Message(N_("%(name)s edited a comment"), name)
    if row.parent_id is not None:
        return Message(N_("New reply")) if by.masked else Message(N_("New reply from %(name)s"), name)
    return Message(N_("New comment")) if by.masked else Message(N_("New comment from %(name)s"), name)


def _listen_to_talk(call: Call, stream_id: int) -> Vantage:
    return open_cohort_of_talk(call, stream_id).vantage


def _show_talk(db: Db, vantage: Vantage, stream_id: int, regions: Sequence[str]) -> list[Placed]:
    cohort = threads.cohort_of_talk(db, stream_id)
    if cohort is None or f"news-{cohort.id}" not in regions:
        return []
    shown = fragments.news(db, vantage, cohort.id, cohort.zone)
    return [Placed(shown.dom_id, shown)]


kinds = [
    Kind("thread", _listen_to_thread, _show_thread, _present_in_thread),
    Kind("talk", _listen_to_talk, _show_talk),
    bell,
]
