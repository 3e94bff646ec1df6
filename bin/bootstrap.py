"""The virtual environment and the make targets. Standard library only: it runs before anything is installed.

An environment counts as good only while `.venv/ready.json` says so. The note is removed before every change and written
after it, so an installation that was killed, or copied to another folder, is made again from an empty folder.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
CACHE = ROOT / ".cache"
NOTE = VENV / "ready.json"
LOG = CACHE / "setup.log"

UNREACHABLE = (
    "Failed to establish a new connection",
    "NewConnectionError",
    "ConnectTimeoutError",
    "Temporary failure in name resolution",
    "Name or service not known",
    "Network is unreachable",
    "Connection refused",
    "Max retries exceeded",
    "ReadTimeoutError",
    "ProxyError",
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "ENETUNREACH",
    "ETIMEDOUT",
)


class SetupFailed(Exception):
    """Carries the one sentence that is shown."""


def say(text: str) -> None:
    print(text, flush=True)


def fingerprint(*files: Path) -> str:
    """A hash of the files' contents, in the given order."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def write_whole(file: Path, text: str, mode: int = 0o644) -> None:
    """Write so that a reader sees the old file or the new one, never a part."""
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    fresh.write_bytes(os.fsencode(text))
    fresh.chmod(mode)
    fresh.replace(file)


def quiet_environment() -> dict[str, str]:
    """The user's environment without what would lead pip into another Python or another folder."""
    astray = {"PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "PIP_TARGET", "PIP_PREFIX", "PIP_USER"}
    return {name: value for name, value in os.environ.items() if name not in astray}


def reason_in(output: str) -> str:
    """The likely reason in the output of pip or npm and what to do about it, to follow the word "because"."""
    full = shutil.disk_usage(ROOT).free < 20_000_000
    if full or "No space left on device" in output or "ENOSPC" in output:
        return "the disk is full: free some space, then try again"
    if "DO NOT MATCH THE HASHES" in output or "EINTEGRITY" in output:
        return "a downloaded file is not the one that was locked: do not use it, and report this"
    if any(sign in output for sign in UNREACHABLE):
        return "the package registry cannot be reached: check the network or the proxy, then try again"
    return "the installer stopped with an error: see the end of its log"


def run_logged(command: list[str], purpose: str, environment: dict[str, str] | None = None) -> None:
    """Run `command` in the checkout with its output in the log; `purpose` begins the sentence when it fails."""
    with LOG.open("ab") as log:
        log.write(f"\n$ {shlex.join(command)}\n".encode(errors="replace"))
        log.flush()
        start = log.tell()
        status = subprocess.run(
            command,
            cwd=ROOT,
            env=environment or quiet_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            close_fds=False,
            check=False,
        ).returncode
    if status:
        output = LOG.read_bytes()[start:].decode(errors="replace")
        raise SetupFailed(f"{purpose} failed because {reason_in(output)} (details in {LOG}).")


@contextmanager
def alone() -> Iterator[None]:
    """Only one setup at a time in this checkout; a second one waits for the first."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "setup.lock").open("w") as lock:
        # pip and npm inherit the lock: when only this process is killed, nobody clears .venv under their hands.
        os.set_inheritable(lock.fileno(), True)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another setup is running in this folder; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class Environment:
    """The checkout's `.venv` and the locked requirement files installed in it."""

    def wanted(self) -> dict[str, str]:
        return {"where": str(ROOT), "python": f"{sys.version_info[0]}.{sys.version_info[1]}"}

    def noted(self) -> dict[str, str]:
        """What a finished installation noted; empty when there is none that works here."""
        try:
            note = json.loads(NOTE.read_text())
        except (OSError, ValueError):
            return {}
        usable = isinstance(note, dict) and self.wanted().items() <= note.items() and (VENV / "bin/python").exists()
        return note if usable else {}

    def has(self, lock: str) -> bool:
        return self.noted().get(lock) == fingerprint(ROOT / "requirements" / f"{lock}.txt")

    def outdated(self) -> bool:
        """True when a lock file changed since it was installed: then only a fresh start leaves nothing behind."""
        note = self.noted()
        return not note or not all(self.has(name) for name in note.keys() - self.wanted().keys())

    def need(self, lock: str) -> None:
        """Install `requirements/<lock>.txt` unless the note says that it is there."""
        if not self.outdated() and self.has(lock):
            return
        with alone():
            self.bring(lock)

    def bring(self, lock: str) -> None:
        """What `need` does, for a caller that is already alone."""
        if self.outdated():
            self.create()
        if not self.has(lock):
            self.install(lock)

    def create(self) -> None:
        """An empty environment that knows the checkout and has the commands of pyproject.toml."""
        if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
            raise SetupFailed(
                f"{sys.executable} cannot make virtual environments, because its ensurepip module is missing: "
                "install it (Debian and Ubuntu: apt install python3-venv), then try again."
            )
        if VENV.exists():
            NOTE.unlink(missing_ok=True)
            shutil.rmtree(VENV)
        LOG.write_text("")
        run_logged([sys.executable, "-m", "venv", str(VENV)], "Making the virtual environment .venv")
        (packages,) = VENV.glob("lib/python*/site-packages")
        write_whole(packages / "sweetspot.pth", f"{ROOT}\n")
        commands = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
        for command, target in commands.items():
            write_whole(VENV / "bin" / command, launcher(*target.split(":")), 0o755)
        write_whole(NOTE, json.dumps(self.wanted()))

    def install(self, lock: str) -> None:
        say(f"Installing Python packages from requirements/{lock}.txt ...")
        note = self.noted()
        NOTE.unlink()
        pip = [str(VENV / "bin/python"), "-m", "pip", "--disable-pip-version-check", "--no-input", "--retries", "2"]
        if "PIP_DEFAULT_TIMEOUT" not in os.environ:
            pip += ["--timeout", "30"]
        pip += ["install", "--progress-bar", "off", "--no-deps", "--require-hashes"]
        run_logged([*pip, "-r", f"requirements/{lock}.txt"], "Installing the Python packages")
        note[lock] = fingerprint(ROOT / "requirements" / f"{lock}.txt")
        write_whole(NOTE, json.dumps(note))


def launcher(module: str, function: str) -> str:
    """A command that works whatever the path to .venv holds: /bin/sh reads two lines of it, Python the rest."""
    python = shlex.quote(str(VENV / "bin/python"))
    return (
        f"#!/bin/sh\n'''exec' {python} \"$0\" \"$@\"\n' '''\n"
        f"import sys\n\nfrom {module} import {function}\n\nsys.exit({function}())\n"
    )


def prepare(lock: str) -> None:
    import frontend

    environment = Environment()
    environment.need(lock)
    frontend.vendor(environment)


def hand_over(*command: str) -> None:
    """Become `command`, so that Ctrl-C and the exit status are its own."""
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execve(command[0], list(command), quiet_environment())


def run(arguments: list[str]) -> None:
    prepare("runtime")
    hand_over(str(VENV / "bin/sweetspot"), "demo", *arguments)


def setup(arguments: list[str]) -> None:
    prepare("runtime")
    say("Ready: make run starts Sweetspot.")


def test(arguments: list[str]) -> None:
    prepare("test")
    hand_over(str(VENV / "bin/python"), "bin/check.py", "all", *arguments)


def lint(arguments: list[str]) -> None:
    prepare("test")
    hand_over(str(VENV / "bin/python"), "bin/check.py", "lint")


def bench(arguments: list[str]) -> None:
    prepare("test")
    hand_over(str(VENV / "bin/python"), "-m", "benchmarks", *arguments)


def lock(arguments: list[str]) -> None:
    import lock as locking

    locking.renew(Environment())


def clean(arguments: list[str]) -> None:
    for name in (".venv", ".cache", "node_modules", "static/vendor", ".mypy_cache", ".ruff_cache", ".pytest_cache"):
        if (ROOT / name).exists():
            shutil.rmtree(ROOT / name)


TARGETS: dict[str, Callable[[list[str]], None]] = {
    "run": run,
    "setup": setup,
    "test": test,
    "lint": lint,
    "bench": bench,
    "lock": lock,
    "clean": clean,
}


def main(arguments: list[str]) -> int:
    """Run the target named first; returns the exit status."""
    try:
        TARGETS[arguments[0]](arguments[1:])
    except SetupFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    except OSError as failure:
        where = f" ({failure.filename})" if failure.filename else ""
        print(
            f"Sweetspot cannot set itself up in {ROOT}: {failure.strerror}{where}; use a folder that you may write "
            "to and that has about 1 GB free.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        return 130
    return 0
