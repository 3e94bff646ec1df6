"""A real SMTP server that answers as a test tells it, badly where it should."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.house import PATIENCE

# What may stand in place of an answer.
SILENCE, HANG_UP = "silence", "hang up"
GOOD = {
    "GREETING": "220 here",
    "EHLO": "250 here",
    "MAIL": "250 yes",
    "RCPT": "250 yes",
    "DATA": "354 go on",
    "LETTER": "250 taken",
    "QUIT": "221 bye",
}


class Script:
    """`says[verb]`: the next answers to that verb ("GREETING" comes first, "LETTER" after the last line of a letter);
    the last of them stays. `before[verb]` is called before the answer. `taken`: the letters it said 2xx to; `read`:
    all it read. `asked`: every verb in order."""

    def __init__(self, **says: list[str]) -> None:
        self.says = {verb: list(answers) for verb, answers in says.items()}
        self.before: dict[str, Callable[[], object]] = {}
        self.taken: list[str] = []
        self.read: list[str] = []
        self.asked: list[str] = []
        self.port = 0
        self.over = threading.Event()
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def answer(self, verb: str) -> str:
        with self.lock:
            self.asked.append(verb)
            answers = self.says.get(verb, [GOOD.get(verb, "502 no")])
            return answers.pop(0) if len(answers) > 1 else answers[0]

    def wait_for(self, verb: str, times: int = 1, seconds: float = PATIENCE) -> None:
        """Until it was asked that so often."""
        deadline = time.monotonic() + seconds
        while self.asked.count(verb) < times:
            assert time.monotonic() < deadline, f"{verb} came {self.asked.count(verb)} times: {self.asked}"
            time.sleep(0.01)


class _Talk(socketserver.StreamRequestHandler):
    script: Script

    def handle(self) -> None:
        if not self.say("GREETING"):
            return
        while line := self.rfile.readline():
            verb = line.split(None, 1)[0].decode().upper().strip() if line.strip() else ""
            if not self.say(verb):
                return
            if verb == "DATA" and self.last.startswith("354"):
                letter = b"".join(iter(self.rfile.readline, b".\r\n")).decode()
                self.script.read.append(letter)
                if not self.say("LETTER"):
                    return
                if self.last.startswith("2"):
                    self.script.taken.append(letter)
            if verb == "QUIT":
                return

    def say(self, verb: str) -> bool:
        self.script.before.get(verb, bool)()
        self.last = self.script.answer(verb)
        if self.last == SILENCE:
            self.script.over.wait(2 * PATIENCE)
        if self.last in (SILENCE, HANG_UP):
            return False
        self.wfile.write(self.last.encode() + b"\r\n")
        return True


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up first is no error here."""


@contextmanager
def scripted(script: Script, port: int = 0, host: str = "127.0.0.1") -> Iterator[Script]:
    """That server on a port of `host` for the length of the block."""
    talk = type("Talk", (_Talk,), {"script": script})
    server = _Server((host, port), talk)
    script.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield script
    finally:
        script.over.set()
        server.shutdown()
        server.server_close()
