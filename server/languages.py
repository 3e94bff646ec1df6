"""The languages of the pages: gettext catalogues, and two generated languages that show what is not translated.

`en-XA` is long and accented, `ar-XB` runs from right to left; both are made from the English text, so a string that
was never marked for translation stands out, and a layout that only fits English breaks in a test.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from server.settings import ROOT

LOCALE = ROOT / "locale"
_KEEP = re.compile(r"(%\([a-z_]+\)[sd]|%%|<[^>]*>|&[a-z]+;|https?://\S+)")
_ACCENTED = str.maketrans("AEIOUaeiouncsyz", "ÅÉÎÖÛåéîöûñçšýž")


def N_(msgid: str) -> str:
    """Marks a string for translation where it is written; it is translated where it is shown."""
    return msgid


@dataclass(frozen=True)
class Language:
    """A language pages can be read in; `tag` is BCP 47, `direction` is ltr or rtl."""

    tag: str
    name: str
    direction: str = "ltr"

    def __str__(self) -> str:
        return self.tag


ENGLISH = Language("en", "English")
LONG = Language("en-XA", "Long (test)")
MIRRORED = Language("ar-XB", "Mirrored (test)", "rtl")


def languages(test_languages: bool) -> tuple[Language, ...]:
    """The languages this installation offers, the default first."""
    return (ENGLISH, LONG, MIRRORED) if test_languages else (ENGLISH,)


class Generated(gettext.NullTranslations):
    """A catalogue made from the English strings; placeholders and markup stay as they are."""

    def __init__(self, change: Callable[[str], str]) -> None:
        super().__init__()
        self.change = change

    def _made(self, text: str) -> str:
        return "".join(part if _KEEP.fullmatch(part) else self.change(part) for part in _KEEP.split(text))

    def gettext(self, message: str) -> str:
        return self._made(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self._made(msgid1 if n == 1 else msgid2)


def _long(text: str) -> str:
    return text.translate(_ACCENTED) + "~" * (len(text) // 3)


def _mirrored(text: str) -> str:
    return f"\u202e{text}\u202c" if text.strip() else text


@lru_cache(maxsize=16)
def catalogue(language: Language) -> gettext.NullTranslations:
    """The translations of that language; English needs none."""
    if language == LONG:
        return Generated(_long)
    if language == MIRRORED:
        return Generated(_mirrored)
    return gettext.translation("sweetspot", LOCALE, [language.tag], fallback=True)


_BY_TAG = {language.tag: language for language in languages(test_languages=True)}


@lru_cache(maxsize=1024)
def said_in(tag: str, msgid: str) -> str:
    """That sentence in the language of that tag, for words that are part of what is shown and not of a template."""
    return catalogue(_BY_TAG.get(tag, ENGLISH)).gettext(msgid)


def choose(wanted: str | None, accepted: str, offered: tuple[Language, ...]) -> Language:
    """The language to answer in: the person's own, else the best of the `Accept-Language` header, else the default."""
    by_tag = {language.tag.lower(): language for language in offered}
    if wanted and wanted.lower() in by_tag:
        return by_tag[wanted.lower()]
    ranked = []
    for place, part in enumerate(accepted.lower().split(",")[:20]):
        tag, _, weight = part.strip().partition(";q=")
        try:
            ranked.append((-float(weight or 1), place, tag))
        except ValueError:
            continue
    for _, _, tag in sorted(ranked):
        if tag in by_tag:
            return by_tag[tag]
        if tag.split("-")[0] in by_tag:
            return by_tag[tag.split("-")[0]]
    return offered[0]
