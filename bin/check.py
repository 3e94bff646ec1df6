"""Every check of the project, by name. Runs in .venv. The types are checked beside the tests: one processor's work."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

sys.dont_write_bytecode = True

ROOT = Path(__file__).resolve().parent.parent
PYTHON = sys.executable
BIN = Path(sys.executable).parent

LINT = {
    "Rules": [PYTHON, "-m", "ruff", "check", "--quiet"],
    "Format": [PYTHON, "-m", "ruff", "format", "--check", "--quiet"],
    "Imports": [str(BIN / "lint-imports"), "--no-logo"],
}
TYPES = [PYTHON, "-m", "mypy", "--no-error-summary"]
# Four for two cores: many tests wait for a disk, a server's start or a clock.
TESTS = {"Tests": [PYTHON, "-m", "pytest", "-n", "4", "--dist", "loadfile", "--no-loadscope-reorder"]}


def passed(name: str, command: list[str]) -> bool:
    print(f"== {name}", flush=True)
    return subprocess.run(command, cwd=ROOT, env=keeping(), check=False).returncode == 0


def keeping() -> dict[str, str]:
    """The environment, without its wish that nothing compiled be kept: every test process, and each program that the
    tests start, would compile a thousand files again."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def main(which: str, *arguments: str) -> int:
    """Run the checks, and for `all` the tests too, even after a failed check; returns the exit status."""
    failed = [name for name, command in LINT.items() if not passed(name, command)]
    with TemporaryFile() as said:
        types = subprocess.Popen(TYPES, cwd=ROOT, env=keeping(), stdout=said, stderr=said)
        if which == "all":
            fetch_browser()
            failed += [name for name, command in TESTS.items() if not passed(name, [*command, *arguments])]
        if not ended_well(types, said):
            failed.append("Types")
    if failed:
        print(f"== Failed: {', '.join(failed)}", flush=True)
    return 1 if failed else 0


def ended_well(types: "subprocess.Popen[bytes]", said: IO[bytes]) -> bool:
    """Wait for it, and pass on what it said meanwhile."""
    print("== Types", flush=True)
    status = types.wait()
    said.seek(0)
    sys.stdout.buffer.write(said.read())
    sys.stdout.flush()
    return status == 0


def fetch_browser() -> None:
    sys.path.insert(0, str(ROOT))
    import bootstrap
    import frontend

    from tests.services import chromium

    if chromium.installed() is None:
        frontend.browser(bootstrap.Environment())


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
