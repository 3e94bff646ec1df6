"""A shared text for those whose browser runs no scripts: to be read, with a form that puts a paragraph behind it."""

from __future__ import annotations

from typing import Annotated

from server.calls import Call, Reply
from server.forms import Form, words
from server.languages import N_
from server.live.texts import append, texts_now
from server.live.texts_channel import TextDoor
from server.live.texts_taking import OpenText
from server.pages import Page
from server.receipts import new_key
from server.refusals import NotAllowed
from server.routes import page, verb

MOST_PARAGRAPH = 10_000


class ParagraphForm(Form):
    """One paragraph."""

    paragraph: Annotated[str, words(MOST_PARAGRAPH, empty=N_("Write a paragraph first."))]


def text_page(call: Call, text: OpenText) -> Page:
    """The text alone, and the form when it can be written in."""
    now = texts_now(call.db, [text.id])[text.id]
    rejected = call.rejected
    return Page(
        "layouts/shared_text.html",
        {
            "text": now,
            "may_write": text.right.write and not now.closed,
            "key": new_key(),
            "value": rejected.values.get("paragraph", "") if rejected else "",
            "error": rejected.errors.get("paragraph") if rejected else None,
            "back": text.kind.page(call.db, text.owner_id) if text.kind.page else None,
        },
    )


@page("/texts/{text:int}", name="texts.page")
def show(call: Call, text: TextDoor) -> Page:
    """The text alone."""
    return text_page(call, text)


@verb("/texts/{text:int}/paragraphs", again=text_page, once=True)
def add(call: Call, text: TextDoor, form: ParagraphForm) -> Reply:
    """Put a paragraph behind everything."""
    if not text.right.write:
        raise NotAllowed
    append(call.db, text.id, form.paragraph, call.signed_in.person_id)
    return Reply(f"{_home(call, text)}#text-{text.id}")


def _home(call: Call, text: OpenText) -> str:
    return text.kind.page(call.db, text.owner_id) if text.kind.page else f"/texts/{text.id}"


routes = [show, add]
