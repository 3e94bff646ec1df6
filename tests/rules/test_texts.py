"""Sentences for people can be translated: literal, with named values, and found by the extractor."""

import ast
import re
from io import BytesIO

from babel.messages.extract import extract
from jinja2.ext import babel_extract

from tests.rules.source import PRODUCT, called, files, here, tree

UNNAMED = re.compile(r"%(?!\([a-z_]+\)[sd]|%)[sdr]|\{[a-z_]*\}")
ENTITY = re.compile(r"<[a-z/]|&[a-z]+;")


def marked() -> list[tuple[str, ast.expr]]:
    """Where N_(...) and call.text(...) are written, and what they are given."""
    found = []
    for path in files("*.py", *PRODUCT):
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            by_call = isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
            is_text = called(node) == "text" and by_call and node.func.value.id == "call"  # type: ignore[attr-defined]
            if called(node) == "N_" or is_text:
                found.append((f"{here(path)}:{node.lineno}", node.args[0]))
    return found


def test_marked_sentences_are_literal() -> None:
    sentences = marked()
    assert len(sentences) > 20
    # What is looked up was marked where it was written; what is put together can never be found in a catalogue.
    together = ast.JoinedStr | ast.BinOp
    assert [where for where, given in sentences if any(isinstance(part, together) for part in ast.walk(given))] == []


def test_sentences_in_python_name_their_values() -> None:
    literals = [(where, str(given.value)) for where, given in marked() if isinstance(given, ast.Constant)]
    assert [(where, text) for where, text in literals if UNNAMED.search(text) or ENTITY.search(text)] == []
    assert [(where, text) for where, text in literals if text != text.strip() or "  " in text] == []


def test_sentences_in_templates_name_their_values() -> None:
    count, bad = 0, []
    for path in files("*.html", "templates"):
        source = BytesIO(path.read_bytes())
        options = {"trimmed": "true", "newstyle_gettext": "true", "extensions": "jinja2.ext.i18n"}
        for line, _, said, _ in babel_extract(source, ("_", "gettext", "ngettext"), (), options):
            texts = [said] if isinstance(said, str) else [part for part in said or () if part]
            for text in texts:
                count += 1
                if UNNAMED.search(text) or text != text.strip():
                    bad.append(f"{here(path)}:{line} {text!r}")
    assert count > 40
    assert bad == []


def test_extractor_reads_every_module() -> None:
    found = 0
    for path in files("*.py", *PRODUCT):
        found += len(list(extract("python", BytesIO(path.read_bytes()), keywords={"N_": None, "text": None})))
    assert found > 20
