"""Help against naming oneself where a round does not name who gives or answers feedback (feedback/naming.py)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from cohorts.identity import in_place_of
from cohorts.models import Attribution, Role
from cohorts.web.forms import mark_of
from feedback.naming import MOST, given_away, traits_of
from feedback.rounds.bells import members_of
from feedback.rounds.giving import attribution_in
from feedback.rounds.rounds import RoundFacts
from feedback.web.masks import NamesItself
from server.calls import Call
from server.languages import ENGLISH
from server.markdown import to_html
from server.pages import country


def need_unnamed(call: Call, facts: RoundFacts, team_id: int, texts: Iterable[str], as_it_is: str) -> None:
    """Raises NamesItself, once for the same words, when what a team says in a round that masks it names one of its
    people, its organisation or its country: they all wrote it."""
    under = attribution_in(call.db, facts)
    whole = "\n".join(f"{text}\n{_visible(text)}" for text in texts)
    if under == Attribution.NAMED or not whole.strip() or as_it_is == mark_of(whole):
        return
    found: dict[str, None] = {}
    for person_id in sorted(members_of(call.db, [team_id])):
        found |= dict.fromkeys(given_away(whole, traits_of(call.db, person_id, lambda code: _countries(call, code))))
    if found:
        shown = in_place_of(Role.MEMBER, under, call.language.tag)
        raise NamesItself(shown, tuple(found)[:MOST], mark_of(whole))


def _countries(call: Call, code: str) -> tuple[str, ...]:
    return country(code, ENGLISH), country(code, call.language)


def _visible(text: str) -> str:
    """The words as a reader sees them: a name may be half in bold."""
    return html.unescape(re.sub(r"<[^>]*>", "", to_html(text)))


def as_it_is(call: Call) -> str:
    """The mark that lets exactly the words pass which were refused just now; empty: none were."""
    mark: str = getattr(call.rejected, "mark", "")
    return mark
