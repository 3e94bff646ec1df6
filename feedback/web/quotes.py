"""Asking to quote a passage of a comment outside, and the page where one answers."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from cohorts.identity import stricter
from cohorts.models import Attribution
from cohorts.policies import run_programmes
from cohorts.web.doors import standing
from feedback import quotes
from feedback.policies import may_ask_to_quote
from feedback.quotes import LONGEST_PASSAGE, LONGEST_PURPOSE, Answer, NotSaid, QuoteNow, Settled
from feedback.web.doors import OpenComment, open_comment, place_of
from people.web.doors import SelfDoor
from people.web.forms import errors_of, typed_in
from server.calls import Call, Door, Reply
from server.forms import Form, words
from server.languages import N_
from server.pages import Page, Piece
from server.receipts import new_key
from server.refusals import Message, NotAllowed, NotYours, Rejected, Wrong
from server.routes import page, verb

NOT_SAID = N_("These words do not stand in the comment. Copy the passage as it is written there.")
SETTLED = N_("You have answered this already.")
ANSWERS: dict[str, str] = {
    "": N_("Not answered yet"),
    Answer.YES: N_("Yes, with the author’s name"),
    Answer.UNNAMED: N_("Yes, without a name"),
    Answer.NO: N_("No"),
}


def an_answer(text: str) -> str:
    """One of the three."""
    if text not in set(Answer):
        raise Wrong(N_("Choose an answer."))
    return text


class QuoteForm(Form):
    """The passage, where it is to be used, and whether with the author's name (a box, sent only where ticked)."""

    passage: Annotated[str, words(LONGEST_PASSAGE, empty=N_("Copy the passage you want to quote."))] = ""
    purpose: Annotated[str, words(LONGEST_PURPOSE, empty=N_("Say where it will be used."))] = ""
    named: Annotated[bool, BeforeValidator(bool)] = False

    model_config = {**Form.model_config, "validate_default": True}


class AnswerForm(Form):
    """What the author says."""

    answer: Annotated[str, AfterValidator(an_answer)] = ""

    model_config = {**Form.model_config, "validate_default": True}


def open_to_quote(call: Call) -> OpenComment:
    """Somebody else's comment that stands, for those who take part."""
    found = open_comment(call)
    if not may_ask_to_quote(found.thread.matter.vantage, call.signed_in.person_id, found.now):
        raise NotAllowed
    return found


def open_quote(call: Call) -> QuoteNow:
    """What one is asked oneself. Whoever asked, or runs the programme, sees it and has no part in the answer."""
    me, found = call.signed_in.person_id, quotes.quote_now(call.db, call.given["quote"])
    if found is None:
        raise NotYours
    if found.author_id != me:
        sees = found.by_id == me or found.programme_id in run_programmes(standing(call))
        raise NotAllowed if sees else NotYours
    return found


CommentToQuoteDoor = Annotated[OpenComment, Door(open_to_quote)]
QuoteDoor = Annotated[QuoteNow, Door(open_quote)]


def ask_page(call: Call, comment: CommentToQuoteDoor) -> Page:
    """The question, with the comment above it."""
    values = typed_in(call, passage="", purpose="", named="", key=new_key())
    context = {"comment": comment.now, "thread": comment.thread, "back": place_of(comment), "values": values}
    context |= {"errors": errors_of(call), "most_passage": LONGEST_PASSAGE, "most_purpose": LONGEST_PURPOSE}
    return Page("feedback/quote.html", context | {"is_named": _is_named(comment)})


def _is_named(comment: OpenComment) -> bool:
    return stricter(comment.thread.now.attribution, comment.now.attribution) == Attribution.NAMED


ask = page("/comments/{comment:int}/quotes", name="quotes.ask")(ask_page)


@verb("/comments/{comment:int}/quotes", again=ask_page, once=True)
def create(call: Call, comment: CommentToQuoteDoor, form: QuoteForm) -> Reply:
    """Ask the author."""
    asked = form.model_dump() | {"named": form.named and _is_named(comment), "by_id": call.signed_in.person_id}
    try:
        quotes.ask_for(call.db, comment.now, comment.thread.matter, **asked, now=call.now)
    except NotSaid:
        raise Rejected({"passage": Message(NOT_SAID)}) from None
    return Reply("/quotes?done=quote-asked")


def quotes_page(call: Call, viewer: SelfDoor) -> Page:
    """What one is asked, what one asked, and what was asked in the programmes one runs."""
    return Page("feedback/quotes.html", _listed(call), () if viewer.bell is None else (viewer.bell,))


def _listed(call: Call) -> dict[str, Any]:
    viewer, me = call.signed_in, call.signed_in.person_id
    return {
        "asked_of_me": quotes.asked_of(call.db, me),
        "asked_by_me": quotes.asked_by(call.db, me),
        "of_others": quotes.in_programmes(call.db, run_programmes(standing(call))),
        "words": ANSWERS,
        "zone": viewer.time_zone or "UTC",
        "errors": errors_of(call),
    }


show = page("/quotes", name="quotes.show")(quotes_page)


@page("/quotes/list", name="quotes.list")
def show_list(call: Call, viewer: SelfDoor) -> Piece:
    """The quotes alone, for a page of them that is open."""
    return Piece("feedback/quoted.html", _listed(call))


def quotes_again(call: Call, quote: QuoteNow) -> Page:
    """The page, with what was wrong about an answer."""
    return quotes_page(call, call.signed_in)


@verb("/quotes/{quote:int}/answer", again=quotes_again)
def answer(call: Call, quote: QuoteDoor, form: AnswerForm) -> Reply:
    """Yes, yes without a name, or no."""
    try:
        quotes.answer(call.db, quote, Answer(form.answer), now=call.now)
    except Settled:
        raise Rejected({"": Message(SETTLED)}) from None
    return Reply("/quotes?done=quote-answered")


@verb("/quotes/{quote:int}/end", again=quotes_again)
def end(call: Call, quote: QuoteDoor) -> Reply:
    """Allow it no longer."""
    try:
        quotes.take_back(call.db, quote, now=call.now)
    except Settled:
        raise Rejected({"": Message(SETTLED)}) from None
    return Reply("/quotes?done=quote-ended")


routes = [ask, create, show, show_list, answer, end]
notices = {
    "quote-asked": N_("The author is asked. You find the answer here."),
    "quote-answered": N_("Your answer is recorded."),
    "quote-ended": N_("Recorded: you allow it no longer. Whoever asked is told."),
}
