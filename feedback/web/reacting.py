"""Giving a comment a word, and taking it back."""

from __future__ import annotations

from typing import Annotated

from feedback import reactions
from feedback.policies import may_react
from feedback.web.doors import OpenComment, open_comment, place_of
from server.calls import Call, Door, Region, Reply
from server.refusals import NotAllowed, NotYours
from server.routes import verb


def open_to_react(call: Call) -> OpenComment:
    """Somebody else's comment that stands, for those who take part."""
    found = open_comment(call)
    if call.given["kind"] not in reactions.WORDS:
        raise NotYours
    if not may_react(found.thread.matter.vantage, call.signed_in.person_id, found.now):
        raise NotAllowed
    return found


ReactDoor = Annotated[OpenComment, Door(open_to_react)]


def _region(comment: OpenComment) -> tuple[Region, ...]:
    return (Region(comment.thread.now.stream_id, f"reactions-{comment.now.id}"),)


@verb("/comments/{comment:int}/reactions/{kind:str}")
def create(call: Call, comment: ReactDoor) -> Reply:
    """Give the comment that word."""
    kind, me = call.given["kind"], call.signed_in.person_id
    reactions.react(call.db, comment.thread.now, comment.now, kind, person_id=me, now=call.now)
    return Reply(place_of(comment), _region(comment), (f"reaction-{comment.now.id}-{kind}",))


@verb("/comments/{comment:int}/reactions/{kind:str}/removal")
def remove(call: Call, comment: ReactDoor) -> Reply:
    """Take that word back."""
    kind = call.given["kind"]
    reactions.take_back(call.db, comment.thread.now, comment.now, kind, person_id=call.signed_in.person_id)
    return Reply(place_of(comment), _region(comment), anew=f"reaction-{comment.now.id}-{kind}")


routes = [create, remove]
