"""The lock files: everything pinned and hashed, and nothing said about where it came from."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON_LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
ADDRESS = re.compile(r"\w+://|file:|--(extra-)?index-url|--find-links|(^|[\s\"'])/\w+/")


def pins(lock: Path) -> dict[str, str]:
    """Name and version of every locked package."""
    return dict(re.findall(r"^([a-z0-9.-]+)==([^\s;]+)", lock.read_text(), re.MULTILINE))


@pytest.mark.parametrize("lock", [*PYTHON_LOCKS, ROOT / "package-lock.json"], ids=lambda path: path.name)
def test_lock_names_no_address(lock: Path) -> None:
    assert ADDRESS.findall(lock.read_text()) == []


@pytest.mark.parametrize("lock", PYTHON_LOCKS, ids=lambda path: path.name)
def test_every_python_package_is_hashed(lock: Path) -> None:
    entries = re.split(r"\n(?=[a-z0-9])", re.sub(r"^#.*\n", "", lock.read_text(), flags=re.MULTILINE).strip())
    assert len(entries) == len(pins(lock)) > 0
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_tests_run_on_the_versions_of_the_product() -> None:
    product, tests = pins(ROOT / "requirements/runtime.txt"), pins(ROOT / "requirements/test.txt")
    assert product.items() <= tests.items()


def test_every_npm_package_is_exact_and_hashed() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    for version in (package["dependencies"] | package["devDependencies"]).values():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert [
        name for name, entry in locked.items() if name and not entry.get("integrity", "").startswith("sha512-")
    ] == []
