"""What the receiving team does with an item (thanks, answers, takes it on), and what it says a feedback helped with."""

from __future__ import annotations

from typing import Any

from litestar.handlers import HTTPRouteHandler

from cohorts.web.forms import in_summary
from feedback.comments import LONGEST
from feedback.rounds import answers
from feedback.rounds.models import AnswerKind
from feedback.rounds.rounds import zone_of
from feedback.rounds.web.item_fragments import Seen
from feedback.rounds.web.item_fragments import item as item_fragment
from feedback.rounds.web.readers import of_answers
from feedback.rounds.web.team_doors import AnswerDoor, OpenItem, TeamInRound
from feedback.rounds.web.team_forms import AnswerForm, HelpedForm, NothingToFill
from feedback.rounds.web.unnamed import as_it_is, need_unnamed
from feedback.web.drafting import kept, sent
from server.calls import Call, Region, Reply
from server.languages import N_
from server.pages import Page
from server.refusals import Rejected
from server.routes import page, verb

CHOICES = {
    AnswerKind.TAKEN_ON: (N_("We take it on"), N_("Say what you will do with it, if you know already.")),
    AnswerKind.ANSWERED: (N_("We answer it"), N_("Say what you think of it, or what you already tried.")),
}


def _receiver(item: OpenItem) -> TeamInRound:
    assert item.receiver is not None
    return item.receiver


def _by(call: Call, item: OpenItem) -> dict[str, Any]:
    held = _receiver(item).held
    assert held is not None
    return {"membership_id": held.id, "author_id": call.signed_in.person_id, "now": call.now}


def _context(call: Call, item: OpenItem, place: str) -> dict[str, Any]:
    """What the forms about an item show beside their questions; `place`: as drafts know it."""
    team, refused, draft = _receiver(item), call.rejected, kept(call, place)
    # On its own page an item is only read.
    seen = Seen(team.vantage, receives=False, phase=team.phase, zone=zone_of(call.db, team.team.cohort_id))
    one = next(each for each in item.feedback.items if each.id == item.at.id)
    return {
        "item": item,
        "shown": item_fragment(one, seen),
        "told": of_answers(call, team),
        "draft": draft,
        "values": refused.values if refused else draft.fields or {},
        "errors": refused.errors if refused else {},
        "sentences": in_summary(call, refused.errors, "text") if refused else [],
        "as_it_is": as_it_is(call),
        "longest": LONGEST,
    }


def answer_page(call: Call, item: AnswerDoor) -> Page:
    """The form that answers an item or takes it on; `?as=` chooses."""
    asked = call.query.get("as", "")
    asked_for = asked if asked in CHOICES and not call.rejected else ""
    context = _context(call, item, f"answer-{item.at.id}")
    chosen = asked_for or context["values"].get("kind", AnswerKind.TAKEN_ON)
    choices = [(kind, call.text(word), call.text(hint)) for kind, (word, hint) in CHOICES.items()]
    return Page("rounds/answer.html", context | {"choices": choices, "chosen": chosen})


show_form = page("/items/{item:int}/answer", name="rounds.answer")(answer_page)


@verb("/items/{item:int}/answers", again=answer_page, once=True)
def create(call: Call, item: AnswerDoor, form: AnswerForm) -> Reply:
    """Answer an item, or take it on."""
    if missing := form.missing():
        raise Rejected(missing)
    team = _receiver(item)
    need_unnamed(call, team.round.now, team.team.id, [form.text], form.as_it_is)
    answers.answer(call.db, team.round.now, item.at, kind=form.kind, text=form.text, **_by(call, item))
    sent(call, f"answer-{item.at.id}")
    return Reply(item.url, _regions(item, f"item-{item.at.id}"))


@verb("/items/{item:int}/thanks")
def thank(call: Call, item: AnswerDoor, form: NothingToFill) -> Reply:
    """Thank for an item. Twice is once."""
    answers.answer(call.db, _receiver(item).round.now, item.at, kind=AnswerKind.THANKED, text="", **_by(call, item))
    return Reply(item.url, _regions(item, f"item-{item.at.id}"))


def helped_page(call: Call, item: AnswerDoor) -> Page:
    """The form that says what the feedback an item is in helped with."""
    said = item.feedback.helped
    context = _context(call, item, f"helped-{item.at.id}")
    return Page("rounds/say_helped.html", context | {"stood": said.text if said else ""})


show_helped = page("/items/{item:int}/helped", name="rounds.helped")(helped_page)


@verb("/items/{item:int}/help", again=helped_page)
def say_helped(call: Call, item: AnswerDoor, form: HelpedForm) -> Reply:
    """Say what that feedback helped with, or say it anew."""
    team = _receiver(item)
    need_unnamed(call, team.round.now, team.team.id, [form.text], form.as_it_is)
    answers.say_it_helped(call.db, team.round.now, item.at, text=form.text, **_by(call, item))
    sent(call, f"helped-{item.at.id}")
    region = f"helped-{item.feedback.number}"
    return Reply(f"{_receiver(item).url}/received#{region}", _regions(item, region))


def _regions(item: OpenItem, region: str) -> tuple[Region, ...]:
    return (Region(_receiver(item).received_stream_id, region),)


routes: list[HTTPRouteHandler] = [show_form, create, thank, show_helped, say_helped]
