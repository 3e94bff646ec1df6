"""Lets the invented people talk: every remark, correction and settlement through the product's own verbs, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle

from cohorts import initiatives
from cohorts.audiences import Vantage, vantage_in_team
from cohorts.initiatives import InitiativeFacts
from cohorts.memberships import speaking_as, standing_of
from cohorts.models import Cohort, Initiative
from demo.samples import Conversation, Remark, conversations
from feedback import comments, reactions, threads, withdrawals
from feedback.comments import CommentNow
from feedback.policies import may_react
from feedback.threads import ThreadNow
from people.models import Person
from server.db import Db

INITIATIVE = Initiative.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody who may talk on an initiative: who, with which membership, and what they see from there."""

    person_id: int
    membership_id: int
    vantage: Vantage


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens in a conversation, `ago` before the present day began."""

    ago: timedelta
    act: Callable[[datetime], None]


@dataclass(slots=True)
class Table:
    """One conversation being held: the initiative it is on, and the ids its remarks were given."""

    db: Db
    initiative: InitiativeFacts
    cast: Mapping[str, Person]
    said: dict[int, int] = field(default_factory=dict)

    def voice(self, handle: str) -> Voice:
        person, team = self.cast[handle], self.initiative.team
        assert person.id is not None
        standing = standing_of(self.db, person.id)
        held = speaking_as(standing, team)
        if held is None:
            raise ValueError(f"{handle} may not talk on the initiative of {team.name}")
        vantage = vantage_in_team(self.db, standing, team.id, team.cohort_id, team.programme_id, "en")
        return Voice(person.id, held.id, vantage)

    def thread(self, voice: Voice) -> ThreadNow:
        found = threads.thread_now(self.db, voice.vantage, threads.of_cohort(self.db, self.initiative.id))
        assert found is not None
        return found

    def comment(self, remark: Remark) -> CommentNow:
        found = comments.comment_now(self.db, self.said[id(remark)])
        assert found is not None
        return found

    def say(self, remark: Remark, parent: Remark | None, now: datetime) -> None:
        voice = self.voice(remark.by)
        posted = comments.post(
            self.db,
            self.thread(voice),
            membership_id=voice.membership_id,
            author_id=voice.person_id,
            text=remark.text,
            language=remark.language,
            parent_id=self.said[id(parent)] if parent else None,
            now=now,
        )
        self.said[id(remark)] = posted.id

    def correct(self, remark: Remark, text: str, now: datetime) -> None:
        comment = self.comment(remark)
        thread = self.thread(self.voice(remark.by))
        comments.edit(self.db, thread, comment, text=text, version=comment.version, now=now)

    def take_back(self, remark: Remark, now: datetime) -> None:
        withdrawals.withdraw(self.db, self.thread(self.voice(remark.by)), self.comment(remark), now=now)

    def nod(self, handle: str, remark: Remark, kind: str, now: datetime) -> None:
        voice, comment = self.voice(handle), self.comment(remark)
        if may_react(voice.vantage, voice.person_id, comment):
            reactions.react(self.db, self.thread(voice), comment, kind, person_id=voice.person_id, now=now)

    def settle(self, handle: str, now: datetime) -> None:
        voice = self.voice(handle)
        threads.resolve(self.db, self.thread(voice), membership_id=voice.membership_id, now=now)

    def events(self, conversation: Conversation) -> Iterator[Event]:
        for remark in conversation.remarks:
            yield from self.events_of(remark, None)
            for reply, kind in zip(remark.replies, cycle(reactions.WORDS), strict=False):
                yield from self.events_of(reply, remark)
                yield Event(reply.ago, partial(self.nod, reply.by, remark, kind))
        if conversation.resolved:
            handle, ago = conversation.resolved
            yield Event(ago, lambda now: self.settle(handle, now))

    def events_of(self, remark: Remark, parent: Remark | None) -> Iterator[Event]:
        yield Event(remark.ago, lambda now: self.say(remark, parent, now))
        if remark.edited:
            ago, text = remark.edited
            yield Event(ago, lambda now: self.correct(remark, text, now))
        if remark.withdrawn is not None:
            yield Event(remark.withdrawn, lambda now: self.take_back(remark, now))


def hold(db: Db, cohort: Cohort, cast: Mapping[str, Person], now: datetime, also: Iterable[Event] = ()) -> None:
    """Hold all conversations at once, oldest event first: what was said later has the higher id. `also`: what happens
    among them."""
    # Counted from midnight, so that everybody writes by day wherever they live, whenever the demo is filled.
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    by_team = {found.team.name: found for found in initiatives.read(db) if found.team.cohort_id == cohort.id}
    events: list[Event] = [*also]
    for conversation in conversations():
        events += Table(db, by_team[conversation.team], cast).events(conversation)
    for event in sorted(events, key=lambda event: event.ago, reverse=True):
        event.act(midnight - event.ago)
    withdrawals.erase_withdrawn(db, now=now)
