"""Sizes that keep a file on two screens and a function on one. A raise needs a decision record."""

import ast
from pathlib import Path

from tests.rules.source import PACKAGES, PYTHON, called, files, functions, here, length, tree

FILE, TEMPLATE, FUNCTION, HANDLER = 300, 80, 40, 12


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def handlers(module: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The functions that answer a request."""
    return [
        function
        for function in functions(module)
        if {called(decorator) for decorator in function.decorator_list} & {"page", "verb"}
    ]


def test_files_are_short() -> None:
    own = [*files("*.py", *PYTHON), *files("*.js", "static/js"), *files("*.css", "static/css")]
    assert len(own) > 40
    assert [f"{here(path)}: {lines(path)}" for path in own if lines(path) > FILE] == []


def test_templates_are_short() -> None:
    templates = files("*.html", "templates")
    assert len(templates) > 20
    assert [f"{here(path)}: {lines(path)}" for path in templates if lines(path) > TEMPLATE] == []


def test_functions_are_short() -> None:
    long = [
        f"{here(path)}:{function.lineno} {function.name}: {length(function)}"
        for path in files("*.py", *PYTHON)
        if not here(path).startswith("migrations/versions/")  # a migration is a list of steps
        for function in functions(tree(path))
        if length(function) > FUNCTION
    ]
    assert long == []


def test_handlers_are_short() -> None:
    found = [(path, handler) for path in files("*.py", "server", *PACKAGES) for handler in handlers(tree(path))]
    assert len(found) > 20
    assert [
        f"{here(path)}:{one.lineno} {one.name}: {length(one)}" for path, one in found if length(one) > HANDLER
    ] == []


def test_long_handler_would_be_found() -> None:
    body = "".join(f"    x = {n}\n" for n in range(HANDLER))
    module = ast.parse(f'@page("/")\ndef show(call):\n    """Words."""\n{body}\ndef other():\n    pass\n')
    assert [length(handler) for handler in handlers(module)] == [HANDLER + 1]
