"""Handing in the document of a team, and having it: for its people, for its givers, and for those who run the round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from litestar.handlers import HTTPRouteHandler

from cohorts.models import Role
from cohorts.web.doors import standing
from feedback.attachments import ADDED
from feedback.rounds import documents
from feedback.rounds.documents import Document, Fixed
from feedback.rounds.models import Asks
from feedback.rounds.phases import Phase
from feedback.rounds.policies import may_hand_in, may_read_document, may_replace_document
from feedback.rounds.web.team_doors import TeamInRound, open_giving, team_in_round
from feedback.web.attaching import ACCEPT, CHOOSE, MOST_FORM
from server import files
from server.calls import Call, Door, Reply
from server.downloads import download
from server.files import MOST_BYTES
from server.house import Answer
from server.languages import N_
from server.limits import take as take_one
from server.pages import Page, Piece
from server.refusals import Message, NotAllowed, NotYours, Rejected
from server.routes import page, verb

STAYS = N_("Your team has handed in a document already, and others write about it: it stays as it is.")


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """A document that this reader may have."""

    now: Document
    team: TeamInRound


def open_to_hand_in(call: Call) -> TeamInRound:
    """The team the path names, for its own people, in a round that asks for a document and is not revealed."""
    found = open_giving(call)
    if found.round.now.asks != Asks.DOCUMENT:
        raise NotYours
    if not may_hand_in(found.vantage.roles, found.phase):
        raise NotAllowed(N_("Nothing can be handed in now: the feedback is revealed, or the round was called off."))
    return found


def open_document(call: Call) -> OpenDocument:
    """What the team the path names handed in, for those who may read it. Others do not learn whether it did."""
    team = team_in_round(call, call.given["round"], call.given["team"])
    found = documents.read(call.db, team.round.id, [team.team.id]).get(team.team.id)
    held = (one for one in standing(call).held if one.role == Role.MEMBER and one.cohort_id == team.team.cohort_id)
    mine = [one.team_id for one in held if one.team_id is not None]
    gives = team.phase != Phase.CANCELLED and documents.gives_to(call.db, team.round.id, mine, team.team.id)
    read = may_read_document(team.vantage.roles, gives, team.phase, team.round.now.shared_with)
    if found is None or not read:
        raise NotYours
    return OpenDocument(found, team)


def open_picture(call: Call) -> OpenDocument:
    """The same, where it is a picture."""
    found = open_document(call)
    if found.now.preview_digest is None:
        raise NotYours
    return found


HandInDoor = Annotated[TeamInRound, Door(open_to_hand_in)]
DocumentDoor = Annotated[OpenDocument, Door(open_document)]
PictureDoor = Annotated[OpenDocument, Door(open_picture)]


def _context(call: Call, team: TeamInRound) -> dict[str, Any]:
    found = documents.read(call.db, team.round.id, [team.team.id]).get(team.team.id)
    errors = call.rejected.errors if call.rejected else {}
    return {
        "at": team,
        "file": found.shown if found else None,
        "may": found is None or may_replace_document(team.vantage.roles, team.phase),
        "problem": next(iter(errors.values()), None),
        "most_bytes": MOST_BYTES,
        "accept": ACCEPT,
    }


def hand_in_page(call: Call, team: HandInDoor) -> Page:
    """The form that hands in a file."""
    return Page("rounds/hand_in.html", _context(call, team))


def hand_in_part(call: Call, team: HandInDoor) -> Piece:
    """That part of it which changes when a file was sent."""
    return Piece("rounds/hand_in_part.html", _context(call, team))


def take(call: Call, team: HandInDoor) -> None:
    """The file that came is what the team hands in."""
    facts, replaces = team.round.now, may_replace_document(team.vantage.roles, team.phase)
    for one in call.files.get("file", ())[:1]:
        if one.kept is None:
            continue
        take_one(call.db, ADDED, str(call.signed_in.person_id), call.now)
        by = {"by_id": call.signed_in.person_id, "now": call.now}
        try:
            documents.hand_in(call.db, facts, team.team.id, one.kept, replaces=replaces, **by)
        except Fixed:
            one.problem = Message(STAYS)


show_form = page("/rounds/{round:int}/teams/{team:int}/document/new", name="rounds.hand_in")(hand_in_page)


@verb(
    "/rounds/{round:int}/teams/{team:int}/document",
    again=hand_in_page,
    form=hand_in_part,
    most_body=MOST_FORM,
    takes=take,
)
def create(call: Call, team: HandInDoor) -> Reply:
    """Hand in a document for the team."""
    found = call.files.get("file", [])[:1]
    if not found:
        raise Rejected({"file": Message(CHOOSE)})
    if found[0].problem:
        raise Rejected({"file": found[0].problem})
    return Reply(f"{team.url}?done=document-handed-in")


@page("/rounds/{round:int}/teams/{team:int}/document")
def show(call: Call, document: DocumentDoor) -> Answer:
    """The file itself: a picture to look at, anything else to save."""
    one = document.now
    inline = one.media_type.startswith("image/")
    return download(call.house, one.digest, one.shown.size, one.media_type, one.shown.name, call.byte_range, inline)


@page("/rounds/{round:int}/teams/{team:int}/document/preview")
def preview(call: Call, document: PictureDoor) -> Answer:
    """A small version of a picture."""
    digest = document.now.preview_digest
    assert digest is not None
    size = files.size_of(call.db, digest)
    return download(call.house, digest, size, "image/webp", "preview.webp", "", inline=True)


routes: list[HTTPRouteHandler] = [show_form, create, show, preview]
notices = {"document-handed-in": N_("Your team handed in its document.")}
