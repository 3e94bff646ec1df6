"""People of one conversation name each other, and one remark is reported and hidden: what there is beside talking."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from functools import partial

from cohorts import initiatives
from cohorts.models import Cohort
from demo.conversations import Event, Table
from feedback import comments, mentions, moderation, notices
from feedback.comments import CommentNow
from people.models import Person
from server.clock import zone
from server.db import Db

TEAM, OFFICE, DESK = "Amber Road", "clemence.aubry", "samuel.oseilind"
ASKED = (
    "@{0}, has the deputy mayor given you a date? And a question to the @board: which of you has ended a trial that "
    "nobody wanted to see ended?"
)
ANSWERED = "@{0}, the fourth of next month, in writing, and her name stands next to it."
RUDE = "With the people you have in that school office I would not be surprised by any number."
REPORTED = "They know who is meant. There are two people in that office."
HIDDEN = "It judges people who cannot answer here. Say what should be done otherwise, and it is welcome."


@dataclass(slots=True)
class Corner:
    """That conversation, and the comments made in it here by what they are called."""

    table: Table
    made: dict[str, int] = field(default_factory=dict)

    def say(self, name: str, handle: str, text: str, parent: str, now: datetime) -> None:
        """Somebody says it, and whoever is to be told of it is told."""
        db, voice = self.table.db, self.table.voice(handle)
        thread = self.table.thread(voice)
        marked = mentions.read(db, thread.id, text, "en")
        answered = self.made.get(parent)
        new = comments.post(
            db,
            thread,
            membership_id=voice.membership_id,
            author_id=voice.person_id,
            text=text,
            language="en",
            parent_id=answered,
            now=now,
            marked=marked.html,
        )
        self.made[name] = new.id
        mentions.keep(db, new.id, marked.found)
        me, named = voice.person_id, marked.found
        notices.tell_of_comment(db, thread, new.id, author_id=me, parent_id=answered, marks=named)

    def _comment(self, name: str) -> CommentNow:
        found = comments.comment_now(self.table.db, self.made[name])
        assert found is not None
        return found

    def report(self, name: str, handle: str, reason: str, now: datetime) -> None:
        voice = self.table.voice(handle)
        thread, comment = self.table.thread(voice), self._comment(name)
        moderation.report(self.table.db, thread, comment, by_id=voice.person_id, reason=reason, now=now)

    def hide(self, name: str, handle: str, reason: str, now: datetime) -> None:
        voice = self.table.voice(handle)
        thread, comment = self.table.thread(voice), self._comment(name)
        moderation.hide(self.table.db, thread, comment, by_id=voice.person_id, reason=reason, now=now)


def events(db: Db, cohort: Cohort, cast: Mapping[str, Person], now: datetime) -> Iterator[Event]:
    """What happens there, each by day where whoever does it lives."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    (found,) = (one for one in initiatives.read(db) if one.team.name == TEAM and one.team.cohort_id == cohort.id)
    corner = Corner(Table(db, found, cast))

    def at(handle: str, days: int, hour: int, act: Callable[[datetime], None]) -> Event:
        spoken = datetime.combine(
            (midnight - timedelta(days=days)).date(), time(hour, 20), zone(cast[handle].time_zone)
        )
        return Event(midnight - spoken, act)

    asked, answered = ASKED.format(cast["grazyna.pietrzak"].name), ANSWERED.format(cast[OFFICE].name)
    yield at(OFFICE, 5, 10, partial(corner.say, "asked", OFFICE, asked, ""))
    yield at("grazyna.pietrzak", 4, 9, partial(corner.say, "answered", "grazyna.pietrzak", answered, "asked"))
    yield at("dilara.yildiz", 4, 16, partial(corner.say, "rude", "dilara.yildiz", RUDE, ""))
    yield at("lukasz.jablonski", 3, 9, partial(corner.report, "rude", "lukasz.jablonski", REPORTED))
    yield at(DESK, 2, 14, partial(corner.hide, "rude", DESK, HIDDEN))
