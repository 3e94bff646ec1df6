"""The form that writes a comment or a reply. It belongs to one reader, so it stands outside every live region."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from feedback import listing
from feedback.comments import LONGEST
from feedback.web.attaching import ABOUT_FILES, holding
from feedback.web.doors import OpenThread, ThreadDoor
from feedback.web.drafting import DraftShown, kept
from feedback.web.masks import choosing
from server.calls import Call
from server.pages import Piece
from server.routes import page

TEMPLATE = "feedback/composer.html"


def composing(call: Call, thread: OpenThread) -> dict[str, Any]:
    """What the form shows: empty, as its draft was kept, or as it was refused, and whom it answers."""
    refused, draft = call.rejected, kept(call, f"thread-{thread.now.id}")
    values = refused.values if refused else draft.fields or {}
    asked = call.query.get("reply", "") if call.method == "GET" else ""
    given = asked or values.get("parent", "")
    answered = int(given) if given.isdecimal() and len(given) < 10 else None
    by = answered and listing.byline_of(call.db, thread.matter.vantage, thread.now, answered)
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


# A form nobody has written in: what it shows of its reader, and what stands for its key where it is kept.
BLANK: dict[str, Any] = {"text": "", "error": None, "answered": None, "as_it_is": ""}
BLANK |= {"files": (), "problems": [], "alts": {}}
FROZEN = {"problems": (), "alts": ()}
MARK = secrets.token_hex(16)


def composed(call: Call, shown: Mapping[str, Any]) -> Markup:
    """The form as a part of a page, from what `composing` found. Most are blank, and alike but for their keys: they are
    kept, which saves a fifth of the page around them."""
    draft: DraftShown = shown["draft"]
    blank = all(shown[name] == value for name, value in BLANK.items()) and draft == DraftShown(draft.place, draft.key)
    if not blank:
        return Markup(call.house.pages.piece(Piece(TEMPLATE, shown), call.language))
    told = {**shown, "key": MARK, "draft": DraftShown(draft.place, MARK), **FROZEN}
    told["attributions"] = tuple(shown["attributions"])
    return Markup(call.house.pages.blank(TEMPLATE, tuple(told.items()), call.language).replace(MARK, draft.key))


def composer(call: Call, thread: OpenThread) -> Piece:
    """The form alone."""
    return Piece(TEMPLATE, composing(call, thread))


@page("/threads/{thread:int}/composer")
def show(call: Call, thread: ThreadDoor) -> Piece:
    """The form, addressed to the comment that `?reply=` names."""
    return composer(call, thread)


routes = [show]
