"""Whether anything of a text can be seen once it is shown."""

from __future__ import annotations

import html
import re

_MARKUP = re.compile("<(?!hr)[^>]*>")
# Blanks, and the letters without a shape: joiners, direction marks, fillers, soft hyphens, the empty Braille cell.
_INVISIBLE = re.compile(
    "[\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u2064\u2800\u3164\ufe0f]"
)


def shows_something(markup: str) -> bool:
    """Whether sanitised markup shows more than emptiness: Markdown can be written that shows nothing."""
    # The markup first: what a reference such as &lt; stands for is text.
    return bool(_INVISIBLE.sub("", html.unescape(_MARKUP.sub("", markup))))
