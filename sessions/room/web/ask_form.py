"""The form that asks a question: in whose name, and help against naming oneself where nobody is to be named."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from markupsafe import Markup

from cohorts.identity import BY_ROLE, NOBODY, STRICTNESS, in_place_of, stricter
from cohorts.models import Attribution
from cohorts.web.forms import mark_of
from feedback.naming import given_away, traits_of
from feedback.web.masks import CHOICES, NamesItself
from people.web.forms import errors_of, typed_in
from server.calls import Call
from server.forms import Form, one_line, words
from server.languages import ENGLISH, N_, Language
from server.pages import Pages, Piece, country
from server.refusals import Message, Rejected
from sessions.room.questions import LONGEST, Spot
from sessions.room.web.doors import OpenRoom
from sessions.room.web.words import NOT_OURS

ASK = N_("Write your question.")
# What stands for the key of a form where that is kept.
MARK = secrets.token_hex(16)


class QuestionForm(Form):
    """A question, and in whose name it is shown. `as_it_is`: the mark of words that name their author, and may."""

    text: Annotated[str, words(LONGEST, empty=ASK)]
    attribution: Annotated[str, one_line(10)] = Attribution.NAMED
    as_it_is: Annotated[str, one_line(100)] = ""

    def wish(self) -> Attribution:
        """Raises Rejected."""
        if self.attribution not in set(Attribution):
            raise Rejected({"attribution": Message(NOT_OURS)})
        return Attribution(self.attribution)


class AnswerForm(Form):
    """What was answered, in writing."""

    answer: Annotated[str, words(LONGEST, empty=N_("Write what was answered."))]


class SettleForm(Form):
    """What becomes of a question: a word of QuestionState."""

    state: Annotated[str, one_line(10)] = ""


def asking(call: Call, room: OpenRoom, spot: Spot) -> dict[str, Any]:
    """What the form shows."""
    ours = call.rejected is not None and "text" in call.rejected.values
    rule, role = room.vantage.attribution, room.held.role
    offered = [one for one in STRICTNESS if stricter(rule, one) == one]
    said = {Attribution.ROLE: call.text(BY_ROLE[role]), Attribution.NONE: call.text(NOBODY)}
    fresh = {"text": "", "attribution": offered[0].value, "key": room.form_key()}
    return {
        "to": f"/slots/{room.id}/room/questions" if spot.group_id is None else f"/groups/{spot.group_id}/questions",
        "id": spot.list_id,
        "typed": typed_in(call, **fresh) if ours else fresh,
        "errors": errors_of(call) if ours else {},
        "attributions": [(one.value, call.text(CHOICES[one], words=said.get(one, ""))) for one in offered],
        "nobody": call.text(NOBODY),
        "as_it_is": getattr(call.rejected, "mark", ""),
        "longest": LONGEST,
    }


def asked(call: Call, room: OpenRoom, spot: Spot) -> dict[str, Any]:
    """The form as a part of a page, and its errors. One nobody has written in is kept: it is alike for all who are
    shown alike, but for its key."""
    ask = asking(call, room, spot)
    if ask["errors"] or ask["typed"]["text"] or ask["as_it_is"]:
        html = call.house.pages.piece(Piece("room/ask.html", {"ask": ask}), call.language)
    else:
        given = ask["to"], ask["id"], tuple(ask["attributions"]), ask["nobody"], call.language
        html = call.house.pages.made(_unwritten, *given).replace(MARK, ask["typed"]["key"])
    return {"errors": ask["errors"], "form": Markup(html)}


def _unwritten(
    pages: Pages, to: str, id_: str, attributions: tuple[tuple[str, str], ...], nobody: str, language: Language
) -> str:
    typed = {"text": "", "attribution": attributions[0][0], "key": MARK}
    told = {"typed": typed, "errors": {}, "attributions": attributions, "nobody": nobody}
    ask = {"to": to, "id": id_, "as_it_is": "", "longest": LONGEST, **told}
    return pages.piece(Piece("room/ask.html", {"ask": ask}), language)


def need_unnamed(call: Call, room: OpenRoom, text: str, told: Attribution, as_it_is: str) -> None:
    """Raises NamesItself, once for the same words, when those that are to be masked name their author."""
    mark = mark_of(text)
    if told == Attribution.NAMED or as_it_is == mark:
        return

    def countries(code: str) -> tuple[str, ...]:
        return (country(code, ENGLISH), country(code, call.language))

    pieces = given_away(text, traits_of(call.db, call.signed_in.person_id, countries))
    if pieces:
        raise NamesItself(in_place_of(room.held.role, told, call.language.tag), pieces, mark)
