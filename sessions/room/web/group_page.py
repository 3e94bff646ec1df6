"""The page of a group: its task, its timer, its notes and its questions."""

from __future__ import annotations

from dataclasses import replace

from litestar.handlers import HTTPRouteHandler

from cohorts.identity import RULES
from server.calls import Call, Reply
from server.db import Db
from server.live.log import positions
from server.live.texts import TextKind, TextRight, texts_now
from server.pages import Fragment, Page, Piece
from server.receipts import new_key
from server.refusals import NotYours
from server.routes import page, verb
from sessions.room import groups, notes, questions
from sessions.room.groups import GROUP, NOTES
from sessions.room.questions import Spot
from sessions.room.web import group_fragments
from sessions.room.web.ask_form import QuestionForm, asked, asking
from sessions.room.web.asking import ask_in
from sessions.room.web.doors import OpenRoom
from sessions.room.web.group_doors import AskGroupDoor, LookAtGroupDoor, OpenGroup, group_by_id
from sessions.room.web.group_kinds import spot_of
from sessions.room.web.notes import called
from sessions.room.web.questions import group_spots, mine_in
from sessions.room.web.questions import shown as question_shown


def group_page(call: Call, group: OpenGroup) -> Page:
    """Everything that happens in a group."""
    db, room, around = call.db, group.room, group.around
    others = groups.of_round(db, around.id) if room.runs else []
    context = {
        "group": group,
        "room": room,
        "name": called(call, group.now),
        "head": group_fragments.group_shown(db, room.vantage, around, group.now),
        "timer": group_fragments.time_shown(db, around, group.now),
        "said": group_fragments.group_called(around, group.now),
        "text": texts_now(db, [group.now.notes_id])[group.now.notes_id],
        "key": new_key(),
        "others": [(called(call, one), one.id) for one in others if one.id != group.id],
        "rule": RULES.get(room.vantage.attribution),
        "spot": spot_of(room.now, group.now),
        "questions": _questions(call, group),
        "ask": asked(call, room, spot_of(room.now, group.now)) if group.is_open else None,
        "run": None,
    }
    mine = mine_in(call, spot_of(room.now, group.now))
    return Page("room/group.html", context, positions(db, [group.now.stream_id]), mine)


def _questions(call: Call, group: OpenGroup) -> list[Fragment]:
    found = questions.read(call.db, questions.here(spot_of(group.room.now, group.now)))
    over = not group.around.is_open
    listed = [question_shown(one, group.room.vantage, is_over=over) for one in found]
    return sorted(listed, key=lambda one: one.context.order)  # type: ignore[attr-defined]


@page("/slots/{slot:int}/room/groups/{group:int}", name="room.group")
def show(call: Call, group: LookAtGroupDoor) -> Page | Reply:
    """The group, for those inside; whoever is elsewhere now is led there, so that nobody stands outside."""
    if group.inside:
        return group_page(call, group)
    mine = groups.group_of(call.db, group.around.id, call.signed_in.person_id)
    room = f"/slots/{group.room.id}/room"
    return Reply(f"{room}/groups/{mine}" if mine is not None and group.is_open else f"{room}#groups")


def ask_again(call: Call, group: AskGroupDoor) -> Page:
    """The group as it stands, with what went wrong."""
    return group_page(call, group)


def ask_alone(call: Call, group: AskGroupDoor) -> Piece:
    """The form that asks."""
    return Piece("room/ask.html", {"ask": asking(call, group.room, spot_of(group.room.now, group.now))})


@verb("/groups/{group:int}/questions", again=ask_again, form=ask_alone, once=True)
def ask(call: Call, group: AskGroupDoor, form: QuestionForm) -> Reply:
    """Ask the group."""
    asked = ask_in(call, group.room, spot_of(group.room.now, group.now), form)
    # Those who run the room settle what was asked in the room; this stands on the page of the group alone.
    there = tuple(one for one in asked.regions if one.stream_id == group.now.stream_id)
    return replace(asked, to=f"{group.url}#{spot_of(group.room.now, group.now).list_id}", regions=there)


def _spot(call: Call, room: OpenRoom, group_id: int) -> Spot | None:
    """Where that group asks: for those inside while it is open, and for those who run the room also afterwards."""
    try:
        found = group_by_id(call, group_id)
    except NotYours:
        return None
    return spot_of(room.now, found.now) if found.is_open or room.runs else None


def _right(call: Call, group_id: int) -> TextRight:
    return TextRight(read=True, write=group_by_id(call, group_id).is_open)


def _page_of(db: Db, group_id: int) -> str:
    return f"/slots/{groups.slot_of(db, GROUP.c.id == group_id)}/room/groups/{group_id}"


text_kinds = [TextKind(NOTES, _right, names=notes.writers_in_group, page=_page_of)]
group_spots.append(_spot)
routes: list[HTTPRouteHandler] = [show, ask]
