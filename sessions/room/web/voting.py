"""Voting: a choice or words, changed while the poll is open; and the page of a poll, for whoever comes too late."""

from __future__ import annotations

from collections.abc import Callable

from litestar.handlers import HTTPRouteHandler

from people.web.forms import errors_of, typed_in
from server.calls import Call, Reply
from server.languages import N_
from server.live.log import positions
from server.pages import Page, Piece
from server.refusals import Message, Rejected
from server.routes import page, verb
from sessions.room import votes
from sessions.room.models import PollKind
from sessions.room.votes import Closed, NoOption, Own
from sessions.room.web.poll_doors import OpenPoll, PollDoor, voter
from sessions.room.web.poll_forms import ChoiceForm, WordsForm
from sessions.room.web.poll_fragments import choices_of, for_all
from sessions.room.web.polls import own_ids, starts
from sessions.room.web.words import NOT_OURS

CLOSED = N_("This poll takes no votes any more, so yours was not counted. What you chose or wrote is below.")
NO_OPTION = N_("That is none of the answers of this poll. Load the page again.")


def poll_page(call: Call, poll: PollDoor) -> Page:
    """One poll, with what the reader chose or wrote, and what went wrong."""
    own = votes.own(call.db, [poll.id], call.signed_in.person_id).get(poll.id, votes.NOTHING)
    names = {str(number): text for number, text in choices_of(poll.now)}
    typed = call.rejected.values.get("option", "") if call.rejected else ""
    is_words = poll.now.kind == PollKind.WORDS
    shown = () if is_words else for_all(call.db, poll.room.vantage, poll.room.now, [poll.now], [poll.now])
    context = {
        **answering(call, poll, own.words),
        "polls": shown,
        "own": [names[str(number)] for number in own.chosen] or ([own.words] if own.words else []),
        "wanted": names.get(typed, ""),
        "takes_words": is_words and poll.now.is_open and poll.room.is_open,
    }
    # A form that is filled in is not replaced under the hands of whoever writes in it.
    live = () if is_words else positions(call.db, (poll.room.now.stream_id,))
    return Page("room/poll.html", context, live, own_ids(poll.id, own))


show = page("/polls/{poll:int}", name="polls.show")(poll_page)


def answering(call: Call, poll: OpenPoll, words: str = "") -> dict[str, object]:
    """What the form for open words shows."""
    return {"poll": poll, "values": typed_in(call, words=words), "errors": errors_of(call)}


def words_form(call: Call, poll: OpenPoll) -> Piece:
    """That form alone: empty once its words were taken."""
    return Piece("room/poll_words.html", answering(call, poll))


def _or_say(poll: OpenPoll, act: Callable[[], Own]) -> Own:
    try:
        if not poll.room.is_open:
            raise Closed
        return act()
    except Closed:
        raise Rejected({"": Message(CLOSED)}) from None
    except NoOption:
        raise Rejected({"": Message(NO_OPTION)}) from None


def _voted(poll: OpenPoll, own: Own) -> Reply:
    """At once what is the voter's own. The figures come to their page as to everybody's: a thousand who vote together
    are counted seven times a second (kinds.py), and rendering them for each would take longer than the votes."""
    return Reply(poll.place, mine=own_ids(poll.id, own), anew=starts(poll.id))


def _need(poll: OpenPoll, *, words: bool) -> None:
    if (poll.now.kind == PollKind.WORDS) is not words:
        raise Rejected({"": Message(NOT_OURS)})


@verb("/polls/{poll:int}/choices", again=poll_page, together=True)
def choose(call: Call, poll: PollDoor, form: ChoiceForm) -> Reply:
    """Choose an option, or a level."""
    _need(poll, words=False)
    given = call.db, poll.room.now, poll.now, form.option
    own = _or_say(poll, lambda: votes.choose(*given, by=voter(call, poll), now=call.now))
    return _voted(poll, own)


@verb("/polls/{poll:int}/choices/removal", again=poll_page, together=True)
def take_back(call: Call, poll: PollDoor, form: ChoiceForm) -> Reply:
    """That one no more."""
    _need(poll, words=False)
    given = call.db, poll.room.now, poll.now, form.option
    own = _or_say(poll, lambda: votes.take_back(*given, by=voter(call, poll), now=call.now))
    return _voted(poll, own)


@verb("/polls/{poll:int}/words", again=poll_page, form=words_form, together=True)
def say(call: Call, poll: PollDoor, form: WordsForm) -> Reply:
    """Answer in one's own words."""
    _need(poll, words=True)
    given = call.db, poll.room.now, poll.now, form.words
    own = _or_say(poll, lambda: votes.say(*given, by=voter(call, poll), now=call.now))
    return _voted(poll, own)


@verb("/polls/{poll:int}/words/removal", again=poll_page, together=True)
def unsay(call: Call, poll: PollDoor) -> Reply:
    """Take them back."""
    _need(poll, words=True)
    given = call.db, poll.room.now, poll.now, None
    own = _or_say(poll, lambda: votes.take_back(*given, by=voter(call, poll), now=call.now))
    return _voted(poll, own)


routes: list[HTTPRouteHandler] = [show, choose, take_back, say, unsay]
