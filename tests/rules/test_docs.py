"""What the documents say is so: settings, words, decisions, commands, links and names are compared with the code."""

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

from demo.cast import cast
from server.app import PACKAGES as WEB
from server.cli import MODULES, parser
from server.settings import Settings
from tests.rules.source import PYTHON, ROOT, files, here

DOCS = [*sorted(ROOT.glob("*.md")), *files("*.md", "docs")]
DECISIONS = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
HEADINGS = ["Context", "Decision", "Refused", "Consequences"]
WORDS = (
    "Person", "Organisation", "Programme", "Cohort", "Team", "Membership", "Part", "Facilitator", "Member", "Adviser",
    "Sponsor", "Owner", "Initiative", "Thread", "Comment", "Feedback round", "Prompt", "Response", "Thematic session",
    "Slot", "Room", "Login", "Audience", "Vantage", "Stream", "Region",
)  # fmt: skip
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
CODE = re.compile(r"`([^`\n]+)`")


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def table(document: str, *, first: str) -> list[list[str]]:
    """The rows of the tables whose head begins with the cell `first`, without their marks of code."""
    rows, inside = [], False
    for line in document.splitlines():
        cells = [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            inside = False
        elif cells[0] == first:
            inside = True
        elif inside and not set("".join(cells)) <= set("-: "):
            rows.append(cells)
    return rows


def in_words(default: object) -> str:
    """A setting's default as the table writes it."""
    if default == "":
        return "(empty)"
    if isinstance(default, bool):
        return "yes" if default else "no"
    return f"{default:g}" if isinstance(default, float) else str(default)


def broken_links(path: Path, document: str) -> list[str]:
    """The relative links that lead nowhere."""
    targets = [target for target in LINK.findall(document) if not target.startswith(("http:", "https:", "mailto:"))]
    return [f"{here(path)}: {target}" for target in targets if not (path.parent / target).exists()]


def missing_files(path: Path, document: str) -> list[str]:
    """The files and folders of ours that are named in code marks and are not there."""
    ours = re.compile(rf"(?:{'|'.join((*PYTHON, 'templates', 'static', 'docs'))})/[\w./-]*")
    found = [span.partition(":")[0] for span in CODE.findall(document) if ours.fullmatch(span.partition(":")[0])]
    made = ("static/vendor",)
    return [f"{here(path)}: {name}" for name in found if not name.startswith(made) and not (ROOT / name).exists()]


def wrong_decision(document: str, number: str) -> list[str]:
    """What is wrong with the form of a decision."""
    found = [] if document.startswith(f"# {number} ") else ["its title does not begin with its number"]
    if re.findall(r"^## (.*)$", document, re.MULTILINE) != HEADINGS:
        found.append("its headings are others")
    parts = re.split(r"^## .*$", document, flags=re.MULTILINE)[1:]
    return found + (["a part is empty"] if not all(part.strip() for part in parts) else [])


def test_table_of_settings_is_the_code() -> None:
    documented = table(text(ROOT / "docs/self-hosting.md"), first="Variable")
    fields = dataclasses.fields(Settings)
    assert documented == [[f.metadata["variable"], in_words(f.default), f.metadata["words"]] for f in fields]


def test_no_document_names_a_setting_that_is_not_there() -> None:
    known = {f.metadata["variable"] for f in dataclasses.fields(Settings)}
    named = {name for path in DOCS for name in re.findall(r"SWEETSPOT_[A-Z_]*[A-Z]", text(path))}
    assert len(named) > 5
    assert named - known == set()


def test_every_word_has_one_meaning() -> None:
    rows = table(text(ROOT / "docs/glossary.md"), first="word")
    words = [row[0] for row in rows]
    assert sorted(set(words)) == sorted(words)
    assert set(WORDS) - set(words) == set()
    assert [row[0] for row in rows if len(row) != 2 or not row[1].endswith((".", "*"))] == []


@pytest.mark.parametrize("path", DECISIONS, ids=here)
def test_decision_has_its_form(path: Path) -> None:
    assert wrong_decision(text(path), path.name[:4]) == []


def test_wrong_decisions_would_be_found() -> None:
    right = "# 0001 A\n\n" + "\n".join(f"## {heading}\nwords\n" for heading in HEADINGS)
    assert wrong_decision(right, "0001") == []
    assert wrong_decision(right, "0002") == ["its title does not begin with its number"]
    assert wrong_decision(right.replace("## Refused\n", ""), "0001") == ["its headings are others"]
    assert wrong_decision(right.replace("words", "", 1), "0001") == ["a part is empty"]


def test_decisions_are_numbered_and_listed() -> None:
    assert [path.name[:4] for path in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]
    listed = table(text(ROOT / "docs/decisions/README.md"), first="number")
    titles = [text(path).splitlines()[0][2:] for path in DECISIONS]
    expected = [[f"[{path.name[:4]}]({path.name})", title[5:]] for path, title in zip(DECISIONS, titles, strict=True)]
    assert listed == expected


def test_decisions_the_code_names_are_there() -> None:
    sources = [*files("*.py", *PYTHON), *files("*.js", "static/js"), *files("*.css", "static/css")]
    named = {number for path in sources for number in re.findall(r"docs/decisions/(\d{4})", text(path))}
    assert {"0004", "0005"} <= named <= {path.name[:4] for path in DECISIONS}


def test_kinds_of_streams_are_those_of_the_decision() -> None:
    listed = {row[0] for row in table(text(ROOT / "docs/decisions/0004-one-audience-a-stream.md"), first="kind")}
    # Nobody follows the stream of a person over a door of a kind; see server/live/hub.py.
    assert listed == {kind.name for package in WEB for kind in package.kinds} | {"person"}


def test_commands_in_documents_are_there() -> None:
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text(ROOT / "Makefile"), re.MULTILINE)
    quoted = "\n".join("\n".join(CODE.findall(text(path))) + "\n" + in_blocks(text(path)) for path in DOCS)
    targets = set(re.findall(r"^make ([a-z]+)", quoted, re.MULTILINE))
    assert {"run", "test", "lint", "bench"} <= targets <= set(phony.split())
    commands = set(re.findall(r"^(?:\S*/)?sweetspot ([a-z]+)\b", quoted, re.MULTILINE))
    assert commands == set(MODULES)
    (listed,) = [action.choices for action in parser()._actions if action.dest == "command"]
    assert set(listed or ()) == commands


def in_blocks(document: str) -> str:
    """What stands in fenced blocks."""
    return "\n".join(re.findall(r"^```\n(.*?)^```", document, re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("path", DOCS, ids=here)
def test_links_and_named_files_are_there(path: Path) -> None:
    assert broken_links(path, text(path)) == []
    assert missing_files(path, text(path)) == []


def test_broken_links_would_be_found() -> None:
    document = "[a](docs/nowhere.md) [b](docs/glossary.md#people) `server/nowhere.py` `server/db.py`"
    assert broken_links(ROOT / "README.md", document) == ["README.md: docs/nowhere.md"]
    assert missing_files(ROOT / "README.md", document) == ["README.md: server/nowhere.py"]


def test_people_to_enter_as_are_in_the_demo() -> None:
    assert table(text(ROOT / "README.md"), first="who") == [[member.name, member.words] for member in cast()]


def test_version_and_licence_are_told() -> None:
    project = tomllib.loads(text(ROOT / "pyproject.toml"))["project"]
    versions = re.findall(r"^## (\d\S*) \(\d{4}-\d\d-\d\d\)$", text(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert versions[:1] == [project["version"]]
    assert project["license"] == "EUPL-1.2"
    assert "EUPL-1.2" in text(ROOT / "README.md")
    assert [path.name for path in ROOT.iterdir() if path.stem.upper() in ("LICENSE", "LICENCE", "COPYING")] == []
