"""Templates: a fragment is one element that knows nobody, and no markup carries style or script."""

import re
from pathlib import Path

import pytest
from lxml import html

from tests.rules.source import ROOT, files, here

TEMPLATES = files("*.html", "templates")
FRAGMENTS = files("_*.html", "templates")
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
LOGIC = re.compile(r"\{%.*?%\}", re.DOTALL)
# A block that hands markup to a component; `call` itself is the handlers' word for a request.
HANDED = re.compile(r"\{%-?\s*(?:end)?call\b")
SAID = re.compile(r"\{\{.*?\}\}", re.DOTALL)
MACROS = re.compile(r"\{%-?\s*macro.*?endmacro\s*-?%\}", re.DOTALL)
# `frame` is the page around the fragment, the others are whoever looks at it.
PERSONAL = re.compile(r"\b(request|frame|nonce|viewer|call|csrf\w*|current_\w+|signed_in)\b")
STYLE = re.compile(r"\sstyle\s*=", re.IGNORECASE)
SCRIPTED = re.compile(r"\son[a-z]+\s*=\s*[\"']|javascript:|hx-on|\shx-vals\s*=\s*[\"']js", re.IGNORECASE)


def text(path: Path) -> str:
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


def problems(source: str) -> list[str]:
    """What is wrong with a fragment's template."""
    logic = HANDED.sub("{% ", " ".join(LOGIC.findall(source) + SAID.findall(source)))
    found = [f"it mentions {word}" for word in PERSONAL.findall(logic)]
    if re.search(r"<(script|style)\b", source, re.IGNORECASE):
        found.append("it holds a script or a style element")
    if "dom_id" not in source:
        found.append("its root carries no dom_id")
    bare = SAID.sub("said", LOGIC.sub("", MACROS.sub("", source))).strip()
    # Where a component makes the root, the harness in tests/live counts the roots of what is rendered.
    if bare.startswith("<") and len(html.fragments_fromstring(bare)) != 1:
        found.append("it has not one root element")
    return found


@pytest.mark.parametrize("path", FRAGMENTS, ids=here)
def test_fragment_is_one_element_that_knows_nobody(path: Path) -> None:
    assert problems(text(path)) == []


def test_there_are_fragments_and_pages() -> None:
    assert len(FRAGMENTS) >= 5
    assert len(TEMPLATES) > len(FRAGMENTS)


def test_wrong_fragments_would_be_found() -> None:
    assert problems('<p id="{{ dom_id }}">{{ it.text }}</p>') == []
    assert problems('<p id="{{ dom_id }}">{{ request.path }}</p>') == ["it mentions request"]
    assert problems("<p>{{ it.text }}</p>") == ["its root carries no dom_id"]
    assert problems('<p id="{{ dom_id }}">a</p><p>b</p>') == ["it has not one root element"]
    assert problems('<p id="{{ dom_id }}">{{ call.path }}<style></style></p>') == [
        "it mentions call",
        "it holds a script or a style element",
    ]


@pytest.mark.parametrize("path", TEMPLATES, ids=here)
def test_markup_carries_no_style_and_no_script(path: Path) -> None:
    source = text(path)
    assert STYLE.findall(source) == []
    assert SCRIPTED.findall(source) == []
    assert "http://" not in source.replace("http://www.w3.org", "")


def test_only_sanitised_markup_is_trusted() -> None:
    trusted = re.compile(r"([\w.]+)\s*\|\s*safe\b")
    names = {name for path in TEMPLATES for name in trusted.findall(text(path))}
    assert {name for name in names if not name.endswith("html")} <= {"frame.import_map"}
    assert "Markup(" not in "".join(p.read_text() for f in ("people",) for p in (ROOT / f).rglob("*.py"))
