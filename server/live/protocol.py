"""uvicorn's websocket protocol, lending its transport to the hub.

A frame for a thousand pages is encoded once and written to each transport: 5.4 µs of CPU a delivery where an ASGI
`send` costs 10 (docs/decisions/0005). Under another server the extension is absent and the hub uses ASGI.
"""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

TRANSPORT = "sweetspot.transport"


class LendingProtocol(WebSocketsSansIOProtocol):
    """Puts the transport into the scope's extensions; everything else is uvicorn's."""

    async def run_asgi(self) -> None:
        """Run the application with the transport at hand."""
        extensions: dict[str, Any] = self.scope.setdefault("extensions", {})
        extensions[TRANSPORT] = self.transport
        await super().run_asgi()
