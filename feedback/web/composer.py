"""The form that writes a comment or a reply. It belongs to one reader, so it stands outside every live region."""

from __future__ import annotations

from typing import Any

from feedback import comments
from feedback.comments import LONGEST
from feedback.web.doors import OpenThread, ThreadDoor
from server.calls import Call
from server.pages import Piece
from server.receipts import new_key
from server.routes import page


def composing(call: Call, thread: OpenThread) -> dict[str, Any]:
    """What the form shows: empty, or filled in as it was refused, and whom it answers."""
    refused = call.rejected
    values = refused.values if refused else {}
    asked = values.get("parent", "") if refused else call.query.get("reply", "") if call.method == "GET" else ""
    answered = int(asked) if asked.isdecimal() and len(asked) < 10 else None
    name = answered and comments.name_of(call.db, thread.initiative.vantage, thread.now.id, answered)
    return {
        "thread": thread.now,
        "key": values.get("key") or new_key(),
        "text": values.get("text", ""),
        "error": refused.errors.get("text") or next(iter(refused.errors.values())) if refused else None,
        "answered": {"id": answered, "name": name} if name else None,
        "longest": LONGEST,
    }


def composer(call: Call, thread: OpenThread) -> Piece:
    """The form alone."""
    return Piece("feedback/composer.html", composing(call, thread))


@page("/threads/{thread:int}/composer")
def show(call: Call, thread: ThreadDoor) -> Piece:
    """The form, addressed to the comment that `?reply=` names."""
    return composer(call, thread)


routes = [show]
