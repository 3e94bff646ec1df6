"""Attachments on the web: put into a form and taken out of it, and had by whoever may see what they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from feedback import attachments
from feedback.attachments import OF_COMMENT, UNSENT
from feedback.policies import may_comment
from feedback.web import attaching
from feedback.web.attaching import MOST_FORM
from feedback.web.comments import thread_page
from feedback.web.doors import OpenThread, open_comment, open_thread
from server import files
from server.calls import Call, Door, Reply
from server.downloads import download
from server.house import Answer
from server.pages import Page, Piece
from server.refusals import Message, NotAllowed, NotYours, Rejected
from server.routes import page, verb


@dataclass(frozen=True, slots=True)
class OpenAttachment:
    """A file that this reader may have, and the thread it was given in."""

    file: Any
    thread: OpenThread


def open_to_talk(call: Call) -> OpenThread:
    """A thread that this person may say something in."""
    found = open_thread(call)
    if not may_comment(found.matter.vantage, found.matter.held):
        raise NotAllowed
    return found


def open_attachment(call: Call) -> OpenAttachment:
    """The file the path names: one's own before it is sent, and afterwards that of a comment that stands."""
    me, file = call.signed_in.person_id, files.file_now(call.db, call.given["attachment"])
    if file is None:
        raise NotYours
    if file.owner_kind == OF_COMMENT:
        call.given = {**call.given, "comment": file.owner_id}
        comment = open_comment(call)
        if comment.now.withdrawn or comment.now.hidden:
            raise NotYours
        return OpenAttachment(file, comment.thread)
    if file.owner_kind != UNSENT or file.person_id != me:
        raise NotYours
    call.given = {**call.given, "thread": file.owner_id}
    return OpenAttachment(file, open_thread(call))


def open_picture(call: Call) -> OpenAttachment:
    """A file that has a preview."""
    found = open_attachment(call)
    if found.file.preview_digest is None:
        raise NotYours
    return found


def open_unsent(call: Call) -> OpenAttachment:
    """A file that can still be taken back by itself; one that was sent goes with its comment."""
    found = open_attachment(call)
    if found.file.owner_kind != UNSENT:
        raise NotAllowed
    return found


TalkDoor = Annotated[OpenThread, Door(open_to_talk)]
AttachmentDoor = Annotated[OpenAttachment, Door(open_attachment)]
PictureDoor = Annotated[OpenAttachment, Door(open_picture)]
UnsentDoor = Annotated[OpenAttachment, Door(open_unsent)]


@verb(
    "/threads/{thread:int}/attachments",
    again=thread_page,
    form=attaching.attaching,
    most_body=MOST_FORM,
    takes=attaching.take,
)
def create(call: Call, thread: TalkDoor) -> Reply:
    """Put files into one's form for that thread."""
    if not call.files.get("file"):
        raise Rejected({"file": Message(attaching.CHOOSE)})
    attaching.keep(call, thread)
    attaching.need_whole(call)
    return Reply(f"{thread.now.page}#composer")


@page("/attachments/{attachment:int}")
def show(call: Call, attachment: AttachmentDoor) -> Answer:
    """The file itself: a picture to look at, anything else to save."""
    file = attachment.file
    inline = file.media_type.startswith("image/")
    return download(call.house, file.digest, file.size, file.media_type, file.name, call.byte_range, inline)


@page("/attachments/{attachment:int}/preview")
def preview(call: Call, attachment: PictureDoor) -> Answer:
    """A small version of a picture."""
    file = attachment.file
    size = files.size_of(call.db, file.preview_digest)
    return download(call.house, file.preview_digest, size, "image/webp", "preview.webp", "", inline=True)


def form_of(call: Call, attachment: OpenAttachment) -> Piece:
    """The files of the form that the file is in."""
    return attaching.attaching(call, attachment.thread)


def page_of(call: Call, attachment: OpenAttachment) -> Page:
    """The page with that form."""
    return thread_page(call, attachment.thread)


@verb("/attachments/{attachment:int}/removal", again=page_of, form=form_of)
def remove(call: Call, attachment: UnsentDoor) -> Reply:
    """Take a file out of one's form."""
    attaching.keep(call, attachment.thread)
    attachments.drop(call.db, attachment.file.id, call.now)
    return Reply(f"{attachment.thread.now.page}#composer")


routes = [create, show, preview, remove]
