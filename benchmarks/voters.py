"""A thousand people who vote within two seconds, in a process of its own: `python benchmarks/voters.py PORT POLL FILE`.

Nothing of ours is loaded and no library stands between a vote and its socket: on two cores, what the votes cost whoever
sends them would be taken from the server. FILE holds the login tokens, one a voter. Prints one JSON object: `began`
(time.perf_counter), `sent_in` (seconds until the last was answered), `again` (how often somebody was told that the
server is busy, and came again), `cpu` (seconds of this process).
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from collections import deque
from pathlib import Path

WITHIN, CONNECTIONS, COME_AGAIN = 2.0, 16, 0.2


class Line:
    """One connection, and the vote it waits for the answer of."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.vote = b""
        self.heard = b""

    def send(self, vote: bytes) -> None:
        """Ask for that vote to be counted."""
        self.vote, self.heard = vote, b""
        self.socket.sendall(vote)

    def answer(self) -> int | None:
        """The status of the answer once all of it came; ours has no body when the vote was counted."""
        self.heard += self.socket.recv(65_536)
        head, whole, body = self.heard.partition(b"\r\n\r\n")
        if not whole:
            return None
        size = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        return int(head.split(b" ", 2)[1]) if len(body) >= size else None


def requests(port: str, poll_id: str, tokens: list[str]) -> list[bytes]:
    """Each person's vote as an open page sends it, ready to be sent."""
    head = (
        f"POST /polls/{poll_id}/choices HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nSec-Fetch-Site: same-origin\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 8\r\nHX-Request: true\r\n"
    )
    return [
        f"{head}Cookie: login_{port}={token}\r\n\r\noption={number % 4 + 1}".encode()
        for number, token in enumerate(tokens)
    ]


def vote_together(port: int, votes: list[bytes]) -> tuple[float, float, int]:
    """When it began, the seconds until the last vote was answered, and how many had to come again."""
    chooser, free = selectors.DefaultSelector(), deque[Line]()
    for _ in range(CONNECTIONS):
        one = Line(port)
        chooser.register(one.socket, selectors.EVENT_READ, one)
        free.append(one)
    began, again, left = time.perf_counter(), 0, len(votes)
    # Sorted by when they are due: who comes again does so later than whoever is due now.
    due = deque((began + WITHIN * number / len(votes), vote) for number, vote in enumerate(votes))
    while left:
        now = time.perf_counter()
        while due and free and due[0][0] <= now:
            free.popleft().send(due.popleft()[1])
        wait = max(0.0, due[0][0] - now) if due and free else 1.0
        for key, _ in chooser.select(wait):
            one = key.data
            status = one.answer()
            if status is None:
                continue
            if status == 200:
                left -= 1
            else:
                assert status == 503, one.heard
                again += 1
                due.append((time.perf_counter() + COME_AGAIN, one.vote))
                due = deque(sorted(due))
            free.append(one)
    return began, time.perf_counter() - began, again


def main(port: str, poll_id: str, tokens: str) -> None:
    """Vote, and tell."""
    began, took, again = vote_together(int(port), requests(port, poll_id, Path(tokens).read_text().split()))
    told = {"began": began, "sent_in": round(took, 2), "again": again, "cpu": round(time.process_time(), 2)}
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
