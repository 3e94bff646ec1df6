"""A window of a conversation as one vantage sees it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from cohorts.policies import Vantage
from feedback import listing, reactions
from feedback.threads import ThreadNow
from feedback.web import fragments
from feedback.windows import Window, block_of, window
from server.calls import Call
from server.languages import Language
from server.pages import Encoded, Pages


@dataclass(frozen=True, slots=True)
class Conversation:
    """The comments of a window, the DOM ids of what is whose in it, and what stands in it: id and author."""

    shown: Encoded
    mine: Mapping[int, Sequence[str]]
    standing: Sequence[tuple[int, int]]


def window_asked(call: Call, thread: ThreadNow) -> Window:
    """The window that `?from=` names; the newest one when it names none there is."""
    asked = call.query.get("from", "") if call.method == "GET" else ""
    begin = int(asked) if asked.isdecimal() and len(asked) < 10 else 0
    return window(thread.tops, begin or None)


def conversation(call: Call, thread: ThreadNow, vantage: Vantage, wanted: Window) -> Conversation:
    """That window, from memory where the same was shown before."""
    told = listing.in_window(call.db, thread.id, wanted)
    return call.house.pages.made(_made, told, thread, vantage, call.language, tuple(wanted.blocks))


def _made(
    pages: Pages, told: str, thread: ThreadNow, vantage: Vantage, language: Language, blocks: tuple[int, ...]
) -> Conversation:
    """Kept by what it is made of, like each fragment in it: of 100 comments this saves 0.5 ms. Whatever a comment
    shows is in the text `told`, or another argument."""
    mine, by_block = defaultdict(list), defaultdict(list)
    rows = listing.rows_in(told)
    for row in rows:
        id_, author_id, number, given = row[6], row[8], row[15], row[16]
        by_block[block_of(number)].append(row)
        mine[author_id].append(f"comment-{id_}")
        for kind, person_id in reactions.told(given):
            mine[person_id].append(f"reaction-{id_}-{kind}")
    html = []
    for block in blocks:
        shown = pages.encoded(fragments.conversation(by_block[block], thread, vantage), language)
        html += [Markup('<div id="comments-{}-{}">').format(thread.id, block).encode(), shown.html, b"</div>"]
    standing = [(row[6], row[8]) for row in rows if not row[13] and row[19] is None]
    return Conversation(Encoded(b"".join(html)), dict(mine), standing)
