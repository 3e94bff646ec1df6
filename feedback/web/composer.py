"""The form that writes a comment or a reply. It belongs to one reader, so it stands outside every live region."""

from __future__ import annotations

from typing import Any

from feedback import listing
from feedback.comments import LONGEST
from feedback.web.attaching import ABOUT_FILES, holding
from feedback.web.doors import OpenThread, ThreadDoor
from feedback.web.drafting import kept
from feedback.web.masks import choosing
from server.calls import Call
from server.pages import Piece
from server.routes import page


def composing(call: Call, thread: OpenThread) -> dict[str, Any]:
    """What the form shows: empty, as its draft was kept, or as it was refused, and whom it answers."""
    refused, draft = call.rejected, kept(call, f"thread-{thread.now.id}")
    values = refused.values if refused else draft.fields or {}
    asked = call.query.get("reply", "") if call.method == "GET" else ""
    given = asked or values.get("parent", "")
    answered = int(given) if given.isdecimal() and len(given) < 10 else None
    by = answered and listing.byline_of(call.db, thread.initiative.vantage, thread.now, answered)
    errors = refused.errors if refused else {}
    return {
        "thread": thread.now,
        "key": draft.key,
        "draft": draft,
        "text": values.get("text", ""),
        "error": errors.get("text") or next((one for name, one in errors.items() if name not in ABOUT_FILES), None),
        "answered": {"id": answered, "by": by, "asked": bool(asked)} if by else None,
        "longest": LONGEST,
        **holding(call, thread),
        **choosing(call, thread, values),
    }


def composer(call: Call, thread: OpenThread) -> Piece:
    """The form alone."""
    return Piece("feedback/composer.html", composing(call, thread))


@page("/threads/{thread:int}/composer")
def show(call: Call, thread: ThreadDoor) -> Piece:
    """The form, addressed to the comment that `?reply=` names."""
    return composer(call, thread)


routes = [show]
