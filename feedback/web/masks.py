"""In whose name something is said: the choice in a form, the rule that holds, and help against naming oneself."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.languages import get_official_languages
from babel.localedata import locale_identifiers

from cohorts.identity import BY_ROLE, NOBODY, RULES, STRICTNESS, in_place_of, stricter
from cohorts.models import Attribution, Role
from cohorts.web.forms import mark_of
from feedback import attachments
from feedback.naming import given_away, traits_of
from feedback.web.doors import OpenThread
from server.calls import Call
from server.languages import ENGLISH, N_, Language
from server.markdown import to_html
from server.pages import babel_locale, country
from server.refusals import Message, Rejected

NAMES_YOU = N_(
    "This will be shown as “%(shown)s”, but it tells who wrote it: %(words)s. Change it, or post it as it is."
)
SEEN_BY_FACILITATORS = N_("The facilitators of the programme see who it is.")
SEEN_BY_NOBODY = N_("The facilitators are not told either.")
CHOICES = {
    Attribution.NAMED: N_("Your name"),
    Attribution.ROLE: N_("Your role only: “%(words)s”"),
    Attribution.NONE: N_("Nobody’s name: “%(words)s”"),
}


class NamesItself(Rejected):
    """Masked words that tell who wrote them, shown to their author once; `mark` of the words: sent along, they pass."""

    def __init__(self, shown: str, pieces: Sequence[str], mark: str) -> None:
        words = ", ".join(f"“{piece}”" for piece in pieces)
        super().__init__({"text": Message(NAMES_YOU, {"shown": shown, "words": words})})
        self.mark = mark


def rule(call: Call, thread: OpenThread) -> tuple[str, ...]:
    """What holds in that conversation beyond names, in sentences; empty where everybody is named."""
    found = RULES.get(thread.now.attribution)
    sees = thread.matter.programme.facilitators_see_authors
    return (call.text(found), call.text(SEEN_BY_FACILITATORS if sees else SEEN_BY_NOBODY)) if found else ()


def choosing(call: Call, thread: OpenThread, values: Mapping[str, str]) -> dict[str, Any]:
    """What the form shows of the choice: never anything that tells more than the cohort's own."""
    least, held = thread.now.attribution, thread.matter.held
    role = held.role if held else Role.MEMBER
    words = {Attribution.ROLE: call.text(BY_ROLE[role]), Attribution.NONE: call.text(NOBODY)}
    offered = [one for one in STRICTNESS if stricter(least, one) == one]
    options = [(one.value, call.text(CHOICES[one], words=words.get(one, ""))) for one in offered]
    wanted = values.get("attribution", "")
    return {
        "rule": rule(call, thread),
        "attributions": options,
        "attribution": wanted if wanted in offered else offered[0].value,
        "nobody": call.text(NOBODY),
        "as_it_is": getattr(call.rejected, "mark", ""),
    }


def need_unnamed(call: Call, thread: OpenThread, text: str, wanted: str, as_it_is: str, *, files: bool = False) -> None:
    """Raises NamesItself, once for the same words, when those that are to be masked name their author; with `files`
    also when the names of the files in that form do."""
    under, held = stricter(thread.now.attribution, wanted), thread.matter.held
    if under == Attribution.NAMED:
        return
    whole = f"{text}\n{_visible(text)}"
    if files:
        unsent = attachments.unsent(call.db, call.signed_in.person_id, thread.now.id)
        whole += "".join(f"\n{one.name}\n{one.alt}" for one in unsent)
    mark = mark_of(whole)
    pieces = _pieces(call, whole) if as_it_is != mark else ()
    if pieces:
        role = held.role if held else Role.MEMBER
        raise NamesItself(in_place_of(role, under, call.language.tag), pieces, mark)


def _pieces(call: Call, text: str) -> tuple[str, ...]:
    def countries(code: str) -> tuple[str, ...]:
        return words_for(code, call.language)

    return given_away(text, traits_of(call.db, call.signed_in.person_id, countries))


@lru_cache(maxsize=512)
def words_for(code: str, language: Language) -> tuple[str, ...]:
    """The names of a country (ISO 3166 alpha-2) and of what is spoken there, in English, in that language, and as it
    is called there. English is spoken everywhere here."""
    spoken = [tag for tag in get_official_languages(code, de_facto=True) if tag != ENGLISH.tag]
    names = [country(code, ENGLISH), country(code, language)]
    read_in = [Locale.parse(babel_locale(ENGLISH)), Locale.parse(babel_locale(language))]
    for tag in spoken:
        # Of some that few speak only the name is known.
        own = [Locale.parse(tag)] if tag in locale_identifiers() else []
        names += [one.territories.get(code, "") for one in own]
        names += [one.languages.get(tag, "") for one in (*read_in, *own)]
    return tuple(dict.fromkeys(name for name in names if name))


def _visible(text: str) -> str:
    """The words as a reader sees them: a name may be half in bold."""
    return html.unescape(re.sub(r"<[^>]*>", "", to_html(text)))
