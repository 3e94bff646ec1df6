"""Markdown to safe HTML, once, when it is written."""

from __future__ import annotations

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt

# Headings would break the outline of the page they land in; images would let a stranger see who reads. Nesting is
# limited because a text of ten thousand ">" would otherwise cost more than it says.
_READER = MarkdownIt("commonmark", {"html": False, "breaks": True, "linkify": False, "maxNesting": 12}).disable(
    ["image", "heading", "lheading", "html_block", "html_inline"]
)
_TAGS = {"p", "br", "em", "strong", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr"}


# A text is read twice: when the form is checked and when it is kept.
@lru_cache(maxsize=16)
def to_html(text: str) -> str:
    """The sanitised HTML of `text`: paragraphs, emphasis, lists, quotes, code and links to http, https and mail."""
    return nh3.clean(
        _READER.render(text),
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
