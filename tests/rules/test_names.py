"""Names that invite anything to be put there, and words that this project gives one meaning."""

import ast
import re

from tests.rules.source import PRODUCT, PYTHON, files, functions, here, tree

ANYTHING = {
    "util", "utils", "helper", "helpers", "common", "core", "base", "misc", "shared", "service", "services", "manager",
    "managers", "lib",
}  # fmt: skip
ENDINGS = ("Service", "Manager", "Helper", "Util", "Utils", "Handler")
# Folders of tests name what they start: real servers.
ALLOWED = {"tests/services"}


def test_no_file_is_named_for_nothing() -> None:
    named = [
        *files("*.py", *PYTHON),
        *files("*.html", "templates"),
        *files("*.js", "static"),
        *files("*.css", "static"),
    ]
    bad = [
        here(path)
        for path in named
        if ANYTHING & {path.stem.strip("_"), *path.parent.parts}
        and not any(here(path).startswith(allowed) for allowed in ALLOWED)
    ]
    assert bad == []


def test_no_class_is_named_for_nothing() -> None:
    classes = [
        (path, node)
        for path in files("*.py", *PYTHON)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef)
    ]
    assert len(classes) > 30
    assert [f"{here(path)}:{node.lineno} {node.name}" for path, node in classes if node.name.endswith(ENDINGS)] == []


def test_session_is_never_a_login_or_a_database_handle() -> None:
    names = [
        f"{here(path)}:{argument.lineno} {argument.arg}"
        for path in files("*.py", *PRODUCT)
        for function in functions(tree(path))
        for argument in [*function.args.args, *function.args.kwonlyargs]
        if argument.arg in ("session", "db_session", "user")
    ]
    assert names == []


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
    skipped = re.compile(r"pytest\.(mark\.)?(sk" r"ip|xfa" r"il)|unittest\.mo" r"ck|NotImplemented" r"Error")
    written = [
        *files("*.py", *PYTHON),
        *files("*.html", "templates"),
        *files("*.js", "static"),
        *files("*.css", "static"),
    ]
    assert [here(path) for path in written if later.search(path.read_text(encoding="utf-8"))] == []
    tests = files("*.py", *PYTHON)
    assert [here(path) for path in tests if skipped.search(path.read_text(encoding="utf-8"))] == []
