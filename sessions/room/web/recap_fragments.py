"""What is shown of a recap: to all who may read it the same, beside it what those who run the session do with it."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from cohorts.identity import BY_ROLE, RULES
from cohorts.policies import Vantage
from server.db import Db
from server.languages import N_
from server.live.kinds import shared
from server.markdown import to_html
from server.pages import Fragment
from sessions import sessions
from sessions.policies import may_plan_sessions
from sessions.room import gathering, recaps
from sessions.room.gathering import Gathered, SlotGathered
from sessions.room.models import QuestionState
from sessions.room.recaps import RecapFacts
from sessions.room.web.outcomes import OutcomeShown, grouped
from sessions.sessions import SessionFacts

STATES: dict[str, str] = {
    QuestionState.OPEN: N_("Open"),
    QuestionState.ANSWERED: N_("Answered"),
    QuestionState.PARKED: N_("Parked"),
}


class GroupNotes(NamedTuple):
    """What a group wrote, as HTML. `name` is empty where it goes by its `number`."""

    number: int
    name: str
    html: str


class NotesShown(NamedTuple):
    """The notes of one slot, as HTML, and of its groups: (what they worked on, each)."""

    starts_at: datetime
    html: str
    groups: tuple[tuple[str, tuple[GroupNotes, ...]], ...]


class RecapShown(NamedTuple):
    """A recap. `notes`: slot by slot, unless `edited_html` stands in their place; `rule`: msgid, or empty; `roles`,
    `states`: msgids by word; `is_candid`: False for those who look on; `is_on`: a room is open, of which it
    says nothing yet."""

    id: int
    zone: str
    rule: str
    intro_html: str
    edited_html: str
    notes: tuple[NotesShown, ...]
    slots: tuple[SlotGathered, ...]
    outcomes: tuple[tuple[str, tuple[OutcomeShown, ...]], ...]
    levels: tuple[tuple[str, int], ...]
    mean: float
    words: tuple[str, ...]
    is_candid: bool
    is_on: bool
    roles: tuple[tuple[str, str], ...] = tuple(BY_ROLE.items())
    states: tuple[tuple[str, str], ...] = tuple(STATES.items())


class RecapRun(NamedTuple):
    """What those who run the session do with its recap. `unshown`: polls it leaves out, (id, question)."""

    id: int
    is_published: bool
    is_edited: bool
    version: int
    unshown: tuple[tuple[int, str], ...]


class WayShown(NamedTuple):
    """The way to a recap from the page of its session. `is_there`: for this reader."""

    id: int
    is_there: bool
    is_published: bool


# Notes are as long as people make them, and are shown once for each vantage.
@lru_cache(maxsize=64)
def html_of(words: str) -> str:
    """Markdown as HTML."""
    return to_html(words) if words else ""


def gathered(db: Db, facts: SessionFacts, vantage: Vantage) -> Gathered:
    """What the recap says by itself."""
    return gathering.gather(db, facts, vantage)


def recap_shown(db: Db, recap: RecapFacts, facts: SessionFacts, vantage: Vantage) -> Fragment:
    """The recap as it is read."""
    found = gathered(db, facts, vantage)
    together = found.together
    shown = RecapShown(
        recap.session_id,
        shared(db, ("zone", facts.cohort_id), lambda: sessions.zone_of(db, facts.cohort_id)),
        RULES.get(vantage.attribution, "") if found.candid else "",
        recap.intro_html,
        recap.notes_html if recap.notes_edited and found.candid else "",
        () if recap.notes_edited else tuple(_notes(one) for one in found.slots if one.notes or one.groups),
        found.slots,
        grouped(found.outcomes),
        tuple((str(level), count) for level, count in together.counts) if together else (),
        round(together.mean, 1) if together else 0.0,
        together.words if together else (),
        found.candid,
        gathering.is_on(db, facts.id),
    )
    return Fragment("room/_recap.html", shown, f"recap-{recap.session_id}")


def _notes(slot: SlotGathered) -> NotesShown:
    groups = tuple(
        (task, tuple(GroupNotes(one.number, one.name, html_of(one.words)) for one in wrote))
        for task, wrote in slot.groups
    )
    return NotesShown(slot.starts_at, html_of(slot.notes), groups)


def run_shown(db: Db, recap: RecapFacts) -> Fragment:
    """What those who run the session do with it."""
    unshown = tuple(gathering.unshown(db, recap.session_id))
    shown = RecapRun(recap.session_id, recap.published_at is not None, recap.notes_edited, recap.version, unshown)
    return Fragment("room/_recap_run.html", shown, f"recap-run-{recap.session_id}")


def way_shown(db: Db, facts: SessionFacts, vantage: Vantage) -> Fragment:
    """The way to the recap; nothing where there is none for this reader."""
    found = shared(db, ("recap of", facts.id), lambda: recaps.of_session(db, facts.id))
    is_published = found is not None and found.published_at is not None
    is_there = is_published or (found is not None and may_plan_sessions(vantage.roles))
    return Fragment("room/_recap_way.html", WayShown(facts.id, is_there, is_published), f"recap-way-{facts.id}")
