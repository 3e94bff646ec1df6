"""`sweetspot serve --workers N`: several processes behind one port.

The parent binds the port and starts each worker as a program of its own that inherits it: nothing is forked, because a
fork copies locks that threads hold. A worker gets its settings through its standard input, which stays open as long as
the parent lives; when it ends, the worker ends too, however the parent went.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from server.settings import ROOT, Settings

# Seconds: what uvicorn and the jobs need to end, and when we stop waiting.
END_SECONDS = 9.0
START_SECONDS = 60.0
FIRST_WAIT, LONGEST_WAIT = 0.2, 5.0
# A worker that lived that long was no failed start.
LIVED = 10.0
BACKLOG = 2048


class CannotServe(Exception):
    """The workers cannot start; the text is one sentence that says what to do."""


@dataclass(eq=False, slots=True)
class Worker:
    """One worker process. `began` in monotonic seconds; `wait` before it is started again."""

    name: str
    process: subprocess.Popen[bytes]
    began: float
    serves: bool = False
    wait: float = FIRST_WAIT


class Crew:
    """The workers of one port."""

    def __init__(
        self, settings: Settings, listening: socket.socket, folder: Path, environment: Mapping[str, str]
    ) -> None:
        self._listening = listening
        self._told = {"settings": asdict(settings), "folder": str(folder), "listening": listening.fileno()}
        # They need what we were found by, wherever we were started.
        self._environment = {**environment, "PYTHONPATH": f"{ROOT}{os.pathsep}{environment.get('PYTHONPATH', '')}"}
        self._selector = selectors.DefaultSelector()
        self._woken, self._waker = socket.socketpair()
        for end in (self._woken, self._waker):
            end.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ)
        self._ending = False
        self.workers: list[Worker] = []

    def end(self, *_: Any) -> None:
        """A signal asks us to end."""
        self._ending = True

    @contextlib.contextmanager
    def attentive(self) -> Iterator[None]:
        """Signals, and workers that end, wake the parent."""
        before = signal.set_wakeup_fd(self._waker.fileno(), warn_on_full_buffer=False)
        handlers = dict.fromkeys((signal.SIGTERM, signal.SIGINT), self.end) | {signal.SIGCHLD: lambda *_: None}
        kept = {one: signal.signal(one, handler) for one, handler in handlers.items()}
        try:
            yield
        finally:
            for one, handler in kept.items():
                signal.signal(one, handler)
            signal.set_wakeup_fd(before)
            self._selector.close()
            self._woken.close()
            self._waker.close()

    def start(self, name: str) -> Worker:
        """A new worker process; it says on its standard output when it serves."""
        process = subprocess.Popen(
            [sys.executable, "-m", "server.workers"],
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            pass_fds=(self._listening.fileno(),),
            # Ctrl-C in a terminal reaches us alone, and we pass it on once.
            start_new_session=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(BrokenPipeError):  # it has ended already, which is seen soon
            process.stdin.write(json.dumps({**self._told, "name": name}).encode() + b"\n")
            process.stdin.flush()
        worker = Worker(name, process, time.monotonic())
        self._selector.register(process.stdout, selectors.EVENT_READ, worker)
        return worker

    def watch(self, seconds: float) -> None:
        """Wait for anything to happen, and note who serves by now."""
        for key, _ in self._selector.select(seconds):
            worker: Worker | None = key.data
            said = os.read(key.fd, 4096)
            if worker and said:
                worker.serves = True
            elif worker:
                self._selector.unregister(key.fileobj)

    def open(self, count: int) -> None:
        """Start so many. Raises CannotServe when one of them ends before it serves."""
        self.workers = [self.start(str(number + 1)) for number in range(count)]
        until = time.monotonic() + START_SECONDS
        while not self._ending and not all(worker.serves for worker in self.workers):
            ended = [worker.process.poll() for worker in self.workers if worker.process.poll() is not None]
            if ended or time.monotonic() > until:
                how = f"it ended with status {ended[0]}" if ended else f"it does not serve after {START_SECONDS:.0f} s"
                raise CannotServe(f"A worker cannot start ({how}): the lines above say why.")
            self.watch(0.2)

    def keep(self) -> None:
        """Start again whoever ends, until a signal asks us to end."""
        while not self._ending:
            due = [worker for worker in self.workers if worker.process.poll() is not None]
            for worker in due:
                self._again(worker)
            self.watch(0.2 if due else 5.0)

    def _again(self, ended: Worker) -> None:
        now = time.monotonic()
        if now < ended.began + ended.wait:
            return
        new = self.start(ended.name)
        new.wait = FIRST_WAIT if now - ended.began > LIVED else min(ended.wait * 2, LONGEST_WAIT)
        self.workers[self.workers.index(ended)] = new
        print(f"Worker {ended.name} ended with status {ended.process.returncode}; started again.", file=sys.stderr)

    def close(self) -> None:
        """Ask all to end, and end who does not."""
        for worker in self.workers:
            worker.process.terminate()
        until = time.monotonic() + END_SECONDS
        for worker in self.workers:
            try:
                worker.process.wait(max(until - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                worker.process.kill()
                worker.process.wait()


def bound(settings: Settings) -> socket.socket:
    """The port, listening, for all workers to accept from. Raises CannotServe."""
    found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, kind, protocol, _, address = found[0]
    one = socket.socket(family, kind, protocol)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        one.bind(address)
        one.listen(BACKLOG)
    except OSError as error:
        one.close()
        raise CannotServe(f"Port {settings.port} of {settings.host} cannot be used ({error.strerror}).") from None
    return one


def serve_many(
    settings: Settings, count: int, environment: Mapping[str, str], serving: Callable[[], None] = lambda: None
) -> None:
    """Serve with `count` processes until a signal ends it; `serving` is called as soon as all of them do. The database
    must be migrated. Raises CannotServe."""
    folder = Path(tempfile.mkdtemp(prefix="sweetspot-workers-"))
    try:
        with bound(settings) as listening:
            crew = Crew(settings, listening, folder, environment)
            with crew.attentive():
                try:
                    crew.open(count)
                    serving()
                    print(f"{count} workers serve.", flush=True)
                    crew.keep()
                finally:
                    crew.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def work() -> None:
    """What a worker does: serves with the settings it is given, until it is told to end or its parent is gone."""
    told = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    from server.app import serve
    from server.figures import Figures

    listening = socket.socket(fileno=told["listening"])
    figures = Figures(worker=told["name"], folder=Path(told["folder"]))
    serve(Settings(**told["settings"]), figures, listening, _say_so)


def _say_so() -> None:
    with contextlib.suppress(BrokenPipeError):
        os.write(sys.stdout.fileno(), b"serves\n")


def _end_with_parent() -> None:
    # Not through sys.stdin: a thread that waits in it holds its lock when the program ends.
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    work()
