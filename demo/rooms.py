"""Rooms of the demo: all that happened in the one that is over, and what goes on in the one that is on.

Whatever happens in a room goes through the verbs that a visitor's own clicks would go through.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from demo.samples import TEXTS
from server.db import Db
from server.live.texts import append
from sessions import agenda, answers
from sessions.answers import Who
from sessions.models import Rsvp
from sessions.room import groups, hands, impressions, notes, outcomes, placing, polls, questions, recaps, rooms, running
from sessions.room import sentences as moments
from sessions.room import votes as voting
from sessions.room.models import Moment, PollKind, QuestionState
from sessions.room.outcomes import Agreed
from sessions.room.placing import How, Wanted
from sessions.room.polls import POLL, Plan, PollFacts
from sessions.room.questions import QUESTION
from sessions.room.rooms import RoomFacts
from sessions.room.votes import Voter
from sessions.sessions import SessionFacts
from sessions.slots import SlotFacts

Told = Mapping[str, Any]
# So long before it begins people say that they come, and come.
ANSWERED, EARLY = timedelta(days=5), timedelta(minutes=9)


@dataclass(frozen=True, slots=True)
class Held:
    """Somebody of the demo, in the role in which they take part in a cohort."""

    person_id: int
    membership_id: int
    runs: bool = False

    @property
    def both(self) -> dict[str, int]:
        """As the verbs of a room want it."""
        return {"person_id": self.person_id, "membership_id": self.membership_id}


@dataclass(frozen=True, slots=True)
class Here:
    """A room and everybody who may be in it, by handle. `host`: who runs it."""

    db: Db
    facts: SessionFacts
    slot: SlotFacts
    people: Mapping[str, Held]
    host: Held

    def at(self, minutes: float) -> datetime:
        """That many minutes after the slot began."""
        return self.slot.starts_at + timedelta(minutes=minutes)

    @property
    def room(self) -> RoomFacts:
        """As it is now."""
        found = rooms.of_slot(self.db, self.slot.id)
        assert found is not None
        return found

    @property
    def attribution(self) -> str:
        """What is told at most of who said something."""
        return notes.attribution_in(self.db, self.slot.id)


def fill(db: Db, held: Mapping[str, tuple[SessionFacts, SlotFacts]], people: Mapping[str, Held]) -> None:
    """Let happen in the rooms of those sessions, by theme, what is told of them."""
    for told in tomllib.loads((TEXTS / "rooms.toml").read_text(encoding="utf-8"))["room"]:
        facts, slot = held[told["theme"]]
        here = Here(db, facts, slot, people, people[told["came"][0]])
        _come(here, told)
        _arrive(here, told)
        _discuss(here, told)
        if "ends" in told:
            _end(here, told)


def _come(here: Here, told: Told) -> None:
    """They said that they would come, and most of them did."""
    asked = here.slot.starts_at - ANSWERED
    for number, handle in enumerate([*told["came"], *told["missed"]]):
        one = here.people[handle]
        who = Who(one.person_id, one.membership_id, one.runs)
        answers.say(here.db, here.facts, here.slot.id, who, Rsvp.YES, now=asked + timedelta(hours=5 * number))
    opened = here.slot.starts_at - EARLY
    rooms.open_for(here.db, here.facts, here.slot, by_id=here.host.person_id, now=opened)
    for number, handle in enumerate(told["came"]):
        came = opened + timedelta(seconds=50 * number)
        rooms.came(here.db, here.slot.id, **here.people[handle].both, now=came)


def _arrive(here: Here, told: Told) -> None:
    """The agenda as it ran, and a sentence each at its begin and at its end."""
    items = agenda.items_of(here.db, [here.facts.id])[here.facts.id]
    begins = 0
    for item, minutes in zip(items, told["items"], strict=False):
        running.start(here.db, here.room, item, base=here.room.version, by_id=here.host.person_id, now=here.at(begins))
        begins += minutes
    for moment, start in ((Moment.IN, 1), (Moment.OUT, begins - 4)):
        said = [(handle, words) for when, handle, words in told["sentences"] if when == moment]
        if said:
            moments.open_moment(here.db, here.room, moment, base=here.room.version)
            for number, (handle, words) in enumerate(said):
                now = here.at(start + number / 3)
                own = here.people[handle].both
                moments.say(here.db, here.room, words, **own, attribution=here.attribution, now=now)
            moments.open_moment(here.db, here.room, None, base=here.room.version)


def _discuss(here: Here, told: Told) -> None:
    for handle, at in told["hands"]:
        _speak(here, here.people[handle], at)
    for handle in told.get("up", ()):
        now = here.at(sum(told["items"]) - 1)
        hands.raise_hand(here.db, here.room, **here.people[handle].both, attribution=here.attribution, now=now)
    for handle, paragraph in told["notes"]:
        append(here.db, here.room.notes_id, paragraph, here.people[handle].person_id)
    for poll in told["poll"]:
        _poll(here, poll)
    for question in told["question"]:
        _ask(here, question)
    if "groups" in told:
        _part(here, told["groups"])


def _speak(here: Here, one: Held, at: int) -> None:
    hands.raise_hand(here.db, here.room, **one.both, attribution=here.attribution, now=here.at(at))
    hand = hands.mine(here.db, here.slot.id, one.person_id)
    assert hand is not None
    hands.call_on(here.db, here.room, hand, by_id=here.host.person_id, now=here.at(at + 1))
    hands.lower_own(here.db, here.room, person_id=one.person_id, now=here.at(at + 2))


def _poll(here: Here, told: Told) -> None:
    db, room, at = here.db, here.room, told["at"]
    plan = Plan(told["kind"], told["question"], not told.get("named"), tuple(told.get("options", ())))
    id_ = polls.prepare(db, room, plan, by_id=here.host.person_id, now=here.at(at))

    def now() -> PollFacts:
        return polls.read(db, POLL.c.id == id_)[0]

    polls.open_poll(db, room, now(), base=now().version, now=here.at(at))
    poll = now()
    for number, (handle, *chosen) in enumerate(told["votes"]):
        by = Voter(**here.people[handle].both, attribution=here.attribution, own_stream_id=None)
        for one in chosen:
            choose = voting.say if poll.kind == PollKind.WORDS else voting.choose
            choose(db, room, poll, one, by=by, now=here.at(at + number / 6))
    if "closes" in told:
        polls.close(db, room, now(), base=None, now=here.at(told["closes"]))
        polls.reveal(db, room, now(), base=now().version, now=here.at(told["closes"]))


def _ask(here: Here, told: Told) -> None:
    db, spot, one, at = here.db, questions.in_room(here.room), here.people[told["by"]], told["at"]
    shown = questions.told_of(db, one.membership_id, here.attribution, told.get("wish", "named"))
    by = {"author_id": one.person_id, "membership_id": one.membership_id}
    id_ = questions.ask(db, spot, told["text"], **by, attribution=shown, now=here.at(at))
    (asked,) = questions.read(db, QUESTION.c.id == id_)
    for number, handle in enumerate(told["wants"]):
        who = here.people[handle].person_id
        questions.want(db, spot, asked, person_id=who, own_stream_id=None, now=here.at(at + number / 2))
    by_host: dict[str, Any] = {"by_id": here.host.person_id, "now": here.at(at + 8)}
    if "answer" in told:
        questions.answer(db, spot, asked, told["answer"], **by_host)
    elif "state" in told:
        questions.settle(db, spot, asked, QuestionState(told["state"]), **by_host)


def _part(here: Here, told: Told) -> None:
    """A time in groups, with what each of them wrote."""
    db, room, at, back = here.db, here.room, told["at"], told["returns"]
    wanted = Wanted(How.COUNTRIES, told["count"], told["task"], tuple(told["names"]))
    # The same groups at every filling: nobody is surprised by a demo that changes.
    placing.prepare(db, room, here.facts, wanted, by_id=here.host.person_id, now=here.at(at - 5), seed=1)
    around = groups.current(db, here.slot.id)
    assert around is not None
    groups.open_all(db, room, around, back - at, now=here.at(at))
    for group, words in zip(groups.of_round(db, around.id), told["notes"], strict=True):
        append(db, group.notes_id, words, None)
    groups.call_all(db, room, around, told["message"], now=here.at(back - 5))
    groups.end(db, room, groups.rounds(db, groups.ROUND.c.id == around.id)[0], now=here.at(back))


def _end(here: Here, told: Told) -> None:
    """What came out of it, and how it is remembered."""
    db, room, ends = here.db, here.room, here.at(told["ends"])
    for one in told["outcome"]:
        due = (ends + timedelta(days=one["due"])).date() if "due" in one else None
        agreed = Agreed(one["kind"], one["text"], one.get("owner", ""), due)
        held = here.people[one["by"]].membership_id
        outcomes.write_down(db, room, agreed, membership_id=held, attribution=here.attribution, now=ends)
    rooms.end(db, here.facts, room, now=ends)
    for number, one in enumerate(told["impression"], 1):
        own, now = here.people[one["by"]].both, ends + timedelta(hours=number)
        impressions.say(db, here.room, one["level"], one.get("words", ""), **own, now=now)
    about = told["recap"]
    recap = recaps.of_session(db, here.facts.id)
    assert recap is not None
    recaps.write(db, recap, intro=about["intro"], notes=None, base=recap.version)
    by_id, now = here.people[about["by"]].person_id, ends + timedelta(days=about["days"])
    (recap,) = recaps.read(db, recaps.RECAP.c.session_id == here.facts.id)
    recaps.publish(db, here.facts, recap, by_id=by_id, now=now)
