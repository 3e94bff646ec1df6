"""Pages, forms and live regions of rooms, part by part (parts.py)."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from feedback.web.bell import owns
from server.jobs import Work
from server.live.kinds import Kind
from server.live.texts import TextKind
from sessions.room import ending, leaving
from sessions.room.rooms import when_over, when_somebody_comes
from sessions.room.web import (
    asking,
    clock,
    exports,
    group_kinds,
    group_page,
    groups,
    hands,
    impressions,
    light,
    notes,
    outcomes,
    polling,
    polls,
    presence,
    projector,
    prompting,
    questions,
    recap,
    recap_edit,
    room,
    run_sheet,
    running,
    sentences,
    voting,
)
from sessions.room.web.kinds import kinds as room_kinds
from sessions.room.web.parts import room_parts

__all__ = ["kinds", "notices", "routes", "text_kinds", "works"]


routes: list[HTTPRouteHandler] = [*room.routes, *clock.routes, *running.routes, *hands.routes, *sentences.routes]
routes += [*projector.routes, *run_sheet.routes, *light.routes]
routes += [*polling.routes, *voting.routes, *asking.routes]
kinds: list[Kind] = [*room_kinds]
notices: dict[str, str] = {**room.notices}
works: list[Work] = [*ending.works, *leaving.works]
room_parts += [running.agenda_part, hands.hands_part, presence.presence_part, sentences.sentences_part]
room_parts += [run_sheet.sheet_part, groups.groups_part, polls.polls_part, questions.questions_part]
when_somebody_comes += [polls.somebody_came]
owns += [polls.own_votes, questions.own_wants]
when_over += [questions.over]
routes += [*notes.routes, *groups.routes, *group_page.routes]
kinds += [*group_kinds.kinds]
room_parts += [notes.notes_part]
text_kinds: list[TextKind] = [*notes.text_kinds, *group_page.text_kinds]
routes += [*outcomes.routes, *recap.routes, *recap_edit.routes, *exports.routes, *impressions.routes]
kinds += [*recap.kinds]
notices |= outcomes.notices | recap_edit.notices | impressions.notices
room_parts.insert(0, impressions.impression_part)
room_parts += [outcomes.outcomes_part, prompting.prompting_part]
