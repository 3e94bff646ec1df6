"""Load and sockets, as cheap as Python can make them, so that the server is what is measured."""

from __future__ import annotations

import base64
import os
import re
import resource
import selectors
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field


def many_files() -> None:
    """Allow as many open sockets as the system lets us."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536), hard))


def requests_per_second(port: int, path: str, cookie: str, seconds: float, connections: int = 8) -> float:
    """The rate at which `path` answers: by wrk where it is installed, else by our own loop."""
    wrk = shutil.which("wrk")
    if not wrk:
        return _own_rate(port, path, cookie, seconds, connections)
    command = [wrk, "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "-H", f"Cookie: {cookie}"]
    told = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True
    ).stdout
    if "Non-2xx" in told:
        raise RuntimeError(told)
    found = re.search(r"Requests/sec:\s+([0-9.]+)", told)
    assert found, told
    return float(found[1])


def _own_rate(port: int, path: str, cookie: str, seconds: float, connections: int) -> float:
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n".encode()
    chooser, answered = selectors.DefaultSelector(), 0
    left: dict[socket.socket, int] = {}
    for _ in range(connections):
        one = socket.create_connection(("127.0.0.1", port))
        chooser.register(one, selectors.EVENT_READ, one)
        one.sendall(request)
        left[one] = -1
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        for key, _ in chooser.select(1):
            one = key.data
            data = one.recv(262_144)
            if left[one] < 0:
                head, _, body = data.partition(b"\r\n\r\n")
                length = re.search(rb"content-length: (\d+)", head.lower())
                assert length, head
                assert b" 200 " in head[:20], head
                left[one], data = int(length[1]), body
            left[one] -= len(data)
            if left[one] == 0:
                answered, left[one] = answered + 1, -1
                one.sendall(request)
    for one in left:
        one.close()
    return answered / seconds


@dataclass
class Listener:
    """One raw websocket client. `frames`: how many whole ones `until_all` has read."""

    socket: socket.socket
    seen: bytearray = field(default_factory=bytearray)
    frames: int = 0


def listen(port: int, path: str, cookie: str = "", host: str = "") -> Listener:
    """Open a websocket; returns after the server's 101."""
    one = socket.create_connection(("127.0.0.1", port))
    key = base64.b64encode(os.urandom(16)).decode()
    host = host or f"127.0.0.1:{port}"
    one.sendall(
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: {cookie}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    head = b""
    while b"\r\n\r\n" not in head:
        head += one.recv(4096)
    head, _, rest = head.partition(b"\r\n\r\n")
    assert b" 101 " in head[:20], head
    return Listener(one, bytearray(rest))


def frame_in(seen: bytearray) -> bytes | None:
    """The payload of the first whole frame, taken out of `seen`; None: not all of it is there."""
    if len(seen) < 2:
        return None
    size, start = seen[1] & 127, 2
    if size == 126:
        size, start = int.from_bytes(seen[2:4], "big"), 4
    elif size == 127:
        size, start = int.from_bytes(seen[2:10], "big"), 10
    if len(seen) < start + size or (size >= 126 and len(seen) < start):
        return None
    payload = bytes(seen[start : start + size])
    del seen[: start + size]
    return payload


class Crowd:
    """Many listeners watched together."""

    def __init__(self, listeners: list[Listener]) -> None:
        self.listeners = listeners
        self._chooser = selectors.DefaultSelector()
        for one in listeners:
            one.socket.setblocking(False)
            self._chooser.register(one.socket, selectors.EVENT_READ, one)

    def quiet(self, seconds: float) -> None:
        """Read and forget what comes until nothing came for that long."""
        while events := self._chooser.select(seconds):
            for key, _ in events:
                key.data.socket.recv(1_000_000)
                key.data.seen.clear()

    def until_all(self, word: bytes, seconds: float) -> tuple[float, bytes]:
        """When the last listener had a whole frame with `word` in it, and such a frame."""
        waiting, last = {id(one) for one in self.listeners}, b""
        end = time.perf_counter() + seconds
        while waiting:
            if time.perf_counter() > end:
                raise TimeoutError(f"{len(waiting)} of {len(self.listeners)} got nothing")
            for key, _ in self._chooser.select(1):
                one = key.data
                one.seen += one.socket.recv(262_144)
                while (payload := frame_in(one.seen)) is not None:
                    one.frames += 1
                    if word in payload:
                        waiting.discard(id(one))
                        last = payload
        return time.perf_counter(), last

    def close(self) -> None:
        """Hang up."""
        for one in self.listeners:
            one.socket.close()
