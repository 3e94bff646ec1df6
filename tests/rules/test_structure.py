"""Where things live: queries with their nouns, settings in the documentation; and no trace of where we work."""

import ast
import dataclasses
import re
import subprocess
import sys
from pathlib import Path

from server.settings import Settings
from tests.rules.source import PACKAGES, PRODUCT, PYTHON, ROOT, files, here, tree

SETTINGS_PAGE = ROOT / "docs/self-hosting.md"
TABLE = re.compile(r"<!-- settings -->\n(.*?)<!-- /settings -->", re.DOTALL)
# Doors turn a public id into a thing, so they alone ask the database in a web folder.
MAY_ASK = {"doors.py"}
# Where a program starts, and its environment is handed on.
STARTS = ("server/cli.py", "migrations/env.py")


def asked(path: Path) -> list[str]:
    """The lines of a web module that put a query together."""
    return [
        f"{here(path)}:{node.lineno}"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom)
        and node.module in ("sqlmodel", "sqlalchemy")
        and {name.name for name in node.names} & {"select", "insert", "update", "delete", "func", "text"}
    ]


def test_queries_live_with_their_nouns() -> None:
    web = [path for package in PACKAGES for path in files("*.py", f"{package}/web") if path.name not in MAY_ASK]
    assert len(web) > 10
    assert [line for path in web for line in asked(path)] == []


def test_every_setting_is_documented() -> None:
    match = TABLE.search(SETTINGS_PAGE.read_text(encoding="utf-8"))
    assert match, f"{here(SETTINGS_PAGE)} has no table between <!-- settings --> and <!-- /settings -->"
    rows = [[cell.strip(" `") for cell in line.strip("|\n ").split("|")] for line in match[1].strip().splitlines()[2:]]
    documented = {row[0]: row[-1] for row in rows}
    assert documented == {f.metadata["variable"]: f.metadata["words"] for f in dataclasses.fields(Settings)}


def test_every_variable_is_read_in_one_place() -> None:
    elsewhere = [
        f"{here(path)}:{node.lineno}"
        for path in files("*.py", *PRODUCT)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and node.attr in ("environ", "getenv")
        and here(path) not in ("server/cli.py", "migrations/env.py")
    ]
    assert elsewhere == []


def test_no_trace_of_a_workplace() -> None:
    hosts = ["pypi" + ".org", "registry.npm" + "js.org", "files.python" + "hosted", "deb." + "debian"]
    folders = ["/" + "work/", "/" + "root/", "/" + "opt/", "DESIGN" + ".md"]
    tools = ["farm" + "-", "is" + "sues show"]
    written = [
        *files("*.py", *PYTHON), *files("*.html", "templates"), *files("*.md"), *files("*.js", "static"),
        *files("*.css", "static"), *files("*.toml"), *files("*.txt", "requirements"), ROOT / "Makefile",
        ROOT / "package-lock.json", ROOT / ".npmrc", ROOT / ".ci/run",
    ]  # fmt: skip
    bad = [
        f"{here(path)}: {word}"
        for path in written
        for word in [*hosts, *folders, *tools]
        if word in path.read_text(encoding="utf-8")
    ]
    assert bad == []


def test_import_order_holds() -> None:
    checked = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout[-3000:]
