"""Taking back what a team did with a point it received: the question before it, and the deed."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from feedback.rounds import answers
from feedback.rounds.models import AnswerKind
from feedback.rounds.web.team_doors import OpenAnswer, TakeAnswerBackDoor
from feedback.rounds.web.team_forms import NothingToFill
from feedback.rounds.web.team_words import DONE
from server.calls import Call, Region, Reply
from server.languages import N_
from server.pages import Page
from server.routes import page, verb


def question_page(call: Call, answer: OpenAnswer) -> Page:
    """Are you sure?"""
    receiver = answer.item.receiver
    assert receiver is not None
    context = {"answer": answer, "at": receiver, "done": DONE[answer.now.kind]}
    return Page("rounds/take_back.html", context)


@page("/items/{item:int}/answers/{answer:int}/withdrawal", name="rounds.take_back")
def ask(call: Call, answer: TakeAnswerBackDoor) -> Page | Reply:
    """The question before it; whoever comes late is shown that it is done."""
    if answer.now.kind == AnswerKind.TAKEN_BACK:
        return Reply(answer.item.url)
    return question_page(call, answer)


@verb("/items/{item:int}/answers/{answer:int}/withdrawal")
def take_back(call: Call, answer: TakeAnswerBackDoor, form: NothingToFill) -> Reply:
    """Take it back. Twice is once."""
    item = answer.item
    assert item.receiver is not None
    answers.take_back(call.db, item.at, answer.now.id)
    regions = (Region(item.receiver.received_stream_id, f"item-{item.at.id}"),)
    path, _, point = item.url.partition("#")
    return Reply(f"{path}?done=answer-taken-back#{point}", regions)


routes: list[HTTPRouteHandler] = [ask, take_back]
notices = {"answer-taken-back": N_("It is taken back.")}
