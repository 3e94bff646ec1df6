"""A preview of what is being written, as it will look. Nothing is stored."""

from __future__ import annotations

from cohorts.web.initiative import LABELS
from feedback.web import mentioning
from feedback.web.doors import OpenThread
from feedback.web.drafting import TEXTS, Previewed, as_typed
from feedback.web.drafts import LONGEST, OpenPlace, PlaceDoor
from server.calls import Call
from server.forms import clean
from server.languages import N_
from server.markdown import to_html
from server.pages import Page, Piece
from server.routes import look

COMMENT = N_("Your comment")


def _shown(call: Call, place: OpenPlace) -> tuple[tuple[str, str], ...]:
    """Label and HTML of every field; what is too long to be sent is not read to its end."""
    typed = as_typed(call)
    texts = [(name, clean(typed.get(name, ""))[:LONGEST].strip()) for name in TEXTS[place.name.partition("-")[0]]]
    thread = getattr(place.opened, "thread", place.opened)
    if isinstance(thread, OpenThread):
        (_, text), *_ = texts
        html, told = mentioning.shown(call, thread, text)
        return ((COMMENT, html), *(((mentioning.WHO_IS_TOLD, told),) if told else ()))
    # A title is not Markdown.
    return tuple((LABELS.get(name, COMMENT), to_html(text)) for name, text in texts if name != "title")


def alone(call: Call, place: OpenPlace) -> Piece:
    """The preview without the form."""
    level = 3 if place.name.startswith("thread") else 2
    return Piece("feedback/preview.html", {"previews": _shown(call, place), "level": level})


@look("/previews", form=alone)
def preview(call: Call, place: PlaceDoor) -> Page:
    """The form as it was typed, with the preview above it."""
    call.rejected = Previewed(as_typed(call), _shown(call, place))
    return place.kind.shows(call, place.opened)


routes = [preview]
