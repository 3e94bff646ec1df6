"""One person in every table of thematic sessions and of their rooms, and the parts of their file that tell of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from server.db import Db
from server.live.log import new_stream
from sessions.models import CalendarFeed, SessionPerson, SessionSilence, SilenceLink, SlotAnswer, SlotReminded
from sessions.room import rooms
from sessions.room.models import (
    Breakout,
    BreakoutPlace,
    BreakoutRound,
    Hand,
    Impression,
    ItemRun,
    Outcome,
    Poll,
    Question,
    QuestionVote,
    Recap,
    Sentence,
    SheetNote,
    Vote,
)
from tests.scheduled import drafted, session_now, session_plan, slot_now
from tests.world import World

TOLD = {
    "thematicsession": ("sessions_planned",),
    "sessionperson": ("sessions_led",),
    "slotanswer": ("session_answers",),
    "attendance": ("sessions_attended",),
    "slotreminded": ("session_reminders",),
    "sessionsilence": ("sessions_unreminded",),
    "silencelink": ("session_unsubscribe_links",),
    "calendarfeed": ("calendar_feed",),
    "room": ("rooms_opened",),
    "itemrun": ("agenda_items_begun",),
    "hand": ("hands",),
    "poll": ("polls_made",),
    "vote": ("votes",),
    "question": ("questions",),
    "questionvote": ("questions_wanted",),
    "sentence": ("sentences",),
    "breakoutround": ("breakouts_made",),
    "breakoutplace": ("breakout_groups",),
    "impression": ("impressions",),
    "recap": ("recaps_published",),
    "sheetnote": ("run_sheet_notes",),
}
# Told although no column names a person: whose membership it was.
BESIDE = ("outcomes_written",)


def everywhere(db: Db, world: World, name: str, now: datetime) -> int:
    """Put them there; the id of the slot."""
    me, held, cohort = world.people[name], world.memberships[name], world.tide.cohort
    facts = session_now(db, world.sessions[cohort])
    slot = slot_now(db, world.slots[cohort][0])
    drafted(db, cohort, me, session_plan(me), now)
    db.add(SessionPerson(session_id=facts.id, person_id=me, at=now))
    db.add(SlotAnswer(slot_id=slot.id, person_id=me, membership_id=held, answer="yes", at=now))
    db.add(SlotReminded(slot_id=slot.id, person_id=me, minutes=60, starts_at=slot.starts_at, at=now))
    db.add(SessionSilence(session_id=facts.id, person_id=me, at=now))
    db.add(SilenceLink(token_hash="1" * 64, session_id=facts.id, person_id=me, at=now))
    db.add(CalendarFeed(person_id=me, token_hash="2" * 64, at=now))
    rooms.open_for(db, facts, slot, by_id=me, now=now)
    rooms.came(db, slot.id, person_id=me, membership_id=held, now=now)
    in_room(db, slot.id, me, held, now)
    streams: dict[str, Any] = {"stream_id": new_stream(db, "recap"), "run_stream_id": new_stream(db, "recap run")}
    db.add(SheetNote(item_id=1, session_id=facts.id, words="Ask the harbour", by_id=me, at=now))
    db.merge(Recap(session_id=facts.id, made_at=now, published_at=now, published_by_id=me, **streams))
    db.flush()
    return slot.id


def in_room(db: Db, slot_id: int, me: int, held: int, now: datetime) -> None:
    mine: dict[str, Any] = {"slot_id": slot_id, "at": now}
    said: dict[str, Any] = mine | {"membership_id": held}
    db.add(ItemRun(slot_id=slot_id, item_id=1, title="Arrive", planned=10, began_at=now, by_id=me))
    poll = Poll(kind="words", question="Why?", by_id=me, **mine)
    asked = Question(author_id=me, text="Who pays?", **said)
    apart = BreakoutRound(how="at random", by_id=me, **mine)
    db.add_all(
        [Hand(person_id=me, **said), Impression(person_id=me, level=4, words="Long", **said), poll, asked, apart]
    )
    db.add(Sentence(moment="out", person_id=me, words="Start small", **said))
    db.add(Outcome(kind="decision", text="Share the sirens", **said))
    db.flush()
    group = Breakout(round_id=apart.id or 0, number=1, name="", stream_id=new_stream(db, "breakout"))
    db.add(group)
    db.flush()
    db.add(Vote(poll_id=poll.id or 0, person_id=me, membership_id=held, words="sirens", at=now))
    db.add(QuestionVote(question_id=asked.id or 0, person_id=me, at=now))
    db.add(BreakoutPlace(group_id=group.id or 0, person_id=me, at=now))
