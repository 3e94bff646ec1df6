"""Whether anything of a text can be seen once it is shown."""

from __future__ import annotations

import re

# Markup but a rule, blanks, and the letters without a shape: joiners, direction marks, fillers, soft hyphens.
_INVISIBLE = re.compile(
    "<(?!hr)[^>]*>|[\\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2060-\u2064\u3164\ufe0f]"
)


def shows_something(html: str) -> bool:
    """Whether sanitised markup shows more than emptiness: Markdown can be written that shows nothing."""
    return bool(_INVISIBLE.sub("", html))
