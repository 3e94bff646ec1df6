"""The project's own files, by kind, without what was installed or made."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("people", "cohorts", "feedback", "sessions")
PRODUCT = ("server", *PACKAGES, "demo", "migrations")
PYTHON = (*PRODUCT, "tests", "benchmarks", "bin")
MADE = {"node_modules", "vendor", "__pycache__", ".venv", ".git", ".cache", "var", "dist"}


def files(pattern: str, *folders: str) -> list[Path]:
    """The files below `folders` (default: the project) whose path matches, in order."""
    roots = [ROOT / folder for folder in folders] or [ROOT]
    found = (path for root in roots for path in root.rglob(pattern))
    return sorted(path for path in found if path.is_file() and not MADE & set(path.relative_to(ROOT).parts))


def here(path: Path) -> str:
    """The path as the project names it."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    """The parsed module."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=here(path))


def functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a module, nested ones too."""
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, without the docstring: words are free."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def called(node: ast.AST) -> str:
    """The last name of what a call or decorator calls: `page` for `@page(...)` and for `@routes.page(...)`."""
    target = node.func if isinstance(node, ast.Call) else node
    return target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
