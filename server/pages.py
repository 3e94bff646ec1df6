"""Pages and fragments: what is shown, and the one way to render it.

A fragment is a live thing: a template with one root element, a frozen context and the id of that element. The page
shows it, the reply to a form returns it and the hub pushes it, and all three are the same bytes, because a fragment is
rendered without request, person or token. That also makes it safe to keep: the key is the whole frozen context, so a
renamed person or a new mask is a new key by itself, and a deploy starts with nothing kept.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

import jinja2
from babel import Locale
from babel.dates import format_date, format_time
from markupsafe import Markup

from server.clock import zone
from server.languages import Language, catalogue
from server.refusals import Message
from server.settings import ROOT

TEMPLATES = ROOT / "templates"


@dataclass(frozen=True, slots=True)
class Fragment:
    """A live thing as it is now. `context` is frozen and hashable, `dom_id` the id of the template's root element."""

    template: str
    context: Hashable
    dom_id: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A page-personal part, such as a form: rendered for one person, never pushed, never kept."""

    template: str
    context: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page. `live`: the streams it shows and where they were read; `mine`: the ids of the reader's items."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    live: tuple[Any, ...] = ()
    mine: tuple[str, ...] = ()
    status: int = 200


class Pages:
    """The templates in every language: a strict Jinja environment for each, sharing nothing that is translated.

    One environment with an overlay per language looks cheaper and shows the wrong language: overlays share globals.
    """

    def __init__(self, languages: tuple[Language, ...], static: Callable[[str], str], kept: int) -> None:
        self.languages = {language.tag: language for language in languages}
        self._static = static
        self._environments = {language.tag: self._environment(language) for language in languages}
        self._rendered = lru_cache(maxsize=kept)(self._render) if kept else self._render
        self.renders = 0

    def _environment(self, language: Language) -> jinja2.Environment:
        environment = jinja2.Environment(
            loader=jinja2.FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        texts = catalogue(language)
        environment.install_gettext_translations(texts, newstyle=True)  # type: ignore[attr-defined]
        environment.globals |= {"static": self._static, "language": language}
        environment.globals["show"] = partial(self.show, language=language)
        environment.globals["say"] = partial(self.say, language=language)
        environment.filters["date_time"] = partial(date_time, language=language)
        environment.filters["country"] = partial(country, language=language)
        return environment

    def show(self, fragment: Fragment, language: Language) -> Markup:
        """The fragment's HTML, from memory where the same context was shown before."""
        return self._rendered(fragment.template, fragment.context, fragment.dom_id, language.tag)

    def _render(self, template: str, context: Hashable, dom_id: str, tag: str) -> Markup:
        self.renders += 1
        return Markup(self._environments[tag].get_template(template).render(it=context, dom_id=dom_id).strip())

    def piece(self, piece: Piece, language: Language) -> str:
        """The HTML of a page-personal part."""
        return self._environments[language.tag].get_template(piece.template).render(piece.context)

    def page(self, template: str, context: Mapping[str, Any], frame: Any, language: Language) -> str:
        """The HTML of a whole page; `frame` is what the layout shows around it."""
        return self._environments[language.tag].get_template(template).render(context, frame=frame)

    def say(self, message: Message | str, language: Language) -> str:
        """A message in that language."""
        if isinstance(message, str):
            message = Message(message)
        text = catalogue(language).gettext(message.msgid)
        return text % message.values if message.values else text

    def text(self, template: str, context: Mapping[str, Any], language: Language) -> str:
        """Plain text from a template whose name ends in .txt: no escaping, for mails."""
        environment = self._environments[language.tag].overlay(autoescape=False)
        return environment.get_template(template).render(context)


def babel_locale(language: Language) -> str:
    """The locale dates are written in; the test languages use English dates."""
    return "en_GB" if language.tag.startswith(("en", "ar-XB")) else language.tag.replace("-", "_")


@lru_cache(maxsize=4096)
def date_time(instant: datetime, zone_name: str, language: Language) -> str:
    """An instant in words, in that zone, with the zone named: `21 Nov 2026, 14:05 (Paris)`."""
    locale, local = babel_locale(language), instant.astimezone(zone(zone_name))
    place = zone_name.rpartition("/")[2].replace("_", " ")
    return f"{format_date(local, 'd MMM y', locale)}, {format_time(local, 'HH:mm', locale=locale)} ({place})"


@lru_cache(maxsize=512)
def country(code: str, language: Language) -> str:
    """The name of a country (ISO 3166 alpha-2) in that language; the code itself where there is no name."""
    return Locale.parse(babel_locale(language)).territories.get(code, code)
