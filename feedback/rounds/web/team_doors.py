"""Doors to what a team gives and receives in a round. Who is not let through does not learn that there is anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from sqlalchemy import ColumnElement, select

from cohorts import teams
from cohorts.audiences import Vantage, vantage_in_team
from cohorts.memberships import Held, speaking_as
from cohorts.models import AudienceKind, Role, Team
from cohorts.policies import visible_teams
from cohorts.teams import TeamFacts
from cohorts.web.doors import standing
from feedback.rounds import answers, giving, items
from feedback.rounds.answers import ItemAt
from feedback.rounds.giving import GivingNow
from feedback.rounds.items import AnswerNow, FeedbackNow
from feedback.rounds.pairs import PAIR
from feedback.rounds.phases import Phase, is_known
from feedback.rounds.policies import (
    may_answer_feedback,
    may_see_rounds,
    may_take_back_answer,
    may_take_back_feedback,
    may_write_feedback,
    visible_feedback,
)
from feedback.rounds.rounds import ROUND, ROUND_TEAM
from feedback.rounds.web.doors import OpenRound, round_where
from server.calls import Call, Door
from server.languages import N_
from server.refusals import NotAllowed, NotYours

_TEAM: Any = Team.__table__  # type: ignore[attr-defined]
NOBODYS: frozenset[str] = frozenset()
NOT_NOW = N_("This cannot be written in now: the round is not open.")


@dataclass(frozen=True, slots=True)
class TeamInRound:
    """A team in a round, from where its reader sees that team, and with which membership they speak about its work."""

    round: OpenRound
    team: TeamFacts
    vantage: Vantage
    held: Held | None
    giving_stream_id: int
    received_stream_id: int

    @property
    def phase(self) -> Phase:
        """The phase of the round at the time of the call."""
        return self.round.phase

    @property
    def is_mine(self) -> bool:
        """Whether the reader is in that team."""
        return Role.MEMBER in self.vantage.roles

    @property
    def url(self) -> str:
        """The page of what the team gives."""
        return f"/rounds/{self.round.id}/teams/{self.team.id}"


@dataclass(frozen=True, slots=True)
class OpenGiven:
    """A pair, for the people of the team that gives."""

    pair: GivingNow
    giver: TeamInRound

    @property
    def url(self) -> str:
        """The page on which it is written."""
        return f"/pairs/{self.pair.id}"


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An item this reader may read, in its feedback. `receiver`: None for those who read it as the team that gave."""

    at: ItemAt
    feedback: FeedbackNow
    receiver: TeamInRound | None
    giver: TeamInRound | None

    @property
    def url(self) -> str:
        """Where it can be read."""
        if self.receiver is not None:
            return f"{self.receiver.url}/received#item-{self.at.id}"
        return f"/pairs/{self.at.pair_id}#item-{self.at.id}"


@dataclass(frozen=True, slots=True)
class OpenAnswer:
    """What was done with an item, for the team that did it."""

    now: AnswerNow
    item: OpenItem


def team_in_round(call: Call, round_id: int, team_id: int) -> TeamInRound:
    """That team in that round, if the reader may know of both; what they may read of it is not looked at yet."""
    return call.once(("team in round", round_id, team_id), lambda: _team_in_round(call, round_id, team_id))


def _team_in_round(call: Call, round_id: int, team_id: int) -> TeamInRound:
    opened = call.once(("round", round_id), lambda: round_where(call, ROUND.c.id == round_id))
    if not is_known(opened.phase, opened.now.released_at):
        raise NotYours
    here = (ROUND_TEAM.c.round_id == round_id) & (ROUND_TEAM.c.team_id == team_id)
    row = call.db.execute(select(ROUND_TEAM).where(here)).first()
    found = teams.read(call.db, _TEAM.c.id == team_id, visible_teams(standing(call))) if row else []
    if row is None or not found:
        raise NotYours
    team, mine = found[0], standing(call)
    where = team.id, team.cohort_id, team.programme_id
    vantage = vantage_in_team(call.db, mine, *where, call.language.tag, opened.cohort.naming)
    streams = row.giving_stream_id, row.received_stream_id
    return TeamInRound(opened, team, vantage, speaking_as(mine, team), *streams)


def _own(found: TeamInRound) -> TeamInRound:
    if not found.is_mine:
        raise NotYours
    return found


def _read(found: TeamInRound) -> TeamInRound:
    """What a team received, for those who read it once it is revealed."""
    shared = found.round.now.shared_with == AudienceKind.COHORT and may_see_rounds(found.vantage.roles)
    if not (shared or found.vantage.roles & {Role.MEMBER, Role.FACILITATOR}):
        raise NotYours
    return found


def open_giving(call: Call) -> TeamInRound:
    """The team the path names in the round it names, for its own people."""
    return _own(team_in_round(call, call.given["round"], call.given["team"]))


def open_received(call: Call) -> TeamInRound:
    """The same, for those who read what it received."""
    return _read(team_in_round(call, call.given["round"], call.given["team"]))


def _of_stream(call: Call, column: str, stream_id: int) -> TeamInRound:
    where = select(ROUND_TEAM.c.round_id, ROUND_TEAM.c.team_id).where(ROUND_TEAM.c[column] == stream_id)
    row = call.db.execute(where).first()
    if row is None:
        raise NotYours
    return team_in_round(call, row.round_id, row.team_id)


def open_giving_of_stream(call: Call, stream_id: int) -> TeamInRound:
    """The team whose giving that stream carries."""
    return _own(_of_stream(call, "giving_stream_id", stream_id))


def open_received_of_stream(call: Call, stream_id: int) -> TeamInRound:
    """The team of which that stream carries what it received."""
    return _read(_of_stream(call, "received_stream_id", stream_id))


def _pair(call: Call, condition: ColumnElement[bool]) -> OpenGiven:
    assert call.signed_in
    found = giving.read(call.db, condition)
    if not found:
        raise NotYours
    pair = found[0]
    giver = _own(team_in_round(call, pair.round_id, pair.giver_id))
    if pair.dropped_at is not None and (pair.begun_at is None or giver.phase == Phase.CLOSED):
        raise NotYours
    return OpenGiven(pair, giver)


def given_pair(call: Call, pair_id: int) -> OpenGiven:
    """That pair."""
    return call.once(("given", pair_id), lambda: _pair(call, PAIR.c.id == pair_id))


def open_given(call: Call) -> OpenGiven:
    """The pair the path names, for the people of the team that gives."""
    return given_pair(call, call.given["pair"])


def write_given(call: Call) -> OpenGiven:
    """The same, as long as they may write. Raises NotAllowed."""
    found = open_given(call)
    if found.pair.dropped_at is not None or not may_write_feedback(found.giver.vantage.roles, found.giver.phase):
        raise NotAllowed(NOT_NOW)
    return found


def take_back_given(call: Call) -> OpenGiven:
    """The same, as long as they may take their signature back. Raises NotAllowed."""
    found = write_given(call)
    if not may_take_back_feedback(found.giver.vantage.roles, found.giver.phase):
        raise NotAllowed(N_("It is revealed: what is signed stays."))
    return found


def open_item(call: Call) -> OpenItem:
    """The item the path names: for those who gave it, and from the reveal on for those who read what was received."""
    assert call.signed_in
    at = answers.item_at(call.db, call.given["item"])
    if at is None:
        raise NotYours
    receiver = team_in_round(call, at.round_id, at.receiver_id)
    giver = team_in_round(call, at.round_id, at.giver_id)
    roles = giver.vantage.roles, receiver.vantage.roles
    found = items.read(call.db, visible_feedback(*roles, call.now), PAIR.c.id == at.pair_id)
    if not found:
        raise NotYours
    as_reader = items.read(call.db, visible_feedback(NOBODYS, roles[1], call.now), PAIR.c.id == at.pair_id)
    return OpenItem(at, found[0], receiver if as_reader else None, giver if giver.is_mine else None)


def answer_item(call: Call) -> OpenItem:
    """The same, for the team that received it, until the round closes. Raises NotAllowed."""
    found = open_item(call)
    receiver = found.receiver
    if receiver is None or not may_answer_feedback(receiver.vantage.roles, receiver.phase):
        raise NotAllowed(N_("The team that received this answers it, until the round closes."))
    return found


def open_answer(call: Call) -> OpenAnswer:
    """The answer the path names, for the team that gave it. Raises NotAllowed for others who read it."""
    item = open_item(call)
    point = next(one for one in item.feedback.items if one.id == item.at.id)
    found = next((one for one in point.answers if one.id == call.given["answer"]), None)
    if found is None:
        raise NotYours
    receiver = item.receiver
    if receiver is None or not may_take_back_answer(receiver.vantage.roles, receiver.phase):
        raise NotAllowed(N_("The team that said this can take it back."))
    return OpenAnswer(found, item)


GivingDoor = Annotated[TeamInRound, Door(open_giving)]
ReceivedDoor = Annotated[TeamInRound, Door(open_received)]
GivenDoor = Annotated[OpenGiven, Door(open_given)]
WriteDoor = Annotated[OpenGiven, Door(write_given)]
TakeBackDoor = Annotated[OpenGiven, Door(take_back_given)]
ItemDoor = Annotated[OpenItem, Door(open_item)]
AnswerDoor = Annotated[OpenItem, Door(answer_item)]
TakeAnswerBackDoor = Annotated[OpenAnswer, Door(open_answer)]
