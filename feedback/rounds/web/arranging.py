"""The page from which a round is run: its pairs are proposed, released, changed by hand, and who is stuck is helped."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from feedback.rounds import pairs, reminders, rounds
from feedback.rounds.pairs import NoPair
from feedback.rounds.rounds import NotYet
from feedback.rounds.web import running
from feedback.rounds.web.doors import EditDoor, OpenRound, PairDoor, PairsDoor, RemindDoor, RunDoor
from feedback.rounds.web.forms import PairForm, SwapForm
from people.web.forms import errors_of, typed_in
from server.calls import Call, Reply
from server.languages import N_
from server.live.log import positions
from server.pages import Page
from server.refusals import Message, NotYours, Rejected
from server.routes import page, verb

CANNOT_PAIR = N_(
    "These two cannot be paired: choose two different teams of the round that are not paired this way yet."
)
CANNOT_SWAP = N_("These two cannot trade: a team would give feedback to itself, or twice to the same.")


def run_page(call: Call, round: RunDoor) -> Page:
    """How the round stands."""
    parts = running.shown(call.db, round.now, call.now, round.cohort.vantage)
    context = {"round": round.now, "cohort": round.cohort, "parts": parts, "errors": errors_of(call)}
    return Page("rounds/run.html", context, positions(call.db, [round.now.run_stream_id]))


def pairs_page(call: Call, round: PairsDoor) -> Page:
    """The forms that change pairs by hand, and what each change does to the balance."""
    context = {"round": round.now, "cohort": round.cohort, "errors": errors_of(call)}
    parts = running.shown(call.db, round.now, call.now, round.cohort.vantage)
    context |= {"shown": parts["teams"], **_choices(call, round)}
    return Page("rounds/pairs.html", context | {"values": typed_in(call, giver="", receiver="", one="", other="")})


def _choices(call: Call, round: OpenRound) -> dict[str, list[tuple[str, str]]]:
    teams = pairs.teams_in(call.db, round.id)
    names = {one.id: one.name for one in teams}
    found = pairs.read(call.db, round.id)
    words = N_("%(giver)s to %(receiver)s")
    return {
        "teams": [(str(one.id), one.name) for one in teams if one.excused_at is None],
        "paired": [
            (str(one.id), call.text(words, giver=names[one.giver_id], receiver=names[one.receiver_id])) for one in found
        ],
    }


show = page("/rounds/{round:int}/run", name="rounds.run")(run_page)
by_hand = page("/rounds/{round:int}/pairs", name="rounds.pairs")(pairs_page)


def _back(round: OpenRound, done: str, to: str = "run") -> Reply:
    return Reply(f"/rounds/{round.id}/{to}?done={done}")


@verb("/rounds/{round:int}/proposal", again=run_page)
def propose(call: Call, round: EditDoor) -> Reply:
    """Pair the teams anew; what was paired by hand stands."""
    pairs.propose(call.db, round.now, call.now, anew=True)
    return _back(round, "pairs-proposed")


@verb("/rounds/{round:int}/gaps", again=run_page)
def fill(call: Call, round: PairsDoor) -> Reply:
    """Add pairs for teams that have fewer than planned; the others stand."""
    pairs.propose(call.db, round.now, call.now, anew=False)
    return _back(round, "gaps-filled")


@verb("/rounds/{round:int}/release", again=run_page)
def release(call: Call, round: RunDoor) -> Reply:
    """Tell the teams of the round and of whom they give feedback to. Harmless twice."""
    if not pairs.read(call.db, round.id):
        raise Rejected({"": Message(N_("There are no pairs yet, so nobody would have anything to do."))})
    try:
        rounds.release(call.db, round.now, by_id=call.signed_in.person_id, now=call.now)
    except NotYet:
        words = N_("The reveal of this round is over already. Set other times first.")
        raise Rejected({"": Message(words)}) from None
    return _back(round, "round-released")


@verb("/rounds/{round:int}/pairs", again=pairs_page)
def add(call: Call, round: PairsDoor, form: PairForm) -> Reply:
    """Pair two teams by hand."""
    try:
        pairs.add(call.db, round.now, form.giver, form.receiver, call.now)
    except NoPair:
        raise Rejected({"receiver": Message(CANNOT_PAIR)}) from None
    return _back(round, "pair-made", "pairs")


@verb("/rounds/{round:int}/swaps", again=pairs_page)
def swap(call: Call, round: PairsDoor, form: SwapForm) -> Reply:
    """Let the givers of two pairs trade receivers."""
    try:
        pairs.swap(call.db, round.now, form.one, form.other, call.now)
    except NoPair:
        raise Rejected({"other": Message(CANNOT_SWAP)}) from None
    return _back(round, "pairs-swapped", "pairs")


@verb("/pairs/{pair:int}/removal")
def remove(call: Call, pair: PairDoor) -> Reply:
    """Take a pair away. What its team has written is kept."""
    pairs.drop(call.db, pair.round.now, pair.id, call.now)
    return _back(pair.round, "pair-removed")


@verb("/rounds/{round:int}/teams/{team:int}/excuse")
def excuse(call: Call, round: PairsDoor) -> Reply:
    """Let a team give and receive nothing in this round."""
    pairs.excuse(call.db, round.now, _team(call, round), by_id=call.signed_in.person_id, now=call.now)
    return _back(round, "team-excused")


@verb("/rounds/{round:int}/teams/{team:int}/return")
def take_in(call: Call, round: PairsDoor) -> Reply:
    """Take a team in: one that was excused, or that came to the cohort later."""
    team_id = call.given["team"]
    if team_id in dict(pairs.outside(call.db, round.now)):
        rounds.take_in(call.db, round.id, [team_id])
    pairs.take_back(call.db, round.now, _team(call, round))
    return _back(round, "team-taken-in")


@verb("/rounds/{round:int}/teams/{team:int}/reminders")
def remind(call: Call, round: RemindDoor) -> Reply:
    """Write to the people of a team that owes feedback."""
    house, team_id = call.house, _team(call, round)
    sent = reminders.remind_now(call.db, house.pages, house.settings.origin, round.now, call.now, team_id=team_id)
    return _back(round, "team-reminded" if sent else "nobody-reminded")


@verb("/rounds/{round:int}/teams/reminders")
def remind_all(call: Call, round: RemindDoor) -> Reply:
    """Write to the people of all teams that owe something."""
    reminders.remind_all(call.db, round.now, call.now)
    return _back(round, "all-reminded")


def _team(call: Call, round: OpenRound) -> int:
    """The team the path names, if it is in the round."""
    if not pairs.teams_in(call.db, round.id, [call.given["team"]]):
        raise NotYours
    return int(call.given["team"])


routes: list[HTTPRouteHandler] = [
    show,
    by_hand,
    propose,
    fill,
    release,
    add,
    swap,
    remove,
    excuse,
    take_in,
    remind,
    remind_all,
]
notices = {
    "pairs-proposed": N_("The pairs are proposed. Nobody else sees them before you release the round."),
    "gaps-filled": N_("Pairs were added where that was possible."),
    "round-released": N_("The round is released. The teams see it now."),
    "pair-made": N_("The pair is made."),
    "pairs-swapped": N_("The two have traded."),
    "pair-removed": N_("The pair is taken away."),
    "team-excused": N_("The team is excused."),
    "team-taken-in": N_("The team takes part."),
    "team-reminded": N_("The reminders are on their way."),
    "all-reminded": N_(
        "Everybody who owes something gets a mail, but those who were reminded a short while ago or want none."
    ),
    "nobody-reminded": N_("No mail was sent: all of them have signed, were reminded a short while ago, or want none."),
}
