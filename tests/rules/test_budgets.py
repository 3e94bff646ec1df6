"""Sizes that keep a file on two screens and a function on one. A raise needs a decision record."""

from pathlib import Path

from tests.rules.source import PACKAGES, PYTHON, called, files, functions, here, length

FILE, TEMPLATE, FUNCTION, HANDLER = 300, 80, 40, 12


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def handlers_too_long(paths: list[Path]) -> list[str]:
    return [
        f"{here(path)}:{function.lineno} {function.name}: {length(function)} lines, {HANDLER} are allowed"
        for path in paths
        for function in functions(path)
        if {called(decorator) for decorator in function.decorator_list} & {"page", "verb"}
        and length(function) > HANDLER
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
        for function in functions(path)
        if length(function) > FUNCTION
    ]
    assert long == []


def test_handlers_are_short() -> None:
    handlers = files("*.py", "server", *PACKAGES)
    assert handlers_too_long(handlers) == []


def test_long_handler_would_be_found(tmp_path: Path) -> None:
    module = files("*.py", "tests/rules")[0].parent / "source.py"
    assert handlers_too_long([module]) == []
    body = "".join(f"    x = {n}\n" for n in range(HANDLER))
    (tmp_path / "long.py").write_text(f"@page('/')\ndef show(call):\n{body}")
    found = [length(function) for function in functions_of(tmp_path / "long.py")]
    assert found == [HANDLER + 1]


def functions_of(path: Path) -> list:  # type: ignore[type-arg]
    import ast

    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
