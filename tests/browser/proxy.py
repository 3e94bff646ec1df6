"""A network that lets pages through and refuses websockets, as many offices have it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from tests.house import PATIENCE

REFUSED = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


@dataclass
class Proxy:
    """Listens on `port` and passes requests on to `target`; `refused` counts the sockets it turned away."""

    port: int
    target: int
    refused: int = 0
    connections: list[socket.socket] = field(default_factory=list)

    def serve(self, listening: socket.socket) -> None:
        listening.listen(64)
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                self.connections.append(client)
                threading.Thread(target=self.pass_on, args=(client,), daemon=True).start()

    def pass_on(self, client: socket.socket) -> None:
        with suppress(OSError), client:
            head = b""
            while b"\r\n\r\n" not in head:
                chunk = client.recv(65_536)
                if not chunk:
                    return
                head += chunk
            if b"upgrade: websocket" in head.lower():
                self.refused += 1
                client.sendall(REFUSED)
                return
            with socket.create_connection(("127.0.0.1", self.target)) as server:
                server.sendall(head)
                answers = threading.Thread(target=pump, args=(server, client), daemon=True)
                answers.start()
                pump(client, server)
                answers.join(PATIENCE)


def pump(source: socket.socket, sink: socket.socket) -> None:
    """Everything that comes from `source`, to its end."""
    with suppress(OSError):
        while chunk := source.recv(65_536):
            sink.sendall(chunk)
        sink.shutdown(socket.SHUT_WR)


@contextmanager
def refusing_sockets(listening: socket.socket, target: int) -> Iterator[Proxy]:
    """A proxy on a bound socket, in front of the server at port `target`."""
    proxy = Proxy(int(listening.getsockname()[1]), target)
    thread = threading.Thread(target=proxy.serve, args=(listening,), daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for connection in proxy.connections:
            connection.close()
        thread.join(PATIENCE)
