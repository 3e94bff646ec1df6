"""`sweetspot serve` as a program of its own: killed, restarted at its address, on a database that outlives it.

It stands where a House stands, so that browsers, followers and deeds work with it; what they put into the database
themselves goes in beside the running program, and it shows that within its slow poll.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx

from server.db import Database
from server.live.log import write_touched
from server.settings import ROOT, Settings
from tests.house import PATIENCE, House, free_port, plain_client
from tests.server.command import Program, environment
from tests.server.forked import forker

START_SECONDS = 120.0
QUICK = {"SWEETSPOT_HEARTBEAT": "0.4", "SWEETSPOT_PRESENCE_GRACE": "0.3"}


class Installation(House):
    """One `sweetspot serve`. `started_in` are the seconds each start took until a page was answered; `up` is set while
    it is meant to run. `command`: another program that serves in its place."""

    command: Sequence[str] = ()

    def __init__(self, database_url: str, **settings: str) -> None:
        super().__init__(Settings(database_url=database_url, port=free_port()))
        self.environment = environment(**(QUICK | {"DATABASE_URL": database_url} | settings))
        self.beside = Database(database_url)
        self.beside.before_commit.append(write_touched)
        self.process: Program
        self.said = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed with the installation
        self.started_in: list[float] = []
        self.up = threading.Event()

    def start(self) -> None:
        began = time.monotonic()
        arguments, output = ["serve", "--port", str(self.settings.port)], self.said.fileno()
        if self.command:
            self.process = subprocess.Popen(
                [*self.command, *arguments],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=output,
                text=True,
            )
        else:
            self.process = forker().start(arguments, self.environment, output, output)
        while not self.answers():
            assert self.process.poll() is None, f"the server did not start: {self.log()[-2000:]}"
            assert time.monotonic() - began < START_SECONDS, "the server does not answer"
            time.sleep(0.01)
        self.started_in.append(time.monotonic() - began)
        self.up.set()

    def answers(self) -> bool:
        # A connection alone costs little: this is asked a hundred times while the program loads.
        try:
            socket.create_connection(("127.0.0.1", self.settings.port), START_SECONDS).close()
        except OSError:
            return False
        try:
            with plain_client(self.url) as client:
                return client.get("/", timeout=START_SECONDS).status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """End it as a power cut or the kernel would: nothing is said, written or closed any more."""
        self.up.clear()
        self.process.kill()
        self.process.wait(PATIENCE)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("the server did not stop") from None

    def close(self) -> None:
        try:
            if self.process.poll() is None:
                super().close()
        finally:
            self.kill()
            for client in self.clients:
                client.close()
            self.beside.close()
            self.said.close()

    @property
    def inside(self) -> Any:
        raise AssertionError("another process' memory cannot be looked at")

    def database(self, *, writing: bool = False) -> Any:
        return self.beside.transaction(writing=writing)

    def log(self) -> str:
        """What it said on both outputs, over all its lives."""
        size = os.fstat(self.said.fileno()).st_size
        return os.pread(self.said.fileno(), size, 0).decode(errors="replace")

    def memory(self) -> int:
        """Bytes it holds in memory that are its own (proc(5), statm: resident without shared)."""
        with open(f"/proc/{self.process.pid}/statm") as pages:
            _, resident, shared, *_ = (int(word) for word in pages.read().split())
        return (resident - shared) * resource.getpagesize()


@contextmanager
def installed(database_url: str, **settings: str) -> Iterator[Installation]:
    """An installation on that database for the length of the block."""
    one = Installation(database_url, **settings)
    try:
        one.start()
        yield one
    finally:
        one.close()
