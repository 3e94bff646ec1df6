"""When .venv counts as good, and what a person reads when it cannot be made."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import bootstrap
import frontend
import pytest

ROOT = Path(__file__).resolve().parents[2]
CHECKOUT = ("Makefile", "pyproject.toml", "package.json", "package-lock.json", "bin", "requirements")
NO_NETWORK = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_CONFIG_FILE": os.devnull, "PIP_RETRIES": "0"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with what the two commands read, in a path with a space and a quotation mark."""
    folder = tmp_path / "it's here"
    folder.mkdir()
    for name in CHECKOUT:
        subprocess.run(["cp", "-R", str(ROOT / name), str(folder / name)], check=True)
    return folder


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bootstrap.Environment:
    """An environment that was finished with the runtime lock, in a folder of its own."""
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements/runtime.txt").write_text("litestar==2.25.0\n")
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").symlink_to(sys.executable)
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "NOTE", tmp_path / ".venv/ready.json")
    made = bootstrap.Environment()
    note = {**made.wanted(), "runtime": bootstrap.fingerprint(tmp_path / "requirements/runtime.txt")}
    bootstrap.write_whole(bootstrap.NOTE, json.dumps(note))
    assert made.has("runtime")
    assert not made.outdated()
    return made


def make(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def sentence(result: subprocess.CompletedProcess[str]) -> str:
    """The one line on standard error beside make's own, after a recipe that ended with status 1."""
    ours = [line for line in result.stderr.splitlines() if not line.startswith("make")]
    assert "Error 1" in result.stderr
    assert len(ours) == 1, result.stderr
    return ours[0]


def test_installation_without_its_note_is_not_good(environment: bootstrap.Environment) -> None:
    bootstrap.NOTE.unlink()
    assert environment.outdated()


def test_cut_off_note_is_not_good(environment: bootstrap.Environment) -> None:
    bootstrap.NOTE.write_text(bootstrap.NOTE.read_text()[:20])
    assert environment.outdated()


def test_changed_lock_is_not_good(environment: bootstrap.Environment) -> None:
    (bootstrap.ROOT / "requirements/runtime.txt").write_text("litestar==2.26.0\n")
    assert environment.outdated()


def test_copied_checkout_is_not_good(
    environment: bootstrap.Environment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path / "elsewhere")
    assert environment.outdated()


def test_vanished_python_is_not_good(environment: bootstrap.Environment) -> None:
    (bootstrap.VENV / "bin/python").unlink()
    assert environment.outdated()


def test_no_network_is_one_sentence_and_leaves_nothing_good(checkout: Path) -> None:
    result = make(checkout, "setup", PYTHON=sys.executable, **NO_NETWORK)
    assert "the package registry cannot be reached" in sentence(result)
    assert str(checkout / ".cache/setup.log") in result.stderr
    assert not (checkout / ".venv/ready.json").exists()


def test_missing_ensurepip_is_one_sentence(checkout: Path) -> None:
    python = checkout / "python without ensurepip"
    program = "import runpy, sys; sys.modules['ensurepip'] = None; sys.argv = sys.argv[1:]; sys.path[0] = 'bin'; "
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{program}runpy.run_path(\'bin/begin.py\')" "$@"\n')
    python.chmod(0o755)
    assert "apt install python3-venv" in sentence(make(checkout, "setup", PYTHON=str(python)))
    assert not (checkout / ".venv").exists()


def test_missing_python_is_one_sentence(checkout: Path) -> None:
    assert "Python 3.11 or newer" in sentence(make(checkout, "run", PYTHON="no-such-python"))


def test_folder_that_cannot_be_written_is_one_sentence(checkout: Path) -> None:
    (checkout / ".cache").write_text("in the way")
    assert "cannot set itself up" in sentence(make(checkout, "setup", PYTHON=sys.executable))


def test_old_python_can_read_the_first_file() -> None:
    ast.parse((ROOT / "bin/begin.py").read_text(), feature_version=(3, 4))


def test_launcher_works_in_any_folder(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "VENV", checkout)
    (checkout / "bin/python").symlink_to(sys.executable)
    command = checkout / "greet"
    bootstrap.write_whole(command, bootstrap.launcher("platform", "python_version"), 0o755)
    result = subprocess.run([str(command), "--loud"], capture_output=True, text=True, check=False)
    assert result.stderr.strip() == ".".join(map(str, sys.version_info[:3]))


def test_vendored_script_asks_for_no_source_map(tmp_path: Path) -> None:
    source = tmp_path / "a.min.js"
    source.write_text("let a=1\n//# sourceMappingURL=a.min.js.map\n")
    frontend.place(source, tmp_path / "vendor/a.js")
    assert (tmp_path / "vendor/a.js").read_text() == "let a=1\n"


def test_missing_vendored_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(bootstrap.SetupFailed, match=r"b\.js is missing"):
        frontend.place(tmp_path / "b.js", tmp_path / "vendor/b.js")
