"""What advice shows on the streams of threads: those of an initiative or a session, one for each audience, carry its
prompts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cohorts.models import Role
from cohorts.policies import Vantage
from cohorts.web.kinds import marked
from feedback.advice.bells import DESK
from feedback.advice.web import fragments
from feedback.advice.web.fragments import About, Card
from feedback.advice.web.shown import about_of, asked, cards_on, facts_of
from feedback.threads import ThreadNow
from server.clock import utc_now
from server.db import Db
from server.languages import N_
from server.live.kinds import Placed
from server.refusals import Message

KINDS = ("prompt-", "asked-", "said-")


def show(db: Db, vantage: Vantage, thread: ThreadNow, regions: Sequence[str]) -> Iterator[Placed]:
    """The regions of prompts on the stream of a thread as they are now, for that vantage."""
    touched = {kind: _numbers(regions, kind) for kind in KINDS}
    owes, key = f"owed-{thread.matter.key}" in regions, thread.matter.key
    if Role.ADVISER in vantage.roles and (talked(regions) or owes):
        yield Placed(DESK, None, poke=True)
    if not (any(touched.values()) or owes):
        return
    now, on = utc_now(), about_of(db, thread)
    cards = cards_on(db, vantage, on.matter, now)
    by_id = {one.id: (number, one) for number, one in enumerate(cards, 1)}
    texts = fragments.texts_in(on.markup)
    if owes:
        yield from _around(db, vantage, on, cards, thread.cohort_id, marks=f"marks-{key}" in regions)
    for number, one in (by_id[id_] for id_ in touched["prompt-"] if id_ in by_id):
        shown = fragments.card(one, number, texts, on, vantage)
        into, say = f"prompts-{key}", _sentence(one)
        yield Placed(shown.dom_id, shown, into, say=say, owner_id=one.author_id, elsewhere=True)
    for id_ in (id_ for id_ in touched["asked-"] if id_ in by_id):
        if found := asked(db, vantage, on, id_, now):
            known = Placed(found.fragment.dom_id, found.fragment, owner_id=found.author_id, elsewhere=True)
            yield replace(known, holders=found.holders, anew=f"stance-{id_}-")
    for one in (one for one in cards if one.thread_id in touched["said-"]):
        shown = fragments.said(one)
        yield Placed(shown.dom_id, shown, elsewhere=True)


def _around(
    db: Db, vantage: Vantage, on: About, cards: Sequence[Card], cohort_id: int, *, marks: bool
) -> Iterator[Placed]:
    """What is owed, and where prompts show elsewhere: on pages that fetch what they put together, and those of an
    initiative in its text (`marks`)."""
    shown = fragments.owed(cards, on.matter, vantage)
    yield Placed(shown.dom_id, shown, elsewhere=True)
    yield Placed(f"reading-list-{cohort_id}", None, poke=True)
    if on.matter.initiative_id is None:
        return
    initiative = facts_of(db, on.matter.initiative_id)
    if marks:
        shown = marked(db, vantage, initiative)
        yield Placed(shown.dom_id, shown, elsewhere=True)
    yield Placed(f"board-{initiative.team.id}", None, poke=True)
    yield Placed(f"on-points-{initiative.team.id}", None, poke=True)


def talked(regions: Sequence[str]) -> bool:
    """Whether something was said, or taken away: on the initiative, or about one of its prompts."""
    return any(name.startswith(("comment-", "begins-", "said-", "resolution-")) for name in regions)


def _numbers(regions: Sequence[str], kind: str) -> list[int]:
    return sorted(int(name.removeprefix(kind)) for name in regions if name.startswith(kind))


def _sentence(one: Card) -> Message:
    if one.withdrawn:
        return Message(N_("A prompt was withdrawn"))
    if one.response and not one.owed:
        return Message(N_("A prompt was answered"))
    return Message(N_("A prompt was edited")) if one.version > 1 else Message(N_("New prompt"))
