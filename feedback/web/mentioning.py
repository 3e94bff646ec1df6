"""Naming people in a comment: who can be named, who would be told, and telling them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup, escape

from feedback import comments, mentions, notices
from feedback.mentions import Named
from feedback.web.doors import OpenThread, ThreadDoor
from server.calls import Call
from server.forms import clean
from server.languages import N_
from server.markdown import Marked
from server.pages import Piece
from server.routes import page

# As many as are looked through at a glance; whoever is not among them needs another letter.
MOST = 8
WHO_IS_TOLD = N_("Who is told")


def read(call: Call, thread: OpenThread, text: str, comment_id: int | None = None) -> Marked:
    """The HTML of words for that thread and whom they name; `comment_id`: the comment whose words they will be."""
    before = mentions.typed_in(call.db, comment_id) if comment_id is not None and "@" in text else None
    return mentions.read(call.db, thread.now.id, text, call.language.tag, before)


def tell(
    call: Call, thread: OpenThread, comment_id: int, marked: Marked, *, parent_id: int | None, edited: bool = False
) -> None:
    """Write down whom a comment names, and tell everybody who is to be told of it; after an edit, whom it names."""
    mentions.keep(call.db, comment_id, marked.found)
    if marked.found or not edited:
        said = {"author_id": call.signed_in.person_id, "parent_id": parent_id, "marks": marked.found}
        notices.tell_of_comment(call.db, thread.now, comment_id, only_named=edited, **said)


@dataclass(frozen=True, slots=True)
class Version:
    """A comment as it once read."""

    version: int
    html: str
    at: datetime
    text: str


def shown_versions(call: Call, comment_id: int) -> Sequence[Version]:
    """What a comment said, newest first, with the names as they are now."""
    found = comments.versions(call.db, comment_id)
    told = mentions.told_of(call.db, comment_id) if found else ""
    return [Version(n, mentions.shown(html, told, call.language.tag), at, text) for n, html, at, text in found]


def shown(call: Call, thread: OpenThread, text: str) -> tuple[str, str]:
    """How words will look in that thread, and in HTML who would be told of them; empty where they name nobody."""
    marked = read(call, thread, text)
    marks = mentions.BETWEEN.join(f"{mark}+{typed}" for mark, typed in marked.found.items())
    html = mentions.shown(marked.html, marks, call.language.tag)
    lines = []
    if marked.found:
        names = ", ".join(marked.found.values())
        told = N_("Named here and told, unless they want to hear nothing of it: %(names)s.")
        lines.append(call.text(told, names=names))
    if marked.missed:
        missed = ", ".join(f"“@{word}”" for word in marked.missed)
        lines.append(call.text(N_("Nobody who reads this is called %(names)s: nobody is told there."), names=missed))
    return html, str(Markup("").join(Markup("<p>{}</p>").format(escape(line)) for line in lines))


@page("/threads/{thread:int}/audience")
def show(call: Call, thread: ThreadDoor) -> Piece:
    """Who can be named there: those whose name, or a word of it, begins with `?begins=`."""
    begins = clean(call.query.get("begins", "")).casefold()[:60]
    everybody = mentions.everybody(call.db, thread.now.id, call.language.tag)
    found = [one for one in everybody.named if _begins(one, begins)]
    return Piece("feedback/audience.html", {"named": found[:MOST]})


def _begins(one: Named, begins: str) -> bool:
    label = one.label.casefold()
    return label.startswith(begins) or any(word.startswith(begins) for word in label.split())


routes = [show]
