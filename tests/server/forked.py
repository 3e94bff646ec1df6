"""`sweetspot` without its load time: a process that has loaded it once, and forks for each start.

Loading takes 1.5 s of a processor, and the tests start the program hundreds of times. What is loaded reads no setting,
starts no thread and opens nothing, so a fork of it is a program that has just begun: it gets its own arguments,
environment, folder and outputs, and from there on does what the command does. How the command loads by itself is
tested where it starts `alone` (tests/server/command.py).
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 200_000
LOAD_SECONDS = 120.0


class Forked:
    """One program that runs. Looks like subprocess.Popen; `returncode` is minus the signal that killed it."""

    stdout: IO[str] | None = None
    stderr: IO[str] | None = None

    def __init__(self, forker: Forker, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._forker = forker
        self._alone = threading.RLock()

    def poll(self) -> int | None:
        with self._alone:
            if self.returncode is None:
                self.returncode = self._forker.ask(poll=self.pid)
            return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status. Raises subprocess.TimeoutExpired after so many seconds."""
        until = time.monotonic() + (timeout if timeout is not None else float("inf"))
        while (status := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("sweetspot", timeout or 0)
            time.sleep(0.02)
        return status

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Wait for its end: everything it said on both outputs."""
        assert self.stdout
        assert self.stderr
        # It could not go on with either of them full.
        with ThreadPoolExecutor(2) as pool:
            said = [pool.submit(file.read) for file in (self.stdout, self.stderr)]
            self.wait(timeout)
            return said[0].result(), said[1].result()

    def send_signal(self, number: int) -> None:
        # Its number is nobody else's as long as nobody asked how it ended.
        with self._alone:
            if self.poll() is None:
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Forker:
    """The process that forks; it ends, and with it what it started, when this one does."""

    def __init__(self) -> None:
        self._alone = threading.Lock()
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._ours.settimeout(LOAD_SECONDS)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.server.forked", str(theirs.fileno())],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()

    def ask(self, files: Sequence[int] = (), **request: Any) -> Any:
        with self._alone:
            socket.send_fds(self._ours, [json.dumps(request).encode()], list(files))
            answer = self._ours.recv(LONGEST)
        assert answer, "Sweetspot cannot be loaded: see above"
        return json.loads(answer)

    def start(
        self, arguments: Sequence[str], environment: Mapping[str, str], stdout: int, stderr: int, cwd: Path = ROOT
    ) -> Forked:
        """A new program that writes to those files."""
        given = {"arguments": list(arguments), "environment": dict(environment), "cwd": str(cwd)}
        return Forked(self, self.ask([stdout, stderr], start=given))


_forkers: dict[int, Forker] = {}


def forker() -> Forker:
    """The one of this process, loaded when first asked for."""
    if os.getpid() not in _forkers:
        _forkers[os.getpid()] = Forker()
    return _forkers[os.getpid()]


def load() -> None:
    """Everything that a command loads before it does anything."""
    from importlib import import_module

    from sqlalchemy.orm import configure_mappers

    from server.cli import MODULES

    for module in (*(f"server.commands.{name}" for name in MODULES.values()), "server.app"):
        import_module(module)
    configure_mappers()


def listen(asked: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """Fork as asked. Returns in each fork, with what it is to become; in the process itself at the end."""
    running: set[int] = set()
    while True:
        message, files, _, _ = socket.recv_fds(asked, LONGEST, 2)
        if not message:
            for pid in running:
                os.kill(pid, signal.SIGKILL)
            return None
        request = json.loads(message)
        if "start" in request:
            pid = os.fork()
            if not pid:
                asked.close()
                return request["start"], files
            running.add(pid)
            for file in files:
                os.close(file)
            answer: int | None = pid
        else:
            pid, status = os.waitpid(request["poll"], os.WNOHANG)
            running.discard(pid)
            answer = os.waitstatus_to_exitcode(status) if pid else None
        asked.send(json.dumps(answer).encode())


def become(given: dict[str, Any], files: list[int]) -> int:
    """What the command does; returns its exit status."""
    for number, file in zip((1, 2), files, strict=True):
        os.dup2(file, number)
        os.close(file)
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115 - they are its outputs until it ends
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
    os.chdir(given["cwd"])
    os.environ.clear()
    os.environ.update(given["environment"])
    gc.enable()
    from server.cli import main

    return main(given["arguments"])


def run(asked: socket.socket) -> int:
    gc.disable()
    load()
    assert threading.active_count() == 1, "a fork copies locks that threads hold"
    gc.freeze()
    told = listen(asked)
    return become(*told) if told else 0


if __name__ == "__main__":
    sys.exit(run(socket.socket(fileno=int(sys.argv[1]))))
