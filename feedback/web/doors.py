"""Doors to discussions: the way to a comment goes through its thread, and to a thread through what it is on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cohorts.models import AudienceKind
from cohorts.web.doors import OpenCohort, OpenInitiative, open_cohort_of_stream
from feedback import comments, threads
from feedback.comments import CommentNow
from feedback.policies import may_follow_news
from feedback.threads import ThreadNow
from feedback.web.matters import OpenMatter, matter_of, open_matter
from feedback.windows import begin_of
from server.calls import Call, Door
from server.refusals import NotYours


@dataclass(frozen=True, slots=True)
class OpenThread:
    """A thread this reader may follow, and what it is on."""

    now: ThreadNow
    matter: OpenMatter


@dataclass(frozen=True, slots=True)
class OpenComment:
    """A comment in a thread this reader may follow."""

    now: CommentNow
    thread: OpenThread


def _thread(call: Call, *, thread_id: int | None = None, stream_id: int | None = None) -> OpenThread:
    assert call.signed_in
    around = threads.around_of(call.db, thread_id=thread_id, stream_id=stream_id)
    if around is None:
        raise NotYours
    matter = open_matter(call, *around)
    if stream_id is None:
        assert thread_id is not None
        now = threads.thread_now(call.db, matter.vantage, thread_id)
    else:
        now = threads.thread_of_stream(call.db, matter.vantage, stream_id)
    if now is None:
        raise NotYours
    return OpenThread(now, matter)


def open_thread(call: Call) -> OpenThread:
    """The thread the path names. Of a session as a whole nothing is said: that thread only carries what is about it."""
    found = _thread(call, thread_id=call.given["thread"])
    if found.now.page.startswith("/sessions/"):
        raise NotYours
    return found


def open_thread_of_stream(call: Call, stream_id: int) -> OpenThread:
    """The thread that stream carries."""
    return _thread(call, stream_id=stream_id)


def threads_on(call: Call, initiative: OpenInitiative) -> list[OpenThread]:
    """The threads on an initiative that was opened, that of the whole cohort first; none for those who read no talk."""
    found = threads.on_initiative(call.db, initiative.vantage, initiative.id)
    matter = matter_of(initiative)
    return sorted((OpenThread(now, matter) for now in found), key=lambda one: one.now.kind != AudienceKind.COHORT)


def open_comment(call: Call) -> OpenComment:
    """The comment the path names."""
    assert call.signed_in
    now = comments.comment_now(call.db, call.given["comment"])
    if now is None:
        raise NotYours
    return OpenComment(now, _thread(call, thread_id=now.thread_id))


def open_cohort_of_talk(call: Call, stream_id: int) -> OpenCohort:
    """The cohort whose news that stream carries, for those who take part in it."""
    cohort = threads.cohort_of_talk(call.db, stream_id)
    if cohort is None:
        raise NotYours
    found = open_cohort_of_stream(call, cohort.stream_id)
    if not may_follow_news(found.vantage):
        raise NotYours
    return found


def place_of(comment: OpenComment) -> str:
    """Where a comment can be read."""
    return place_in(comment.thread, comment.now.number, comment.now.id)


def place_in(thread: OpenThread, number: int, comment_id: int) -> str:
    """Where the comment of that number and id can be read: in the window that holds it."""
    begin = begin_of(thread.now.tops, number)
    return f"{thread.now.page}{f'?from={begin}' if begin else ''}#comment-{comment_id}"


ThreadDoor = Annotated[OpenThread, Door(open_thread)]
CommentDoor = Annotated[OpenComment, Door(open_comment)]
