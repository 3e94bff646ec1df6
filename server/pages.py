"""Pages and fragments: what is shown, and the one way to render it.

A fragment is a live thing: a template with one root element, a frozen context and the id of that element. The page
shows it, the reply to a form returns it and the hub pushes it, and all three are the same bytes, because a fragment is
rendered without request, person or token. That also makes it safe to keep: the key is the whole frozen context, so a
renamed person or a new mask is a new key by itself, and a deploy starts with nothing kept.
"""

from __future__ import annotations

import gettext
import secrets
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Any, TypeVar

import jinja2
from babel import Locale
from babel.dates import format_date, format_time
from jinja2 import nodes
from jinja2.environment import TemplateModule
from jinja2.runtime import Context
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from server.clock import zone
from server.kept import Kept
from server.languages import Language, catalogue
from server.refusals import Message
from server.settings import ROOT

TEMPLATES = ROOT / "templates"
Made = TypeVar("Made")


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
class Encoded:
    """HTML of a page that is bytes already: a template shows `mark` in its place, and nobody outside ever sees that."""

    html: bytes
    mark: str = field(default_factory=lambda: f"<!--{secrets.token_hex(16)}-->")

    def __html__(self) -> str:
        return self.mark


@dataclass(frozen=True, slots=True)
class Page:
    """A whole page. `live`: the streams it shows, by where they were read or by their ids; `mine`: the ids of the
    reader's items."""

    template: str
    context: Mapping[str, Any] = field(default_factory=dict)
    live: tuple[Any, ...] = ()
    mine: tuple[str, ...] = ()
    status: int = 200


class _Template(jinja2.Template):
    """A template that is given no globals beside its environment's: what it imports is the same each time. To find
    that out anew for the thirteen imports of a conversation took 0.1 ms a page."""

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return super()._get_default_module()


class _Speaking(jinja2.Environment):
    """An environment of one language, so a sentence is translated when its template is compiled: looked up for every
    page, those around a conversation took 0.2 ms."""

    template_class = _Template
    texts: gettext.NullTranslations

    def _generate(self, source: nodes.Template, *given: Any, **named: Any) -> str:
        return super()._generate(_Translated(self.texts).visit(source), *given, **named)


class _Translated(NodeTransformer):
    def __init__(self, texts: gettext.NullTranslations) -> None:
        self._texts = texts

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        match node:
            case nodes.Call(node=nodes.Name(name="_"), args=[nodes.Const(value=str(msgid))], kwargs=[]):
                # `%%` is a per cent sign, as it is beside values.
                sentence = nodes.Const(self._texts.gettext(msgid) % {}, lineno=node.lineno)
                return nodes.MarkSafeIfAutoescape(sentence, lineno=node.lineno)
            case nodes.Call(node=nodes.Name(name="_"), args=[nodes.Const(value=str(msgid))], dyn_args=None):
                sentence = nodes.Const(self._texts.gettext(msgid), lineno=node.lineno)
                values = [nodes.Pair(nodes.Const(one.key), self.visit(one.value)) for one in node.kwargs]
                safe = nodes.MarkSafeIfAutoescape(sentence, lineno=node.lineno)
                return nodes.Mod(safe, nodes.Dict(values), lineno=node.lineno)
        return self.generic_visit(node)


class Pages:
    """The templates in every language: a strict Jinja environment for each, sharing nothing that is translated.

    One environment with an overlay per language looks cheaper and shows the wrong language: overlays share globals.
    """

    def __init__(self, languages: tuple[Language, ...], static: Callable[[str], str], kept: int) -> None:
        self.languages = {language.tag: language for language in languages}
        self._static = static
        self._environments = {language.tag: self._environment(language) for language in languages}
        # Kept: an overlay that is made anew compiles its template anew, 7 ms a mail.
        self._plain = {tag: one.overlay(autoescape=False) for tag, one in self._environments.items()}
        self._rendered = lru_cache(maxsize=kept)(self._render) if kept else self._render
        # Far fewer than fragments: each holds what a hundred of them show.
        self.made = lru_cache(maxsize=max(kept // 128, 1))(self._make) if kept else self._make
        # Small ones, such as forms nobody has written in yet.
        self.blank = lru_cache(maxsize=max(kept // 16, 1))(self._blank) if kept else self._blank
        # Parts of pages that many see alike; each is some of their fragments.
        self.parts: Kept[bytes | None] = Kept(kept // 16)
        self.renders = 0

    def _environment(self, language: Language) -> jinja2.Environment:
        environment = _Speaking(
            loader=jinja2.FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        environment.texts = catalogue(language)
        environment.install_gettext_translations(environment.texts, newstyle=True)  # type: ignore[attr-defined]
        environment.globals |= {"static": self._static, "language": language}
        environment.globals["show"] = partial(self.show, language=language)
        environment.globals["say"] = partial(self.say, language=language)
        environment.filters["date_time"] = partial(date_time, language=language)
        environment.filters["day"] = partial(day, language=language)
        environment.filters["country"] = partial(country, language=language)
        return environment

    def show(self, fragment: Fragment, language: Language) -> Markup:
        """The fragment's HTML, from memory where the same context was shown before."""
        return self._rendered(fragment.template, fragment.context, fragment.dom_id, language.tag)

    def _render(self, template: str, context: Hashable, dom_id: str, tag: str) -> Markup:
        self.renders += 1
        return Markup(self._environments[tag].get_template(template).render(it=context, dom_id=dom_id).strip())

    def _make(self, make: Callable[..., Made], *given: Hashable) -> Made:
        """`make(pages, *given)`. Through `made` it is kept by all it was made from."""
        return make(self, *given)

    def encoded(self, fragments: Iterable[Fragment], language: Language) -> Encoded:
        """Fragments one after another, ready to be sent: on a page of 100 comments the bytes alone took 0.14 ms."""
        return Encoded("".join(self.show(one, language) for one in fragments).encode())

    def piece(self, piece: Piece, language: Language) -> str:
        """The HTML of a page-personal part."""
        return self._environments[language.tag].get_template(piece.template).render(piece.context)

    def _blank(self, template: str, context: tuple[tuple[str, Hashable], ...], language: Language) -> str:
        """The HTML of a part that shows nothing of a person; `context`: names and values. Through `blank` it is kept by
        all it was made from."""
        return self.piece(Piece(template, dict(context)), language)

    def page(self, template: str, context: Mapping[str, Any], frame: Any, language: Language) -> bytes:
        """The HTML of a whole page; `frame` is what the layout shows around it."""
        html = self._environments[language.tag].get_template(template).render(context, frame=frame).encode()
        for part in context.values():
            if isinstance(part, Encoded):
                html = html.replace(part.mark.encode(), part.html, 1)
        return html

    def say(self, message: Message | str, language: Language) -> str:
        """A message in that language."""
        if isinstance(message, str):
            message = Message(message)
        text = catalogue(language).gettext(message.msgid)
        return text % message.values if message.values else text

    def text(self, template: str, context: Mapping[str, Any], language: Language) -> str:
        """Plain text from a template whose name ends in .txt: no escaping, for mails."""
        return self._plain[language.tag].get_template(template).render(context)


def babel_locale(language: Language) -> str:
    """The locale dates are written in; the test languages use English dates."""
    return "en_GB" if language.tag.startswith(("en", "ar-XB")) else language.tag.replace("-", "_")


@lru_cache(maxsize=4096)
def date_time(instant: datetime, zone_name: str, language: Language) -> str:
    """An instant in words, in that zone, with the zone named: `21 Nov 2026, 14:05 (Paris)`."""
    locale, local = babel_locale(language), instant.astimezone(zone(zone_name))
    place = zone_name.rpartition("/")[2].replace("_", " ")
    return f"{format_date(local, 'd MMM y', locale)}, {format_time(local, 'HH:mm', locale=locale)} ({place})"


def day(when: date, language: Language) -> str:
    """A day in words: `21 Nov 2026`."""
    return format_date(when, "d MMM y", babel_locale(language))


@lru_cache(maxsize=512)
def country(code: str, language: Language) -> str:
    """The name of a country (ISO 3166 alpha-2) in that language; the code itself where there is no name."""
    return Locale.parse(babel_locale(language)).territories.get(code, code)
