"""Settling a conversation, and opening it again."""

from __future__ import annotations

from typing import Annotated

from feedback import threads
from feedback.policies import may_resolve_thread
from feedback.web.doors import OpenThread, open_thread
from server.calls import Call, Door, Region, Reply
from server.refusals import NotAllowed
from server.routes import verb


def open_to_resolve(call: Call) -> OpenThread:
    """A thread that is this reader's to settle."""
    found = open_thread(call)
    if not may_resolve_thread(found.matter.vantage) or found.matter.held is None:
        raise NotAllowed
    return found


ResolveDoor = Annotated[OpenThread, Door(open_to_resolve)]


def _shown(thread: OpenThread) -> Reply:
    dom_id = f"resolution-{thread.now.id}"
    return Reply(f"{thread.now.page}#conversation", (Region(thread.now.stream_id, dom_id),))


@verb("/threads/{thread:int}/resolution")
def create(call: Call, thread: ResolveDoor) -> Reply:
    """Settle the conversation."""
    held = thread.matter.held
    assert held is not None
    threads.resolve(call.db, thread.now, membership_id=held.id, now=call.now)
    return _shown(thread)


@verb("/threads/{thread:int}/reopening")
def reopen(call: Call, thread: ResolveDoor) -> Reply:
    """Open the conversation again."""
    threads.reopen(call.db, thread.now)
    return _shown(thread)


routes = [create, reopen]
