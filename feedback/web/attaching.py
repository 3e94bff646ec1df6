"""The part of a comment's form that holds its files. They are taken before the form is looked at, and stay when it is
rejected. It belongs to one person, like the form."""

from __future__ import annotations

from typing import Any

from feedback import attachments, drafts
from feedback.attachments import LONGEST_ALT, MOST
from feedback.drafts import Full, Newer
from feedback.policies import may_comment
from feedback.web.doors import OpenThread
from feedback.web.drafting import as_typed, number_in, of_kind
from server.calls import Call
from server.files import MOST_BYTES
from server.filetypes import ENDINGS
from server.forms import clean
from server.languages import N_
from server.pages import Piece
from server.refusals import Message, NotAllowed, Rejected
from server.settings import LARGEST_ID
from server.uploads import ENVELOPE

MOST_FORM = MOST_BYTES + ENVELOPE
ACCEPT = ",".join(f".{ending}" for ending in ENDINGS)
FULL = N_("A comment carries %(most)s files at most. Remove one first, or send another comment.")
CHOOSE = N_("Choose a file first.")
NEWER = N_("You went on writing on another device. Your words are still here; the file is as it was.")
ALT = "alt-"
# Errors of the form that belong here: a body that was too large says nothing of its fields.
ABOUT_FILES = ("", "file")


def holding(call: Call, thread: OpenThread) -> dict[str, Any]:
    """What the form shows of its files."""
    me, here = call.signed_in.person_id, thread.now.id
    errors = call.rejected.errors if call.rejected else {}
    problems = [(one.name, one.problem) for one in call.files.get("file", ()) if one.problem]
    if not problems:
        problems = [("", errors[name]) for name in ABOUT_FILES if name in errors]
    return {
        "files": call.once(("files", here), lambda: attachments.unsent(call.db, me, here)),
        "problems": problems,
        "alts": _alts(call),
        "most_files": MOST,
        "most_bytes": MOST_BYTES,
        "longest_alt": LONGEST_ALT,
        "accept": ACCEPT,
    }


def attaching(call: Call, thread: OpenThread) -> Piece:
    """That part alone."""
    return Piece("feedback/attaching.html", {"thread": thread.now, **holding(call, thread)})


def take(call: Call, thread: OpenThread) -> None:
    """Put the files that came with a form into it. A form that was sent before brings none."""
    if not may_comment(thread.matter.vantage, thread.matter.held):
        raise NotAllowed
    key = as_typed(call).get("key", "")
    if key and call.path.endswith("/comments") and call.house.receipts.first(call, key) is not None:
        return
    found = [str(one) for one in _named(call)]
    for one in call.files.get("file", ()):
        if one.kept is None:
            continue
        id_ = attachments.add(call.db, call.signed_in.person_id, thread.now.id, one.kept, call.now)
        if id_ is None:
            one.problem = Message(FULL, {"most": MOST})
        else:
            found.append(str(id_))
    call.sent = {**call.sent, "attached": [" ".join(found)]}


def need_whole(call: Call) -> None:
    """Raises Rejected when one of the files that came could not be taken."""
    for one in call.files.get("file", ()):
        if one.problem:
            raise Rejected({"file": one.problem})


def send(call: Call, thread: OpenThread, comment_id: int) -> None:
    """The files that the form shows go with the comment that was made of it."""
    if ids := _named(call):
        me = call.signed_in.person_id
        attachments.describe(call.db, me, thread.now.id, _alts(call))
        attachments.send(call.db, me, thread.now.id, comment_id, ids[:MOST])


def keep(call: Call, thread: OpenThread) -> None:
    """Something was done to the files, and the form goes on: what was written in it is kept. Raises Rejected."""
    me, place, typed = call.signed_in.person_id, f"thread-{thread.now.id}", as_typed(call)
    attachments.describe(call.db, me, thread.now.id, _alts(call))
    fields = of_kind(place, typed)
    if call.htmx or not fields.get("text", "").strip():
        return
    try:
        version, key = number_in(typed, "draft"), typed.get("key", "")[:64]
        drafts.save(call.db, me, place, fields, version=version, key=key, now=call.now)
    except (Newer, Full):
        raise Rejected({"text": Message(NEWER)}) from None


def _named(call: Call) -> list[int]:
    told = as_typed(call).get("attached", "")
    return [int(one) for one in told.split()[: 4 * MOST] if one.isdecimal() and len(one) < 11 and int(one) < LARGEST_ID]


def _alts(call: Call) -> dict[int, str]:
    given = {name.removeprefix(ALT): text for name, text in as_typed(call).items() if name.startswith(ALT)}
    kept = {id_: " ".join(clean(text).split())[:LONGEST_ALT] for id_, text in given.items()}
    return {int(id_): text for id_, text in kept.items() if id_.isdecimal() and len(id_) < 10}
